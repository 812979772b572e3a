"""A layer's weights as an area: a rectangle for each place of the kernel, as wide as the channels
that go in and as high as those that come out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

from bottlecalc.layers.count import CONVOLUTIONS, MAIN, Scope
from bottlecalc.layers.layer import Branch, Layer, product
from bottlecalc.layers.ops import Conv
from bottlecalc.text.numbers import number


class Patch(NamedTuple):
    """An area of one unit a parameter.

    Attributes:
        name: of the layer.
        label: what the layer is.
        rows: of tiles, as the kernel has them.
        columns: of tiles.
        wide: channels that go in.
        high: channels that come out.
        groups: blocks along the diagonal of a tile, which alone are filled.
        product: what gives its parameters, written out.
        params: so many [parameters].
        branch: that it belongs to.
    """

    name: str
    label: str
    rows: int
    columns: int
    wide: int
    high: int
    groups: int
    product: str
    params: int
    branch: Branch


def patches(layers: Sequence[Layer], scope: Scope) -> list[Patch]:
    """What is drawn of layers; their areas add up to the parameters in that scope."""
    kept = {"main": MAIN, "convs": CONVOLUTIONS}.get(scope)
    found: list[Patch] = []
    for layer in layers:
        if layer.weights and (kept is None or layer.branch in kept):
            found.append(_weights(layer))
        if kept is None:
            found.extend(_strips(layer))
    return found


def _weights(layer: Layer) -> Patch:
    kernel: Sequence[int] = getattr(layer.op, "kernel", ())
    rows, columns = (kernel[0], prod(kernel[1:])) if kernel else (1, 1)
    groups = layer.op.groups if isinstance(layer.op, Conv) else 1
    return Patch(
        layer.name, layer.op.label, rows, columns, layer.in_channels, layer.out_channels, groups,
        product(layer.factors), layer.weights, layer.branch,
    )  # fmt: skip


def _strips(layer: Layer) -> Iterator[Patch]:
    """Parameters that are no weights, a column for each that a channel has."""
    rest = layer.params - layer.weights
    if rest:
        high = layer.out_channels if rest % layer.out_channels == 0 else rest
        label = layer.op.label if not layer.weights else "biases"
        wide = rest // high
        yield Patch(
            layer.name, label, 1, 1, wide, high, 1, f"{wide}·{number(high)}", rest,
            layer.branch,
        )  # fmt: skip
