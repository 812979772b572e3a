"""What is too wide for a console: a table with its rows one below the other, a long word broken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, takewhile
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
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


class Facts(NamedTuple):
    """Names, figures and notes, a line each; a note that does not fit stands below.

    A long text without a note, such as what a model is run on, does not move the figures.

    Attributes:
        rows: a name, a figure and a note, which may be empty.
    """

    rows: Sequence[tuple[str, str, str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        names = max((cell_len(name) for name, _, _ in self.rows), default=0)
        lengths = [
            cell_len(figure) for _, figure, note in self.rows if note or len(figure) <= LONG_WORD
        ]
        figures = max((length for length in lengths if names + length + 3 <= width), default=0)
        for name, figure, note in self.rows:
            line = f" {name:<{names}}  {figure:>{figures}}"
            if cell_len(line) + cell_len(note) + 2 <= width:
                yield Text.assemble(line, (f"  {note}" if note else "", "dim"))
            else:
                yield Text(line)
                below = Text(note).wrap(console, width - 3)
                yield from (Text(f"   {piece.plain}", "dim") for piece in below)


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
