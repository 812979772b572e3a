"""What is too wide for a console: a table with its rows one below the other, a long word broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, takewhile
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.containers import Lines
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

SHARE = "%"
"""Columns so named stand beside what they are a share of."""

LONG_WORD = 24
"""Longer ones than this, the names of modules and budgets, are folded on narrow terminals."""

WORD = re.compile(r"\S+")
VALUE = re.compile(r"[^\s:,/]*[:,/]?")
"""What a spec, or a path, is not broken within."""


class Line(NamedTuple):
    """One number of a row: what its column is called, and its share where it has one."""

    name: str
    figure: str
    share: str = ""


def stacked(table: Table) -> Text:
    """A ruled table's rows one below the other, each number on a line, beside its column's name."""
    names, about = list(_names(table)), _about(table)
    columns = [list(column.cells) for column in table.columns]
    rows = list(zip(*columns, strict=True))
    stacks = [_lines(names[about:], list(map(str, row[about:]))) for row in rows]
    widths = [max(map(len, column)) for column in zip(*chain.from_iterable(stacks), strict=True)]
    text = Text()
    for row, stack, place in zip(rows, stacks, table.rows, strict=True):
        text.append_text(_heading(row[:about]))
        for line in stack:
            text.append("\n   " + _aligned(line, widths), place.style)
        text.append("\n\n" if place.end_section else "\n")
    text.rstrip()
    return text


def noted(table: Table) -> Text:
    """A grid's rows of name, figure and note, each note below what it is of."""
    columns = [list(map(str, column.cells)) for column in table.columns]
    name, figure = (max(map(cell_len, column)) for column in columns[:2])
    lines = []
    for about, value, note in zip(*columns, strict=True):
        lines.append(Text(f" {about:<{name}}  {value:>{figure}}"))
        lines += [Text(f"   {note}", "dim")] if note else []
    return Text("\n").join(lines)


def _names(table: Table) -> Iterator[str]:
    """Columns by name: below ``parameters``, ``main`` and ``convs`` are parameters of either."""
    group = ""
    for column in table.columns:
        head, _, part = str(column.header).partition("\n")
        group = head or group
        yield ", ".join(filter(None, (group, part.replace("\n", " "))))


def _about(table: Table) -> int:
    """How many columns say what a row is about: those before the first that holds numbers."""
    return sum(1 for _ in takewhile(lambda column: column.justify == "left", table.columns))


def _lines(names: Sequence[str], cells: Sequence[str]) -> list[Line]:
    lines: list[Line] = []
    for name, cell in zip(names, cells, strict=True):
        if name == SHARE and lines:
            lines[-1] = lines[-1]._replace(share=cell)
        elif cell:
            lines += _pieces(name, *cell.split("\n"))
    return lines


def _pieces(name: str, first: str, *more: str) -> list[Line]:
    """A cell of several lines; one short line more, as a ratio, stands beside the first."""
    if len(more) == 1 and len(more[0]) <= len(first):
        return [Line(name, first, *more)]
    return [Line(name, first), *(Line("", piece) for piece in more)]


def _heading(cells: Sequence[Any]) -> Text:
    texts = [cell if isinstance(cell, Text) else Text(cell) for cell in cells if str(cell)]
    return Text.assemble(" ", Text("  ").join(texts))


def _aligned(line: Line, widths: Sequence[int]) -> str:
    name, figure, share = widths
    return f"{line.name:<{name}}  {line.figure:>{figure}}  {line.share:>{share}}".rstrip()


class Breakable(Text):
    """Text that is broken as ``unbroken`` says, however wide the cell in which it stands."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widest = max(map(cell_len, VALUE.findall(self.plain)))
        return Measurement(
            min(LONG_WORD, widest), super().__rich_measure__(console, options).maximum
        )

    def wrap(self, console: Console, width: int, **how: Any) -> Lines:
        """The lines of it."""
        return unbroken(self, width).wrap(console, width, **how)


def unbroken(text: Text, width: int) -> Text:
    """The text, every word that is longer broken between two values of it, and never within."""
    ends = [end for word in WORD.finditer(text.plain) for end in _ends(word, width)]
    return Text("\n").join(text.divide(ends)) if ends else Text.assemble(text)


def _ends(word: re.Match[str], width: int) -> Iterator[int]:
    begin = word.start()
    if cell_len(word[0]) <= width:
        return
    for value in VALUE.finditer(word.string, begin, word.end()):
        if cell_len(word.string[begin : value.end()]) > width and value.start() > begin:
            begin = value.start()
            yield begin
