"""A text as the rows of a table, whichever of the usual delimiters parts its cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

DELIMITERS = (",", ";", "\t")
NAMED = re.compile(r'"?sep=(?P<delimiter>.)"?(?=\r|\n|$)', re.IGNORECASE)
"""What Excel writes, and reads, in a first line."""


class Row(NamedTuple):
    """A row that holds something.

    Attributes:
        line: of the file, where it begins.
        cells: without the blanks around them.
    """

    line: int
    cells: tuple[str, ...]


class TableError(Exception):
    """A row that is no CSV; its text says what the reader found.

    Attributes:
        line: of the file, where it begins.
    """

    def __init__(self, line: int, reason: object) -> None:
        super().__init__(str(reason))
        self.line = line


def rows(text: str, delimiter: str) -> Iterator[Row]:
    """The rows that are not blank.

    Raises:
        TableError: a quotation mark or a cell has no end; the rows before it have come.
    """
    reader = csv.reader(
        io.StringIO(NAMED.sub("", text, count=1) if NAMED.match(text) else text, newline=""),
        delimiter=delimiter,
        strict=True,
        skipinitialspace=True,
    )
    line = 1
    try:
        for cells in reader:
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                yield Row(line, stripped)
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(line, error) from None


def find_delimiter(text: str, known: Callable[[tuple[str, ...]], int]) -> str:
    """By which delimiter the first row says most.

    Args:
        text: of the table.
        known: how many columns of a row are known.
    """
    if named := NAMED.match(text):
        return named["delimiter"] if named["delimiter"] not in '"\r\n ' else ","

    def says(delimiter: str) -> tuple[int, int]:
        cells = _first(text, delimiter)
        return known(cells), len(cells)

    return max(DELIMITERS, key=says)


def _first(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        return next((row.cells for row in rows(text, delimiter)), ())
    except TableError:
        return ()
