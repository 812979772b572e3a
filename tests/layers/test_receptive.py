"""Receptive fields of blocks whose branches meet, folded by hand along the longest of them."""

from __future__ import annotations

import pytest

from bottlecalc import count, parse
from bottlecalc.layers.count import params


@pytest.mark.parametrize(
    ("spec", "field", "stride"),
    [
        ("fire:in=64,out=128", 3, 1),  # 1×1, then 3×3 beside 1×1
        ("shuffle:in=64,out=64", 3, 1),  # one depthwise 3×3 on a half
        ("shuffle:in=64,out=128,stride=2", 3, 2),  # one on each branch
        ("repvgg:in=64,out=64", 3, 1),  # 3×3 beside 1×1 beside the identity
        ("repvgg:in=64,out=128,stride=2", 3, 2),
        ("ghost:in=16,out=32", 3, 1),  # 1×1, and on it 3×3
        ("ghost:in=16,out=32,kernel=3,stride=2,dw=5", 11, 2),  # 3 + (5 - 1)·2
        ("c2f:in=64,out=64,n=2", 9, 1),  # four 3×3: 1 + 4·2
        ("convnext:in=64", 7, 1),
    ],
)
def test_along_the_main_path(spec: str, field: int, stride: int) -> None:
    counted = count(parse(spec))
    assert (counted.receptive_field, counted.effective_stride) == (field, stride)


@pytest.mark.parametrize(
    ("spec", "aside"),
    [
        ("fire:in=64,out=128", 16 * 64),
        ("shuffle:in=64,out=128,stride=2", 9 * 64 + 64 * 64),
        ("repvgg:in=64,out=128", 64 * 128),
    ],
)
def test_what_is_aside_is_counted_in_main(spec: str, aside: int) -> None:
    layers = count(parse(spec)).layers
    main = params(layer for layer in layers if layer.branch != "aside").main
    assert params(layers).main - main == aside
