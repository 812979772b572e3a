"""The lock file: written, read, refused where it is damaged, and tampered with."""

from __future__ import annotations

import json
import platform
from fractions import Fraction

import pytest

from bottlecalc import count
from bottlecalc.budgets.budget import CONVENTION, Budget, Figure, Limit
from bottlecalc.budgets.check import figures, hold
from bottlecalc.budgets.lock import Lock, LockError, document, read
from bottlecalc.budgets.verdict import Part, Verdict
from bottlecalc.render.budgets import breach
from bottlecalc.version import __version__
from tests.budgets.cases import BLOCK


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


def test_it_is_laid_out_to_be_compared_line_by_line() -> None:
    """Sorted, one figure a line, and text as it is; what a layer has none of is left out."""
    lock = read(LOCKED.replace('"a"', '"ü"').replace("null", '"2.13.0"', 1), "lock.json")
    assert document([], lock).splitlines() == [
        "{",
        '  "budgets": {',
        '    "ü": {',
        '      "basis": {',
        '        "counter": "",',
        '        "input": "",',
        '        "of": ""',
        "      },",
        '      "figures": {',
        '        "macs": 9',
        "      },",
        '      "modules": {}',
        "    }",
        "  },",
        f'  "convention": "{CONVENTION}",',
        '  "schema": "bottlecalc.lock/1",',
        '  "versions": {',
        f'    "bottlecalc": "{__version__}",',
        '    "fvcore": null,',
        f'    "python": "{platform.python_version()}",',
        '    "torch": "2.13.0"',
        "  }",
        "}",
    ]


def test_nothing_is_a_count_too() -> None:
    lock = read(LOCKED.replace("9", "0"), "lock.json")
    assert lock.baselines["a"].figures == {"macs": 0}


def test_an_update_keeps_what_has_a_budget_and_todays_convention() -> None:
    budget = Budget(name="a", block=BLOCK)
    ours = read(document([hold(budget, count(BLOCK))], Lock(versions={"torch": "9"})), "lock.json")
    assert ours.versions == {"torch": "9"}
    assert ours.kept([budget]) == ours
    assert ours.kept([]) == Lock()
    theirs = read(LOCKED.replace("null", '"9"', 1), "lock.json")
    assert (theirs.versions, theirs.kept([budget])) == ({"torch": "9"}, Lock())


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
        ("[]", "its schema is None, not 'bottlecalc.lock/1'"),
        ("{}", "its schema is None, not 'bottlecalc.lock/1'"),
        ('{"schema": "bottlecalc.lock/2"}', "its schema is 'bottlecalc.lock/2', not 'bottlecalc"),
        ('{"schema": "bottlecalc.lock/1"}', "it lacks its convention, versions or budgets"),
        (LOCKED.replace("9", "1.5"), BROKEN + "macs = 1.5 is no count"),
        (LOCKED.replace("9", "-1"), BROKEN + "macs = -1 is no count"),
        (LOCKED.replace('"of"', '"off"'), BROKEN + "something is missing or wrong"),
        (LOCKED.replace('"input"', '"in"'), BROKEN + "something is missing or wrong"),
        (LOCKED.replace('"counter"', '"by"'), BROKEN + "something is missing or wrong"),
        (LOCKED.replace("null", '["x"]', 1), "it lacks its convention, versions or budgets"),
    ],
)
def test_a_bad_lock_is_one_sentence(text: str, reason: str) -> None:
    with pytest.raises(LockError) as error:
        read(text, "lock.json")
    assert str(error.value).startswith(f"lock.json is no lock file: {reason}")
    assert str(error.value).endswith(
        "; make it anew with: bottlecalc check --update, without a NAME"
    )
