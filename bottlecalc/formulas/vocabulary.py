"""The words that formulas are written in: each gives one layer, its output's shape worked out.

Layers are made by the million, and in half the time where their fields are told by place.
"""

from __future__ import annotations

from bottlecalc.layers.activation import Activation, Function, PReLU
from bottlecalc.layers.joins import Add, ChannelShuffle, Concat, Multiply
from bottlecalc.layers.layer import Branch, Layer
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm, Scale
from bottlecalc.layers.ops import Conv, Linear, Shape
from bottlecalc.layers.pooling import AveragePool, GlobalAveragePool, MaxPool, MaxUnpool

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
    bias: bool = False,
    branch: Branch = "main",
) -> Layer:
    """A convolution of an odd kernel, padded so that only its stride changes the size."""
    window = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    op = Conv(kernel=window, stride=stride, dilation=dilation, groups=groups, bias=bias)
    output = (x[0], out_channels, *[(side - 1) // stride + 1 for side in x[2:]])
    return Layer(name, op, branch, x, output)


def depthwise(
    name: str, x: Shape, kernel: int, *, stride: int = 1, dilation: int = 1, branch: Branch = "main"
) -> Layer:
    """A convolution of every channel by itself, without bias."""
    return conv(name, x, x[1], kernel, stride=stride, dilation=dilation, groups=x[1], branch=branch)


def pointwise(name: str, x: Shape, out_channels: int, *, branch: Branch = "main") -> Layer:
    """A 1×1 convolution of stride 1 without bias."""
    output = (x[0], out_channels, *x[2:])
    return Layer(name, POINTWISE, branch, x, output)


def halving_conv(name: str, x: Shape, out_channels: int, *, branch: Branch = "main") -> Layer:
    """A 2×2 convolution of stride 2, without padding or bias."""
    op = Conv(kernel=(2, 2), stride=2)
    return Layer(name, op, branch, x, (x[0], out_channels, *[side // 2 for side in x[2:]]))


def conv_transpose(
    name: str, x: Shape, out_channels: int, *, bias: bool = True, branch: Branch = "main"
) -> Layer:
    """A 2×2 transposed convolution of stride 2."""
    op = Conv(kernel=(2, 2), stride=2, bias=bias, transposed=True)
    output = (x[0], out_channels, *[2 * side for side in x[2:]])
    return Layer(name, op, branch, x, output)


def linear(name: str, x: Shape, features: int, *, bias: bool = True) -> Layer:
    """A linear layer on the last dimension."""
    return Layer(name, Linear(bias=bias), "main", x, (*x[:-1], features))


def batch_norm(name: str, x: Shape, *, branch: Branch = "main") -> Layer:
    """Batch normalisation."""
    return Layer(name, BATCH_NORM, branch, x, x)


def layer_norm(name: str, x: Shape, *, branch: Branch = "main") -> Layer:
    """Layer normalisation over the last dimension."""
    return Layer(name, LayerNorm(), branch, x, x)


def scale(name: str, x: Shape, *, branch: Branch = "main") -> Layer:
    """A learned factor for every channel."""
    return Layer(name, Scale(), branch, x, x)


def relu(name: str, x: Shape, *, branch: Branch = "main") -> Layer:
    """A ReLU."""
    return Layer(name, RELU, branch, x, x)


def activation(
    name: str,
    x: Shape,
    function: Function,
    *,
    channels_last: bool = False,
    branch: Branch = "main",
) -> Layer:
    """An activation function without parameters."""
    op = Activation(function=function, channels_last=channels_last)
    return Layer(name, op, branch, x, x)


def prelu(name: str, x: Shape, *, branch: Branch = "main") -> Layer:
    """A PReLU of one slope."""
    return Layer(name, PReLU(), branch, x, x)


def max_pool(name: str, x: Shape, *, branch: Branch) -> Layer:
    """2×2 max pooling of stride 2, with indices."""
    op = MaxPool(kernel=(2, 2), stride=2, indices=True)
    output = (*x[:2], *[side // 2 for side in x[2:]])
    return Layer(name, op, branch, x, output)


def average_pool(name: str, x: Shape, *, stride: int = 2, branch: Branch) -> Layer:
    """2×2 average pooling, a last odd row or column by itself."""
    op = AveragePool(kernel=(2, 2), stride=stride)
    output = (*x[:2], *[(side - 1) // stride + 1 for side in x[2:]])
    return Layer(name, op, branch, x, output)


def global_average_pool(name: str, x: Shape, *, branch: Branch = "main") -> Layer:
    """The mean of every channel, of height and width 1."""
    return Layer(name, GlobalAveragePool(), branch, x, (x[0], x[1], 1, 1))


def max_unpool(name: str, x: Shape, *, branch: Branch) -> Layer:
    """2×2 max unpooling of stride 2."""
    op = MaxUnpool(kernel=(2, 2), stride=2)
    return Layer(name, op, branch, x, (*x[:2], *[2 * side for side in x[2:]]))


def add(x: Shape, *, name: str = "add", branch: Branch = "after") -> Layer:
    """The sum of the main path and the shortcut."""
    return Layer(name, Add(), branch, x, x)


def multiply(name: str, x: Shape, *, branch: Branch = "main") -> Layer:
    """The product of a map and its channels' gates."""
    return Layer(name, Multiply(), branch, x, x)


def concat(name: str, x: Shape, channels: int, *, branch: Branch = "main") -> Layer:
    """The channels of branches together; ``x`` is the first branch's shape."""
    return Layer(name, Concat(), branch, x, (x[0], channels, *x[2:]))


def channel_shuffle(name: str, x: Shape, groups: int = 2) -> Layer:
    """Channels of groups, taken in turns."""
    return Layer(name, ChannelShuffle(groups=groups), "after", x, x)
