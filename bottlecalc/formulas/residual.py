"""Closed forms: what a block costs, by arithmetic alone.

The vocabulary (``conv``, ``batch_norm``, …) counts one layer and gives its output's shape, so
that a family reads like the figure in its paper. Nothing here knows how a block is built.
"""

from __future__ import annotations

from functools import singledispatch
from math import isqrt, prod

from bottlecalc.blocks.residual import Basic, Block, BlockError, Bottleneck, Plain
from bottlecalc.layers.count import Count, Path, Row, Shape


def count(block: Block, size: tuple[int, int] = (56, 56), batch: int = 1) -> Count:
    """Count a block by closed form.

    Args:
        block: the spec.
        size: height and width of the input [pixels].
        batch: images in the input.

    Raises:
        BlockError: the block does not take an input of that size.

    >>> count(Bottleneck(64, 128)).params
    Params(main=15360, convs=23552, block=24192)
    """
    _check_input(block, size, batch)
    x = (batch, block.in_channels, *size)
    return Count(block, x, layers(block, x), break_even_mid(block))


@singledispatch
def layers(block: Block, x: Shape) -> tuple[Row, ...]:
    """The layers of a block for an input of shape ``x``, counted."""
    raise NotImplementedError(f"no closed form for {type(block).__name__}")


@singledispatch
def break_even_mid(block: Block) -> int | None:
    """The largest width at which the block's main path has fewer parameters than the plain one's.

    None for a block without a middle, and where even the narrowest has no fewer.
    """
    return None


@layers.register(Plain)
def _plain(block: Plain, x: Shape) -> tuple[Row, ...]:
    conv1 = conv("conv1", x, block.out_channels, 3, stride=_stride(block), dilation=block.dilation)
    main = (conv1, batch_norm("bn1", conv1.output))
    return main + _shortcut(block, x) + _after(block, conv1.output)


@layers.register(Basic)
def _basic(block: Basic, x: Shape) -> tuple[Row, ...]:
    out, dilation = block.out_channels, block.dilation
    conv1 = conv("conv1", x, out, 3, stride=_stride(block), dilation=dilation)
    conv2 = conv("conv2", conv1.output, out, 3, dilation=dilation)
    main = (
        *(conv1, batch_norm("bn1", conv1.output), relu("relu1", conv1.output)),
        *(conv2, batch_norm("bn2", conv2.output)),
    )
    return main + _shortcut(block, x) + _after(block, conv2.output)


@layers.register(Bottleneck)
def _bottleneck(block: Bottleneck, x: Shape) -> tuple[Row, ...]:
    mid = block.out_channels // 4 if block.mid_channels is None else block.mid_channels
    stride, dilation, groups = _stride(block), block.dilation, block.groups
    conv1 = conv("conv1", x, mid, 1)
    conv2 = conv("conv2", conv1.output, mid, 3, stride=stride, dilation=dilation, groups=groups)
    conv3 = conv("conv3", conv2.output, block.out_channels, 1)
    main = (
        *(conv1, batch_norm("bn1", conv1.output), relu("relu1", conv1.output)),
        *(conv2, batch_norm("bn2", conv2.output), relu("relu2", conv2.output)),
        *(conv3, batch_norm("bn3", conv3.output)),
    )
    return main + _shortcut(block, x) + _after(block, conv3.output)


@break_even_mid.register(Bottleneck)
def _bottleneck_break_even(block: Bottleneck) -> int | None:
    """With mid = groups · k: 9·groups·k² + (in + out)·groups·k < 9·in·out, solved for k."""
    a = 9 * block.groups
    b = (block.in_channels + block.out_channels) * block.groups
    most = 9 * block.in_channels * block.out_channels - 1
    k = (isqrt(b * b + 4 * a * most) - b) // (2 * a)
    return block.groups * k or None


def _shortcut(block: Block, x: Shape) -> tuple[Row, ...]:
    """He et al. 2015, option B: a projection where the shape changes, else the identity."""
    if block.downsample:
        pool = max_pool("shortcut.pool", x, path="shortcut")
        return pool, *_projection(pool.output, block.out_channels, stride=1)
    if block.stride == 1 and block.in_channels == block.out_channels:
        return ()
    return _projection(x, block.out_channels, stride=block.stride)


def _projection(x: Shape, out_channels: int, stride: int) -> tuple[Row, Row]:
    project = conv("shortcut.conv", x, out_channels, 1, stride=stride, path="shortcut")
    return project, batch_norm("shortcut.bn", project.output, path="shortcut")


def _after(block: Block, x: Shape) -> tuple[Row, ...]:
    last = relu("relu", x, path="after")
    return (last, conv_transpose("upsample", x, path="after")) if block.upsample else (last,)


def _stride(block: Block) -> int:
    return 2 if block.downsample else block.stride


def conv(
    name: str,
    x: Shape,
    out_channels: int,
    kernel: int,
    *,
    stride: int = 1,
    dilation: int = 1,
    groups: int = 1,
    path: Path = "main",
) -> Row:
    """A k×k convolution without bias, padded so that only its stride changes the size.

    weights = k·k·(in / groups)·out; MACs = weights · batch·H·W of the *output*.
    Source: Xie et al., arXiv:1611.05431, equation 4; Stanford CS231n, summary of the Conv Layer.
    """
    batch, channels, height, width = x
    output = (batch, out_channels, (height - 1) // stride + 1, (width - 1) // stride + 1)
    factors = (kernel, kernel, channels // groups, out_channels)
    weights = prod(factors)
    positions = (batch, output[2], output[3])
    macs = weights * prod(positions)
    return Row(
        name, "conv", path, x, output, factors, 0, positions, weights, weights, macs, macs,
        prod(output), kernel, stride, dilation, groups,
    )  # fmt: skip


def conv_transpose(name: str, x: Shape, *, path: Path) -> Row:
    """A 2×2 transposed convolution of stride 2 with bias, channels kept.

    weights = 2·2·C·C, and C biases; MACs = weights · batch·H·W of the *input*.
    Source: Dumoulin and Visin, A guide to convolution arithmetic, arXiv:1603.07285, chapter 4.
    """
    batch, channels, height, width = x
    output = (batch, channels, 2 * height, 2 * width)
    factors = (2, 2, channels, channels)
    weights = prod(factors)
    positions = (batch, height, width)
    macs = weights * prod(positions)
    return Row(
        name, "transposed conv", path, x, output, factors, channels, positions, weights,
        weights + channels, macs, macs, prod(output), 2, 2,
    )  # fmt: skip


def batch_norm(name: str, x: Shape, *, path: Path = "main") -> Row:
    """Batch normalisation: a scale and a shift for every channel, and no MACs.

    fvcore adds 2 for every element in eval mode (``fvcore.nn.jit_handles.batchnorm_flop_jit``).
    """
    factors = (2, x[1])
    return Row(
        name, "batch norm", path, x, x, factors, params=prod(factors), fvcore_total=2 * prod(x)
    )


def relu(name: str, x: Shape, *, path: Path = "main") -> Row:
    """A ReLU: no parameters and no MACs."""
    return Row(name, "ReLU", path, x, x)


def max_pool(name: str, x: Shape, *, path: Path) -> Row:
    """2×2 max pooling of stride 2: no parameters and no MACs."""
    batch, channels, height, width = x
    output = (batch, channels, height // 2, width // 2)
    return Row(name, "max pool with indices", path, x, output, kernel=2, stride=2)


def _check_input(block: Block, size: tuple[int, int], batch: int) -> None:
    for name, value in (("height", size[0]), ("width", size[1]), ("batch", batch)):
        if type(value) is not int or value < 1:
            raise BlockError(f"{name} = {value!r}; give a whole number of at least 1")
    for broken, sentence in block.size_faults(*size):
        if broken:
            raise BlockError(sentence())
