"""Specs: parse and str are each other's inverse, and what cannot be says why."""

from __future__ import annotations

from typing import Any

import pytest

from bottlecalc import count
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import parse
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.errors import SPECS


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
        ((0, 4), {}, "in_channels = 0 in plain:in=0,out=4; give a whole number of at least 1"),
        ((4, -2), {}, "out_channels = -2 in plain:in=4,out=-2; give a whole number of at least 1"),
        (
            (4.0, 4),
            {},
            "in_channels = 4.0 in plain:in=4.0,out=4; give a whole number of at least 1",
        ),
        (("4", 4), {}, "in_channels = '4' in plain:in=4,out=4; give a whole number of at least 1"),
        (
            (True, 4),
            {},
            "in_channels = True in plain:in=true,out=4; give a whole number of at least 1",
        ),
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


@pytest.mark.parametrize("size", [(7, 8), (8, 7)])
def test_an_odd_size_is_refused_with_downsample(size: tuple[int, int]) -> None:
    with pytest.raises(BlockError, match=f"size {size[0]}x{size[1]} is odd"):
        count(Plain(3, 4, downsample=True), size)


def test_the_first_families_are_those_of_resnet() -> None:
    assert list(FAMILIES.items())[:3] == [
        ("plain", Plain),
        ("basic", Basic),
        ("bottleneck", Bottleneck),
    ]


def test_python_reads_of_its_own_names_and_a_spec_of_its_keys() -> None:
    with pytest.raises(BlockError) as error:
        Bottleneck(64, 128, mid_channels=32, groups=3)
    assert str(error.value) == (
        "groups = 3 does not divide mid_channels = 32 in bottleneck:in=64,out=128,mid=32,groups=3;"
        " give groups that divide mid_channels, or another mid_channels"
    )
    assert "does not divide mid = 32 in" in error.value.worded(SPECS)
    with pytest.raises(BlockError, match=r"give the width of the middle: mid_channels=N$"):
        Bottleneck(64, 3)
    with pytest.raises(BlockError, match=r"plain:in=3 has no out; give out=N in the spec$"):
        parse("plain:in=3")


def test_a_rule_is_arithmetic_that_columns_break_too() -> None:
    import numpy as np

    columns: dict[str, object] = {"in": 3, "out": 8, "mid": np.array([4, 6, 9]), "groups": 3}
    (rule,) = (rule for rule in Bottleneck.RULES if rule.key == "groups")
    assert list(rule.broken(Bottleneck.unchecked(columns))) == [True, False, False]
