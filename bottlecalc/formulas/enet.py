"""The bottlenecks of ENet: regular, asymmetric, down and up.

Source: Paszke et al., ENet: A Deep Neural Network Architecture for Real-Time Semantic
Segmentation, arXiv:1606.02147, figure 2 (b) and section 3.
"""

from __future__ import annotations

from bottlecalc.blocks.enet import ENet, ENetAsymmetric, ENetDown, ENetUp, SameWidth
from bottlecalc.formulas.formula import Formula, Layers
from bottlecalc.formulas.vocabulary import (
    add,
    batch_norm,
    conv,
    conv_transpose,
    halving_conv,
    max_pool,
    max_unpool,
    pointwise,
    prelu,
    relu,
)
from bottlecalc.layers.layer import Branch, Layer
from bottlecalc.layers.ops import Shape


def regular(block: ENet, x: Shape, case: str) -> Layers:
    """1×1, 3×3, 1×1."""
    mid = middle(block)
    conv1 = pointwise("conv1", x, mid)
    conv2 = conv("conv2", conv1.output, mid, 3, dilation=block.dilation)
    conv3 = pointwise("conv3", conv2.output, block.in_channels)
    return (*_activated((conv1, conv2, conv3), block.relu), *_after(x, block.relu))


def asymmetric(block: ENetAsymmetric, x: Shape, case: str) -> Layers:
    """1×1, 5×1, 1×5, 1×1."""
    mid = middle(block)
    conv1 = pointwise("conv1", x, mid)
    conv2 = conv("conv2", conv1.output, mid, (5, 1))
    conv3 = conv("conv3", conv2.output, mid, (1, 5))
    conv4 = pointwise("conv4", conv3.output, block.in_channels)
    return (*_activated((conv1, conv2, conv3, conv4), block.relu), *_after(x, block.relu))


def down(block: ENetDown, x: Shape, case: str) -> Layers:
    """2×2 of stride 2, 3×3, 1×1; the zeros on the shortcut are no layer."""
    mid = middle(block)
    conv1 = halving_conv("conv1", x, mid)
    conv2 = conv("conv2", conv1.output, mid, 3)
    conv3 = pointwise("conv3", conv2.output, block.out_channels)
    return (
        *_activated((conv1, conv2, conv3), block.relu),
        max_pool("shortcut.pool", x, branch="shortcut"),
        *_after(conv3.output, block.relu),
    )


def up(block: ENetUp, x: Shape, case: str) -> Layers:
    """1×1, 2×2 transposed of stride 2, 1×1; the last has no activation before the sum."""
    mid, out = middle(block), block.out_channels
    conv1 = pointwise("conv1", x, mid)
    conv2 = conv_transpose("conv2", conv1.output, mid, bias=False)
    conv3 = pointwise("conv3", conv2.output, out)
    project = pointwise("shortcut.conv", x, out, branch="shortcut")
    return (
        *(*_activated((conv1, conv2), True), conv3, batch_norm("bn3", conv3.output)),
        *(project, batch_norm("shortcut.bn", project.output, branch="shortcut")),
        max_unpool("shortcut.unpool", project.output, branch="shortcut"),
        *_after(conv3.output, True),
    )


def middle(block: SameWidth | ENetDown | ENetUp) -> int:
    """The width of the middle [channels]."""
    return block.in_channels // 4 if block.mid_channels is None else block.mid_channels


def _same(block: SameWidth) -> int:
    return block.in_channels


def _activated(convs: Layers, is_relu: bool) -> Layers:
    """Each convolution, its BN and its activation."""
    return tuple(
        layer
        for number, one in enumerate(convs, 1)
        for layer in (
            *(one, batch_norm(f"bn{number}", one.output)),
            _activation(f"act{number}", one.output, is_relu),
        )
    )


def _activation(name: str, x: Shape, is_relu: bool, branch: Branch = "main") -> Layer:
    return relu(name, x, branch=branch) if is_relu else prelu(name, x, branch=branch)


def _after(x: Shape, is_relu: bool) -> Layers:
    return add(x), _activation("act", x, is_relu, branch="after")


ENET = Formula(layers=regular, follows={"out": _same, "mid": middle})
ENET_ASYMMETRIC = Formula(layers=asymmetric, follows={"out": _same, "mid": middle})
ENET_DOWN = Formula(layers=down, follows={"mid": middle})
ENET_UP = Formula(layers=up, follows={"mid": middle})
