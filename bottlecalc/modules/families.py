"""The module of every family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.blocks.spec import Block
from bottlecalc.modules import residual

MODULES: Mapping[type[Block], Callable[[Any], nn.Module]] = {
    Plain: residual.PlainBlock,
    Basic: residual.BasicBlock,
    Bottleneck: residual.BottleneckBlock,
}


def build(block: Block) -> nn.Module:
    """Build a block.

    The module takes ``(N, in, H, W)`` and returns ``(N, out, H', W')``; with ``downsample`` a
    pair of that and the indices of the shortcut's max pooling, ``(N, in, H / 2, W / 2)``.

    Raises:
        NotImplementedError: its family has no module.
    """
    if type(block) not in MODULES:
        raise NotImplementedError(f"no module for {type(block).__name__}")
    return MODULES[type(block)](block)
