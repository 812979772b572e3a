"""The bottlenecks of ENet: regular, asymmetric, down and up.

Source: Paszke et al., ENet: A Deep Neural Network Architecture for Real-Time Semantic
Segmentation, arXiv:1606.02147, figure 2 (b) and section 3.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from bottlecalc.blocks.rules import SAME_WIDTH, has_middle
from bottlecalc.blocks.spec import Block, Rule
from bottlecalc.errors import key, remedy

MIDDLE = has_middle("in")


@dataclass(frozen=True)
class SameWidth(Block):
    """What the bottlenecks have in common that change neither width nor size.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output: those of the input.
        mid_channels: width of the middle [at least 1]; a quarter of the input's when None.
        relu: ReLUs in place of PReLUs, as in the decoder.

    Raises:
        BlockError: a value is of the wrong type or out of range, or a rule is broken.
    """

    out_channels: int | None = None
    _: KW_ONLY
    mid_channels: int | None = None
    relu: bool = False

    RULES: ClassVar[tuple[Rule, ...]] = (MIDDLE, SAME_WIDTH)


@dataclass(frozen=True)
class ENet(SameWidth):
    """1×1, 3×3, 1×1, each with BN and PReLU, added to the input, and a last PReLU.

    Args:
        dilation: of the 3×3, and its padding [at least 1].

    Source: Paszke et al., arXiv:1606.02147, figure 2 (b); the code is davidtvs/PyTorch-ENet: every
    PReLU has one slope, where the paper has one a channel. The paper's dropout after the last BN
    costs nothing and is left out.
    """

    family = "enet"

    _: KW_ONLY
    dilation: int = 1


@dataclass(frozen=True)
class ENetAsymmetric(SameWidth):
    """1×1, 5×1, 1×5, 1×1, each with BN and PReLU, added to the input, and a last PReLU.

    Source: Paszke et al., arXiv:1606.02147, figure 2 (b) and section 4, "Factorizing filters";
    the code is davidtvs/PyTorch-ENet: every PReLU has one slope, where the paper has one a channel,
    and there is BN and PReLU between 5×1 and 1×5. The paper's dropout after the last BN costs
    nothing and is left out.
    """

    family = "enet-asymmetric"


@dataclass(frozen=True)
class ENetDown(Block):
    """2×2 of stride 2, 3×3, 1×1, each with BN and PReLU; max pooling and zeros on the shortcut.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output; at least those of the input, which zeros fill up.
        mid_channels: width of the middle [at least 1]; a quarter of the input's when None.
        relu: ReLUs in place of PReLUs.

    Raises:
        BlockError: a value is of the wrong type or out of range, or a rule is broken.

    Source: Paszke et al., arXiv:1606.02147, figure 2 (b), with indices for unpooling; the code is
    davidtvs/PyTorch-ENet: every PReLU has one slope, where the paper has one a channel. The paper's
    dropout after the last BN costs nothing and is left out.
    """

    family = "enet-down"

    out_channels: int
    _: KW_ONLY
    mid_channels: int | None = None
    relu: bool = False

    RULES = (
        MIDDLE,
        Rule(
            "out",
            lambda block: block.out_channels < block.in_channels,
            lambda block: (
                f"{key('out')} = {block.out_channels} is less than {key('in')} ="
                f" {block.in_channels} in {block}, whose shortcut adds channels and drops none;"
                f" give at least as many: {remedy('out')}"
            ),
            "out is at least in",
        ),
    )
    INPUT_RULES = (
        Rule(
            "in",
            lambda block, height, width: (height % 2 != 0) | (width % 2 != 0),
            lambda block, height, width: (
                f"size {height}x{width} is odd, and {block} halves it;"
                " give an even height and width"
            ),
            "height and width are even",
        ),
    )


@dataclass(frozen=True)
class ENetUp(Block):
    """1×1, 2×2 transposed of stride 2, 1×1, each with BN; 1×1 and max unpooling on the shortcut.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output [at least 1].
        mid_channels: width of the middle [at least 1]; a quarter of the input's when None.

    Raises:
        BlockError: a value is of the wrong type or out of range, or a rule is broken.

    Source: Paszke et al., arXiv:1606.02147, section 3; the code is davidtvs/PyTorch-ENet, with
    ReLUs, as all its decoder, and none after the last BN before the sum. The paper's dropout costs
    nothing and is left out.
    """

    family = "enet-up"

    out_channels: int
    _: KW_ONLY
    mid_channels: int | None = None

    RULES = (MIDDLE,)
