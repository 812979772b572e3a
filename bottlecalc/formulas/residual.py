"""Residual blocks: one 3×3, two 3×3, and the bottleneck.

Source: He et al., Deep Residual Learning, arXiv:1512.03385, figure 5 and section 3.3, option B.
"""

from __future__ import annotations

from bottlecalc.blocks.residual import Basic, Bottleneck, Plain, Residual, ResNet
from bottlecalc.formulas.formula import Case, Formula, Layers
from bottlecalc.formulas.shortcut import IDENTITY, PROJECTION, is_same, projection
from bottlecalc.formulas.squeeze import squeeze_excitation
from bottlecalc.formulas.vocabulary import (
    average_pool,
    batch_norm,
    conv,
    conv_transpose,
    max_pool,
    pointwise,
    relu,
)
from bottlecalc.layers.ops import Shape

POOLED = "pooled"
CASES = (
    Case(IDENTITY, lambda block: (not block.downsample) & is_same(block)),
    Case(PROJECTION, lambda block: True),
)
RESNET_CASES = (Case(POOLED, lambda block: block.avg & (block.stride != 1)), *CASES)


def plain(block: Plain, x: Shape, case: str) -> Layers:
    """3×3, BN."""
    conv1 = conv("conv1", x, block.out_channels, 3, stride=_stride(block), dilation=block.dilation)
    main = (conv1, batch_norm("bn1", conv1.output))
    return main + _shortcut(block, x, case) + _after(block, conv1.output)


def basic(block: Basic, x: Shape, case: str) -> Layers:
    """3×3, BN, ReLU, 3×3, BN."""
    out, dilation = block.out_channels, block.dilation
    conv1 = conv("conv1", x, out, 3, stride=_stride(block), dilation=dilation)
    conv2 = conv("conv2", conv1.output, out, 3, dilation=dilation)
    main = (
        *(conv1, batch_norm("bn1", conv1.output), relu("relu1", conv1.output)),
        *(conv2, batch_norm("bn2", conv2.output), *_excitation(block, conv2.output)),
    )
    return main + _shortcut(block, x, case) + _after(block, conv2.output)


def bottleneck(block: Bottleneck, x: Shape, case: str) -> Layers:
    """1×1, BN, ReLU, 3×3, BN, ReLU, 1×1, BN; the stride is on the 3×3 (arXiv:1706.02677).

    With ``v1`` it is on the first 1×1 (arXiv:1512.03385).
    """
    mid, dilation, groups = middle(block), block.dilation, block.groups
    first, second = (_stride(block), 1) if block.v1 else (1, _stride(block))
    conv1 = conv("conv1", x, mid, 1, stride=first)
    conv2 = conv("conv2", conv1.output, mid, 3, stride=second, dilation=dilation, groups=groups)
    conv3 = pointwise("conv3", conv2.output, block.out_channels)
    main = (
        *(conv1, batch_norm("bn1", conv1.output), relu("relu1", conv1.output)),
        *(conv2, batch_norm("bn2", conv2.output), relu("relu2", conv2.output)),
        *(conv3, batch_norm("bn3", conv3.output), *_excitation(block, conv3.output)),
    )
    return main + _shortcut(block, x, case) + _after(block, conv3.output)


def middle(block: Bottleneck) -> int:
    """The width of a bottleneck's 3×3 [channels]."""
    return block.out_channels // 4 if block.mid_channels is None else block.mid_channels


def _excitation(block: ResNet, x: Shape) -> Layers:
    return () if block.se is None else squeeze_excitation(x, block.out_channels // block.se)


def _shortcut(block: Residual, x: Shape, case: str) -> Layers:
    if block.downsample:
        pool = max_pool("shortcut.pool", x, branch="shortcut")
        return pool, *projection(pool.output, block.out_channels, stride=1)
    if case == POOLED:
        mean = average_pool("shortcut.pool", x, stride=block.stride, branch="shortcut")
        return mean, *projection(mean.output, block.out_channels, stride=1)
    if case == IDENTITY:
        return ()
    return projection(x, block.out_channels, stride=block.stride)


def _after(block: Residual, x: Shape) -> Layers:
    last = relu("relu", x, branch="after")
    if not block.upsample:
        return (last,)
    return last, conv_transpose("upsample", x, x[1], branch="after")


def _stride(block: Residual) -> int:
    return 2 if block.downsample else block.stride


PLAIN = Formula(layers=plain, cases=CASES)
BASIC = Formula(layers=basic, cases=RESNET_CASES)
BOTTLENECK = Formula(layers=bottleneck, cases=RESNET_CASES, follows={"mid": middle})
