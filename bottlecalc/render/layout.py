"""How output for people is laid out: headings, ruled tables, the text of it all."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from rich.box import HORIZONTALS
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from bottlecalc.render.stack import LONG_WORD, VALUE, Breakable, stacked, unbroken
from bottlecalc.render.words import line, visible

UNBOUNDED = 10**9
"""Columns enough for any table: piped output is as wide as its content."""

COLOUR = r"\x1b\[[0-9;]*m"
"""What switches a colour on or off."""

literal_console = partial(Console, markup=False, emoji=False, force_jupyter=False)
"""A console that shows text as it is: a module may be named ``[bold]``, or ``:smile:``.

In a notebook too it writes text, and displays nothing by itself.
"""


def unbounded() -> Console:
    """A console for a file, or a string: as wide as need be, and without colour."""
    return literal_console(
        file=io.StringIO(), width=UNBOUNDED, height=UNBOUNDED, force_terminal=False
    )


def ruled(*columns: str) -> Table:
    """A table with these columns, the ones that begin with ``=`` holding numbers."""
    table = Table(box=HORIZONTALS, show_edge=False, header_style="", collapse_padding=True)
    for column in columns:
        name = column.removeprefix("=")
        number = name != column
        table.add_column(
            name, justify="right" if number else "left", overflow="fold", no_wrap=number
        )
    return table


def heading(text: str, aside: str = "") -> Text:
    """What a part of the output is about."""
    return Text.assemble("\n", (line(text), "bold cyan"), (f"  {aside}" if aside else "", "dim"))


def hung(mark: str, text: str, style: str = "", mark_style: str = "") -> Table:
    """Text whose lines all begin beside its mark, however often they are wrapped."""
    grid = Table.grid(Column(width=1), Column(overflow="fold"), padding=(0, 1, 0, 0))
    grid.add_row(Text(mark, mark_style), Breakable(visible(text), style))
    return grid


def fits(table: Table, console: Console) -> bool:
    """Whether nothing in it has to be broken, or is printed beyond the console's width."""
    return not console.is_terminal or _needed(table, console) <= console.width


def printed(parts: Iterable[RenderableType], console: Console) -> str:
    """The parts as text, for that console's width and colours, without blanks at ends of lines.

    A table too wide for the terminal is stacked; where one of its numbers is wider than that, it
    is printed wider. No number is ever broken.
    """
    return "".join(_printed(part, console) for part in parts)


def _printed(part: RenderableType, console: Console) -> str:
    width, part = console.width, _fitting(part, console)
    if console.is_terminal:
        console.width = max(width, _needed(part, console))
    with console.capture() as captured:
        console.print(_Visible(part), highlight=False)
    console.width = width
    return "".join(f"{_trimmed(text)}\n" for text in captured.get().splitlines())


def _trimmed(text: str) -> str:
    """A line without the blanks at its end, whatever the colours: a terminal would wrap them."""
    text, colours = text.rstrip(), ""
    while text.endswith("m") and re.fullmatch(COLOUR, text[(start := text.rfind("\x1b")) :]):
        text, colours = text[:start].rstrip(), text[start:] + colours
    return text + colours


class _Visible(NamedTuple):
    """A part as it is, whatever names in it hold: colours are the only escapes that are written."""

    part: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self.part, options):
            yield segment._replace(text=visible(segment.text))


def _fitting(part: RenderableType, console: Console) -> RenderableType:
    if isinstance(part, Table) and part.show_header and not fits(part, console):
        part = stacked(part)
    return unbroken(part, console.width) if isinstance(part, Text) else part


def _needed(part: RenderableType, console: Console) -> int:
    """The width below which a number or a word would be broken; very long words may be."""
    if not isinstance(part, Table):
        return 0
    for column in part.columns:
        cells = (column.header, *column.cells)
        pieces = (piece for cell in cells for piece in _pieces(cell, column.no_wrap))
        widest = max(map(cell_len, pieces), default=0)
        column.min_width = widest if column.no_wrap else min(LONG_WORD, widest)
    unbounded = console.options.update(max_width=sys.maxsize)
    return Measurement.get(console, unbounded, part).minimum


def _pieces(cell: RenderableType, no_wrap: bool) -> list[str]:
    """What of a cell stands on one line, come what may."""
    if isinstance(cell, Breakable):
        return VALUE.findall(cell.plain)
    return str(cell).split("\n" if no_wrap else None)
