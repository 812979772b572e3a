"""Residual blocks of full preactivation: batch norm and ReLU before every convolution.

Source: He et al., Identity Mappings in Deep Residual Networks, arXiv:1603.05027, figure 4e.
"""

from __future__ import annotations

from bottlecalc.blocks.preactivation import PreactBasic, PreactBottleneck, Preactivated
from bottlecalc.formulas.formula import Formula, Layers
from bottlecalc.formulas.shortcut import CASES, IDENTITY
from bottlecalc.formulas.vocabulary import add, batch_norm, conv, pointwise, relu
from bottlecalc.layers.ops import Shape


def preact_basic(block: PreactBasic, x: Shape, case: str) -> Layers:
    """BN, ReLU, 3×3, BN, ReLU, 3×3."""
    out, dilation = block.out_channels, block.dilation
    conv1 = conv("conv1", x, out, 3, stride=block.stride, dilation=dilation)
    conv2 = conv("conv2", conv1.output, out, 3, dilation=dilation)
    main = (
        *(batch_norm("bn1", x), relu("relu1", x), conv1),
        *(batch_norm("bn2", conv1.output), relu("relu2", conv1.output), conv2),
    )
    return *main, *_shortcut(block, x, case), add(conv2.output)


def preact_bottleneck(block: PreactBottleneck, x: Shape, case: str) -> Layers:
    """BN, ReLU, 1×1, BN, ReLU, 3×3, BN, ReLU, 1×1."""
    mid = middle(block)
    conv1 = pointwise("conv1", x, mid)
    conv2 = conv("conv2", conv1.output, mid, 3, stride=block.stride, dilation=block.dilation)
    conv3 = pointwise("conv3", conv2.output, block.out_channels)
    main = (
        *(batch_norm("bn1", x), relu("relu1", x), conv1),
        *(batch_norm("bn2", conv1.output), relu("relu2", conv1.output), conv2),
        *(batch_norm("bn3", conv2.output), relu("relu3", conv2.output), conv3),
    )
    return *main, *_shortcut(block, x, case), add(conv3.output)


def middle(block: PreactBottleneck) -> int:
    """The width of the 3×3 [channels]."""
    return block.out_channels // 4 if block.mid_channels is None else block.mid_channels


def _shortcut(block: Preactivated, x: Shape, case: str) -> Layers:
    if case == IDENTITY:
        return ()
    out, stride = block.out_channels, block.stride
    return (conv("shortcut.conv", x, out, 1, stride=stride, branch="shortcut"),)


FORKS = {"shortcut.conv": "relu1"}
PREACT_BASIC = Formula(layers=preact_basic, cases=CASES, forks=FORKS)
PREACT_BOTTLENECK = Formula(
    layers=preact_bottleneck, cases=CASES, follows={"mid": middle}, forks=FORKS
)
