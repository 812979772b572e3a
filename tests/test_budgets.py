"""Budgets: read with every mistake named, and held on exact integers."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from bottlecalc import Bottleneck, Plain, count, count_model
from bottlecalc.budgets.budget import (
    Baseline,
    Budget,
    Figure,
    Limit,
    exit_code,
    figures,
    hold,
    modules,
)  # fmt: skip
from bottlecalc.budgets.entry import BudgetError, read_number, read_percent
from bottlecalc.budgets.file import read
from bottlecalc.budgets.lock import Lock, LockError
from bottlecalc.budgets.lock import read as read_lock
from bottlecalc.models.model import Input
from bottlecalc.render.breaches import breach
from bottlecalc.render.locks import document

BLOCK = Bottleneck(64, 128)
HEAD = '[[budget]]\nname = "a"\nblock = "plain:in=3,out=4"\n'
MODEL = '[[budget]]\nname = "a"\nmodel = "net:Net"\n'


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (25_000, 25_000), ("25k", 25_000), ("4.2M", 4_200_000), ("1.5G", 1_500_000_000),
        ("25_000", 25_000), ("0.001k", 1), (0, 0), ("9T", 9 * 10**12), ("25 k", 25_000),
        (10**40, 10**40), ("0.3M", 300_000),
    ],
)  # fmt: skip
def test_limits_are_read_exactly(given: object, number: int) -> None:
    assert read_number(given) == number


@given(st.integers(0, 10**18), st.sampled_from(["k", "M", "G", "T"]))
def test_a_unit_is_a_power_of_ten(value: int, unit: str) -> None:
    assert read_number(f"{value}{unit}") == value * 10 ** {"k": 3, "M": 6, "G": 9, "T": 12}[unit]


@pytest.mark.parametrize("text", ["-1", -1, "", "k", "1e3", 2.5, True, None, "1,000", "١k", "1__0"])
def test_other_limits_are_refused(text: object) -> None:
    with pytest.raises(BudgetError, match="is no limit; give a whole number or one with a unit"):
        read_number(text)


def test_increases_are_read_exactly() -> None:
    assert read_percent("2%") == Fraction(1, 50)
    assert read_percent("0.1 %") == Fraction(1, 1000)
    for text in ("2", 2, "-1%", "two%", "", "0.1234567%", f"{10**400}%"):
        with pytest.raises(BudgetError, match=r'is no increase; give percent, such as "2%"'):
            read_percent(text)


def test_an_entry_is_read_whole() -> None:
    text = (
        '\n# [[budget]]\n[[ budget ]]\nname = "a"\nmodel = "net:Net"\nargs = { width = 3 }\n'
        'input = [[1, 3, 7, 5], "1x4:int64"]\nmax_params = "1k"\nmin_macs = 3\n'
        'max_increase = "2%"\n'
        'counter = "fvcore"\nlevel = "warn"\nmessage = "why"\n'
    )
    assert read(text, "f.toml") == (
        Budget(
            name="a",
            model="net:Net",
            arguments={"width": 3},
            inputs=(Input((1, 3, 7, 5)), Input((1, 4), "int64")),
            counter="fvcore",
            limits={"params": Limit(most=1000), "macs": Limit(least=3)},
            max_increase=Fraction(1, 50),
            level="warn",
            message="why",
            file="f.toml",
            line=3,
        ),
    )


@pytest.mark.parametrize("given", ["[1, 3, 7]", "[[1, 3, 7]]", '"1x3x7"', '["1x3x7"]'])
def test_one_input_in_every_spelling(given: str) -> None:
    (budget,) = read(f"{MODEL}max_macs = 1\ninput = {given}\n", "f.toml")
    assert budget.inputs == (Input((1, 3, 7)),)


REFUSED = [
    ("a = [", "f.toml is no TOML: "),
    ("", "f.toml has no budgets; add a [[tool.bottlecalc.budget]] to pyproject.toml, or a"),
    ("[tool.other]\na = 1\n", "f.toml has no budgets; add a"),
    ("[tool.bottlecalc]\n", "f.toml has no budgets; add a"),
    ('[project]\nname = "x"\n', "f.toml has no budgets; add a"),
    (
        "[tool.bottlecalc]\nbudget = 3\n",
        "f.toml: budget = 3 is no list; write [[tool.bottlecalc.budget]]",
    ),
    (
        '[tool.bottlecalc.budget]\nname = "x"\n',
        "f.toml: budget = {'name': 'x'} is no list; write [[tool.bottlecalc.budget]]",
    ),
    (
        '[[tool.bottlecalc]]\nname = "x"\n',
        "f.toml: tool.bottlecalc = [{'name': 'x'}] is no table; write [[tool.bottlecalc.budget]]",
    ),
    (
        "[tool.bottlecalc]\nbudgets = 3\n",
        "f.toml: unknown key 'budgets' beside the budgets; only [[tool.bottlecalc.budget]] is"
        " allowed (did you mean budget?)",
    ),
    (
        "message = 3\n" + HEAD,
        "f.toml: unknown key 'message' beside the budgets; only [[budget]] is allowed",
    ),
    (
        HEAD + "max_params = 1\n[[tool.bottlecalc.budget]]\n",
        "f.toml has budgets both in [[budget]] and in [tool.bottlecalc]; give one of the two",
    ),
    ("a = " + "[" * 3000, "f.toml is nested too deeply; mend it there"),
    ("budget = [3]", "f.toml: budget 1: 3 is no table; write [[tool.bottlecalc.budget]]"),
    (
        '[[budget]]\nname = "a"\nmax_params = 1\n',
        "f.toml, line 1: budget 'a': it has neither block nor model; give one of the two",
    ),
    (
        HEAD + 'model = "a:b"\n',
        "f.toml, line 1: budget 'a': it has both block and model; give one of the two",
    ),
    (HEAD, "f.toml, line 1: budget 'a': it limits nothing; give a max_…, a min_… or max_increase"),
    (
        HEAD + "flops = 3\n",
        "f.toml, line 4: budget 'a': 'flops' does not say what is meant: MACs or FLOPs (2 × MACs),"
        " most or least; give max_macs, max_flops, min_macs or min_flops",
    ),
    (
        HEAD + "\nmax_param = 3\n",
        "f.toml, line 5: budget 'a': unknown key 'max_param'; the keys are block, size, name,"
        " max_params, min_params, max_trainable_params,",
    ),
    (HEAD + "max_param = 3\n", "(did you mean max_params?)"),
    (
        HEAD + "input = [1]\nmax_params = 1\n",
        "f.toml, line 4: budget 'a': 'input' goes with a model, and this has none; leave it out",
    ),
    (
        MODEL + "size = 56\nmax_params = 1\n",
        "f.toml, line 4: budget 'a': 'size' goes with a block, and this has none; leave it out",
    ),
    (
        HEAD + "max_params = 2.5\n",
        "f.toml, line 4: budget 'a': max_params = 2.5 is no limit; give a whole number or one",
    ),
    (
        HEAD + 'max_macs = "3K"\n',
        "f.toml, line 4: budget 'a': max_macs = '3K' has the unknown unit 'K'; the units are"
        " k (10³), M (10⁶), G (10⁹) and T (10¹²)",
    ),
    (
        HEAD + 'max_macs = "1.2345k"\n',
        "f.toml, line 4: budget 'a': max_macs = '1.2345k' is no whole number; give one",
    ),
    (
        HEAD + 'max_increase = "2"\n',
        "f.toml, line 4: budget 'a': max_increase = '2' is no increase; give percent",
    ),
    (
        HEAD + "max_params = 1\nmin_params = 2\n",
        "f.toml, line 5: budget 'a': min_params = 2 is more than max_params = 1;"
        " give a range that holds something",
    ),
    (
        HEAD + "max_params = 1\nsize = [5]\n",
        "f.toml, line 5: budget 'a': size = [5]; give [height, width], such as [56, 56]",
    ),
    (
        HEAD + 'max_params = 1\nlevel = "info"\n',
        "f.toml, line 5: budget 'a': level = 'info'; give \"error\" or \"warn\"",
    ),
    (
        MODEL + 'max_params = 1\ncounter = "both"\n',
        "f.toml, line 5: budget 'a': counter = 'both'; give \"torch\" or \"fvcore\"",
    ),
    (
        MODEL + "max_params = 1\nargs = 3\n",
        "f.toml, line 5: budget 'a': args = 3 is no table; give { name = value }",
    ),
    (
        MODEL + "max_params = 1\ninput = [[1, -3]]\n",
        "f.toml, line 5: budget 'a': input = [[1, -3]]; give [1, 3, 224, 224], or [[…], […]] for",
    ),
    (
        MODEL + 'max_params = 1\ninput = "1x3:int"\n',
        "f.toml, line 5: budget 'a': unknown dtype 'int' in '1x3:int'; the dtypes are",
    ),
    (
        HEAD.replace("plain:in=3", "plane:in=3") + "max_params = 1\n",
        "f.toml, line 3: budget 'a': unknown family 'plane' in 'plane:in=3,out=4'",
    ),
    (
        '[[budget]]\nblock = "plain:in=3,out=4"\nmax_params = 1\n',
        'f.toml, line 1: budget 1: name is missing; give name = "…"',
    ),
    (
        '[[budget]]\nname = 3\nblock = "plain:in=3,out=4"\nmax_params = 1\n',
        'f.toml, line 2: budget 1: name = 3 is no text; give name = "…"',
    ),
    (
        '[[budget]]\nname = " "\nblock = "plain:in=3,out=4"\nmax_params = 1\n',
        "f.toml, line 2: budget ' ': name is empty; give one",
    ),
    (
        HEAD + 'message = """\nmax_params = 1\n\n"""\nmax_params = "q"\n',
        "f.toml, line 8: budget 'a': max_params = 'q' is no limit",
    ),
    (
        MODEL + "input = [\n  [1],\n  [\n    5\n  ]\n]\nlevel = 3\nmax_macs = 1\n",
        "f.toml, line 10: budget 'a': level = 3; give",
    ),
    (
        HEAD + "max_macs = 1\nlevel.x = 3\n[tool.other]\nlevel = 3\n",
        "f.toml, line 5: budget 'a': level = {'x': 3}; give",
    ),
    (
        f"# it's [[budget]] \u2028\n{HEAD}size = [\n  3, # [\n  5,\n]\nlevel = 3\nmax_macs = 1\n",
        "f.toml, line 9: budget 'a': level = 3; give",
    ),
    (
        (HEAD + "max_params = 1\n") * 2,
        "f.toml, line 6: budget 'a': there are two budgets named 'a'; give each a name of its own",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED, ids=lambda text: text[-40:])
def test_bad_budgets_are_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BudgetError, match=re.escape(sentence)) as error:
        read(text, "f.toml")
    assert "\n" not in str(error.value).replace("\\n", "")


def test_the_limit_itself_holds() -> None:
    cost = count(BLOCK)
    budget = Budget("a", BLOCK, limits={"params": Limit(24_192, 24_192)})
    assert hold(budget, cost).status == "pass"
    above = replace(budget, limits={"params": Limit(most=24_191)})
    assert hold(above, cost).breaches["params"].over == 1
    below = replace(budget, limits={"params": Limit(least=24_193)})
    assert hold(below, cost).breaches["params"].over == -1


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_breach_is_what_is_beyond(least: int, most: int) -> None:
    verdict = hold(Budget("a", BLOCK, limits={"params": Limit(least, most)}), count(BLOCK))
    assert (verdict.status == "pass") == (least <= 24_192 <= most)


def test_a_breach_says_everything() -> None:
    budget = Budget(
        "stage2", BLOCK, limits={"params": Limit(most=24_000), "flops": Limit(least=10**9)},
        message="Ask first.",
    )  # fmt: skip
    assert breach(hold(budget, count(BLOCK))).splitlines() == [
        "stage2: 24,192 parameters exceed max_params = 24,000 by 192 (0.8%)",
        "  stage2: 147,718,144 FLOPs fall short of min_flops = 1,000,000,000"
        " by 852,281,856 (85.2%)",
        "  counted: bottleneck:in=64,out=128 on 1×64×56×56, by closed form",
        "  parameters that weigh most: conv2 9,216 (38.1%), shortcut.conv 8,192 (33.9%),"
        " conv3 4,096 (16.9%)",
        "  Ask first.",
    ]


def baseline(block: Plain | Bottleneck, budget: Budget) -> Baseline:
    cost = count(block)
    return Baseline(budget.of, budget.basis, figures(cost), modules(cost))


def test_growth_is_held_against_the_baseline() -> None:
    """24,192 and 2%: 24,675 is allowed, and nothing above."""
    budget = Budget("a", Bottleneck(64, 128, mid_channels=33), max_increase=Fraction(1, 50))
    verdict = hold(budget, count(Bottleneck(64, 128, mid_channels=33)), baseline(BLOCK, budget))
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
    wider = Budget("a", Bottleneck(64, 256), max_increase=Fraction(1, 50))
    verdict = hold(wider, count(Bottleneck(64, 256)), baseline(BLOCK, Budget("a", BLOCK)))
    assert verdict.status == "breach"
    assert verdict.notes == ("the baseline is of bottleneck:in=64,out=128",)
    assert "75,008 parameters are 50,816 (210.1%) more than the baseline's 24,192" in breach(
        verdict
    )
    assert "parameters that grew: conv2 9,216 → 36,864 (+27,648)" in breach(verdict)


@pytest.mark.parametrize("figure", ["params", "macs", "activations"])
def test_a_baseline_that_lacks_a_figure_holds_nothing(figure: Figure) -> None:
    budget = Budget("a", BLOCK, max_increase=Fraction(1, 50))
    whole = baseline(BLOCK, budget)
    lacking = whole._replace(figures={k: v for k, v in whole.figures.items() if k != figure})
    verdict = hold(budget, count(BLOCK), lacking)
    assert verdict.problem == (
        f"the baseline has no {figure}; make one with: bottlecalc check --update"
    )


def test_a_breach_is_told_even_where_growth_cannot_be_held() -> None:
    budget = Budget("a", BLOCK, limits={"params": Limit(most=1)}, max_increase=Fraction(1, 50))
    verdict = hold(budget, count(BLOCK))
    assert verdict.status == "error"
    assert "24,192 parameters exceed max_params = 1 by 24,191" in breach(verdict)


def test_what_weighs_is_told_in_the_figures_own_unit() -> None:
    """conv2: 9,216 weights at 3,136 positions, 2 FLOPs each, of twice 73,859,072 (facts)."""
    budget = Budget("a", BLOCK, limits={"flops": Limit(most=1)})
    text = breach(hold(budget, count(BLOCK)))
    assert "FLOPs that weigh most: conv2 57,802,752 (39.1%), shortcut.conv 51,380,224" in text
    grown = hold(budget, count(BLOCK), baseline(Bottleneck(64, 128, mid_channels=31), budget))
    conv2 = 2 * 9 * 56 * 56
    assert f"conv2 {conv2 * 31**2:,} → {conv2 * 32**2:,} (+" in breach(grown)


def test_what_did_not_grow_weighs() -> None:
    budget = Budget("a", BLOCK, limits={"params": Limit(most=1)})
    text = breach(hold(budget, count(BLOCK), baseline(BLOCK, budget)))
    assert "parameters that weigh most: conv2 9,216 (38.1%)" in text


def test_frozen_parameters_are_not_blamed() -> None:
    model = nn.Sequential(nn.Linear(100, 100), nn.Linear(100, 10))
    model[0].requires_grad_(False)
    budget = Budget("a", model="a:b", limits={"trainable_params": Limit(most=9)})
    text = breach(hold(budget, count_model(model)))
    assert "trainable parameters that weigh most: 1 1,010 (100.0%)" in text


def test_shares_of_huge_figures() -> None:
    block = Plain(10**200, 10**200)
    text = breach(hold(Budget("a", block, limits={"params": Limit(most=7)}), count(block)))
    assert re.search(r"exceed max_params = 7 by [\d,]+ \(\d+\.\d%\)", text)


def test_an_increase_is_shown_as_it_was_given() -> None:
    budget = Budget("a", BLOCK, max_increase=read_percent("0.123456%"))
    small = Bottleneck(64, 128, mid_channels=31)
    text = breach(hold(budget, count(BLOCK), baseline(small, budget)))
    assert "max_increase = 0.123456% allows" in text


def test_flops_grow_as_macs_do_and_are_not_held_twice() -> None:
    limits: dict[Figure, Limit] = {"flops": Limit(most=10**12)}
    budget = Budget("a", BLOCK, limits=limits, max_increase=Fraction(1, 50))
    verdict = hold(budget, count(BLOCK), baseline(Bottleneck(64, 128, mid_channels=31), budget))
    assert set(verdict.breaches) == {"params", "trainable_params", "macs"}
    assert verdict.findings["flops"].allowed is None


def test_without_a_baseline_growth_cannot_be_held() -> None:
    budget = Budget("a", BLOCK, max_increase=Fraction(1, 50))
    verdict = hold(budget, count(BLOCK))
    assert verdict.status == "error"
    assert verdict.problem == (
        "there is no baseline for max_increase; make one with: bottlecalc check --update"
    )


def test_a_baseline_of_something_else_is_stale() -> None:
    budget = Budget("a", BLOCK, size=(28, 28), limits={"macs": Limit(most=10**9)})
    other = baseline(BLOCK, Budget("a", BLOCK))
    verdict = hold(budget, count(BLOCK, (28, 28)), other)
    assert verdict.status == "pass"
    assert verdict.findings["macs"].baseline is None
    assert verdict.notes == ("the baseline is stale: input was 56×56 and is 28×28",)
    strict = hold(replace(budget, max_increase=Fraction(1, 50)), count(BLOCK, (28, 28)), other)
    assert "the baseline is stale: input was" in strict.problem
    assert strict.notes == ()
    convention = other._replace(basis={**other.basis, "convention": "FLOPs = MACs"})
    (note,) = hold(Budget("a", BLOCK), count(BLOCK), convention).notes
    assert note.startswith("the baseline is stale: convention was FLOPs = MACs and is MACs of")


def test_exit_codes() -> None:
    cost = count(BLOCK)
    fine = hold(Budget("a", BLOCK, limits={"params": Limit(most=10**6)}), cost)
    over = hold(Budget("b", BLOCK, limits={"params": Limit(most=1)}), cost)
    warned = hold(replace(over.budget, level="warn"), cost)
    failed = hold(Budget("d", BLOCK, max_increase=Fraction(0)), cost)
    assert [v.status for v in (fine, over, warned, failed)] == [
        "pass", "breach", "warning", "error",
    ]  # fmt: skip
    assert exit_code([fine, warned]) == 0
    assert exit_code([fine, over]) == 1
    assert exit_code([fine, over], exit_zero=True) == 0
    assert exit_code([over, failed]) == exit_code([failed], exit_zero=True) == 2


def test_a_lock_is_read_as_it_was_written() -> None:
    verdict = hold(Budget("ü\x01", BLOCK, limits={"params": Limit(most=1)}), count(BLOCK))
    text = document([verdict], Lock({}, {}))
    lock = read_lock(text, "lock.json")
    assert lock.baselines["ü\x01"].figures == figures(count(BLOCK))
    assert lock.baselines["ü\x01"].basis == verdict.budget.basis
    assert document([], lock) == text
    assert lock.strangers([]) == ("ü\x01",)
    assert lock.kept([verdict.budget]) == lock


LOCKED = """{"schema": "bottlecalc.lock/1", "convention": "", "versions": {"torch": null,
"fvcore": null}, "budgets": {"a": {"basis": {"of": "", "input": "", "counter": ""},
"figures": {"macs": 9}, "modules": {}}}}"""
BROKEN = "of the budget 'a', "


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is no JSON: Expecting"),
        ("[" * 100_000, "it is no JSON: maximum recursion depth exceeded"),
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
        read_lock(text, "lock.json")
    assert str(error.value).startswith(f"lock.json is no lock file: {reason}")
    assert str(error.value).endswith(
        "; make it anew with: bottlecalc check --update, without a NAME"
    )
