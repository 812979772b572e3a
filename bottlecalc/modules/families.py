"""The module of every family."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from torch import nn

from bottlecalc.blocks.spec import Block
from bottlecalc.text.lazily import Table

MODULES: MutableMapping[str, Callable[[Any], nn.Module]] = Table(
    "bottlecalc.modules",
    {
        "plain": "residual:PlainBlock",
        "basic": "residual:BasicBlock",
        "bottleneck": "residual:BottleneckBlock",
        "preact-basic": "preactivation:PreactBasicBlock",
        "preact-bottleneck": "preactivation:PreactBottleneckBlock",
        "separable": "mobile:SeparableBlock",
        "inverted": "mobile:InvertedResidualBlock",
        "mbconv": "mobile:MBConvBlock",
        "fused-mbconv": "mobile:FusedMBConvBlock",
        "convnext": "convnext:ConvNeXtBlock",
        "fire": "fire:FireBlock",
        "dense": "dense:DenseLayer",
        "repvgg": "repvgg:repvgg_block",
        "shuffle": "shuffle:ShuffleUnit",
        "ghost": "ghost:GhostBlock",
        "enet": "enet:RegularBottleneck",
        "enet-asymmetric": "enet:AsymmetricBottleneck",
        "enet-down": "enet:DownsamplingBottleneck",
        "enet-up": "enet:UpsamplingBottleneck",
        "regnet": "regnet:RegNetBlock",
        "c2f": "csp:C2fBlock",
    },
)
"""By the family's name."""


def build(block: Block) -> nn.Module:
    """Build a block.

    The module takes ``(N, in, H, W)`` and returns ``(N, out, H', W')``; with ``downsample``, and
    of ``enet-down``, a pair of that and the indices of the shortcut's max pooling,
    ``(N, in, H / 2, W / 2)``, which the module of ``enet-up`` may be called with too.

    Raises:
        NotImplementedError: its family has no module.
    """
    if block.family not in MODULES:
        raise NotImplementedError(f"no module for {type(block).__name__}")
    return MODULES[block.family](block)
