"""A comparison as text, one function a format; each format is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from bottlecalc.agreement.compare import Comparison


def _table(comparison: Comparison, console: Console) -> str:
    from bottlecalc.render.table import table

    return table(comparison, console)


def _json(comparison: Comparison, _: Console) -> str:
    from bottlecalc.render.document import document

    return document(comparison)


def _csv(comparison: Comparison, _: Console) -> str:
    from bottlecalc.render.records import as_csv

    return as_csv(comparison)


def _markdown(comparison: Comparison, _: Console) -> str:
    from bottlecalc.render.records import as_markdown

    return as_markdown(comparison)


FORMATS: Mapping[str, Callable[[Comparison, Console], str]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
}
"""Text of a comparison by format; the console says how wide and how colourful a table may be."""
