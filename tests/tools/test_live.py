"""The rules, against the tools themselves: those that are installed, each in its own process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bottlecalc import explain
from bottlecalc.tools.runs import installed
from bottlecalc.tools.table import TOOLS

RUN = list(dict.fromkeys((tool.name, tool.package) for tool in TOOLS if tool.package))
CASES = Path(__file__).parent.parent / "models" / "live_cases.py"
AWKWARD = ("bottleneck:in=14,out=26,stride=2,upsample=true", "2x14x9x6")
SUBJECTS = (
    ("bottleneck:in=64,out=128", "1x64x56x56"),
    ("resnet50", "1x3x224x224"),
    ("convnext:in=10", "1x10x7x9"),
    (f"{CASES}:Attention", "2x9x12"),
    (f"{CASES}:Functional", "1x5x6x7"),
)
RECORDED_ONLY = ("ultralytics-thop", "deepspeed")
"""The one has thop's own name, the other is built on the machine where it is to run."""

pytestmark = pytest.mark.torch


def wanted(name: str, package: str) -> None:
    """Leave out, by name, who is not installed as the rules have it; in CI who need not be."""
    version = next(tool.version for tool in TOOLS if tool.name == name)
    found = installed(package)
    if os.environ.get("CI") and package not in RECORDED_ONLY:
        assert found == version
    if not found:
        pytest.skip(f"{package} is not installed")
    if found != version:
        pytest.skip(f"{package} {found} is installed, and the rules are of {version}")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "package"), RUN, ids=[name for name, _ in RUN])
def test_what_a_tool_says_is_explained(name: str, package: str) -> None:
    wanted(name, package)
    explanation = explain(*AWKWARD, tools=[name], run=True)
    assert [one.ran for one in explanation.tools if one.figure == "operations"] != [None]
    assert explanation.is_explained


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda one: one[0].rpartition("/")[2])
@pytest.mark.parametrize(("name", "package"), RUN, ids=[name for name, _ in RUN])
def test_of_more_models_too(name: str, package: str, subject: tuple[str, str]) -> None:
    wanted(name, package)
    explanation = explain(*subject, tools=[name], run=True)
    assert [one.ran for one in explanation.tools if one.figure == "operations"] != [None]
    assert explanation.is_explained


def test_who_is_not_installed_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    from bottlecalc.tools import runs

    monkeypatch.setattr(runs, "installed", lambda _: "")
    explanation = explain(*AWKWARD, tools=["thop"], run=True)
    assert all(one.ran is None for one in explanation.tools)
    sentence = (
        "thop is not installed, and was not run; install it with: python -m pip install thop=="
    )
    assert [note.startswith(sentence) for note in explanation.tools[0].notes] == [True]
    assert explanation.tools[1].notes == ()
    assert explanation.is_explained


def test_a_tool_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from bottlecalc.tools import runs

    monkeypatch.setattr(runs, "installed", lambda _: "0.1.1.post2209072238")
    monkeypatch.setattr(runs, "PROCESS", "bottlecalc.nothing")
    explanation = explain(*AWKWARD, tools=["thop"], run=True)
    assert "thop fails on this model" in explanation.tools[0].notes[0]
