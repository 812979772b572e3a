"""What usual slips give, to the unit; and questions that have one answer whatever the block."""

from __future__ import annotations

from random import Random

import pytest

from bottlecalc import Bottleneck
from bottlecalc.handout.bank import BANK
from bottlecalc.handout.bank.counters import TOLD
from bottlecalc.handout.bank.numbers import Numbers, Own
from bottlecalc.handout.bank.reasons import REASONS
from bottlecalc.handout.worksheet import MOST, class_forms, draw


def own(c: int, d: int, mid: int, size: tuple[int, int] = (5, 7), seed: int = 0) -> Numbers:
    return Numbers(Random(seed), Own(Bottleneck(c, d, mid_channels=mid), size))


@pytest.mark.parametrize(("c", "d"), [(32, 128), (24, 96), (48, 96), (72, 32), (18, 1)])
def test_a_middle_that_still_saves_is_below_what_it_replaces(c: int, d: int) -> None:
    slips = BANK["break_even"](own(c, d, 1)).slips
    saving = [m for m in range(1, 400) if 9 * m * m < 9 * c * d]
    assert slips["only_3x3"] == saving[-1]
    saving = [m for m in range(1, 400) if c * m + 9 * m * m < 9 * c * d]
    assert slips["forgot_last"] == saving[-1]


RATES = {
    "torch": (2, 0, 0), "fvcore": (1, 2, 0), "thop": (1, 4, 0), "calflops": (2, 2, 1),
    "torchprofile": (1, 1, 0),
}  # fmt: skip
"""For every MAC, and every element of batch norm and of ReLU, by the tools' sources."""


@pytest.mark.parametrize(("c", "m", "d"), [(1, 1, 3), (4, 2, 14), (64, 32, 128)])
def test_one_tool_alone_says_the_total(c: int, m: int, d: int) -> None:
    """Of 1 → 1 → 3 as many MACs as two for every normalised element: torch's total is fvcore's."""
    assert RATES.keys() == TOLD.keys()
    for seed in range(40):
        g = BANK["which_tool"](own(c, d, m, seed=seed)).quantities
        weights = g["c"] * g["m"] + 9 * g["m"] ** 2 + g["m"] * g["d"] + g["c"] * g["d"]
        norms, relus = 2 * (g["m"] + g["d"]), 2 * g["m"] + g["d"]
        rates = [RATES[name] for name in g["options"]]
        sums = [mac * weights + norm * norms + relu * relus for mac, norm, relu in rates]
        assert [one * g["h"] * g["w"] for one in sums].count(g["total"]) == 1


def test_no_reason_is_asked_for_twice_before_all_were() -> None:
    """Another order of the same four reasons is no other question."""
    for seed in range(8):
        asked = [x.quantities["asked"] for x in draw(MOST, seed, 2) if x.kind == "reason"]
        assert len(asked) > len(REASONS) == len(set(asked[: len(REASONS)]))


def test_a_class_is_asked_for_the_same_reasons_however_many() -> None:
    forms = class_forms(60, ("Ada", "Bert", "Cleo"), "hush", level=2)
    asked = [[x.quantities.get("asked") for x in form.exercises] for form in forms]
    assert asked[0] == asked[1] == asked[2]
