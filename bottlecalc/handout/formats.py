"""The formats of a handout: how each is written, and where its figures lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError, Language, conversion, typesetting
from bottlecalc.handout.paper import Print
from bottlecalc.text.calls import quoted

INSTALL = "python -m pip install manimgx-fonts-cjk matplotlib pypandoc_binary pyreveal typst"

Kind = Literal["svg", "pdf", "png"]
Lie = Literal["within", "beside"]
Text = Literal["sheet", "slides", "lab"]


@dataclass(frozen=True, kw_only=True)
class Format:
    """How a format is written.

    Attributes:
        name: that users call it by.
        ending: of the files that are in it unless another is named; empty where there is none.
        writer: pandoc's name for it; empty where the Markdown itself is wanted.
        needs: modules without which it cannot be.
        options: for pandoc.
        chinese: more options for pandoc where the language is Chinese.
        figures: the ending of its figures.
        lie: where its figures do: within the file, or beside it in a folder.
        text: what is written in it.
    """

    name: str
    ending: str = ""
    writer: str = ""
    needs: tuple[str, ...] = ("pypandoc", "matplotlib")
    options: tuple[str, ...] = ()
    chinese: tuple[str, ...] = ()
    figures: Kind = "svg"
    lie: Lie = "within"
    text: Text = "sheet"


TYPST = ("pypandoc", "typst", "matplotlib", "manimgx_fonts_cjk")
FIGURES, PAGES, WIDTHS = (f"--lua-filter={one}.lua" for one in ("figures", "pages", "widths"))
WORKSHEET = "--lua-filter=worksheet.lua"
WEB = (
    *("--mathml", "--embed-resources", "--css=sheet.css"),
    *(PAGES, FIGURES, "--lua-filter=web.lua"),
)
PAGE = (
    *("--template=sheet.typ", "--include-in-header=drawing.typ"),
    "--include-in-header=worksheet.typ",
    *(PAGES, FIGURES, WIDTHS, "--lua-filter=typst.lua"),
)
WORD = ("-M", "all-widths", PAGES, FIGURES, WIDTHS, "--lua-filter=word.lua")
SLIDES = (
    *("--mathml", "--embed-resources", "--slide-level=1", "--template=slides.html"),
    *(PAGES, "--lua-filter=web.lua"),
)
LAB = ("--shift-heading-level-by=0", "--metadata-file=lab.yaml", PAGES)
ALL = (
    Format(name="markdown", ending=".md", needs=(), lie="beside"),
    Format(name="html", ending=".html", writer="html5", options=WEB),
    Format(name="pdf", ending=".pdf", writer="typst", needs=TYPST, options=PAGE),
    Format(
        name="latex", ending=".tex", writer="latex", needs=TYPST, options=(PAGES, FIGURES, WIDTHS),
        chinese=("-V", "documentclass=ctexart"), figures="pdf", lie="beside",
    ),
    Format(
        name="docx", ending=".docx", writer="docx", needs=TYPST, options=WORD, figures="png"
    ),
    Format(name="ipynb", ending=".ipynb", writer="ipynb", options=LAB, text="lab"),
    Format(
        name="revealjs", writer="revealjs", needs=("pypandoc", "matplotlib", "pyreveal"),
        options=SLIDES, text="slides",
    ),
)  # fmt: skip
FORMATS: Mapping[str, Format] = {form.name: form for form in ALL}
QUIZZES: Mapping[str, str] = {".xml": "moodle", ".gift": "gift", ".zip": "qti"}
"""Formats of questions for a school's system, by their endings; ``lms`` writes them."""

ENDINGS: Mapping[str, Format] = {form.ending: form for form in ALL if form.ending}


def quiz(path: Path, to: object = None) -> str:
    """The format of questions for a school's system that is asked for; empty where none is."""
    if to is None:
        return QUIZZES.get(path.suffix.lower(), "")
    return to if isinstance(to, str) and to in QUIZZES.values() else ""


def choose(path: Path, to: object = None) -> Format:
    """The format of that name, or that the file's ending says.

    Raises:
        HandoutError: there is no such format, or a library that it needs is not installed.
    """
    names = (*FORMATS, *QUIZZES.values())
    if not (to is None or (isinstance(to, str) and to in FORMATS)):
        raise HandoutError(
            f"{argument('to')} {quoted(to)} is no format; give one of {', '.join(names)}"
        )
    form = ENDINGS.get(path.suffix.lower()) if to is None else FORMATS[to]
    if form is None:
        raise HandoutError(
            f"the ending {path.suffix!r} of {str(path)!r} is of no format;"
            f" give one of {', '.join((*ENDINGS, *QUIZZES))}, or {argument('to')} {'|'.join(names)}"
        )
    _check_libraries(form)
    return form


def places(form: Format, path: Path, figures: Mapping[str, str]) -> dict[str, str]:
    """What the Markdown calls each figure: a file, or the figure itself."""
    folder = quote(_folder(form, path))
    return {one: f"{folder}/{one}.{form.figures}" for one in figures}


def convert(
    form: Format,
    markdown: str,
    figures: Mapping[str, str],
    path: Path,
    language: Language,
    print_: Print,
) -> dict[Path, bytes]:
    """The files that make a handout: the one at ``path``, and figures that lie beside it.

    Args:
        form: the format.
        markdown: the source.
        figures: as SVG.
        path: where the handout will lie.
        language: of the source.
        print_: what it is printed on, and in which size.

    """
    folder, kind = _folder(form, path), form.figures
    images = {f"{folder}/{one}.{kind}": _image(svg, kind, print_) for one, svg in figures.items()}
    beside = images if form.lie == "beside" else {}
    options = (WORKSHEET, *form.options, *(form.chinese if language == "zh" else ()))
    document = (
        conversion.convert(markdown, form.writer, options, images, language, print_)
        if form.writer
        else markdown.encode()
    )
    return {path: document, **{path.parent / one: data for one, data in beside.items()}}


def _image(svg: str, kind: Kind, print_: Print) -> bytes:
    """A figure in the format's own kind."""
    return svg.encode() if kind == "svg" else typesetting.picture(svg, kind, print_)


def _check_libraries(form: Format) -> None:
    missing = [module for module in form.needs if find_spec(module) is None]
    if missing:
        raise HandoutError(
            f"a handout as {form.name} needs {', '.join(missing)}, which is not installed;"
            f" install it with: {INSTALL}"
        )


def _folder(form: Format, path: Path) -> str:
    return f"{path.stem}_files" if form.lie == "beside" else "figures"
