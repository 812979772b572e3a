"""Markdown into another format: pandoc, with what is printed on and in which language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from bottlecalc.handout import Language, typesetting, word
from bottlecalc.handout.paper import Print

READER = "markdown-implicit_figures"
CODES: Mapping[Language, str] = {"en": "en", "zh": "zh-Hans"}
"""Of a language, as documents name it."""
REGIONS: Mapping[Language, str] = {"en": "none", "zh": '"CN"'}
"""Of it, where Typst is to know which Chinese; it has no word for a script."""
DENSITY: Mapping[str, float] = {"typst": 0.7, "latex": 0.6}
"""Letters of a table in a millimetre of its line, in usual print and in the fonts of a format."""
SPARSE = 0.58
"""The same where the fonts are not known."""
TABLES = (
    r"\usepackage{etoolbox}"
    r"\AtBeginEnvironment{longtable}{\small\setlength{\tabcolsep}{3pt}}"
)
"""Of LaTeX."""


def convert(
    markdown: str,
    writer: str,
    options: Sequence[str],
    images: Mapping[str, bytes],
    language: Language,
    print_: Print,
) -> bytes:
    """A document in another format.

    Args:
        markdown: the source.
        writer: pandoc's name of the format.
        options: for pandoc; the file that one names may be among our own.
        images: by the names that the source has for them.
        language: of the source.
        print_: what it is printed on, and in which size.
    """
    import pypandoc

    with _folder(images) as folder, as_file(files("bottlecalc.handout") / "pandoc") as ours:
        output = folder / "main.out"
        pypandoc.convert_text(
            markdown, writer, READER, outputfile=str(output), cworkdir=str(folder),
            extra_args=[
                *_common(writer, folder, language, print_),
                *_printing(writer, language, print_, folder),
                *_variables({"ours": ours}),
                *(_locate(option, ours) for option in options),
            ],
        )  # fmt: skip
        return _finished(writer, output)


def _finished(writer: str, output: Path) -> bytes:
    """What pandoc leaves to others."""
    match writer:
        case "typst":
            return typesetting.pdf(output)
        case "docx":
            return word.whole_tables(output.read_bytes())
        case _:
            return output.read_bytes()


@contextmanager
def _folder(images: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder of its own with the images in it."""
    with TemporaryDirectory() as name:
        for path, data in images.items():
            target = Path(name, path)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
        yield Path(name)


def _common(writer: str, folder: Path, language: Language, print_: Print) -> list[str]:
    letters = int(DENSITY.get(writer, SPARSE) * print_.line / print_.zoom)
    drawings = 1 if print_.is_large else 2
    facts = {"lang": CODES[language], "letters": letters, "drawings": drawings}
    return ["--standalone", "--quiet", f"--resource-path={folder}", "--shift-heading-level-by=-1",
            "--columns=10000", *_named("-M", facts)]  # fmt: skip


def _printing(writer: str, language: Language, print_: Print, folder: Path) -> list[str]:
    """How a format is told what it is printed on."""
    match writer:
        case "typst":
            return _variables(_typst_settings(language, print_))
        case "latex":
            return _variables(
                {"geometry": _geometry(print_), "fontsize": "10pt", "header-includes": TABLES}
            )
        case "html5":
            return _variables({"header-includes": _style(print_)})
        case "docx":
            path = folder / "reference.docx"
            path.write_bytes(word.reference(print_))
            return [f"--reference-doc={path}"]
        case "revealjs":
            return _variables({"reveal": _reveal()})
        case _:
            return []


def _reveal() -> Path:
    """Where reveal.js lies: among what another package brings, so that it is found unloaded."""
    spec = find_spec("pyreveal")
    assert spec is not None
    assert spec.origin
    return Path(spec.origin).parent / "revealjs" / "dist"


def _variables(named: Mapping[str, object]) -> list[str]:
    return _named("-V", named)


def _named(option: str, named: Mapping[str, object]) -> list[str]:
    return [part for name, value in named.items() for part in (option, f"{name}={value}")]


def _typst_settings(language: Language, print_: Print) -> dict[str, object]:
    return {
        "width": print_.width, "height": print_.height, "margin": print_.margin,
        "line": print_.line, "column": print_.column, "figure": print_.column * typesetting.FIGURE,
        "letters": print_.letters, "zoom": print_.zoom,
        "justify": str(not print_.is_large).lower(),
        "language": language, "region": REGIONS[language],
        "fonts": typesetting.FONTS[language],
    }  # fmt: skip


def _geometry(print_: Print) -> str:
    """Of LaTeX, which magnifies all but the paper."""
    return f"{print_.paper}paper,margin={print_.margin:g}mm,truedimen,mag={print_.zoom * 1000:.0f}"


def _style(print_: Print) -> str:
    """Of HTML: on paper as large as that, and on a screen larger by as much."""
    size = f"@page {{ size: {print_.paper}; }}"
    return f"<style>{size} html {{ --zoom: {print_.zoom:g}; }}</style>"


def _locate(option: str, ours: Path) -> str:
    """The option, with the whole path of a file that is our own."""
    flag, equals, name = option.partition("=")
    if not equals or not option.startswith("--"):
        return option
    file = ours / name
    return f"{flag}={file}" if file.is_file() else option
