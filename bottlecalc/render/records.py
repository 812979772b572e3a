"""The per-layer table as CSV and Markdown: one line a layer, its block in the first column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from bottlecalc.agreement.compare import Comparison
from bottlecalc.layers.count import Row
from bottlecalc.render.words import number, shape

COLUMNS = (
    *("block", "layer", "op", "path", "in_channels", "out_channels"),
    *("input", "output", "formula", "params", "macs"),
)
NUMBERS = ("in_channels", "out_channels", "params", "macs")


def as_csv(comparison: Comparison) -> str:
    """CSV with a header; numbers without separators, shapes as ``1x64x56x56``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(spec, row) for spec, row in _rows(comparison))
    return text.getvalue()


def as_markdown(comparison: Comparison) -> str:
    """A Markdown table; numbers right-aligned, with thousands separators."""
    lines = [COLUMNS, tuple("---:" if name in NUMBERS else "---" for name in COLUMNS)]
    lines += [tuple(map(_marked, _cells(spec, row))) for spec, row in _rows(comparison)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _rows(comparison: Comparison) -> Iterator[tuple[str, Row]]:
    for block in comparison.blocks:
        spec = str(block.count.block)
        yield from ((spec, row) for row in block.count.rows)


def _cells(spec: str, row: Row) -> tuple[str | int, ...]:
    return (
        *(spec, row.name, row.op, row.path, row.input[1], row.output[1]),
        *(shape(row.input, "x"), shape(row.output, "x"), row.formula, row.params, row.macs),
    )


def _marked(cell: str | int) -> str:
    if isinstance(cell, int):
        return number(cell)
    return f"`{cell}`" if any(mark in cell for mark in "·=") else cell
