"""What comes back of a tool that was run: its figures, or why there are none."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from bottlecalc import explain
from bottlecalc.render import explain_json
from bottlecalc.tools import runs
from bottlecalc.tools.base import (
    Tool,
)
from bottlecalc.tools.runs import Outcome
from bottlecalc.tools.table import TOOLS
from tests.conftest import Run

BLOCK = "bottleneck:in=64,out=128"
SHAPE = "1x64x56x56"
THOP = next(tool for tool in TOOLS if tool.name == "thop")


def answered(
    answer: Mapping[str, Any] | str, monkeypatch: pytest.MonkeyPatch, version: str = THOP.version
) -> None:
    """Have every tool installed in this version, and say this on its stdout."""
    out = answer if isinstance(answer, str) else json.dumps(answer)
    done = subprocess.CompletedProcess([], 0, f"{out}\n", "")
    monkeypatch.setattr(runs, "installed", lambda _: version)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)


def test_what_it_says_stands_beside_what_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    answered({"operations": 77_873_153, "params": None}, monkeypatch)
    explanation = explain(BLOCK, tools=["thop"], run=True)
    operations, params = explanation.tools
    assert (operations.ran, operations.residue, operations.notes) == (77_873_153, 1, ())
    assert (params.ran, params.residue) == (None, 0)
    assert [one["ran"] for one in explanation.to_dict()["tools"]] == [77_873_153, None]
    assert [one["residue"] for one in explanation.to_dict()["tools"]] == [1, 0]


def test_its_row_has_what_it_said_and_what_is_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    answered({"operations": 77_873_153}, monkeypatch)
    explanation = explain(BLOCK, tools=["thop"], run=True)
    rows = explain_json.rows(explanation)
    first = dict(zip(rows.columns, next(iter(rows.rows)), strict=True))
    assert (first["tool"], first["base"], first["factor"]) == ("thop", 73_859_072, 1)
    assert (first["says"], first["ran"], first["residue"]) == (77_873_153, 77_873_153, 1)
    assert explain_json.headline(explanation) == f"{BLOCK}: 77,873,153 to 77,873,153 operations"


def test_another_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    answered({"operations": 77_873_152}, monkeypatch, "0.1.2")
    account = explain(BLOCK, tools=["thop"], run=True).tools[0]
    assert account.version == "0.1.2"
    assert account.notes == (f"the rules are those of {THOP.version}, and 0.1.2 is installed",)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"error": "ValueError: too small"}, "thop fails on this model: ValueError: too small"),
        ("no JSON", "thop fails on this model: exit code 0"),
    ],
)
def test_why_it_says_nothing(
    answer: Mapping[str, Any] | str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(answer, monkeypatch)
    account = explain(BLOCK, tools=["thop"], run=True).tools[0]
    assert (account.ran, account.notes) == (None, (sentence,))


@pytest.mark.parametrize(("said", "code"), [(77_873_152, 0), (77_873_153, 1)])
def test_a_residue_is_exit_code_1(
    said: int, code: int, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered({"operations": said}, monkeypatch)
    result = run("explain", BLOCK, "--tool", "thop", "--run")
    assert (result.code, "that these rules do not explain" in result.out) == (code, bool(code))


def test_a_tool_of_two_figures_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[str] = []

    def note(_: object, tool: Tool) -> Outcome:
        run.append(tool.name)
        return Outcome()

    monkeypatch.setattr(runs, "_run", note)
    explain(BLOCK, tools=["thop", "fvcore", "keras"], run=True)
    assert run == ["fvcore", "thop"]


@pytest.mark.torch
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError("first\nsecond"), "ValueError: first"),
        (ValueError(), "ValueError: "),
        (
            ModuleNotFoundError("No module named 'thop'", name="thop"),
            "No module named 'thop'; install it with: python -m pip install thop",
        ),
    ],
)
def test_what_a_tool_raises_is_one_line(
    error: Exception, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bottlecalc.models import tool_runs
    from bottlecalc.models.tool_process import answer

    def fail(*_: object) -> tool_runs.Totals:
        raise error

    monkeypatch.setattr(tool_runs, "RUNS", {"thop": fail})
    request = {"tool": "thop", "inputs": [SHAPE], "spec": BLOCK, "is_network": False}
    assert answer(request) == {"error": sentence}
