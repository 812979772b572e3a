"""The layers of a network, by arithmetic."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Any, NamedTuple

from bottlecalc.blocks.grammar import make, read
from bottlecalc.blocks.spec import BlockError, keys
from bottlecalc.errors import SPECS
from bottlecalc.formulas import vocabulary
from bottlecalc.formulas.families import formula
from bottlecalc.formulas.formula import Layers
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Linear, Shape
from bottlecalc.layers.pooling import AveragePool, GlobalAveragePool, MaxPool
from bottlecalc.networks import elements
from bottlecalc.networks.spec import Network, NetworkError, Stage

CHANNELS = ("out", "mid", "squeeze", "growth")
"""The keys of blocks that a network's width multiplies."""


class Part(NamedTuple):
    """A block or an element counted, wherever it stands.

    Attributes:
        layers: with their own names.
        output: shape of what it puts out.
        costs: of all of it.
    """

    layers: Layers
    output: Shape
    costs: Costs


class StageParts(NamedTuple):
    """A stage counted, wherever it stands.

    Attributes:
        parts: one after the other.
        costs: of all of them.
    """

    parts: list[Part]
    costs: Costs


class Costs(NamedTuple):
    """What a part or a whole network costs.

    Attributes:
        params: [parameters].
        macs: [MACs].
        activations: output elements of convolutions and matrix products [elements].
    """

    params: int
    macs: int
    activations: int


def stages(network: Network, size: tuple[int, int], batch: int) -> Iterator[tuple[Stage, Layers]]:
    """The layers of every stage, from the input on.

    Args:
        network: the spec.
        size: height and width of the input [pixels].
        batch: images in the input.

    Raises:
        NetworkError: a stage cannot be, or does not take what comes to it.
    """
    for stage, built in _built(network, size, batch):
        yield (
            stage,
            tuple(
                layer._replace(name=f"{stage.name}.{place}.{layer.name}")
                for place, part in enumerate(built.parts)
                for layer in part.layers
            ),
        )


def costs(network: Network, size: tuple[int, int], batch: int) -> Costs:
    """What a network costs; stages that were counted before are not counted again."""
    return _sum(built.costs for _, built in _built(network, size, batch))


def _built(
    network: Network, size: tuple[int, int], batch: int
) -> Iterator[tuple[Stage, StageParts]]:
    """What every stage is made of, from the input on; raises as ``stages``."""
    x: Shape = (batch, network.in_channels, *size)
    scale = Scale(network.width, network.divisor, network.classes)
    for stage in network.stages:
        texts, depth = network.texts(stage), _depth(stage, network.depth)
        try:
            built = _stage(texts, depth, stage.out, stage.stride, scale, x)
        except (BlockError, NetworkError) as error:
            sentence = f"{network}, {stage.name}: {error.worded(SPECS)}"
            raise NetworkError(sentence) from None
        x = built.parts[-1].output
        yield stage, built


class Scale(NamedTuple):
    """What of a network its parts depend on."""

    width: Fraction
    divisor: int
    classes: int


@lru_cache(maxsize=1 << 14)
def _stage(
    texts: tuple[str, ...], depth: int, out: int | None, stride: int, scale: Scale, x: Shape
) -> StageParts:
    parts: list[Part] = []
    for place in range(len(texts) * depth):
        text = texts[place % len(texts)]
        parts.append(_part(text, out, 1 if parts else stride, scale, x))
        x = parts[-1].output
    return StageParts(parts, _sum(part.costs for part in parts))


@lru_cache(maxsize=1 << 16)
def _part(text: str, out: int | None, stride: int, scale: Scale, x: Shape) -> Part:
    layers = _layers(text, out, stride, scale, x)
    return Part(
        layers,
        moved_back(layers[-1]),
        _sum((layer.params, layer.macs, layer.activations) for layer in layers),
    )


def _sum(every: Iterable[tuple[int, int, int]]) -> Costs:
    return Costs(*map(sum, zip(*every, strict=True)))


def moved_back(layer: Layer) -> Shape:
    """What it puts out, channels after the batch."""
    y = layer.output
    return (y[0], y[-1], *y[1:-1]) if isinstance(layer.op, LayerNorm) else y


def _depth(stage: Stage, scale: Fraction) -> int:
    return 1 if stage.depth is None else ceil(stage.depth * scale)


def _layers(text: str, out: int | None, stride: int, scale: Scale, x: Shape) -> Layers:
    if elements.is_element(text):
        kind, values = elements.read(text)
        if stride != 1:
            values |= _stride(kind, values, stride)
        return ELEMENTS[kind](values, out, scale, x)
    family, said = read(text)
    known: dict[str, Any] = {**said}
    if out is not None:
        known["out"] = out
    known = {name: _wide(one, scale) if name in CHANNELS else one for name, one in known.items()}
    known |= {"in": x[1]} | _stride(family.family, keys(family), stride)
    block = make(family, known)
    block.check_input(*x[2:])
    return formula(family)(block, x)


def _stride(name: str, takes: Container[str], stride: int) -> dict[str, int]:
    """The stride of what has one, by the keys that it takes.

    Raises:
        NetworkError: it has none, and there should be one.
    """
    if "stride" in takes:
        return {"stride": stride}
    if stride == 1:
        return {}
    raise NetworkError(
        f"{name} has no stride, and this stage's is {stride}; put a stage before it that has one,"
        " of conv or max-pool"
    )


def _wide(channels: int, scale: Scale) -> int:
    """So many channels at this width."""
    exact = channels * scale.width
    if scale.divisor == 1:
        return max(1, exact.numerator // exact.denominator)
    divisor = scale.divisor
    rounded = max(divisor, int(exact + Fraction(divisor, 2)) // divisor * divisor)
    return rounded if 10 * rounded >= 9 * exact else rounded + divisor


def _conv(values: dict[str, Any], out: int | None, scale: Scale, x: Shape) -> Layers:
    kernel, stride = values["kernel"], values["stride"]
    padding = kernel // 2 if values["padding"] < 0 else values["padding"]
    channels = _channels(values, out, scale, x)
    op = Conv(kernel=(kernel, kernel), stride=stride, groups=values["groups"], bias=values["bias"])
    sides = _windows(x, kernel, stride, 2 * padding)
    layer = Layer("conv", op, "main", x, (x[0], channels, *sides))
    return (layer, *_norm(values, out, scale, layer.output))


def _windows(x: Shape, kernel: int, stride: int, padded: int = 0, up: int = 0) -> list[int]:
    """How many windows there are along height and width.

    Raises:
        NetworkError: there are none.
    """
    height, width = x[2:]
    if min(height, width) + padded < kernel:
        raise NetworkError(
            f"a map of {height}×{width} is too small for a window of {kernel}×{kernel}; give a"
            " larger size"
        )
    return [(side + padded - kernel + up) // stride + 1 for side in (height, width)]


def _channels(values: dict[str, Any], out: int | None, scale: Scale, x: Shape) -> int:
    """What a convolution puts out: so many, a part of what it takes, or as many as classes."""
    if values["reduce"]:
        return x[1] // int(values["reduce"])
    said = values["out"] or out
    if not said:
        return scale.classes
    channels = _wide(said, scale)
    return channels if values["narrow"] else max(said, channels)


def _norm(values: dict[str, Any], _out: int | None, _scale: Scale, x: Shape) -> Layers:
    layers: list[Layer] = []
    if values["norm"] != "none":
        last = (x[0], *x[2:], x[1])
        is_batch = values["norm"] == "batch"
        op, at = (BatchNorm(), x) if is_batch else (LayerNorm(), last)
        layers.append(Layer("norm", op, "main", at, at))
    if values["activation"] == "PReLU":
        layers.append(vocabulary.prelu("activation", x))
    elif values["activation"] != "none":
        layers.append(vocabulary.activation("activation", x, values["activation"]))
    return tuple(layers)


def _max_pool(values: dict[str, Any], _out: int | None, _scale: Scale, x: Shape) -> Layers:
    kernel, stride = values["kernel"], values["stride"]
    padding = (kernel - 1) // 2 if values["padding"] < 0 else values["padding"]
    up = stride - 1 if values["ceil"] else 0
    sides = _windows(x, kernel, stride, 2 * padding, up)
    op = MaxPool(kernel=(kernel, kernel), stride=stride)
    return (Layer("pool", op, "main", x, (*x[:2], *sides)),)


def _average_pool(values: dict[str, Any], _out: int | None, _scale: Scale, x: Shape) -> Layers:
    kernel, stride = values["kernel"], values["stride"]
    sides = _windows(x, kernel, stride)
    op = AveragePool(kernel=(kernel, kernel), stride=stride)
    return (Layer("pool", op, "main", x, (*x[:2], *sides)),)


def _global_pool(values: dict[str, Any], _out: int | None, _scale: Scale, x: Shape) -> Layers:
    size = values["size"]
    return (Layer("pool", GlobalAveragePool(), "main", x, (*x[:2], size, size)),)


def _linear(values: dict[str, Any], _out: int | None, scale: Scale, x: Shape) -> Layers:
    features = 1
    for side in x[1:]:
        features *= side
    flat = (x[0], features)
    y = (x[0], values["out"] or scale.classes)
    layer = Layer("linear", Linear(bias=values["bias"]), "main", flat, y)
    if values["activation"] == "none":
        return (layer,)
    return layer, vocabulary.activation("activation", y, values["activation"])


def _conv_transpose(values: dict[str, Any], out: int | None, scale: Scale, x: Shape) -> Layers:
    """Of stride 2, padded so that it doubles height and width."""
    kernel, said = values["kernel"], values["out"] or out
    channels = _wide(said, scale) if said else scale.classes
    op = Conv(kernel=(kernel, kernel), stride=2, bias=values["bias"], transposed=True)
    y = (x[0], channels, *[2 * side for side in x[2:]])
    return (Layer("conv", op, "main", x, y),)


def _enet_initial(values: dict[str, Any], out: int | None, scale: Scale, x: Shape) -> Layers:
    """A 3×3 of stride 2 beside a max pooling, arXiv:1606.02147, figure 2 (a)."""
    channels = _wide(values["out"], scale)
    conv = vocabulary.conv("conv", x, channels - x[1], 3, stride=2)
    pool = Layer("pool", MaxPool(kernel=(3, 3), stride=2), "aside", x, (*x[:2], *conv.output[2:]))
    joined = vocabulary.concat("concat", conv.output, channels)
    return (conv, pool, joined, *_norm(values, out, scale, joined.output))


ELEMENTS = {
    "conv": _conv,
    "conv-transpose": _conv_transpose,
    "enet-initial": _enet_initial,
    "max-pool": _max_pool,
    "average-pool": _average_pool,
    "global-pool": _global_pool,
    "norm": _norm,
    "linear": _linear,
}
