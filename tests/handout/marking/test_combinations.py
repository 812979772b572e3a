"""Two slips at once, recounted by hand as a pupil would; and where slips are taught against."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bottlecalc.handout.bank import BANK
from bottlecalc.handout.bank.numbers import Numbers
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.marking import combinations
from bottlecalc.handout.marking.combinations import all_pairs, find_pair, pairs
from bottlecalc.handout.marking.verdict import ASKED, judge
from bottlecalc.handout.marking.words import TAUGHT, remark, slip
from bottlecalc.handout.worksheet import draw
from tests.handout.marking.sheet import SHEET

ROOT = Path(__file__).parent.parent.parent.parent
SEEDS = range(20)
Quantities = Mapping[str, Any]


def main(g: Quantities) -> int:
    return int(g["c"] * g["m"] + 9 * g["m"] * g["m"] + g["m"] * g["d"])


def wide(g: Quantities) -> int:
    """The 3×3 from the input's channels to the output's."""
    return int(g["c"] * g["m"] + 9 * g["c"] * g["d"] + g["m"] * g["d"])


def channels(g: Quantities) -> int:
    """What the main path's layers put out."""
    return int(2 * g["m"] + g["d"])


def widest(most: int, cost: Callable[[int], int]) -> int:
    return next(m for m in count() if cost(m + 1) > most)


def area(g: Quantities) -> int:
    return int(g["h"] * g["w"])


def kernel(g: Quantities) -> int:
    return int(9 * g["c"] * g["d"])


def grouped(g: Quantities) -> int:
    return int(9 * g["c"] * g["c"])


def nearest(part: int, whole: int) -> int:
    return int(Decimal(part) / whole + Decimal("0.5"))


def most(g: Quantities) -> int:
    """Parameters that a middle may have: a budget's, or fewer than what it replaces."""
    return int(g["budget"] if "budget" in g else g["plain"] - 1)


def strided(g: Quantities) -> int:
    """MACs of the main path, the stride on its 3×3."""
    half = area(g) // 4
    return int(g["c"] * g["m"] * area(g) + 9 * g["m"] ** 2 * half + g["m"] * g["d"] * half)


def without_shortcut(g: Quantities) -> int:
    """The rule undone, the batch norm behind the projection forgotten."""
    less = g["each"] * (2 * g["m"] + g["d"]) * area(g) + g["relus"]
    return int((g["total"] - less) // g["factor"])


def slow(g: Quantities) -> int:
    """The rule undone at half its rate."""
    return int((g["total"] - g["each"] // 2 * g["norms"] - g["relus"]) // g["factor"])


BY_HAND: dict[tuple[str, str, str], Callable[[Quantities], int]] = {
    ("pointwise", "kernel", "bias"): lambda g: kernel(g) + g["d"],
    ("three_layers", "wide_3x3", "bias"): lambda g: wide(g) + channels(g),
    ("three_layers", "wide_3x3", "forgot_last"): lambda g: g["c"] * g["m"] + kernel(g),
    ("three_layers", "bias", "batch_norm"): lambda g: main(g) + 3 * channels(g),
    ("three_layers", "wide_3x3", "batch_norm"): lambda g: wide(g) + 2 * channels(g),
    ("three_layers", "forgot_last", "bias"): (
        lambda g: g["c"] * g["m"] + g["m"] + 9 * g["m"] ** 2 + g["m"]
    ),
    ("three_layers", "forgot_last", "batch_norm"): (
        lambda g: g["c"] * g["m"] + 2 * g["m"] + 9 * g["m"] ** 2 + 2 * g["m"]
    ),
    ("projection", "batch_norm", "projection_from_mid"): (
        lambda g: main(g) + g["m"] * g["d"] + 2 * channels(g) + 2 * g["d"]
    ),
    ("projection", "forgot_projection", "batch_norm"): lambda g: main(g) + 2 * channels(g),
    ("batch_norm", "forgot_batch_norm", "bias"): (
        lambda g: main(g) + g["c"] * g["d"] + channels(g) + g["d"]
    ),
    ("batch_norm", "running_statistics", "bias"): (
        lambda g: main(g) + g["c"] * g["d"] + 5 * (channels(g) + g["d"])
    ),
    ("batch_norm", "forgot_projection", "forgot_batch_norm"): main,
    ("batch_norm", "forgot_projection", "running_statistics"): (
        lambda g: main(g) + 4 * channels(g)
    ),
    ("batch_norm", "forgot_projection", "bias"): lambda g: main(g) + 3 * channels(g),
    ("macs", "forgot_positions", "flops"): lambda g: 2 * main(g),
    ("macs", "one_side", "flops"): lambda g: 2 * main(g) * g["h"],
    ("macs", "with_projection", "flops"): lambda g: 2 * (main(g) + g["c"] * g["d"]) * area(g),
    ("macs", "with_projection", "forgot_positions"): lambda g: main(g) + g["c"] * g["d"],
    ("macs", "with_projection", "one_side"): lambda g: (main(g) + g["c"] * g["d"]) * g["h"],
    ("flops", "macs", "forgot_positions"): kernel,
    ("flops", "forgot_positions", "four"): lambda g: 4 * kernel(g),
    ("stride", "stride_on_3x3", "flops"): lambda g: 2 * strided(g),
    ("stride", "input_size", "flops"): lambda g: 2 * main(g) * area(g),
    ("dilation", "view", "bias"): lambda g: g["view"] ** 2 * g["c"] * g["d"] + g["d"],
    ("dilation", "times_dilation", "bias"): lambda g: g["dilation"] * kernel(g) + g["d"],
    ("dilation", "view", "times_dilation"): (
        lambda g: g["dilation"] * g["view"] ** 2 * g["c"] * g["d"]
    ),
    ("groups", "forgot_groups", "bias"): lambda g: grouped(g) + g["c"],
    ("groups", "groups_twice", "bias"): lambda g: grouped(g) // g["groups"] ** 2 + g["c"],
    ("mistake", "kept_mistake", "bias"): (
        lambda g: g["c"] * g["m"] + 10 * g["m"] * g["d"] + channels(g)
    ),
    ("transposed", "output_size", "flops"): lambda g: 2 * 4 * g["c"] ** 2 * 4 * area(g),
    ("transposed", "forgot_positions", "flops"): lambda g: 2 * 4 * g["c"] ** 2,
    ("inverted", "not_depthwise", "forgot_last"): (lambda g: g["c"] * g["mid"] + 9 * g["mid"] ** 2),
    ("inverted", "not_depthwise", "forgot_expansion"): (
        lambda g: 9 * g["mid"] ** 2 + g["mid"] * g["d"]
    ),
    ("inverted", "forgot_expansion", "forgot_last"): lambda g: 9 * g["mid"],
    ("inverted", "not_expanded", "not_depthwise"): lambda g: 10 * g["c"] ** 2 + g["c"] * g["d"],
    ("memory", "forgot_bytes", "last_output"): lambda g: g["d"] * area(g),
    ("memory", "forgot_bytes", "with_input"): lambda g: (channels(g) + g["c"]) * area(g),
    ("receptive_field", "forgot_strides", "forgot_dilation"): (
        lambda g: sum(layer.op.kernel[0] for layer in g["stack"]) - 2
    ),
    ("ratio", "forgot_last", "saved"): (
        lambda g: 100 - nearest(100 * (g["c"] * g["m"] + 9 * g["m"] ** 2), kernel(g))
    ),
    ("ratio", "only_3x3", "saved"): lambda g: 100 - nearest(100 * 9 * g["m"] ** 2, kernel(g)),
    ("convention", "projection_norm", "flops"): lambda g: 2 * without_shortcut(g),
    ("convention", "rate", "flops"): lambda g: 2 * slow(g),
    **{
        (kind, "only_3x3", "next_width"): lambda g: widest(most(g), lambda m: 9 * m * m) + 1
        for kind in ("budget", "break_even")
    },
    **{
        (kind, "forgot_last", "next_width"): (
            lambda g: widest(most(g), lambda m: 9 * m * m + g["c"] * m) + 1
        )
        for kind in ("budget", "break_even")
    },
}


def of_kind(kind: str, seed: int) -> Exercise:
    return replace(BANK[kind](Numbers(Random(seed))), kind=kind)


def test_every_pair_is_of_the_bank_and_recounted_here() -> None:
    assert {(kind, *pair) for kind, pair in all_pairs()} == BY_HAND.keys()
    assert all(set(pair) <= of_kind(kind, 0).slips.keys() for kind, pair in all_pairs())
    assert ASKED.keys() <= BANK.keys()


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in all_pairs()}))
def test_two_slips_give_what_a_pupil_would_get(kind: str) -> None:
    for exercise in (of_kind(kind, seed) for seed in SEEDS):
        g = exercise.quantities
        for pair, value in pairs(exercise):
            assert value == BY_HAND[kind, *pair](g), (pair, g)


def test_another_sum_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        combinations.OWN, "projection",
        {("forgot_projection", "batch_norm"): lambda x: x.answer},
    )  # fmt: skip
    with pytest.raises(AssertionError):
        test_two_slips_give_what_a_pupil_would_get("projection")


def test_a_pair_is_recognised_and_said() -> None:
    exercise = SHEET[4]
    mark = judge(5, "5880", exercise)
    assert (mark.verdict, mark.slips) == ("slip", ("forgot_last", "bias"))
    assert remark(mark, "en") == "5,880? you left out the last 1×1, and you kept the biases."
    assert remark(mark, "zh") == "5,880？你漏了最后一个 1×1 卷积；你没有去掉偏置。"


def test_one_slip_is_said_before_two_and_the_right_answer_before_both() -> None:
    for seed in SEEDS:
        for n, exercise in enumerate(draw(len(BANK), seed), 1):
            assert judge(n, str(exercise.answer), exercise).verdict == "right"
            for name, wrong in exercise.slips.items():
                assert judge(n, str(wrong), exercise).slips == (name,)


def test_of_pairs_that_give_the_same_none_is_said() -> None:
    """Seldom, and then nobody can say which two it was."""
    shared = 0
    for exercise in (of_kind(kind, seed) for kind in BANK for seed in SEEDS):
        values = [value for _, value in pairs(exercise)]
        for pair, value in pairs(exercise):
            expected = pair if values.count(value) == 1 else None
            assert find_pair(exercise, value) == expected
            shared += expected is None
    assert shared < len(SEEDS)


def test_every_slip_is_taught_against_in_a_section_that_is_there() -> None:
    used = {slip for name in BANK for seed in SEEDS for slip in of_kind(name, seed).slips}
    assert used <= TAUGHT.keys()
    for place in set(TAUGHT.values()):
        path, _, anchor = place.partition("#")
        headings = re.findall(r"^#+ (.+)$", (ROOT / path).read_text("utf-8"), re.MULTILINE)
        anchors = [re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings]
        assert anchor in anchors, place


WORDS_THERE = {
    "running_statistics": "running statistics are buffers",
    "batch_norm": "batch norm has 2 a channel",
    "output_size": "once at every position of its *input*",
    "forgot_groups": "(in / groups)",
    "flops": "2 × MACs",
    "view": "(kernel − 1) · dilation",
    "stride_on_3x3": "He et al. had it on the",
    "bias": "Convolutions have no bias",
    "forgot_last": "the two 1×1 around it",
    "next_width": "at 81 it has",
    "projection_norm": "batch norm",
}


@pytest.mark.parametrize(("name", "words"), WORDS_THERE.items())
def test_that_section_speaks_of_the_slip(name: str, words: str) -> None:
    path, _, anchor = TAUGHT[name].partition("#")
    sections = re.split(r"^#+ ", (ROOT / path).read_text("utf-8"), flags=re.MULTILINE)
    titles = {re.sub(r"[^\w -]", "", one.split("\n")[0].lower()).replace(" ", "-"): one
              for one in sections}  # fmt: skip
    assert words in titles[anchor]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_slip_has_words_and_none_is_the_others(language: Any) -> None:
    said = [slip(name, language) for name in TAUGHT]
    assert len(set(said)) == len(said)
