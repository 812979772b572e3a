"""The rows of a result as a table of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice

from bottlecalc.render.rows import Cell, Rows
from bottlecalc.render.words import visible
from bottlecalc.text.numbers import number

MOST_ROWS = 60
"""Of more rows than these the first are shown, and how many there are."""

NUMBERS = ' style="text-align: right"'


def table(rows: Rows, caption: str) -> str:
    """A table: figures with separators, and every text of others as it is."""
    lines = [*_lines(islice(rows.rows, MOST_ROWS)), *_rest(rows)]
    return (
        f'<table class="bottlecalc">\n<caption>{_text(caption)}</caption>\n'
        f"<thead>{_line(rows.columns, 'th')}</thead>\n"
        f"<tbody>\n{''.join(lines)}</tbody>\n</table>\n"
    )


def _lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    for row in rows:
        yield f"{_line(row, 'td')}\n"


def _line(cells: Sequence[Cell], tag: str) -> str:
    return f"<tr>{''.join(_cell(cell, tag) for cell in cells)}</tr>"


def _cell(cell: Cell, tag: str) -> str:
    if isinstance(cell, str):
        return f"<{tag}>{_text(cell)}</{tag}>"
    return f"<{tag}{NUMBERS}>{_figure(cell)}</{tag}>"


def _figure(value: int | float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int) else f"{value:,.4g}"


def _rest(rows: Rows) -> Iterator[str]:
    """A row that says how many are not shown."""
    more = rows.length - MOST_ROWS
    if more > 0:
        yield f'<tr><td colspan="{len(rows.columns)}">… {number(more)} more</td></tr>\n'


def _text(text: str) -> str:
    """Text that stays text: no tag, and no formula of MathJax's."""
    return escape(visible(text)).replace("\n", "<br>").replace("$", "<span>$</span>")
