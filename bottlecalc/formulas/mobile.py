"""Blocks of depthwise convolutions: separable, inverted residual, MBConv and its fused form.

Source: arXiv:1704.04861, equation 5; arXiv:1801.04381, section 3.3; arXiv:1905.11946;
arXiv:2104.00298. A layer bears one name in all blocks of a family, so that one in which nothing
is widened begins with ``conv2``.
"""

from __future__ import annotations

from bottlecalc.blocks.mobile import Expanding, FusedMBConv, InvertedResidual, MBConv, Separable
from bottlecalc.formulas.formula import Case, Formula, Layers
from bottlecalc.formulas.shortcut import is_same
from bottlecalc.formulas.squeeze import squeeze_excitation
from bottlecalc.formulas.vocabulary import (
    activation,
    add,
    batch_norm,
    conv,
    depthwise,
    pointwise,
    relu,
)
from bottlecalc.layers.activation import Function
from bottlecalc.layers.expression import largest
from bottlecalc.layers.ops import Shape

NARROW, NARROW_ADDED = "not widened", "not widened, added"
WIDE, WIDE_ADDED = "widened", "widened, added"


CASES = (
    Case(NARROW_ADDED, lambda block: (block.expand == 1) & is_same(block)),
    Case(NARROW, lambda block: block.expand == 1),
    Case(WIDE_ADDED, is_same),
    Case(WIDE, lambda block: True),
)


def separable(block: Separable, x: Shape, case: str) -> Layers:
    """Depthwise, BN, ReLU, 1×1, BN, ReLU."""
    conv1 = depthwise("conv1", x, block.kernel, stride=block.stride, dilation=block.dilation)
    conv2 = pointwise("conv2", conv1.output, block.out_channels)
    return (
        *(conv1, batch_norm("bn1", conv1.output), relu("relu1", conv1.output)),
        *(conv2, batch_norm("bn2", conv2.output), relu("relu2", conv2.output)),
    )


def inverted_residual(block: InvertedResidual, x: Shape, case: str) -> Layers:
    """1×1, BN, ReLU6, depthwise, BN, ReLU6, 1×1, BN."""
    first = _widening(block, x, case, "relu1", "ReLU6")
    conv2 = depthwise("conv2", first[-1].output if first else x, block.kernel, stride=block.stride)
    conv3 = pointwise("conv3", conv2.output, block.out_channels)
    main = (
        *(conv2, batch_norm("bn2", conv2.output), activation("relu2", conv2.output, "ReLU6")),
        *(conv3, batch_norm("bn3", conv3.output)),
    )
    return first + main + _shortcut(conv3.output, case)


def mbconv(block: MBConv, x: Shape, case: str) -> Layers:
    """1×1, BN, SiLU, depthwise, BN, SiLU, squeeze and excitation, 1×1, BN."""
    first = _widening(block, x, case, "act1", "SiLU")
    conv2 = depthwise("conv2", first[-1].output if first else x, block.kernel, stride=block.stride)
    squeezed = largest(1, block.in_channels // block.se)
    conv3 = pointwise("conv3", conv2.output, block.out_channels)
    main = (
        *(conv2, batch_norm("bn2", conv2.output), activation("act2", conv2.output, "SiLU")),
        *squeeze_excitation(conv2.output, squeezed, "SiLU"),
        *(conv3, batch_norm("bn3", conv3.output)),
    )
    return first + main + _shortcut(conv3.output, case)


def fused_mbconv(block: FusedMBConv, x: Shape, case: str) -> Layers:
    """3×3, BN, SiLU, 1×1, BN; the latter two only where something was widened."""
    narrow = case in (NARROW, NARROW_ADDED)
    width = block.out_channels if narrow else block.in_channels * block.expand
    conv1 = conv("conv1", x, width, block.kernel, stride=block.stride)
    first = (conv1, batch_norm("bn1", conv1.output), activation("act1", conv1.output, "SiLU"))
    if narrow:
        return first + _shortcut(conv1.output, case)
    conv2 = pointwise("conv2", conv1.output, block.out_channels)
    return (*first, conv2, batch_norm("bn2", conv2.output), *_shortcut(conv2.output, case))


def _widening(block: Expanding, x: Shape, case: str, name: str, function: Function) -> Layers:
    if case in (NARROW, NARROW_ADDED):
        return ()
    conv1 = pointwise("conv1", x, block.in_channels * block.expand)
    return conv1, batch_norm("bn1", conv1.output), activation(name, conv1.output, function)


def _shortcut(x: Shape, case: str) -> Layers:
    return (add(x),) if case in (NARROW_ADDED, WIDE_ADDED) else ()


SEPARABLE = Formula(layers=separable)
INVERTED_RESIDUAL = Formula(layers=inverted_residual, cases=CASES)
MBCONV = Formula(layers=mbconv, cases=CASES)
FUSED_MBCONV = Formula(layers=fused_mbconv, cases=CASES)
