"""Approved raises: how far they carry, until when, and that they are told."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import Report, check
from bottlecalc.budgets import allowance
from bottlecalc.budgets.budget import Figure
from bottlecalc.budgets.file import read, read_contents
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.render.pull_request import document
from tests.changes.conftest import Repository, repository  # noqa: F401
from tests.conftest import Run

BLOCK = '[[budget]]\nname = "net"\nblock = "plain:in=3,out=4"\nmax_params = 100\n'
"""136 parameters: 3·4·9, 2·4, 3·4 and 2·4."""

APPROVED = 'allow = [{{ budget = "net", to = {to}, reason = "wider stem"{more} }}]\n'
TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "today", lambda: TODAY)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def held(here: Path, text: str) -> Report:
    (here / "bottlecalc.toml").write_text(text, "utf-8")
    return check()


def approved(to: object = '"0.15k"', more: str = "") -> str:
    return APPROVED.format(to=to, more=f", {more}" if more else "")


def test_that_without_it_the_budget_is_exceeded(here: Path) -> None:
    assert held(here, BLOCK).exit_code == 1


@pytest.mark.parametrize("until", ["", "until = 2026-06-15", 'until = "2026-06-16"'])
def test_what_is_approved_holds_and_is_told(until: str, here: Path) -> None:
    report = held(here, approved(more=until) + BLOCK)
    assert report.exit_code == 0
    finding = report.verdicts[0].findings["params"]
    assert (finding.over, finding.most, finding.approved) == (0, 150, 150)
    day = " until 2026-06-1" if until else " (wider stem)"
    assert f"net: approved: params up to 150{day}" in str(report)
    assert "(wider stem)" in str(report)
    assert re.search(r"136 +≤ 150 +90.7%", str(report))


def test_beyond_what_is_approved_is_too_much(here: Path) -> None:
    report = held(here, approved(135) + BLOCK)
    assert report.exit_code == 1
    assert "net: 136 parameters exceed the approved 135 by 1 (0.7%)" in str(report)
    assert "max_params = 100" not in str(report)


def test_what_has_expired_is_told_and_holds_nothing(here: Path) -> None:
    report = held(here, approved(more="until = 2026-06-14") + BLOCK)
    assert report.exit_code == 1
    assert "136 parameters exceed max_params = 100 by 36 (36.0%)" in str(report)
    assert (
        "expired: params up to 150 until 2026-06-14 was approved (wider stem); renew it or take"
        " it out" in str(report)
    )


def test_what_is_not_needed_is_told(here: Path) -> None:
    report = held(here, approved() + BLOCK.replace("100", "136"))
    assert report.exit_code == 0
    assert "approved and not needed: params up to 150 (wider stem); take it out" in str(report)


def test_what_is_of_no_budget_is_told(here: Path) -> None:
    report = held(here, approved().replace("net", "nett") + BLOCK)
    assert report.exit_code == 1
    assert report.notes == (
        "approved of no budget: 'nett', up to 150 (wider stem); mend its name or take it out"
        " (did you mean 'net'?)",
    )


@pytest.mark.parametrize(
    ("limits", "more", "figure"),
    [
        ("max_macs = 1", "", "macs"),
        ("max_params = 1\nmax_macs = 1", "", "params"),
        ("max_params = 1\nmax_macs = 1", 'figure = "macs"', "macs"),
        ('max_increase_activations = "1%"', "", "activations"),
    ],
)
def test_the_figure_is_the_one_that_is_limited(limits: str, more: str, figure: Figure) -> None:
    (budget,) = read(approved(more=more) + BLOCK.replace("max_params = 100", limits), "f.toml")
    assert budget.approved(figure) == 150
    assert [one.figure for one in budget.allowances] == [figure]


def test_what_follows_from_a_figure_is_approved_with_it() -> None:
    """Trainable parameters are no more than all, FLOPs are 2 × MACs."""
    text = approved() + approved(70, 'figure = "macs"').replace("allow = [", "").replace("]", "")
    text = text.replace("}]\n{", "}, {").rstrip() + "]\n"
    (budget,) = read(text + BLOCK, "f.toml")
    assert [budget.approved(figure) for figure in ("params", "trainable_params", "flops")] == [
        150, 150, 140,
    ]  # fmt: skip


def test_a_pattern_and_an_entry_s_own(here: Path) -> None:
    text = 'allow = [{ budget = "n*", to = 150, reason = "x" }]\n'
    assert held(here, text + BLOCK).exit_code == 0
    assert held(here, BLOCK + 'allow = [{ to = 150, reason = "x" }]\n').exit_code == 0
    own = f"{BLOCK}{approved()}"
    assert held(here, own).exit_code == 0
    pyproject = BLOCK.replace("[[budget]]", "[[tool.bottlecalc.budget]]")
    text = f"[tool.bottlecalc]\n{approved()}{pyproject}"
    assert read(text, "f.toml")[0].allowances[0].to == 150


def test_a_name_that_is_like_a_pattern_is_a_name_first() -> None:
    """``[v2]`` would be one letter."""
    text = (approved() + BLOCK).replace('"net"', '"net [v2]"')
    assert read(text, "f.toml")[0].approved("params") == 150


def test_an_entry_s_own_is_of_each_of_its_models() -> None:
    """Which are named by the model too; what names a budget itself is read once."""
    beside = '{ budget = "*net:B", to = 200, reason = "x" }'
    entry = '[[budget]]\nname = "own"\nmodel = ["net:A", "net:B"]\nmax_params = 100\n'
    own = f'allow = [{{ to = 150, reason = "x" }}, {beside}]\n'
    contents = read_contents(entry + own, "f.toml")
    assert [sorted(one.to for one in b.allowances) for b in contents.budgets] == [[150], [150, 200]]
    assert contents.unmatched == ()
    unnamed = entry.replace('name = "own"\n', "") + own
    assert [one.approved("params") for one in read(unnamed, "f.toml")] == [150, 200]


WRONG = [
    ("3", "f.toml: allow = 3 is no list of tables; give allow = [{ budget"),
    ("[3]", "f.toml: allow = [3] is no list of tables"),
    ('[{ to = 3, reason = "x" }]', 'allow 1: no budget; give budget = "…"'),
    ('[{ budget = "net", reason = "x" }]', "allow 1: no to; give the most that it may be"),
    ('[{ budget = "net", to = 3 }]', 'allow 1: no reason; give reason = "…"'),
    ('[{ budget = "net", to = 3, reason = " " }]', "allow 1: reason = ' ' says nothing; give"),
    ('[{ budget = "net", to = "3q", reason = "x" }]', "allow 1: to = '3q' has the unknown unit"),
    ('[{ budget = "n", to = 3, reason = "x", figure = "weights" }]', "figure = 'weights'; give p"),
    ('[{ budget = "n", to = 3, reason = "x", untill = 3 }]', "unknown key 'untill'; the keys are"),
    ('[{ budget = "n", to = 3, reason = "x", until = 3 }]', "until = 3 is no day; give one, such"),
    ('[{ budget = "n", to = 3, reason = "x", until = "soon" }]', "until = 'soon' is no day"),
    ('[{ budget = "n", to = 3, reason = "x", until = 2027-01-31T00:00:00 }]', "is no day; give"),
]


@pytest.mark.parametrize(("value", "sentence"), WRONG)
def test_a_mistake_is_one_sentence(value: str, sentence: str) -> None:
    with pytest.raises(BudgetError, match=re.escape(sentence)) as error:
        read(f"allow = {value}\n{BLOCK}", "f.toml")
    assert "\n" not in str(error.value)


def test_the_json_has_it(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(approved(more="until = 2026-07-01") + BLOCK, "utf-8")
    (budget,) = json.loads(run("check", "--format", "json").out)["budgets"]
    assert budget["allow"] == [
        {"figure": "params", "to": 150, "reason": "wider stem", "until": "2026-07-01",
         "status": "used"},
    ]  # fmt: skip
    assert (budget["status"], budget["figures"]["params"]["approved"]) == ("pass", 150)


def test_a_reader_of_the_comment_sees_it(repository: Repository) -> None:  # noqa: F811
    """What was approved in the same change, what that allows, and that it grew."""
    smaller = BLOCK.replace("out=4", "out=3").replace("100", "90")  # 3·3·9 and 2·3: 87
    repository.commit(bottlecalc_toml=smaller + 'max_increase_params = "1%"\n')
    grown: dict[str, Any] = {
        "bottlecalc_toml": approved() + smaller.replace("out=3", "out=4")
        + 'max_increase_params = "1%"\n'
    }  # fmt: skip
    repository.branch("grow", **grown)
    report = check(against="main")
    assert report.exit_code == 0
    text = document(report)
    assert "| ✓ | net | parameters | 87 | 136 | +49 | +56.32% | ≤ 150 | 90.7% |" in text
    assert "- allow (params) = params up to 150 is new with this change" in text
    assert "- approved: params up to 150 (wider stem)" in text
