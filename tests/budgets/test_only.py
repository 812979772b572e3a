"""Budgets of blocks and networks alone, for which torch is not loaded, or of models alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import check
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.render.badge import document as badge
from bottlecalc.render.pull_request import document as comment
from tests.budgets.cases import HEAD
from tests.conftest import Run

NETWORK = '[[budget]]\nname = "n"\nnetwork = "resnet18"\nmax_params = "12M"\n'
MODEL = '[[budget]]\nname = "m"\nmodel = "net.py:net_*"\nmax_params = 99\n'
NET = "from torch import nn\n\ndef net_a():\n    return nn.Linear(2, 3)\n"
TORCH_FREE = """
import sys
from bottlecalc.budgets.repository import check
print(len(check(only=sys.argv[1]).verdicts), "torch" in sys.modules)
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET, "utf-8")
    text = f"{HEAD}max_params = 136\n{NETWORK}{MODEL}"
    (tmp_path / "bottlecalc.toml").write_text(text, "utf-8")
    return tmp_path


def names(**options: Any) -> list[str]:
    return [one.budget.name for one in check(**options).verdicts]


def test_each_kind_alone(here: Path, run: Run) -> None:
    assert names() == ["a", "n", "m net.py:net_a"]
    assert names(only="blocks") == ["a", "n"]
    assert names(only="models") == ["m net.py:net_a"]
    found = json.loads(run("check", "--only", "blocks", "--format", "json").out)
    assert [one["name"] for one in found["budgets"]] == ["a", "n"]
    with pytest.raises(BudgetError, match="only 'nets' is neither 'blocks' nor 'models'"):
        check(only="nets")  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "said"), [("blocks", "2 False"), ("models", "1 True")])
def test_torch_is_loaded_for_models_alone(kind: str, said: str, here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TORCH_FREE, kind], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == said


def test_what_a_pattern_was_not_looked_for_is_not_gone(here: Path) -> None:
    """Neither from the baseline, nor what was approved of it."""
    text = (here / "bottlecalc.toml").read_text("utf-8")
    approved = 'allow = [{ budget = "m net.py:net_a", to = 100, reason = "x" }]\n'
    (here / "bottlecalc.toml").write_text(approved + text, "utf-8")
    check(update=True)
    before = (here / "bottlecalc.lock.json").read_text("utf-8")
    report = check(only="blocks")
    assert report.notes == ()
    check(only="blocks", update=True)
    assert (here / "bottlecalc.lock.json").read_text("utf-8") == before
    (here / "bottlecalc.toml").write_text(text.replace("net_*", "net_b*"), "utf-8")
    assert "no budget is named 'm net.py:net_a'" in check(only="blocks").notes[0]


def test_where_there_is_none_of_a_kind_that_is_said(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(f"{HEAD}max_params = 136\n", "utf-8")
    for form in ("table", "json", "markdown", "github", "junit", "sarif", "pr", "badge"):
        done = run("check", "--only", "models", "--format", form)
        assert (done.code, done.err) == (0, "")
        assert form == "badge" or "no budget is of models: nothing was checked" in done.out
    report = check(only="models")
    assert str(report).endswith("0 budgets: none\n")
    assert json.loads(badge(report))["message"] == "all 0 hold"
    assert "**– Model budgets**: none" in comment(report)
