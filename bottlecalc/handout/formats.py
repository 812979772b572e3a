"""Markdown into what a teacher hands out: pandoc writes every format, Typst sets the PDF."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import quote

from bottlecalc.handout import HandoutError, Language

INSTALL = "python -m pip install matplotlib pypandoc_binary typst"
READER = "markdown-implicit_figures"
CJK_FONTS = (
    *("Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun", "AR PL UMing CN"),
    *("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei"),
    "WenQuanYi Zen Hei",
)
"""Fonts with Simplified Chinese, those with serifs first."""

Kind = Literal["svg", "pdf", "png"]


@dataclass(frozen=True)
class Format:
    """How a format is written.

    Attributes:
        writer: pandoc's name for it; none where the Markdown itself is wanted.
        needs: modules without which it cannot be.
        options: for pandoc.
        figures: the ending of its figures.
        beside: figures lie in a folder beside the file, not within it.
        chinese: more options for pandoc where the language is Chinese.
    """

    writer: str
    needs: tuple[str, ...] = ("pypandoc", "matplotlib")
    options: tuple[str, ...] = ()
    figures: Kind = "svg"
    beside: bool = False
    chinese: tuple[str, ...] = ()


WEB = ("--mathml", "--embed-resources", "--css=sheet.css", "--lua-filter=labels.lua")
LATEX = ("-V", "geometry:a4paper,margin=20mm", "-V", "fontsize=10pt")
FORMATS: Mapping[str, Format] = {
    "markdown": Format("", needs=(), beside=True),
    "html": Format("html5", options=WEB),
    "pdf": Format(
        "typst",
        ("pypandoc", "typst", "matplotlib"),
        ("--include-in-header=sheet.typ", "--metadata-file=sheet.yaml"),
    ),
    "latex": Format(
        "latex", ("pypandoc", "typst", "matplotlib"), LATEX, "pdf", beside=True,
        chinese=("-V", "documentclass=ctexart"),
    ),
    "docx": Format("docx", ("pypandoc", "typst", "matplotlib"), figures="png"),
    "ipynb": Format("ipynb"),
    "revealjs": Format(
        "revealjs",
        options=(
            *("--mathml", "--slide-level=1", "-V", "theme=white"),
            "--include-in-header=slides.html",
        ),
    ),
}  # fmt: skip
ENDINGS: Mapping[str, str] = {
    ".md": "markdown", ".html": "html", ".pdf": "pdf", ".tex": "latex", ".docx": "docx",
    ".ipynb": "ipynb",
}  # fmt: skip


def chosen(path: Path, to: str | None) -> str:
    """The name of the format that is asked for, or that the file's ending says.

    Raises:
        HandoutError: there is no such format, or a library that it needs is not installed.
    """
    name = to or ENDINGS.get(path.suffix.lower())
    if name is None:
        raise HandoutError(
            f"the ending {path.suffix!r} of {str(path)!r} is of no format;"
            f" give one of {', '.join(ENDINGS)}, or --to {'|'.join(FORMATS)}"
        )
    if name not in FORMATS:
        raise HandoutError(f"--to {name!r} is no format; give one of {', '.join(FORMATS)}")
    missing = [module for module in FORMATS[name].needs if find_spec(module) is None]
    if missing:
        raise HandoutError(
            f"a handout as {name} needs {', '.join(missing)}, which is not installed;"
            f" install it with: {INSTALL}"
        )
    return name


def places(name: str, path: Path, figures: Mapping[str, str]) -> dict[str, str]:
    """What the Markdown calls each figure: a file, or in slides the figure itself."""
    if name == "revealjs":
        uri = "data:image/svg+xml;base64,"
        return {one: uri + base64.b64encode(svg.encode()).decode() for one, svg in figures.items()}
    folder = quote(_folder(name, path))
    return {one: f"{folder}/{one}.{FORMATS[name].figures}" for one in figures}


def convert(
    name: str, markdown: str, figures: Mapping[str, str], path: Path, language: Language
) -> dict[Path, bytes]:
    """The files that make a handout: the one asked for, and figures that lie beside it.

    Args:
        name: of the format.
        markdown: the source.
        figures: as SVG.
        path: where the handout will lie.
        language: of the source.

    Raises:
        HandoutError: a PDF in Chinese is wanted, and no font has Chinese.
    """
    folder, kind = _folder(name, path), FORMATS[name].figures
    drawn = {f"{folder}/{one}.{kind}": _figure(svg, kind) for one, svg in figures.items()}
    beside = {path.parent / one: data for one, data in drawn.items() if FORMATS[name].beside}
    return {path: _document(name, markdown, drawn, language), **beside}


def _folder(name: str, path: Path) -> str:
    return f"{path.stem}_files" if FORMATS[name].beside else "figures"


def _figure(svg: str, kind: Kind) -> bytes:
    """A figure in the format's own kind; Typst sets its text in the fonts that are there."""
    if kind == "svg":
        return svg.encode()
    import typst

    source = '#set page(width: auto, height: auto, margin: 0pt)\n#image("figure.svg")\n'
    with TemporaryDirectory() as folder:
        main = Path(folder, "main.typ")
        main.write_text(source, "utf-8")
        Path(folder, "figure.svg").write_text(svg, "utf-8")
        return typst.compile(main, root=Path(folder), format=kind, ppi=300)


def _document(name: str, markdown: str, figures: Mapping[str, bytes], language: Language) -> bytes:
    if not FORMATS[name].writer:
        return markdown.encode()
    with TemporaryDirectory() as folder, as_file(files("bottlecalc.handout") / "pandoc") as ours:
        for path, data in figures.items():
            target = Path(folder, path)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
        return _pandoc(name, markdown, Path(folder), ours, language)


def _pandoc(name: str, markdown: str, folder: Path, ours: Path, language: Language) -> bytes:
    import pypandoc

    wanted = FORMATS[name]
    output = folder / "main.out"
    options = [*wanted.options, *(wanted.chinese if language == "zh" else ())]
    pypandoc.convert_text(
        markdown,
        wanted.writer,
        READER,
        extra_args=[*_common(folder, ours, language), *_located(options, ours)],
        outputfile=str(output),
        cworkdir=str(folder),
    )
    return _typeset(output, folder, language) if name == "pdf" else output.read_bytes()


def _common(folder: Path, ours: Path, language: Language) -> list[str]:
    search = f"--resource-path={folder}"
    code = "zh-Hans" if language == "zh" else language
    return ["--standalone", "--quiet", search, "--shift-heading-level-by=-1", "--columns=10000",
            "-M", f"lang={code}"]  # fmt: skip


def _located(options: Sequence[str], ours: Path) -> list[str]:
    """The options, our own files named by where they lie."""
    located = []
    for option in options:
        flag, equals, file = option.partition("=")
        own = ours / file if equals and option.startswith("--") else None
        located.append(f"{flag}={own}" if own is not None and own.is_file() else option)
    return located


def _typeset(source: Path, folder: Path, language: Language) -> bytes:
    import typst

    families = typst.Fonts().families()
    chinese = [font for font in CJK_FONTS if font in families]
    if language == "zh" and not chinese:
        raise HandoutError(
            "a PDF in Chinese needs a font with Chinese, and none is installed;"
            " install one (Debian: apt-get install fonts-noto-cjk), or make .html"
        )
    fonts = "".join(f'"{font}", ' for font in ("Libertinus Serif", *chinese[:1]))
    text = source.read_text("utf-8")
    source.write_text(f"#set text(font: ({fonts}))\n{text}", "utf-8")
    return typst.compile(source, root=folder)
