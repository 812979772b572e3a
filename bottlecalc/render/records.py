"""Documents and tables for programs: JSON and CSV, safe in a job's log and in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bottlecalc.render.words import line

Cell = str | int | None

FORMULA = re.compile("[=+@＝＋－＠-]")
"""How a text begins that a spreadsheet would work out; a tab and a line's end are spelled out.

Source: OWASP, "CSV Injection".
"""


def as_json(document: Mapping[str, Any]) -> str:
    """The JSON text, ASCII only, and with no ``##[``, which GitHub's runner obeys in a log."""
    return json.dumps(document, indent=2).replace("##[", r"\u0023#[") + "\n"


def as_csv(rows: Iterable[Iterable[Cell]]) -> str:
    """CSV; a text that a spreadsheet would take for a formula begins with ``'``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(map(_cell, row) for row in rows)
    return text.getvalue()


def _cell(value: Cell) -> Cell:
    if not isinstance(value, str):
        return value
    text = line(value)
    return f"'{text}" if FORMULA.match(text) else text


def unquoted(cell: str) -> str:
    """What a cell said before ``as_csv`` had it begin with ``'``."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell, 1) else cell
