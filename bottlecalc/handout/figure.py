"""The figures of a sheet, as SVG whose text stays text: its font is the reader's."""

from __future__ import annotations

from functools import partial

from bottlecalc.handout import HandoutError, Language
from bottlecalc.handout.block_figure import FONTS, block_figure, most_channels
from bottlecalc.handout.curve import cost_figure
from bottlecalc.handout.lesson import Lesson, letter
from bottlecalc.handout.paper import USUAL
from bottlecalc.handout.terms import term
from bottlecalc.render.ink import Style, ink

INCH = 96
"""Of figures [pixels]."""


def draw(lesson: Lesson, language: Language, width: float = USUAL.pixels) -> dict[str, str]:
    """All figures of a lesson as SVG, by name: one a block, ``ink`` and ``cost``.

    Args:
        lesson: what is drawn.
        language: of the words.
        width: of a line on paper [pixels].

    Raises:
        HandoutError: a number is beyond all floats.
        ModuleNotFoundError: matplotlib is not installed.
    """
    try:
        return {
            **_blocks(lesson, language),
            "ink": _ink(lesson, language, width),
            "cost": cost_figure(lesson, language, width / INCH),
        }
    except OverflowError as error:
        raise HandoutError("the numbers are too large to be drawn; give fewer channels") from error


def _blocks(lesson: Lesson, language: Language) -> dict[str, str]:
    """Each block, all to one scale."""
    widest = max(map(most_channels, lesson.cases))
    return {
        f"block-{place}": block_figure(count, letter(place), language, widest)
        for place, count in enumerate(lesson.cases)
    }


def _ink(lesson: Lesson, language: Language, width: float) -> str:
    """The weights of all blocks as areas, to one scale."""
    style = Style(
        translate=partial(term, language=language),
        font=FONTS[language],
        digits=FONTS["en"],
        width=width,
    )
    return ink(lesson.cases, style=style)
