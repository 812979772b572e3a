"""A sweep as a file: its designs in any format, or a figure of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bottlecalc.errors import argument
from bottlecalc.explore.designs import Designs
from bottlecalc.explore.grid import SweepError
from bottlecalc.explore.sweep import Sweep
from bottlecalc.render import designs
from bottlecalc.render.layout import unbounded
from bottlecalc.text import files
from bottlecalc.text.calls import quoted
from bottlecalc.text.files import drafting, encoded, output_path

if TYPE_CHECKING:
    from bottlecalc.render.plot import Drawing

KNOWN = (*designs.FORMATS, "parquet")
ENDINGS: Mapping[str, str] = {
    ending: form for ending, form in files.FORMATS.items() if form in KNOWN
}
"""The format that each ending of a file says."""


def write(sweep: Sweep, path: object, form: str | None = None) -> None:
    """Write the designs into a file, whole or not at all.

    Args:
        sweep: whose designs.
        path: of the file.
        form: by the file's ending where none is given.

    Raises:
        ArgumentError: the path is none.
        SweepError: there is no such format, none of the designs is allowed, or pyarrow is missing.
        OutputError: the file cannot be written.
    """
    file = output_path(path)
    form = _form(file, form)
    check(form)
    with drafting(file) as put:
        for piece in pieces(form, sweep, sweep.pages(), unbounded()):
            put(encoded(piece) if isinstance(piece, str) else piece)


def pieces(
    form: str, sweep: Sweep, pages: Iterable[Designs], console: Console
) -> Iterator[str | bytes]:
    """A sweep in one of the formats, so that no more than a few pages are ever held.

    Args:
        form: one of those of ``ENDINGS``.
        sweep: whose designs.
        pages: of it, as they come.
        console: that is written for.
    """
    if form == "parquet":
        from bottlecalc.render import parquet

        return parquet.pieces(pages, sweep)
    return designs.FORMATS[form](pages, designs.Title.of(sweep.grid), console)


def check(form: str) -> None:
    """Refuse a format whose library is missing, before anything is counted.

    Raises:
        SweepError: it is.
    """
    if form == "parquet":
        from bottlecalc.render import parquet

        parquet.check()


def plot(
    sweep: Sweep, path: object, key: str | None = None, x: str | None = None, y: str | None = None
) -> None:
    """Draw a sweep into a file, whole or not at all; in text on stdout where that is ``-``.

    Raises:
        ArgumentError: the path is none.
        SweepError: it is no figure, there is no such key, or there is nothing to draw.
        OutputError: the file cannot be written.
    """
    from bottlecalc.render.plot import TERMINAL, drawing_of

    file = output_path(path)
    _refuse_other_than_text(key=key, x=x, y=y)
    drawing = drawing_of(sweep.grid, str(file), key, x, y)
    if str(file) == TERMINAL:
        _watch(sweep, drawing)
        print(drawing.drawn().decode(), end="")
        return
    with drafting(file) as put:
        _watch(sweep, drawing)
        put(drawing.drawn())


def _refuse_other_than_text(**keys: object) -> None:
    for name, given in keys.items():
        if not isinstance(given, str | None):
            raise SweepError(
                f"{argument(name)} = {quoted(given)} is no text; give a key such as 'macs'"
            )


def _watch(sweep: Sweep, drawing: Drawing) -> None:
    deque(sweep.pages(watch=drawing.watch), maxlen=0)


def _form(file: Path, form: object) -> str:
    ending = file.suffix.lower()
    if form is None and ending not in ENDINGS:
        raise SweepError(
            f"the ending {quoted(ending)} of {quoted(str(file))} is of no format; give one of"
            f" {', '.join(ENDINGS)}, or {argument('format')}, one of {', '.join(ENDINGS.values())}"
        )
    found = ENDINGS[ending] if form is None else form
    if not isinstance(found, str) or found not in ENDINGS.values():
        raise SweepError(
            f"{argument('format')} {quoted(found)} is none; give one of"
            f" {', '.join(ENDINGS.values())}"
        )
    return found
