"""A block built for whoever asks; torch is loaded when it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bottlecalc.blocks.arguments import read_block
from bottlecalc.blocks.grammar import EXAMPLE
from bottlecalc.blocks.spec import Block
from bottlecalc.text.calls import public

if TYPE_CHECKING:
    from torch import nn


@public(f"build({EXAMPLE})")
def build(block: Block | str) -> nn.Module:
    """Build a block as a trainable ``nn.Module``; loads torch.

    It takes ``(N, in, H, W)`` and returns ``(N, out, H', W')``; with ``downsample``, and of
    ``enet-down``, a pair of that and the indices of the shortcut's max pooling, for
    ``nn.MaxUnpool2d`` or as what the module of ``enet-up`` takes beside its input.

    Args:
        block: the spec, or its text: ``"bottleneck:in=64,out=128"``.

    Raises:
        BlockError: the text says no block.
        ArgumentError: something is given that is no block.
        NotImplementedError: its family has no module.
    """
    spec = read_block(block)
    from bottlecalc.modules import families

    return families.build(spec)
