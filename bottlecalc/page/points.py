"""Blocks counted here, for the page to count again before it shows a number.

A page whose expressions, or whose browser, gave anything else would say so instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle, product
from typing import Any

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.spec import Block
from bottlecalc.layers.joins import Add
from bottlecalc.page.expressions import KINDS, Data, figures

CHANNELS = (
    (64, 128),
    (3, 11),
    (7, 7),
    (36, 36),
    (13, 29),
    (31, 6),
    (1, 4),
    (8, 3),
    (256, 512),
    (999, 10),
)
MORE: Mapping[str, tuple[Mapping[str, int], ...]] = {
    "plain": ({},),
    "basic": ({},),
    "bottleneck": (
        {}, {"mid": 1}, {"mid": 35, "groups": 5}, {"mid": 12, "groups": 12}, {"groups": 2},
    ),
    "inverted": ({"expand": 1}, {"expand": 2}, {"expand": 6}),
}  # fmt: skip
"""Beside channels and stride, what is said of blocks of each family."""
STRIDES = (1, 2, 3)
SIZES = ((56, 56), (15, 11), (7, 30), (1, 1), (3_000_000, 999_983))
"""The last one's MACs are beyond what floating point holds exactly."""
EXACT = 2**53
"""From here on JavaScript's numbers leave integers out, and a point says them as text."""


def points() -> list[Data]:
    """Hundreds of blocks of the page's families, each with all that is counted of it."""
    sizes = cycle(SIZES)
    return [
        _point(name, values, next(sizes))
        for name in KINDS
        for values in _values(name)
        if _refused(name, values) is None
    ]


def refusals() -> list[Data]:
    """Blocks that cannot be, each with the key that its broken rule is about."""
    return [
        {"family": name, "keys": values, "refused": key}
        for name in KINDS
        for values in _values(name)
        if (key := _refused(name, values)) is not None
    ]


def _values(name: str) -> Iterator[dict[str, int]]:
    for (enter, leave), more, stride in product(CHANNELS, MORE[name], STRIDES):
        yield {"in": enter, "out": leave, **more, "stride": stride}


def _refused(name: str, values: Mapping[str, int]) -> str | None:
    """The key of the first rule that such a block breaks."""
    block = FAMILIES[name].unchecked(values)
    return next((rule.key for rule in block.RULES if rule.broken(block)), None)


def _point(name: str, values: Mapping[str, int], size: tuple[int, int]) -> Data:
    block: Block = make(FAMILIES[name], dict(values))
    count = closed_form.count(block, size)
    return {
        "family": name,
        "keys": values,
        "size": size,
        "figures": {figure: _exact(value) for figure, value in figures(count.layers).items()},
        "field": count.receptive_field,
        "layers": [_layer(count, place) for place in range(len(count.layers))],
    }


def _layer(count: Count, place: int) -> list[Any]:
    """Parameters, MACs, activations, stride and the shape that leaves; additions are no layers."""
    layer = count.layers[place]
    if isinstance(layer.op, Add):
        return []
    stride = getattr(layer.op, "stride", 1)
    costs = (layer.params, layer.macs, layer.activations)
    return list(map(_exact, (*costs, stride, layer.out_channels, *layer.sides)))


def _exact(value: int) -> int | str:
    return value if value < EXACT else str(value)
