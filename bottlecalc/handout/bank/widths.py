"""Exercises about the middle's width, and about two blocks held against each other."""

from __future__ import annotations

from dataclasses import replace
from math import isqrt
from random import Random

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.explore.break_even import break_even_mid
from bottlecalc.handout.bank.bottlenecks import main_path, widths
from bottlecalc.handout.bank.numbers import Numbers
from bottlecalc.handout.exercises import Exercise

PERCENTAGES = (50, 70, 80, 90, 110, 120, 135, 170)
"""Of the width at which a bottleneck costs as much as two 3×3; as many below it as above."""


def budget(numbers: Numbers) -> Exercise:
    """The widest middle for a budget."""
    block, random = numbers.bottleneck(), numbers.random
    c, d = block.in_channels, block.out_channels
    mid = random.randrange(6, max(12, min(c, d)))
    most = random.randrange(_main(block, mid), _main(block, mid + 1))
    slips = {
        "next_width": mid + 1,
        "only_3x3": isqrt(most // 9),
        "forgot_last": _widest(c, most),
    }
    layers = main_path(closed_form.count(replace(block, mid_channels=mid)))
    quantities = {"c": c, "d": d, "budget": most}
    return Exercise(quantities=quantities, answer=_widest(c + d, most), slips=slips, layers=layers)


def break_even(numbers: Numbers) -> Exercise:
    """The widest middle that still saves."""
    block = numbers.bottleneck()
    end = break_even_mid(block)
    if end is None:  # of the class's own, which is too narrow
        return break_even(replace(numbers, own=None))
    c, d = block.in_channels, block.out_channels
    plain = 9 * c * d
    slips = {
        "next_width": end + 1,
        "only_3x3": isqrt(c * d - 1),  # fewer, so that 9·m² is below 9·c·d
        "forgot_last": _widest(c, plain - 1),
    }
    layers = main_path(closed_form.count(replace(block, mid_channels=end)))
    quantities = {"c": c, "d": d, "plain": plain}
    return Exercise(quantities=quantities, answer=end, slips=slips, layers=layers)


def which(numbers: Numbers) -> Exercise:
    """Which of two blocks is cheaper: the narrower one as often as the other."""
    cheaper, dearer = numbers.random.sample(("basic", "bottleneck"), 2)
    counts = _pair(numbers.random)
    while not counts[cheaper].params.main < counts[dearer].params.main:
        counts = _pair(numbers.random)
    options, answer = numbers.choice(cheaper, dearer)
    other = "B" if answer == "A" else "A"
    bottleneck = counts["bottleneck"].block
    assert isinstance(bottleneck, Bottleneck)
    narrow = counts["basic"].block.in_channels
    quantities = {"narrow": narrow, **widths(bottleneck), "options": options}
    layers = sum((main_path(counts[one]) for one in options), ())
    return Exercise(quantities=quantities, answer=answer, slips={"other": other}, layers=layers)


def ratio(numbers: Numbers) -> Exercise:
    """How many percent of the plain block's parameters a bottleneck has."""
    block = numbers.bottleneck()
    count, plain = closed_form.count(block), Plain(block.in_channels, block.out_channels)
    whole, layers = closed_form.count(plain).params.main, main_path(count)
    first, second, last = (layer.weights for layer in layers)
    part = first + second + last
    share = _percent(part, whole)
    slips = {
        "saved": abs(100 - share),
        "turned_over": _percent(whole, part),
        "forgot_last": _percent(part - last, whole),
        "only_3x3": _percent(second, whole),
    }
    quantities = {**widths(block), "plain": whole}
    return Exercise(quantities=quantities, answer=share, slips=slips, layers=layers)


def _pair(random: Random) -> dict[str, Count]:
    """Two 3×3, and a bottleneck that is wider and costs about as much, or up to twice or half."""
    narrow = random.randrange(16, 65, 4)
    mid = random.randrange(narrow // 8 * 4, narrow + 1, 4)
    even = (18 * narrow * narrow - 9 * mid * mid) // (2 * mid)
    wide = even * random.choice(PERCENTAGES) // 800 * 8
    return {
        "basic": closed_form.count(Basic(narrow, narrow)),
        "bottleneck": closed_form.count(Bottleneck(wide, wide, mid_channels=mid)),
    }


def _percent(part: int, whole: int) -> int:
    """Of the whole, to the nearest; a half is rounded up."""
    return (200 * part + whole) // (2 * whole)


def _main(block: Bottleneck, mid: int) -> int:
    return closed_form.count(replace(block, mid_channels=mid)).params.main


def _widest(ends: int, most: int) -> int:
    """The largest m with 9·m² + ends·m within ``most``."""
    return (isqrt(ends * ends + 36 * most) - ends) // 18
