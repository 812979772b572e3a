"""What comes of holding budgets: how far beyond, which modules, and with what exit code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from torch import nn

from bottlecalc import Bottleneck, Plain, build, count, count_model
from bottlecalc.budgets.budget import Budget, Figures, Limit
from bottlecalc.budgets.check import hold
from bottlecalc.budgets.increase import read_increase
from bottlecalc.budgets.verdict import Finding, Part, exit_code, own_figures
from bottlecalc.render.sentences import breach, notes
from tests.awkward import GRID, Case
from tests.budgets.cases import BLOCK, baseline


@pytest.mark.parametrize(
    ("finding", "over"),
    [
        (Finding(value=7), 0),
        (Finding(value=7, limit=Limit(most=7)), 0),
        (Finding(value=7, limit=Limit(most=5)), 2),
        (Finding(value=7, limit=Limit(most=9), allowed=6), 1),
        (Finding(value=7, limit=Limit(most=4), allowed=6), 3),
        (Finding(value=7, limit=Limit(least=7, most=8)), 0),
        (Finding(value=7, limit=Limit(least=10)), -3),
        (Finding(value=7, limit=Limit(least=10, most=0)), 7),
        (Finding(value=7, limit=Limit(least=10), allowed=7), -3),
    ],
)
def test_the_tighter_limit_says_how_far_beyond(finding: Finding, over: int) -> None:
    assert finding.over == over


def test_a_breach_says_everything() -> None:
    budget = Budget(
        name="stage2",
        block=BLOCK,
        limits={"params": Limit(most=24_000), "flops": Limit(least=10**9)},
        message="Ask first.",
    )
    assert breach(hold(budget, count(BLOCK))).splitlines() == [
        "stage2: 24,192 parameters exceed max_params = 24,000 by 192 (0.8%)",
        "  stage2: 147,718,144 FLOPs fall short of min_flops = 1,000,000,000"
        " by 852,281,856 (85.2%)",
        "  counted: bottleneck:in=64,out=128 on 1×64×56×56, by closed form",
        "  parameters that weigh most: conv2 9,216 (38.1%), shortcut.conv 8,192 (33.9%),"
        " conv3 4,096 (16.9%)",
        "  Ask first.",
    ]


def test_what_weighs_is_told_in_the_figures_own_unit() -> None:
    """conv2: 9,216 weights at 3,136 positions, 2 FLOPs each, of twice 73,859,072 (facts)."""
    budget = Budget(name="a", block=BLOCK, limits={"flops": Limit(most=1)})
    text = breach(hold(budget, count(BLOCK)))
    assert "FLOPs that weigh most: conv2 57,802,752 (39.1%), shortcut.conv 51,380,224" in text
    grown = hold(budget, count(BLOCK), baseline(Bottleneck(64, 128, mid_channels=31), budget))
    conv2 = 2 * 9 * 56 * 56
    assert f"conv2 {conv2 * 31**2:,} → {conv2 * 32**2:,} (+" in breach(grown)


def test_what_did_not_grow_weighs() -> None:
    budget = Budget(name="a", block=BLOCK, limits={"params": Limit(most=1)})
    text = breach(hold(budget, count(BLOCK), baseline(BLOCK, budget)))
    assert "parameters that weigh most: conv2 9,216 (38.1%)" in text


def test_what_was_not_there_before_grew_from_nothing() -> None:
    """A plain block from 1 channel to 1: its convolution has 9 weights, its norm 2."""
    budget = Budget(name="a", block=Plain(1, 1), max_increase=Fraction(0))
    before = baseline(Plain(1, 1), budget)
    modules: dict[str, Figures] = {"conv1": {"macs": 3}, "bn1": before.modules["bn1"]}
    verdict = hold(budget, count(Plain(1, 1)), replace(before, modules=modules))
    assert verdict.parts("params") == (Part(name="conv1", value=9, baseline=0),)
    small = count_model(nn.Sequential(nn.Linear(1, 1, bias=False)), (1, 1))
    grown = hold(replace(budget, name="b"), small, replace(before, modules={}))
    assert grown.parts("params") == (Part(name="0", value=1, baseline=0),)
    assert Part(name="a", value=5, baseline=0).growth == Part(name="a", value=5).growth == 5


def test_frozen_parameters_are_not_blamed() -> None:
    model = nn.Sequential(nn.Linear(100, 100), nn.Linear(100, 10))
    model[0].requires_grad_(False)
    budget = Budget(name="a", model="a:b", limits={"trainable_params": Limit(most=9)})
    text = breach(hold(budget, count_model(model)))
    assert "trainable parameters that weigh most: 1 1,010 (100.0%)" in text


def test_shares_of_huge_figures() -> None:
    block = Plain(10**200, 10**200)
    budget = Budget(name="a", block=block, limits={"params": Limit(most=7)})
    text = breach(hold(budget, count(block)))
    assert re.search(r"exceed max_params = 7 by [\d,]+ \(\d+\.\d%\)", text)


def test_an_increase_is_shown_as_it_was_given() -> None:
    budget = Budget(name="a", block=BLOCK, max_increase=read_increase("0.123456%"))
    small = Bottleneck(64, 128, mid_channels=31)
    text = breach(hold(budget, count(BLOCK), baseline(small, budget)))
    assert "max_increase = 0.123456% allows" in text


def test_what_is_said_of_the_count_is_added_where_it_is_rendered() -> None:
    """A verdict's own notes concern the baseline; how it was counted is the count's to say."""
    model = nn.Sequential(nn.Conv2d(3, 4, 3, padding="same"))
    counted = count_model(model, (1, 3, 7, 5), counter="fvcore")
    counted = replace(counted, notes=("built on the CPU",))
    budget = Budget(name="a", model="a:b", inputs=counted.inputs, counter="fvcore")
    before = hold(budget, counted)
    stale = replace(baseline(BLOCK, budget), basis={**budget.basis, "input": "1×3"})
    verdict = hold(budget, counted, stale)
    told = (
        "built on the CPU",
        "fvcore does not support aten::_convolution_mode ×1, and counts none of it",
    )
    about = "the baseline is stale: input was 1×3 and is 1×3×7×5"
    assert (before.notes, notes(before)) == ((), told)
    assert (verdict.notes, notes(verdict)) == ((about,), (*told, about))


def test_exit_codes() -> None:
    cost = count(BLOCK)
    fine = hold(Budget(name="a", block=BLOCK, limits={"params": Limit(most=10**6)}), cost)
    over = hold(Budget(name="b", block=BLOCK, limits={"params": Limit(most=1)}), cost)
    warned = hold(replace(over.budget, level="warn"), cost)
    failed = hold(Budget(name="d", block=BLOCK, max_increase=Fraction(0)), cost)
    assert [v.status for v in (fine, over, warned, failed)] == [
        "pass", "breach", "warning", "error",
    ]  # fmt: skip
    assert exit_code([fine, warned]) == 0
    assert exit_code([fine, over]) == 1
    assert exit_code([fine, over], exit_zero=True) == 0
    assert exit_code([over, failed]) == exit_code([failed], exit_zero=True) == 2


def something(modules: Mapping[str, Figures]) -> dict[str, Figures]:
    """Modules that have something of their own: containers and activations have nothing."""
    return {name: own for name, own in modules.items() if any(own.values())}


@pytest.mark.parametrize("case", GRID[::7], ids=str)
def test_a_block_and_its_module_have_the_same_figures_of_their_own(case: Case) -> None:
    """Their two locks can be compared, module by module."""
    counted = count(case.block, case.size, case.batch)
    module = count_model(build(case.block), counted.input, counter="torch")
    own = something(own_figures(counted))
    assert own == something(own_figures(module))
    assert sum(figures["macs"] for figures in own.values()) == counted.macs.block
    assert sum(figures["params"] for figures in own.values()) == counted.params.block


def test_two_budgets_of_one_function_do_not_read_alike() -> None:
    model = nn.Linear(3, 4, bias=False)
    budgets = (
        Budget(name=f"depth {n}", model="mod:create_model", arguments={"depth": n, "kind": "a"},
               limits={"params": Limit(most=1)})
        for n in (6, 7)
    )  # fmt: skip
    first, second = (breach(hold(budget, count_model(model))) for budget in budgets)
    assert "counted: mod:create_model(depth=6,kind='a'), by torch" in first
    assert "counted: mod:create_model(depth=7,kind='a'), by torch" in second
