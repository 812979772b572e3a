"""What blocks may not be, in sentences that say what would do."""

from __future__ import annotations

import pytest

from bottlecalc import BlockError, count, parse


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (
            "separable:in=3,out=4,kernel=2",
            "kernel = 2 is even in separable:in=3,out=4,kernel=2, and no padding keeps the size"
            " with it; give an odd one",
        ),
        (
            "ghost:in=3,out=4,dw=4",
            "dw = 4 is even in ghost:in=3,out=4,dw=4, and no padding keeps the size with it;"
            " give an odd one",
        ),
        (
            "ghost:in=3,out=4,ratio=1",
            "ratio = 1 in ghost:in=3,out=4,ratio=1 leaves no maps to the cheap convolution;"
            " give at least 2",
        ),
        (
            "convnext:in=96,out=64",
            "out_channels = 64 is not in_channels = 96 in convnext:in=96,out=64, whose"
            " input is added to its output; leave out_channels out",
        ),
        (
            "fire:in=3,out=9",
            "out_channels = 9 is odd in fire:in=3,out=9, and each of the two that expand gives"
            " half of it; give an even out_channels",
        ),
        (
            "fire:in=3,out=6",
            "squeeze = 6 // 8 = 0 in fire:in=3,out=6; give the width of the middle: squeeze=N",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused(spec: str, sentence: str) -> None:
    with pytest.raises(BlockError) as error:
        parse(spec)
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("convnext:in=96,out=96", "convnext:in=96"),
        ("fire:in=96,out=128,squeeze=16", "fire:in=96,out=128"),
    ],
)
def test_what_follows_may_be_left_out(long: str, short: str) -> None:
    assert count(parse(long)).layers == count(parse(short)).layers
