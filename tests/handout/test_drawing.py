"""What is drawn: spread over many answers, of the level and of the class's own block."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc import Bottleneck, build, parse
from bottlecalc.handout.bank import BANK, LEVELS
from bottlecalc.handout.bank.numbers import Numbers, Own
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.worksheet import draw
from tests.handout.test_exercises import of_kind

SPREAD = {
    "budget": 60, "break_even": 40, "ratio": 25, "receptive_field": 25, "groups": 25,
    "which": 2, "reason": 4, "which_tool": 4,
}  # fmt: skip
"""How many answers there are at least in 200 draws, where fewer than 50."""


@pytest.mark.parametrize("kind", BANK)
def test_answers_are_spread(kind: str) -> None:
    """No few of them are the usual ones, and each letter is as likely as the others."""
    numbers = Numbers(Random(kind))
    times = Counter(BANK[kind](numbers).answer for _ in range(200))
    assert len(times) >= SPREAD.get(kind, 50)
    most = times.most_common(1)[0][1]
    if all(isinstance(answer, str) for answer in times):
        assert most < 200 / len(times) + 30
    else:
        assert most <= 25


@pytest.mark.parametrize("by", [("c", "m"), ("c", "narrow"), ("m", "narrow")])
def test_which_does_not_follow_from_one_factor(by: tuple[str, str]) -> None:
    """Whatever the factor at which one would guess, every fourth guess is wrong."""
    asked = [of_kind("which", seed) for seed in range(400)]
    ratios = [(x.quantities[by[0]] / x.quantities[by[1]], cheap(x)) for x in asked]
    for edge, _ in ratios:
        guessed = sum((ratio < edge) == (name == "bottleneck") for ratio, name in ratios)
        assert 100 < guessed < 300


def cheap(x: Exercise) -> str:
    return str(x.quantities["options"]["AB".index(str(x.answer))])


@given(st.integers(0, 10**6), st.sampled_from([None, *LEVELS]))
@settings(max_examples=15, deadline=None)
def test_every_worksheet_is_sound(seed: int, level: int | None) -> None:
    exercises = draw(8, seed, level)
    known = [kind.__name__ for kind in (LEVELS[level] if level else ())] or [*BANK]
    assert all(x.sound and x.slips and x.kind in known for x in exercises)
    assert len({str(x.quantities) for x in exercises}) == 8
    for x in exercises:
        if isinstance(x.answer, str):
            assert {x.answer, *x.slips.values()} == {*"ABCD"[: len(x.quantities["options"])]}


def test_levels_are_all_kinds_once() -> None:
    names = [kind.__name__ for kinds in LEVELS.values() for kind in kinds]
    assert sorted(names) == sorted(BANK)
    assert [*LEVELS] == [1, 2, 3]
    assert {x.kind for x in draw(30, 1, 3)} == {kind.__name__ for kind in LEVELS[3]}


TAKES_A_BOTTLENECK = (
    *("three_layers", "projection", "batch_norm", "macs", "stride", "mistake", "memory", "ratio"),
    *("budget", "break_even", "tools", "convention", "which_tool"),
)


@pytest.mark.parametrize("spec", ["bottleneck:in=45,out=77,mid=11", "bottleneck:in=52,out=34"])
def test_the_classs_own_channels_come_first(spec: str) -> None:
    block = parse(spec)
    assert isinstance(block, Bottleneck)
    own = Own(block, (15, 26))
    exercises = draw(2 * len(BANK), 5, None, own)
    ours, others = exercises[: len(BANK)], exercises[len(BANK) :]
    first = {x.kind: x.quantities for x in ours}
    for kind in TAKES_A_BOTTLENECK:
        asked = first[kind]
        assert (asked["c"], asked["d"]) == (block.in_channels, block.out_channels), kind
        assert asked.get("m", main_width(block)) == main_width(block)
        assert (asked.get("h", 15), asked.get("w", 26)) == (15, 26)
    assert not any(x.quantities.get("c") == block.in_channels for x in others)


def main_width(block: Bottleneck) -> int:
    return int(build(block).conv2.out_channels)  # type: ignore[union-attr, arg-type]


def test_own_channels_that_suit_no_exercise_give_way() -> None:
    """No projection, or hardly a number: the exercise is of other channels, and sound."""
    for spec in ("bottleneck:in=64,out=64", "bottleneck:in=1,out=1,mid=1", "bottleneck:in=2,out=4"):
        block = parse(spec)
        assert isinstance(block, Bottleneck)
        exercises = draw(len(BANK), 2, None, Own(block, (1, 1)))
        assert all(x.sound for x in exercises)
    same = {x.kind: x for x in draw(len(BANK), 2, None, Own(Bottleneck(64, 64), (14, 15)))}
    assert same["three_layers"].quantities == {"c": 64, "m": 16, "d": 64}
    assert "with_projection" not in same["macs"].slips
    assert same["projection"].quantities["c"] != same["projection"].quantities["d"]
