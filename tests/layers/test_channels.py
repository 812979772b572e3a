"""Which dimension of a layer's shapes its channels are."""

from __future__ import annotations

from bottlecalc import count, parse

CHANNELS = {
    "conv": (6, 6), "norm": (6, 6), "linear1": (6, 24), "gelu": (24, 24), "linear2": (24, 6),
    "scale": (6, 6), "add": (6, 6),
}  # fmt: skip


def test_channels_last_between_the_norm_and_the_second_linear_layer() -> None:
    layers = count(parse("convnext:in=6"), (5, 7), 2).layers
    assert {one.name: (one.in_channels, one.out_channels) for one in layers} == CHANNELS
    assert [one.name for one in layers if one.op.channels_last] == [
        *("norm", "linear1", "gelu", "linear2")
    ]
