"""Typst's work: PDF and pictures, in fonts that come by pip, whatever the machine has."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from bottlecalc.handout import Language
from bottlecalc.handout.paper import Print

LATIN, CHINESE = "Libertinus Serif", "Noto Sans CJK SC"
"""What a sheet is set in: Typst's own font, and for Chinese the one that comes with the extra."""
FONTS: Mapping[Language, str] = {
    "en": f'"{LATIN}", "{CHINESE}"',
    "zh": f'(name: "{LATIN}", covers: regex("[^‘’“”—…]")), "{CHINESE}"',
}
"""Quotation marks, dashes and dots are the language's own; the dot of products is Latin."""
FIGURE = 0.82
"""Of a page's height that a figure may take, so that its caption stands below it."""
DRAWING = files("bottlecalc.handout") / "pandoc" / "drawing.typ"
STANDARD = "ua-1"
"""PDF/UA: tagged, with a title and a language, and an alternative text for all that is no text."""


def pdf(source: Path) -> bytes:
    """A sheet set, which the strictest standard for readers who cannot see admits.

    Args:
        source: in Typst's language; what it includes lies beside it.
    """
    return _compile(source, format="pdf", pdf_standards=[STANDARD])


def picture(svg: str, kind: Literal["pdf", "png"], print_: Print) -> bytes:
    """A figure as PNG of 300 dots an inch, in the size in which it is printed; or as PDF, for
    LaTeX, which magnifies it.
    """
    still = print_.zoom if kind == "pdf" else 1
    room = f"(width: {print_.line / still}mm, height: {FIGURE * print_.column / still}mm)"
    source = f"""
        #set page(width: auto, height: auto, margin: 0pt)
        {DRAWING.read_text("utf-8")}
        #drawing("figure.svg", {print_.zoom / still}, {room})
    """
    with TemporaryDirectory() as folder:
        main = Path(folder, "main.typ")
        main.write_text(source, "utf-8")
        Path(folder, "figure.svg").write_text(svg, "utf-8")
        return _compile(main, format=kind)


def _compile(source: Path, **options: Any) -> bytes:
    """Typst's own fonts, matplotlib's for figures, and one with Chinese; of each, a PDF holds what
    it uses.
    """
    import typst

    folders = [files("matplotlib") / "mpl-data/fonts/ttf", files("manimgx_fonts_cjk")]
    document: bytes = typst.compile(
        source, root=source.parent, ignore_system_fonts=True,
        font_paths=[Path(str(folder)) for folder in folders], ppi=300, **options,
    )  # fmt: skip
    return document
