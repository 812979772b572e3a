"""The layers of a comparison as CSV and Markdown, one line each, its block first."""

from __future__ import annotations

from collections.abc import Iterator

from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.result import Count, OwnCount
from bottlecalc.layers.layer import Layer
from bottlecalc.render import records
from bottlecalc.render.words import code, line, markdown
from bottlecalc.text.numbers import number
from bottlecalc.text.shapes import shape

COLUMNS = (
    *("block", "layer", "op", "path", "in_channels", "out_channels"),
    *("input", "output", "formula", "params", "macs"),
)
NUMBERS = ("in_channels", "out_channels", "params", "macs")


def as_csv(comparison: Comparison) -> str:
    """CSV with a header; numbers without separators, shapes as ``1x64x56x56``."""
    return records.as_csv([COLUMNS, *_rows(comparison)])


def as_markdown(comparison: Comparison) -> str:
    """A Markdown table; numbers right-aligned, with thousands separators."""
    lines = [COLUMNS, tuple("---:" if name in NUMBERS else "---" for name in COLUMNS)]
    lines += [tuple(map(_marked, row)) for row in _rows(comparison)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _rows(comparison: Comparison) -> Iterator[tuple[str | int, ...]]:
    for count in comparison.blocks:
        spec = str(count.block)
        if isinstance(count, Count):
            yield from (_cells(spec, layer) for layer in count.layers)
        else:
            yield from _modules(spec, count)


def _modules(spec: str, count: OwnCount) -> Iterator[tuple[str | int, ...]]:
    """A block of the user's own has modules, of which only a closed form would say more."""
    from bottlecalc.render import own

    unknown = [""] * (len(COLUMNS) - 5)
    for node in own.layers(count):
        yield (spec, node.name, node.type, *unknown, node.params, node.macs or 0)


def _cells(spec: str, layer: Layer) -> tuple[str | int, ...]:
    return (
        *(spec, layer.name, layer.op.label, layer.branch, layer.in_channels, layer.out_channels),
        *(shape(layer.input, "x"), shape(layer.output, "x")),
        *(layer.formula, layer.params, layer.macs),
    )


def _marked(cell: str | int) -> str:
    if isinstance(cell, int):
        return number(cell)
    return code(cell) if any(mark in cell for mark in "·=") else markdown(line(cell))
