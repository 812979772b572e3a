"""``compare``: blocks, their text, or what was counted of them; torch where it is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from typing import Any, cast

import pytest
from torch import nn

from bottlecalc import (
    BlockError,
    Bottleneck,
    InputError,
    MeasureError,
    Plain,
    build,
    compare,
    count,
    measure,
)
from tests.conftest import Run

PAIR = (Plain(64, 128), Bottleneck(64, 128))


def test_blocks_are_compared_and_nothing_is_claimed_of_whoever_is_not_asked() -> None:
    comparison = compare(*PAIR)
    assert comparison.agrees is None
    assert [one.block for one in comparison.blocks] == list(PAIR)
    assert comparison.ratios[0].params == {
        "main": Fraction(24, 5),
        "convs": Fraction(81_920, 23_552),
        "block": Fraction(82_432, 24_192),
    }
    assert comparison.ratios[0].macs["main"] == Fraction(24, 5)
    assert comparison.versions == {}


def test_all_counters_are_asked() -> None:
    comparison = compare(*PAIR, measure=True)
    assert comparison.agrees is True
    assert list(comparison.versions) == ["torch", "fvcore"]


def test_a_size_may_be_one_number_and_a_block_its_text() -> None:
    by_text = compare("plain:in=64,out=128", "bottleneck:in=64,out=128", size=28, batch=3)
    assert by_text.blocks == compare(*PAIR, size=(28, 28), batch=3).blocks
    assert by_text.blocks[0].input == (3, 64, 28, 28)


def test_what_was_counted_is_compared_as_it_is() -> None:
    counts = [count(PAIR[0], (7, 9)), count(PAIR[1], (5, 3))]
    assert compare(*counts).blocks == compare(counts).blocks == tuple(counts)


def test_a_list_of_counts_and_one_of_measurements() -> None:
    counts = [count(block) for block in PAIR]
    found = [measure(build(block), (1, 64, 56, 56)) for block in PAIR]
    comparison = compare(counts, found)
    assert comparison.agrees is True
    assert list(comparison.versions) == ["torch", "fvcore"]
    swapped = compare(counts, found[::-1])
    assert swapped.agrees is False


def test_counts_and_measurements_must_match() -> None:
    counted = count(Plain(3, 4))
    with pytest.raises(ValueError, match="no blocks were given; give at least one"):
        compare()
    with pytest.raises(ValueError, match="no blocks were given; give at least one"):
        compare([])
    with pytest.raises(ValueError, match="1 measurements were given for 2 counts; give one for"):
        compare([counted, counted], [measure(build(Plain(3, 4)), counted.input)])
    with pytest.raises(ValueError, match="given both by themselves and in lists; give them one by"):
        compare([counted], [], [])


def test_there_is_one_break_even_or_none() -> None:
    assert compare(*PAIR).break_even_mid == 80
    assert compare(Bottleneck(64, 128), Bottleneck(64, 128, groups=2)).break_even_mid is None
    assert compare(Plain(3, 4)).break_even_mid is None


def test_it_prints_as_the_commands_table_and_becomes_its_json(run: Run) -> None:
    arguments = ("compare", "--in", "64", "--out", "128", "--no-measure")
    comparison = compare(*PAIR)
    assert str(comparison) == run(*arguments).out
    document = json.loads(run(*arguments, "--format", "json").out)
    assert json.loads(json.dumps(comparison.to_dict())) == document


def test_only_measuring_loads_torch() -> None:
    code = (
        "import sys; from bottlecalc import *; str(compare(Plain(3, 4), Bottleneck(3, 8)));"
        "print('torch' in sys.modules); compare(Plain(3, 4), size=5, measure=True);"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_a_wrong_size_is_one_sentence() -> None:
    with pytest.raises(BlockError, match="height = 0; give a whole number of at least 1"):
        compare(*PAIR, size=0)
    with pytest.raises(MeasureError, match=r"shape \(1, 5, 4, 4\) could not be measured: expected"):
        measure(nn.BatchNorm1d(5), (1, 5, 4, 4))
    with pytest.raises(InputError, match="5 is no input; give a tensor, dimensions such as"):
        measure(build(Plain(3, 4)), cast(Any, 5))
