"""The lock file: written, read, refused where it is damaged, and tampered with."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from bottlecalc import Plain, count
from bottlecalc.budgets.budget import CONVENTION, Budget, Figure, Limit
from bottlecalc.budgets.check import hold
from bottlecalc.budgets.counting import figures
from bottlecalc.budgets.lock import Lock, LockError, document, outdated, read
from bottlecalc.budgets.verdict import Part, Verdict
from bottlecalc.render.sentences import breach
from tests.budgets.cases import BLOCK, baseline


def test_a_lock_is_read_as_it_was_written() -> None:
    budget = Budget(name="ü\x01", block=BLOCK, limits={"params": Limit(most=1)})
    verdict = hold(budget, count(BLOCK))
    text = document([verdict], Lock())
    lock = read(text, "lock.json")
    assert lock.baselines["ü\x01"].figures == figures(count(BLOCK))
    assert lock.baselines["ü\x01"].basis == verdict.budget.basis
    assert document([], lock) == text
    assert lock.strangers([]) == ("ü\x01",)
    assert lock.kept([verdict.budget]) == lock


def test_it_is_laid_out_to_be_merged() -> None:
    """A budget is a few lines, one a module that costs something; text as it is."""
    block = Plain(1, 2)
    budget = Budget(name="ü", block=block, size=(1, 1))
    text = document([hold(budget, count(block, 1))], Lock())
    assert text.splitlines() == [
        "{",
        '  "budgets": {',
        '    "ü": {',
        '      "basis": {"counter": "closed form", "input": "1×1", "of": "plain:in=1,out=2"},',
        '      "figures": {"activations": 4, "flops": 40, "macs": 20, "params": 28,'
        ' "trainable_params": 28},',
        '      "modules": {',
        '        "bn1": {"params": 4, "trainable_params": 4},',
        '        "conv1": {"activations": 2, "macs": 18, "params": 18, "trainable_params": 18},',
        '        "shortcut": {"activations": 2, "macs": 2, "params": 6, "trainable_params": 6}',
        "      }",
        "    }",
        "  },",
        f'  "convention": "{CONVENTION}",',
        '  "schema": "bottlecalc.lock/2"',
        "}",
    ]


def test_two_small_budgets_are_few_lines() -> None:
    budgets = [Budget(name=name, block=BLOCK) for name in "ab"]
    assert document([hold(one, count(BLOCK)) for one in budgets], Lock()).count("\n") < 40


def test_nothing_is_a_count_too() -> None:
    lock = read(LOCKED.replace("9", "0"), "lock.json")
    assert lock.baselines["a"].figures == {"macs": 0}


def test_an_update_keeps_what_has_a_budget_and_todays_convention() -> None:
    budget = Budget(name="a", block=BLOCK)
    ours = read(document([hold(budget, count(BLOCK))], Lock()), "lock.json")
    assert ours.kept([budget]) == ours
    assert ours.kept([]) == Lock()
    assert read(LOCKED, "lock.json").kept([budget]) == Lock()


def test_one_of_the_first_schema_is_read_and_written_anew() -> None:
    """Its modules are told all the way down."""
    first = json.loads(LOCKED)
    deep = {"conv": {"params": 3}, "a.b": {"params": 1}, "a.c": {"params": 2}}
    first["budgets"]["a"] |= {"figures": {"params": 6}, "modules": deep}
    first["convention"] = CONVENTION
    lock = read(json.dumps(first), "lock.json")
    assert (lock.baselines["a"].depth, lock.baselines["a"].modules) == (None, deep)
    written = json.loads(document([], lock))
    assert written["schema"] == "bottlecalc.lock/2"
    assert written["budgets"]["a"]["modules"] == {"conv": {"params": 3}, "a": {"params": 3}}


def test_a_lock_is_up_to_date_or_says_why_not() -> None:
    budget = Budget(name="a", block=BLOCK)
    verdict = hold(budget, count(BLOCK))
    text = document([verdict], Lock())
    fresh = read(text, "lock.json")
    assert outdated(fresh, [verdict], [budget]) == []
    assert outdated(None, [verdict], [budget]) == ["it is not there"]
    assert outdated(Lock(), [verdict], [budget]) == ["'a' is not in it"]
    assert outdated(fresh, [], []) == ["no budget is named 'a'"]
    for was, now, reason in [
        ('"params": 24192', '"params": 99999', "'a' has 24,192 params, there it is 99,999"),
        ('"params": 9216', '"params": 9215', "the modules of 'a' are others"),
        ("out=128", "out=129", "'a' is of bottleneck:in=64,out=128 on 56×56, there of another"),
        ("56×56", "28×28", "'a' is of bottleneck:in=64,out=128 on 56×56, there of another"),
    ]:
        assert was in text
        stale = read(text.replace(was, now), "lock.json")
        assert outdated(stale, [verdict], [budget]) == [reason]


def test_one_of_the_first_schema_is_up_to_date_too() -> None:
    budget = Budget(name="a", block=BLOCK)
    before = baseline(BLOCK, budget)
    verdict = hold(budget, count(BLOCK))
    assert outdated(Lock(baselines={"a": before}), [verdict], [budget]) == []


def test_no_module_changes_against_a_lock_that_is_up_to_date() -> None:
    """Activations, which cost nothing and are in no lock, are no new modules."""
    budget = Budget(name="a", block=BLOCK)
    verdict = hold(budget, count(BLOCK))
    free = [node.name for node in count(BLOCK).own if node.type == "ReLU"]
    assert free == ["relu1", "relu2", "relu"]
    lock = read(document([verdict], Lock()), "lock.json")
    assert "relu" not in lock.baselines["a"].modules
    for before in (lock.baselines["a"], baseline(BLOCK, budget)):
        assert hold(budget, count(BLOCK), before).changes() == ()


def held_against(figure: Figure, module: str, by: int) -> Verdict:
    """The block held against its own baseline, in whose file one figure is off by so much."""
    budget = Budget(name="a", block=BLOCK, max_increase=Fraction(0))
    found = json.loads(document([hold(budget, count(BLOCK))], Lock()))
    entry = found["budgets"]["a"]
    entry["figures"][figure] += by
    if module:
        entry["modules"][module][figure] += by
    return hold(budget, count(BLOCK), read(json.dumps(found), "lock.json").baselines["a"])


HELD: tuple[Figure, ...] = ("params", "trainable_params", "macs", "activations")


def test_an_untampered_baseline_holds() -> None:
    assert held_against("params", "", 0).status == "pass"


@pytest.mark.parametrize("figure", HELD)
def test_a_baseline_one_too_low_is_seen(figure: Figure) -> None:
    verdict = held_against(figure, "", -1)
    assert set(verdict.breaches) == {figure}
    assert verdict.breaches[figure].over == 1
    value = verdict.breaches[figure].value
    assert f"more than the baseline's {value - 1:,}; max_increase = 0% allows" in breach(verdict)


@pytest.mark.parametrize("figure", [*HELD, "flops"])
def test_a_baseline_one_too_high_is_a_change_and_no_breach(figure: Figure) -> None:
    verdict = held_against(figure, "", 1)
    assert verdict.status == "pass"
    changed = {f: one.value - (one.baseline or 0) for f, one in verdict.findings.items()}
    assert {f: change for f, change in changed.items() if change} == {figure: -1}


def test_a_module_of_a_baseline_one_off_is_what_grew() -> None:
    """conv2: 9·32·32 weights."""
    verdict = held_against("params", "conv2", -1)
    assert verdict.parts("params") == (Part(name="conv2", value=9_216, baseline=9_215),)
    assert "parameters that grew: conv2 9,215 → 9,216 (+1)" in breach(verdict)


LOCKED = """{"schema": "bottlecalc.lock/1", "convention": "", "versions": {"torch": null,
"fvcore": null}, "budgets": {"a": {"basis": {"of": "", "input": "", "counter": ""},
"figures": {"macs": 9}, "modules": {}}}}"""
BROKEN = "of the budget 'a', "


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is no JSON: Expecting"),
        ("[" * 100_000, "it is nested too deeply"),
        ("[]", "its schema is None, not 'bottlecalc.lock/2'"),
        ("{}", "its schema is None, not 'bottlecalc.lock/2'"),
        ('{"schema": "bottlecalc.lock/3"}', "its schema is 'bottlecalc.lock/3', not 'bottlecalc"),
        ('{"schema": ["bottlecalc.lock/2"]}', "its schema is ['bottlecalc.lock/2'], not 'bott"),
        ('{"schema": "bottlecalc.lock/1"}', "it lacks its convention or budgets"),
        (LOCKED.replace("9", "1.5"), BROKEN + "macs = 1.5 is no count"),
        (LOCKED.replace("9", "-1"), BROKEN + "macs = -1 is no count"),
        (LOCKED.replace('"of"', '"off"'), BROKEN + "something is missing or wrong"),
        (LOCKED.replace('"input"', '"in"'), BROKEN + "something is missing or wrong"),
        (LOCKED.replace('"counter"', '"by"'), BROKEN + "something is missing or wrong"),
    ],
)
def test_a_bad_lock_is_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(LockError) as error:
        read(text, "lock.json")
    assert str(error.value).startswith(f"lock.json is no lock file: {reason}")
    assert str(error.value).endswith(
        "; make it anew with: bottlecalc check --update, without a NAME"
    )
