"""Exercises about why blocks are as they are: one reason among three that are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bottlecalc.handout.bank.numbers import Numbers, letters
from bottlecalc.handout.exercises import Exercise


class Reason(NamedTuple):
    """What is asked for, by the names that the templates use.

    Attributes:
        right: the reason.
        wrong: what pupils say instead; each is a slip of its own.
    """

    right: str
    wrong: tuple[str, str, str]


REASONS: Mapping[str, Reason] = {
    "narrow": Reason("narrow_product", ("narrow_view", "narrow_norm", "narrow_shortcut")),
    "bias": Reason("bias_subtracted", ("bias_relu", "bias_cost", "bias_size")),
    "shortcut": Reason("shortcut_shape", ("shortcut_middle", "shortcut_norm", "shortcut_gradient")),
    "image": Reason("image_macs", ("image_both", "image_twice", "image_none")),
    "depthwise": Reason(
        "depthwise_filter", ("depthwise_shortcut", "depthwise_relu", "depthwise_linear")
    ),
    "time": Reason("time_memory", ("time_pointwise", "time_flops", "time_norm")),
}
"""What is asked, by its name."""


def reason(numbers: Numbers) -> Exercise:
    """One of four reasons."""
    asked = numbers.alike.choice(sorted(REASONS))
    right, wrong = REASONS[asked]
    options, answer = numbers.choice(right, *wrong)
    quantities = {"asked": asked, "options": options}
    return Exercise(quantities=quantities, answer=answer, slips=letters(options, answer))
