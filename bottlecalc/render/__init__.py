"""Values into text, one function a format."""

from collections.abc import Callable, Mapping

from rich.console import Console

from bottlecalc.compare import Comparison
from bottlecalc.render.document import document
from bottlecalc.render.records import as_csv, as_markdown
from bottlecalc.render.table import table

FORMATS: Mapping[str, Callable[[Comparison, Console], str]] = {
    "table": table,
    "json": lambda comparison, _: document(comparison),
    "csv": lambda comparison, _: as_csv(comparison),
    "markdown": lambda comparison, _: as_markdown(comparison),
}
"""Text of a comparison by format; the console says how wide and how colourful a table may be."""
