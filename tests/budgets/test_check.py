"""Budgets held on exact integers, and the service that counts and holds them all."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc import Bottleneck, count
from bottlecalc.budgets.budget import Budget, Figure, Limit
from bottlecalc.budgets.check import check, hold
from bottlecalc.budgets.file import read
from bottlecalc.budgets.lock import Lock, document
from bottlecalc.budgets.lock import read as read_lock
from bottlecalc.render.sentences import breach
from tests.budgets.cases import BLOCK, baseline
from tests.conftest import Run

TWO_PERCENT = Fraction(1, 50)


def test_the_limit_itself_holds() -> None:
    cost = count(BLOCK)
    budget = Budget(name="a", block=BLOCK, limits={"params": Limit(least=24_192, most=24_192)})
    assert hold(budget, cost).status == "pass"
    above = replace(budget, limits={"params": Limit(most=24_191)})
    assert hold(above, cost).breaches["params"].over == 1
    below = replace(budget, limits={"params": Limit(least=24_193)})
    assert hold(below, cost).breaches["params"].over == -1


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_breach_is_what_is_beyond(least: int, most: int) -> None:
    limits: dict[Figure, Limit] = {"params": Limit(least=least, most=most)}
    verdict = hold(Budget(name="a", block=BLOCK, limits=limits), count(BLOCK))
    assert (verdict.status == "pass") == (least <= 24_192 <= most)


def test_growth_is_held_against_the_baseline() -> None:
    """24,192 and 2%: 24,675 is allowed, and nothing above."""
    wider = Bottleneck(64, 128, mid_channels=33)
    budget = Budget(name="a", block=wider, max_increase=TWO_PERCENT)
    verdict = hold(budget, count(wider), baseline(BLOCK, budget))
    assert verdict.findings["params"].allowed == 24_675
    assert verdict.breaches["params"].over == 24_973 - 24_675
    text = breach(verdict)
    assert (
        "24,973 parameters are 781 (3.2%) more than the baseline's 24,192;"
        " max_increase = 2% allows 24,675" in text
    )
    assert "parameters that grew: conv2 9,216 → 9,801 (+585)" in text
    unchanged = replace(budget, max_increase=Fraction(0))
    assert hold(unchanged, count(BLOCK), baseline(BLOCK, unchanged)).status == "pass"


def test_a_block_may_outgrow_its_baseline() -> None:
    """The spec is what changes; size and convention are what a baseline rests on."""
    wider = Budget(name="a", block=Bottleneck(64, 256), max_increase=TWO_PERCENT)
    before = baseline(BLOCK, Budget(name="a", block=BLOCK))
    verdict = hold(wider, count(Bottleneck(64, 256)), before)
    assert verdict.status == "breach"
    assert verdict.notes == ("the baseline is of bottleneck:in=64,out=128",)
    assert "75,008 parameters are 50,816 (210.1%) more than the baseline's 24,192" in breach(
        verdict
    )
    assert "parameters that grew: conv2 9,216 → 36,864 (+27,648)" in breach(verdict)


@pytest.mark.parametrize("figure", ["params", "macs", "activations"])
def test_a_baseline_that_lacks_a_figure_holds_nothing(figure: Figure) -> None:
    budget = Budget(name="a", block=BLOCK, max_increase=TWO_PERCENT)
    whole = baseline(BLOCK, budget)
    lacking = replace(whole, figures={k: v for k, v in whole.figures.items() if k != figure})
    verdict = hold(budget, count(BLOCK), lacking)
    assert verdict.problem == (
        f"the baseline has no {figure}; make one with: bottlecalc check --update"
    )


def test_a_breach_is_told_even_where_growth_cannot_be_held() -> None:
    limits: dict[Figure, Limit] = {"params": Limit(most=1)}
    budget = Budget(name="a", block=BLOCK, limits=limits, max_increase=TWO_PERCENT)
    verdict = hold(budget, count(BLOCK))
    assert verdict.status == "error"
    assert "24,192 parameters exceed max_params = 1 by 24,191" in breach(verdict)


def test_flops_grow_as_macs_do_and_are_not_held_twice() -> None:
    limits: dict[Figure, Limit] = {"flops": Limit(most=10**12)}
    budget = Budget(name="a", block=BLOCK, limits=limits, max_increase=TWO_PERCENT)
    verdict = hold(budget, count(BLOCK), baseline(Bottleneck(64, 128, mid_channels=31), budget))
    assert set(verdict.breaches) == {"params", "trainable_params", "macs"}
    assert verdict.findings["flops"].allowed is None


def test_without_a_baseline_growth_cannot_be_held() -> None:
    budget = Budget(name="a", block=BLOCK, max_increase=TWO_PERCENT)
    verdict = hold(budget, count(BLOCK))
    assert verdict.status == "error"
    assert verdict.problem == (
        "there is no baseline for max_increase; make one with: bottlecalc check --update"
    )


def test_a_baseline_of_something_else_is_stale() -> None:
    limits: dict[Figure, Limit] = {"macs": Limit(most=10**9)}
    budget = Budget(name="a", block=BLOCK, size=(28, 28), limits=limits)
    other = baseline(BLOCK, Budget(name="a", block=BLOCK))
    verdict = hold(budget, count(BLOCK, (28, 28)), other)
    assert verdict.status == "pass"
    assert verdict.findings["macs"].baseline is None
    assert verdict.notes == ("the baseline is stale: input was 56×56 and is 28×28",)
    strict = hold(replace(budget, max_increase=TWO_PERCENT), count(BLOCK, (28, 28)), other)
    assert "the baseline is stale: input was" in strict.problem
    assert strict.notes == ()
    convention = replace(other, basis={**other.basis, "convention": "FLOPs = MACs"})
    (note,) = hold(Budget(name="a", block=BLOCK), count(BLOCK), convention).notes
    assert note.startswith("the baseline is stale: convention was FLOPs = MACs and is MACs of")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    return tmp_path


BUDGETS = """\
[[budget]]
name = "holds"
block = "bottleneck:in=64,out=128"
max_params = "25k"

[[budget]]
name = "is exceeded"
block = "plain:in=64,out=128"
max_params = 80_000
max_increase = "2%"

[[budget]]
name = "cannot be"
block = "plain:in=3,out=4,downsample=true"
size = [7, 8]
max_macs = 1
"""


def test_a_report_prints_as_the_commands_table_and_becomes_its_json(here: Path, run: Run) -> None:
    """A baseline that is outgrown, a breach, and one that cannot be counted."""
    (here / "bottlecalc.toml").write_text(BUDGETS, "utf-8")
    budgets = read(BUDGETS, "bottlecalc.toml")
    before = check(budgets[:2], growth=False)
    text = document(before.verdicts, Lock()).replace("82432", "80000")
    (here / "bottlecalc.lock.json").write_text(text, "utf-8")
    report = check(budgets, read_lock(text, "bottlecalc.lock.json"))
    assert [verdict.status for verdict in report.verdicts] == ["pass", "breach", "error"]
    assert str(report) == run("check").out
    assert "is exceeded: 82,432 parameters are 2,432 (3.0%) more than the baseline's" in str(report)
    printed = run("check", "--format", "json")
    assert report.to_dict() == json.loads(printed.out)
    assert report.exit_code == printed.code == 2


def test_growth_is_not_held_where_the_baseline_is_made_anew() -> None:
    budgets = read(BUDGETS, "f.toml")[1:2]
    (held,) = check(budgets).verdicts
    assert held.problem.startswith("there is no baseline for max_increase; make one")
    report = check(budgets, growth=False)
    assert report.verdicts[0].problem == ""
    assert report.verdicts[0].status == "breach"
    assert (report.exit_code, check(budgets, growth=False, exit_zero=True).exit_code) == (1, 0)


def test_each_budget_is_told_of_before_it_is_counted() -> None:
    told: list[str] = []
    check(read(BUDGETS, "f.toml"), progress=told.append)
    assert told == ["checking holds", "checking is exceeded", "checking cannot be"]


WITHOUT_TORCH = """
import sys
from bottlecalc.budgets.check import check
from bottlecalc.budgets.file import read
from bottlecalc.budgets.lock import Lock, document
from bottlecalc.budgets.lock import read as read_lock
budgets = read({text!r}, "f.toml")
lock = read_lock(document(check(budgets[:2], growth=False).verdicts, Lock()), "lock.json")
report = check(budgets, lock)
str(report), report.to_dict()
print([verdict.status for verdict in report.verdicts])
print([name for name in ("torch", "fvcore", "numpy", "psutil") if name in sys.modules])
"""


def loaded(text: str) -> list[str]:
    """What a check of these budgets prints, and which heavy libraries it has loaded."""
    command = [sys.executable, "-c", WITHOUT_TORCH.format(text=text)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_blocks_are_held_without_torch() -> None:
    assert loaded(BUDGETS) == ["['pass', 'breach', 'error']", "[]"]


def test_that_torch_is_loaded_would_be_seen() -> None:
    model = '[[budget]]\nname = "m"\nmodel = "plain:in=3,out=4"\nmax_params = 136\n'
    statuses, libraries = loaded(model)
    assert statuses == "['pass']"
    assert "'torch'" in libraries


def test_what_cannot_be_counted_is_a_verdict_in_the_words_of_a_budget() -> None:
    """A budget has neither ``mid_channels`` nor ``--mid``."""
    budget = Budget(name="a", model="bottleneck:in=64,out=2", limits={"params": Limit(most=1)})
    (verdict,) = check([budget]).verdicts
    assert verdict.status == "error"
    assert verdict.count is None
    assert verdict.problem == (
        "mid = 2 // 4 = 0 in bottleneck:in=64,out=2;"
        " give the width of the middle: mid=N in the spec"
    )


@pytest.mark.parametrize("counter", ["torch", "fvcore"])
def test_a_block_budgeted_as_a_model_is_held_by_its_counter(counter: str) -> None:
    """3·3·64·128 + 64·128 weights at 56² positions, and no closed form asked for them."""
    entry = '[[budget]]\nname = "a"\nmodel = "plain:in=64,out=128"\nmax_macs = 1\n'
    entry += f'input = [1, 64, 56, 56]\ncounter = "{counter}"\n'
    (verdict,) = check(read(entry, "f.toml")).verdicts
    assert verdict.breaches["macs"].value == (73_728 + 8_192) * 56 * 56
    assert list(verdict.versions) == [counter]
    assert verdict.count is not None
    assert list(verdict.count.counters) == [counter]


def test_a_block_budgeted_as_a_model_without_an_input_has_parameters_alone() -> None:
    entry = '[[budget]]\nname = "a"\nmodel = "plain:in=64,out=128"\nmax_params = 82_432\n'
    (verdict,) = check(read(entry, "f.toml")).verdicts
    assert verdict.status == "pass"
    assert set(verdict.findings) == {"params", "trainable_params"}
    assert not any(own["macs"] or own["activations"] for own in verdict.modules.values())
    (unheld,) = check(read(entry.replace("max_params", "max_macs"), "f.toml")).verdicts
    assert unheld.problem.startswith("macs cannot be counted without an input; give input = [1,")


FAILING = """\
import builtins, os, weakref
from torch import nn

alive = builtins.alive = getattr(builtins, "alive", None) or weakref.WeakSet()

class Wanders(nn.Module):
    def forward(self, x):
        os.chdir("/")
        return x

def build(name):
    model = nn.Linear(3, 2)
    model.name = name
    alive.add(model)
    raise ValueError(f"alive: {sorted({model.name for model in alive})}")
"""


def test_where_a_model_goes_the_next_budget_does_not(here: Path) -> None:
    (here / "net.py").write_text(FAILING, "utf-8")
    entry = '[[budget]]\nname = "{}"\nmodel = "net.py:Wanders"\ninput = [1, 3]\nmax_macs = 0\n'
    report = check(read(entry.format(1) + entry.format(2), "f.toml"))
    assert [verdict.status for verdict in report.verdicts] == ["pass", "pass"]
    assert Path.cwd() == here


def test_a_model_that_fails_is_let_go_and_its_traceback_kept(here: Path) -> None:
    """The frames of an exception would hold what was being built."""
    (here / "net.py").write_text(FAILING, "utf-8")
    entry = '[[budget]]\nname = "{0}"\nmodel = "net.py:build"\nargs.name = "{0}"\nmax_params = 1\n'
    report = check(read(entry.format("a") + entry.format("b"), "f.toml"))
    for verdict in report.verdicts:
        sentence = f"ValueError: alive: ['{verdict.budget.name}']"
        assert verdict.problem.endswith(sentence)
        assert verdict.traceback.endswith(f"{sentence}\n")
        assert 'raise ValueError(f"alive' in verdict.traceback


def test_a_block_too_large_to_be_counted_as_a_model_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """And the other budgets are held."""
    monkeypatch.chdir(tmp_path)
    block = "plain:in=1000000000000,out=64000000000000"
    text = '[[budget]]\nname = "{}"\n{} = "{}"\nmax_params = 1\n'
    entries = text.format("a", "model", block) + text.format("b", "block", "plain:in=3,out=4")
    (tmp_path / "bottlecalc.toml").write_text(entries, "utf-8")
    result = run("check", "--format", "json")
    first, second = json.loads(result.out)["budgets"]
    assert (result.code, first["status"], second["status"]) == (2, "error", "breach")
    assert "bytes are more than torch can address; give a smaller block" in first["problem"]
