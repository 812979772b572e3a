"""Specs: parse and str are each other's inverse, and what cannot be says why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from bottlecalc.blocks.residual import FAMILIES, Basic, Block, BlockError, Bottleneck, Plain, parse
from bottlecalc.formulas.residual import break_even_mid, count
from tests.test_agreement import blocks


@given(blocks())
def test_parse_is_the_inverse_of_str(block: Block) -> None:
    assert parse(str(block)) == block


@pytest.mark.parametrize(
    ("spec", "block"),
    [
        ("plain:in=64,out=128", Plain(64, 128)),
        ("bottleneck:in=64,out=128,mid=32", Bottleneck(64, 128, mid_channels=32)),
        ("basic:in=3,out=5,stride=2,upsample=true", Basic(3, 5, stride=2, upsample=True)),
    ],
)
def test_a_spec_is_spelled_in_one_way(spec: str, block: Block) -> None:
    assert str(block) == spec
    assert parse(spec) == block


def test_spaces_and_defaults_may_be_written() -> None:
    assert str(parse(" plain : in = 6_4 , out=128, stride=1,upsample=false")) == (
        "plain:in=64,out=128"
    )


def test_a_spec_overrides_the_defaults_and_passes_over_what_it_does_not_have() -> None:
    defaults = {"in": "64", "out": "128", "mid": "32", "stride": "2"}
    assert str(parse("bottleneck:mid=16", defaults)) == "bottleneck:in=64,out=128,stride=2,mid=16"
    assert str(parse("plain:stride=1", defaults)) == "plain:in=64,out=128"


@pytest.mark.parametrize(
    ("arguments", "settings", "text"),
    [
        ((0, 4), {}, "in = 0 in plain:in=0,out=4; give a whole number of at least 1"),
        ((4, -2), {}, "out = -2 in plain:in=4,out=-2; give a whole number of at least 1"),
        ((4.0, 4), {}, "in = 4.0 in plain:in=4.0,out=4; give a whole number of at least 1"),
        (("4", 4), {}, "in = '4' in plain:in=4,out=4; give a whole number of at least 1"),
        ((True, 4), {}, "in = True in plain:in=true,out=4; give a whole number of at least 1"),
        ((4, 4), {"upsample": 1}, "upsample = 1 is neither True nor False"),
        ((4, 4), {"dilation": 0}, "dilation = 0 in plain:in=4,out=4,dilation=0; give a whole"),
    ],
)
def test_wrong_values_are_refused(
    arguments: tuple[Any, Any], settings: dict[str, Any], text: str
) -> None:
    with pytest.raises(BlockError) as error:
        Plain(*arguments, **settings)
    assert text in str(error.value)


@pytest.mark.parametrize("size", [(0, 4), (4, -1), (4.0, 4), (True, 4)])
def test_wrong_sizes_are_refused(size: Any) -> None:
    with pytest.raises(BlockError, match="give a whole number of at least 1"):
        count(Plain(3, 4), size)


def test_a_wrong_batch_is_refused() -> None:
    with pytest.raises(BlockError, match="batch = 0; give a whole number of at least 1"):
        count(Plain(3, 4), (5, 5), batch=0)


@pytest.mark.parametrize("size", [(7, 8), (8, 7)])
def test_an_odd_size_is_refused_with_downsample(size: tuple[int, int]) -> None:
    with pytest.raises(BlockError, match=f"size {size[0]}x{size[1]} is odd"):
        count(Plain(3, 4, downsample=True), size)


@pytest.mark.parametrize("groups", [1, 2, 5])
@pytest.mark.parametrize(("i", "o"), [(64, 128), (256, 256), (7, 13), (3, 1000), (1, 4), (31, 8)])
def test_break_even_is_the_last_width_that_is_cheaper(i: int, o: int, groups: int) -> None:
    limit = count(Plain(i, o)).params.main

    def main(mid: int) -> int:
        return count(Bottleneck(i, o, mid_channels=mid, groups=groups)).params.main

    middle = break_even_mid(Bottleneck(i, o, mid_channels=groups, groups=groups))
    if middle is None:
        assert main(groups) >= limit
    else:
        assert main(middle) < limit <= main(middle + groups)


def test_break_even_of_the_textbook_pair() -> None:
    assert break_even_mid(Bottleneck(64, 128)) == 80
    assert break_even_mid(Plain(64, 128)) is None


def test_the_families_are_the_three() -> None:
    assert list(FAMILIES.items()) == [
        ("plain", Plain),
        ("basic", Basic),
        ("bottleneck", Bottleneck),
    ]
