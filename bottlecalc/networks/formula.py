"""The layers of a network, by arithmetic."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Any, NamedTuple

from bottlecalc.blocks.grammar import make, read, require
from bottlecalc.blocks.spec import BlockError, keys
from bottlecalc.errors import SPECS
from bottlecalc.formulas.families import formula
from bottlecalc.formulas.formula import Layers
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import LayerNorm
from bottlecalc.layers.ops import Shape
from bottlecalc.layers.pooling import MaxPool, MaxUnpool
from bottlecalc.layers.training import Piece
from bottlecalc.networks import elements
from bottlecalc.networks.element_formula import FORMULAS, Scale, check_map
from bottlecalc.networks.spec import Network, NetworkError, Stage
from bottlecalc.text.shapes import shape

CHANNELS = ("out", "mid", "squeeze", "growth")
"""The keys of blocks that a network's width multiplies."""

DEEPEST = 1 << 15
"""How often a stage's blocks are repeated at most: a hundred times the depth of ResNet-1202."""


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
    pooled: list[Shape] = []
    for stage, built in _built(network, size, batch):
        named = (_named(part, stage, place) for place, part in enumerate(built.parts))
        layers = tuple(layer for one in named for layer in one)
        _check_indices(layers, pooled, f"{network}, {stage.name}")
        yield stage, layers


def pieces(network: Network, size: tuple[int, int], batch: int) -> Iterator[Piece]:
    """The layers of every block, from the input on, named as in ``stages``, and their forks.

    Args:
        network: the spec.
        size: height and width of the input [pixels].
        batch: images in the input.
    """
    for stage, built in _built(network, size, batch):
        texts = network.texts(stage)
        for place, part in enumerate(built.parts):
            forks = _forks(texts[place % len(texts)])
            within = _within(stage, place)
            named = {f"{within}{name}": f"{within}{read}" for name, read in forks.items()}
            yield Piece(_named(part, stage, place), named)


def _named(part: Part, stage: Stage, place: int) -> Layers:
    within = _within(stage, place)
    return tuple(layer._replace(name=f"{within}{layer.name}") for layer in part.layers)


def _within(stage: Stage, place: int) -> str:
    return f"{stage.name}.{place}."


def _forks(text: str) -> Mapping[str, str]:
    """Of a block; an element has none."""
    return {} if elements.is_element(text) else formula(read(text)[0]).forks


def _check_indices(layers: Layers, pooled: list[Shape], where: str) -> None:
    """Refuse an unpooling of another shape than the last pooling that left indices.

    Args:
        layers: of a stage.
        pooled: the shapes of indices that nobody has taken up, which this keeps up to date.
        where: what an error begins with.

    Raises:
        NetworkError: there is one.
    """
    for layer in layers:
        if isinstance(layer.op, MaxPool) and layer.op.indices:
            pooled.append(layer.output)
        elif isinstance(layer.op, MaxUnpool) and pooled:
            left = pooled.pop()
            if left != layer.input:
                raise NetworkError(
                    f"{where}: enet-up unpools {shape(layer.input[1:])} by the indices that"
                    f" enet-down left, which are {shape(left[1:])}; give the channels that"
                    " enet-down takes"
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
        try:
            texts, depth = network.texts(stage), _depth(stage, network.depth)
            built = _stage(texts, depth, stage.out, stage.stride, scale, x)
        except (BlockError, NetworkError) as error:
            sentence = f"{network}, {stage.name}: {error.worded(SPECS)}"
            raise NetworkError(sentence) from None
        x = built.parts[-1].output
        yield stage, built


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
    """How often its blocks are repeated.

    Raises:
        NetworkError: it is more often than is counted.
    """
    depth = 1 if stage.depth is None else ceil(stage.depth * scale)
    if depth > DEEPEST:
        raise NetworkError(
            f"its blocks would stand {depth:,} times, and at most {DEEPEST:,} are counted; give"
            " less depth"
        )
    return depth


def _layers(text: str, out: int | None, stride: int, scale: Scale, x: Shape) -> Layers:
    if elements.is_element(text):
        kind, values = elements.read(text)
        if stride != 1:
            values |= _stride(kind, values, stride)
        return FORMULAS[kind](values, out, scale, x)
    family, said = read(text)
    check_map(family.family, x)
    known: dict[str, Any] = {**said} if out is None else {**said, "out": out}
    known = {name: _wide(name, one, scale) for name, one in known.items()}
    known = {"in": x[1], **_stride(family.family, keys(family), stride), **known}
    require(known, text)
    block = make(family, known)
    block.check_input(*x[2:])
    return formula(family)(block, x)


def _wide(name: str, value: Any, scale: Scale) -> Any:
    """A key's value at this width; what is no number of channels stays, for the block to refuse."""
    return scale.wide(value) if name in CHANNELS and value > 0 else value


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
