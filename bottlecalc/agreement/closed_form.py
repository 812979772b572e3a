"""A block counted by closed form alone: no torch, no module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bottlecalc.agreement.result import Count
from bottlecalc.blocks.spec import Block
from bottlecalc.formulas.families import layers
from bottlecalc.networks.spec import Network
from bottlecalc.text.shapes import Input, InputError, shape


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


def size_and_batch(block: Block | Network, inputs: Sequence[Input]) -> tuple[Any, ...]:
    """The size and the batch that an input gives, none for the usual ones.

    Raises:
        InputError: it is no input of the block, or of the network.
    """
    if not inputs:
        return ()
    first, *more = inputs
    sides = first.dimensions
    if more or len(sides) != 4 or sides[1] != block.in_channels or first.dtype != "float32":
        got = ", ".join(map(str, inputs))
        raise InputError(
            f"{got} is no input of {block}; give one, float32, of batch, its {block.in_channels}"
            f" channels, height and width, such as {shape((1, block.in_channels, 56, 56), 'x')}"
        )
    return sides[2:], sides[0]
