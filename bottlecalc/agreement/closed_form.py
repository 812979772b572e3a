"""A block counted by closed form alone: no torch, no module."""

from __future__ import annotations

from bottlecalc.agreement.result import Count
from bottlecalc.blocks.spec import Block
from bottlecalc.formulas.families import layers
from bottlecalc.text.shapes import Input


def count(block: Block, size: tuple[int, int] = (56, 56), batch: int = 1) -> Count:
    """Count a block by closed form.

    Args:
        block: the spec.
        size: height and width of the input [pixels].
        batch: images in the input.

    Raises:
        BlockError: the block does not take an input of that size.

    >>> from bottlecalc import Bottleneck
    >>> count(Bottleneck(64, 128)).params
    Params(main=15360, convs=23552, block=24192)
    """
    counted = layers(block, size, batch)
    x = Input((batch, block.in_channels, *size))
    return Count(subject=block, inputs=(x,), layers=counted)
