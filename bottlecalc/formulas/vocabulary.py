"""The words that formulas are written in: each gives one layer, its output's shape worked out.

Layers are made by the million, and in half the time where their fields are told by place.
"""

from __future__ import annotations

from bottlecalc.layers.layer import Branch, Layer
from bottlecalc.layers.ops import Activation, BatchNorm, Conv, MaxPool, Shape

BATCH_NORM = BatchNorm()
RELU = Activation(function="ReLU")
POINTWISE = Conv(kernel=(1, 1))


def conv(
    name: str,
    x: Shape,
    out_channels: int,
    kernel: int | tuple[int, int],
    *,
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
    branch: Branch = "main",
) -> Layer:
    """A convolution without bias, padded so that only its stride changes the size."""
    window = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    op = Conv(kernel=window, stride=stride, dilation=dilation, groups=groups)
    output = (x[0], out_channels, *[(side - 1) // stride + 1 for side in x[2:]])
    return Layer(name, op, branch, x, output)


def pointwise(name: str, x: Shape, out_channels: int) -> Layer:
    """A 1×1 convolution of stride 1 without bias."""
    output = (x[0], out_channels, *x[2:])
    return Layer(name, POINTWISE, "main", x, output)


def conv_transpose(name: str, x: Shape, *, branch: Branch) -> Layer:
    """A 2×2 transposed convolution of stride 2 with bias, channels kept."""
    op = Conv(kernel=(2, 2), stride=2, bias=True, transposed=True)
    output = (*x[:2], *[2 * side for side in x[2:]])
    return Layer(name, op, branch, x, output)


def batch_norm(name: str, x: Shape, *, branch: Branch = "main") -> Layer:
    """Batch normalisation."""
    return Layer(name, BATCH_NORM, branch, x, x)


def relu(name: str, x: Shape, *, branch: Branch = "main") -> Layer:
    """A ReLU."""
    return Layer(name, RELU, branch, x, x)


def max_pool(name: str, x: Shape, *, branch: Branch) -> Layer:
    """2×2 max pooling of stride 2, with indices."""
    op = MaxPool(kernel=(2, 2), stride=2, indices=True)
    output = (*x[:2], *[side // 2 for side in x[2:]])
    return Layer(name, op, branch, x, output)
