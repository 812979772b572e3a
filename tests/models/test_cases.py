"""Situations that people met, a file each: what a model is, what it takes, and what is right.

The header of a case in ``tests/cases`` says where it is from (SOURCE), what is counted (TARGET) on
which arguments of ``bottlecalc count`` (ARGS), the right PARAMS and MACS as Python expressions, and
where it is told beside them a part of a note (SAYS), and the first release of torch that has what
it calls (SINCE). Where values decide, MACS may be what they are
at least, ``to``, and at most. NOTE is for who reads it.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import torch

from tests.conftest import Run
from tests.releases import RELEASE

CASES = sorted((Path(__file__).parent.parent / "cases").glob("*.py"))


def header(case: Path) -> dict[str, str]:
    """What its first lines say, by key."""
    return dict(re.findall(r"^# ([A-Z]+): (.*)$", case.read_text("utf-8"), re.MULTILINE))


def value(expression: str) -> int:
    """Of an expression of whole numbers."""
    assert re.fullmatch(r"[\d\s+*/()-]+", expression), expression
    return int(eval(expression))


def release(text: str) -> tuple[int, ...]:
    """Of torch, as 2.4."""
    return tuple(map(int, text.split(".")))


def test_there_are_cases() -> None:
    assert len(CASES) > 60


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, run: Run) -> None:
    said = header(case)
    if (since := release(said.get("SINCE", "2.1"))) > RELEASE:
        pytest.skip(f"torch {torch.__version__} lacks what torch has since {since[0]}.{since[1]}")
    target = f"{case}:{said['TARGET']}"
    result = run("count", target, *shlex.split(said["ARGS"]), "--format", "json")
    assert result.code == 0, result.err
    document = json.loads(result.out)
    assert document["params"]["total"] == value(said["PARAMS"])
    least, _, most = said["MACS"].partition(" to ")
    assert value(least) <= document["macs"] <= value(most or least), document["notes"]
    notes = "\n".join(document["notes"])
    assert said.get("SAYS", "") in notes, notes
