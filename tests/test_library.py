"""The library's face: typed, documented, the same figures as the command line."""

from __future__ import annotations

import pytest

import bottlecalc
from bottlecalc import Bottleneck, MeasureError, Plain, build, compare, count, measure


def test_the_readmes_comparison() -> None:
    blocks = (Plain(64, 128), Bottleneck(64, 128))
    counts = [count(block, size=(56, 56)) for block in blocks]
    measured = [measure(build(block), (1, 64, 56, 56)) for block in blocks]
    comparison = compare(counts, measured)
    assert comparison.agrees is True
    assert comparison.break_even_mid == 80
    assert float(comparison.ratios[0].params["main"]) == 4.8
    assert (counts[0].params.block, counts[1].params.block) == (82_432, 24_192)


def test_without_measurements_nothing_is_claimed() -> None:
    assert compare([count(Plain(3, 4))]).agrees is None


def test_there_is_one_break_even_or_none() -> None:
    two = [count(Bottleneck(64, 128)), count(Bottleneck(64, 128, groups=2))]
    assert compare(two[:1]).break_even_mid == 80
    assert compare(two).break_even_mid is None
    assert compare([count(Plain(3, 4))]).break_even_mid is None


def test_compare_wants_counts_and_measurements_to_match() -> None:
    counted = count(Plain(3, 4))
    with pytest.raises(ValueError, match="no counts were given; give at least one"):
        compare([])
    with pytest.raises(ValueError, match="1 measurements were given for 2 counts; give one for"):
        compare([counted, counted], [measure(build(Plain(3, 4)), counted.input)])


def test_a_wrong_input_is_one_sentence() -> None:
    with pytest.raises(MeasureError, match=r"shape \(1, 5, 4, 4\) could not be measured: Given"):
        measure(build(Plain(3, 4)), (1, 5, 4, 4))


@pytest.mark.parametrize("name", bottlecalc.__all__)
def test_everything_public_is_documented(name: str) -> None:
    assert getattr(bottlecalc, name).__doc__
