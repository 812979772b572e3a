"""Markdown into what a teacher hands out: pandoc writes every format, Typst sets the PDF."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import quote

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError, Language
from bottlecalc.text.calls import quoted

INSTALL = "python -m pip install manimgx-fonts-cjk matplotlib pypandoc_binary typst"
READER = "markdown-implicit_figures"
CHINESE = "Noto Sans CJK SC"
FONTS = ("Libertinus Serif", CHINESE)
"""What Typst sets text in: its own font, and for Chinese the one that comes with the extra."""

Kind = Literal["svg", "pdf", "png"]
Lie = Literal["within", "beside", "inline"]


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
        lie: where its figures do: within the file, beside it in a folder, or in the source itself.
        with_code: a cell of Python can be run in it.
    """

    name: str
    ending: str = ""
    writer: str = ""
    needs: tuple[str, ...] = ("pypandoc", "matplotlib")
    options: tuple[str, ...] = ()
    chinese: tuple[str, ...] = ()
    figures: Kind = "svg"
    lie: Lie = "within"
    with_code: bool = False


TYPST = ("pypandoc", "typst", "matplotlib", "manimgx_fonts_cjk")
WEB = ("--mathml", "--embed-resources", "--css=sheet.css", "--lua-filter=labels.lua")
WIDTHS = "--lua-filter=widths.lua"
WORKSHEET = "--lua-filter=worksheet.lua"
PAGE = (
    *("--include-in-header=sheet.typ", "--include-in-header=worksheet.typ"),
    *("--metadata-file=sheet.yaml", WIDTHS),
)
LATEX = ("-V", "geometry:a4paper,margin=20mm", "-V", "fontsize=10pt", WIDTHS)
SLIDES = (
    *("--mathml", "--slide-level=1", "-V", "theme=white"),
    "--include-in-header=slides.html",
)
ALL = (
    Format(name="markdown", ending=".md", needs=(), lie="beside"),
    Format(name="html", ending=".html", writer="html5", options=WEB),
    Format(name="pdf", ending=".pdf", writer="typst", needs=TYPST, options=PAGE),
    Format(
        name="latex", ending=".tex", writer="latex", needs=TYPST, options=LATEX,
        chinese=("-V", "documentclass=ctexart"), figures="pdf", lie="beside",
    ),
    Format(
        name="docx", ending=".docx", writer="docx", needs=TYPST, options=(WIDTHS,), figures="png"
    ),
    Format(name="ipynb", ending=".ipynb", writer="ipynb", with_code=True),
    Format(name="revealjs", writer="revealjs", options=SLIDES, lie="inline"),
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
    if form.lie == "inline":
        uri = "data:image/svg+xml;base64,"
        return {one: uri + base64.b64encode(svg.encode()).decode() for one, svg in figures.items()}
    folder = quote(_folder(form, path))
    return {one: f"{folder}/{one}.{form.figures}" for one in figures}


def convert(
    form: Format, markdown: str, figures: Mapping[str, str], path: Path, language: Language
) -> dict[Path, bytes]:
    """The files that make a handout: the one at ``path``, and figures that lie beside it.

    Args:
        form: the format.
        markdown: the source.
        figures: as SVG.
        path: where the handout will lie.
        language: of the source.

    """
    folder, kind = _folder(form, path), form.figures
    images = {f"{folder}/{one}.{kind}": _image(svg, kind) for one, svg in figures.items()}
    beside = images if form.lie == "beside" else {}
    document = _document(form, markdown, images, language)
    return {path: document, **{path.parent / one: data for one, data in beside.items()}}


def _check_libraries(form: Format) -> None:
    missing = [module for module in form.needs if find_spec(module) is None]
    if missing:
        raise HandoutError(
            f"a handout as {form.name} needs {', '.join(missing)}, which is not installed;"
            f" install it with: {INSTALL}"
        )


def _folder(form: Format, path: Path) -> str:
    return f"{path.stem}_files" if form.lie == "beside" else "figures"


def _image(svg: str, kind: Kind) -> bytes:
    """A figure in the format's own kind."""
    if kind == "svg":
        return svg.encode()
    source = '#set page(width: auto, height: auto, margin: 0pt)\n#image("figure.svg")\n'
    with TemporaryDirectory() as folder:
        main = Path(folder, "main.typ")
        main.write_text(source, "utf-8")
        Path(folder, "figure.svg").write_text(svg, "utf-8")
        return _typst(main, kind)


def _document(
    form: Format, markdown: str, images: Mapping[str, bytes], language: Language
) -> bytes:
    if not form.writer:
        return markdown.encode()
    with TemporaryDirectory() as folder, as_file(files("bottlecalc.handout") / "pandoc") as ours:
        for path, data in images.items():
            target = Path(folder, path)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
        return _pandoc(form, markdown, Path(folder), ours, language)


def _pandoc(form: Format, markdown: str, folder: Path, ours: Path, language: Language) -> bytes:
    import pypandoc

    output = folder / "main.out"
    options = [*form.options, *(form.chinese if language == "zh" else ())]
    pypandoc.convert_text(
        markdown,
        form.writer,
        READER,
        extra_args=[
            *_common(folder, language),
            _locate(WORKSHEET, ours),
            *(_locate(option, ours) for option in options),
        ],
        outputfile=str(output),
        cworkdir=str(folder),
    )
    return _typeset(output) if form.writer == "typst" else output.read_bytes()


def _common(folder: Path, language: Language) -> list[str]:
    search = f"--resource-path={folder}"
    code = "zh-Hans" if language == "zh" else language
    return ["--standalone", "--quiet", search, "--shift-heading-level-by=-1", "--columns=10000",
            "-M", f"lang={code}"]  # fmt: skip


def _locate(option: str, ours: Path) -> str:
    """The option, with the whole path of a file that is our own."""
    flag, equals, name = option.partition("=")
    if not equals or not option.startswith("--"):
        return option
    file = ours / name
    return f"{flag}={file}" if file.is_file() else option


def _typeset(source: Path) -> bytes:
    fonts = ", ".join(f'"{font}"' for font in FONTS)
    text = source.read_text("utf-8")
    source.write_text(f"#set text(font: ({fonts}))\n{text}", "utf-8")
    return _typst(source)


def _typst(source: Path, kind: Literal["pdf", "png"] = "pdf") -> bytes:
    """Compiled in fonts that come by pip, whatever the machine has: Typst's own, matplotlib's for
    figures, and one with Chinese. A PDF holds what it uses of each.
    """
    import typst

    folders = [files("matplotlib") / "mpl-data/fonts/ttf", files("manimgx_fonts_cjk")]
    return typst.compile(
        source, root=source.parent, ignore_system_fonts=True,
        font_paths=[Path(str(folder)) for folder in folders],
        format=kind, ppi=300,
    )  # fmt: skip
