"""The page written: its data, its words and its scripts in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from os import PathLike
from typing import Any

from bottlecalc.blocks.arguments import SIDE, read_block, read_size
from bottlecalc.blocks.residual import Bottleneck, Plain
from bottlecalc.blocks.spec import Block
from bottlecalc.errors import argument
from bottlecalc.page import Language, read_language
from bottlecalc.page.expressions import KINDS, families
from bottlecalc.page.points import points, refusals
from bottlecalc.page.start import MOST, State, state
from bottlecalc.text.calls import public
from bottlecalc.text.files import OutputError, output_path, save_all
from bottlecalc.version import __version__

LANGUAGES: Sequence[Language] = ("en", "zh")
SCRIPTS = (
    *("evaluate", "check", "numbers", "state", "curve"),
    *("draw", "ink", "figure", "plot", "view", "main"),
)
"""In the order in which they are loaded; the last one starts the page."""

USUAL = (Plain(64, 128), Bottleneck(64, 128))


@public('write_page("bottleneck.html", Plain(64, 128), Bottleneck(64, 128))')
def write_page(
    path: str | PathLike[str],
    *blocks: Block | str,
    size: int | Sequence[int] = (SIDE, SIDE),
    lang: Language = "en",
    force: bool = False,
) -> None:
    """Write an interactive page that sets two blocks against each other: one file, no network.

    Args:
        path: of the page.
        blocks: that it opens with, two specs or their text: plain, basic, bottleneck or inverted;
            one 3×3 and a bottleneck from 64 to 128 channels where none are given.
        size: height and width of the input, or one number for both [pixels].
        lang: that it opens in, ``"en"`` or, for Simplified Chinese, ``"zh"``; it has both.
        force: write over a file that exists.

    Raises:
        PageError: the blocks are not two that a page shows, or the language is none.
        BlockError, ArgumentError: a block or the size is none.
        OutputError: the file exists, or cannot be written.
    """
    file, language = output_path(path), read_language(lang)
    opened = state([read_block(one) for one in blocks] or USUAL, read_size(size))
    if file.exists() and not force:
        raise OutputError(
            f"{file} exists; give another file, or {argument('force')} to write over it"
        )
    save_all({file: html(opened, language)})


def html(opened: State, language: Language) -> str:
    """The page as text.

    Args:
        opened: what it shows where its address says nothing else.
        language: that it opens in.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    words = {one: _words(one) for one in LANGUAGES}
    templates = Environment(
        loader=PackageLoader("bottlecalc.page", "."), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False,
    )  # fmt: skip
    return templates.get_template("page.html.jinja").render(
        lang=language,
        words=words[language],
        version=__version__,
        kinds=list(KINDS),
        most=MOST,
        css=_text("page.css"),
        data=_json(
            {
                "version": __version__,
                "start": {"lang": language, "state": opened},
                "words": words,
                "families": families(),
                "points": points(),
                "refusals": refusals(),
            }
        ),
        scripts=[_text(f"script/{name}.js") for name in SCRIPTS],
    )


def _json(data: Any) -> str:
    """JSON that nothing in it can end: ``</script>`` is spelled otherwise."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _words(language: Language) -> Mapping[str, str]:
    words: Mapping[str, str] = json.loads(_text(f"words/{language}.json"))
    return words


def _text(name: str) -> str:
    return (files("bottlecalc.page") / name).read_text("utf-8")
