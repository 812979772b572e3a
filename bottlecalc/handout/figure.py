"""The figures of a sheet, as SVG whose text stays text: its font is the reader's."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from bottlecalc.handout import HandoutError, Language
from bottlecalc.handout.block_figure import CHINESE, block_figure, most_channels
from bottlecalc.handout.block_figure import FONTS as SHEET_FONTS
from bottlecalc.handout.lesson import Lesson, Width, letter
from bottlecalc.handout.paper import USUAL
from bottlecalc.handout.terms import term
from bottlecalc.render.ink import Style, ink
from bottlecalc.text.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REGULAR = "font-variation-settings: 'wght' 400"
"""Without it Typst draws what is not bold in a variable font's thinnest weight."""
SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "bottlecalc"}
INCH = 96
"""[pixels]"""
WIDEST = 5.2
"""Of the cost's curve [inches]."""
FONTS: Mapping[Language, str] = {"en": "'DejaVu Sans'", "zh": f"{CHINESE}, 'DejaVu Sans'"}
"""One that has all letters first: of what it lacks, Typst chooses the shapes without asking."""


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
            "cost": cost_figure(lesson, language, width),
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
        font=SHEET_FONTS[language],
        digits=SHEET_FONTS["en"],
        width=width,
    )
    return ink(lesson.cases, style=style)


def cost_figure(lesson: Lesson, language: Language, width: float) -> str:
    """The main path's parameters over the width of the middle, and the plain block's."""
    curve, plain = _curve(lesson), lesson.plain.params.main
    figure, axes = _plot(language, min(WIDEST, width / INCH))
    axes.plot([point.mid for point in curve], [point.params for point in curve], "k-", lw=1.2)
    axes.axhline(plain, color="k", ls="--", lw=1)
    axes.annotate(f"3×3: {number(plain)}", (0, plain), (6, 3), textcoords="offset points")
    _circles(axes, lesson.widths, lesson.mid)
    axes.set_ylim(0, max(plain, curve[-1].params) * 1.08)
    axes.set_xlim(0, curve[-1].mid)
    return _svg(figure, language)


def _curve(lesson: Lesson) -> list[Width]:
    """From the narrowest middle to a little more than the widest of the sheet."""
    groups, end = lesson.block.groups, max(width.mid for width in lesson.widths)
    mids = range(groups, end + end // 8 + groups, groups * _step(end))
    return [lesson.at(mid) for mid in mids]


def _circles(axes: Axes, widths: Sequence[Width], mid: int) -> None:
    """A circle at each width, with its name but for the last; the block's own in bold."""
    axes.plot([p.mid for p in widths], [p.params for p in widths], "ko", mfc="w", ms=4)
    for point in widths[:-1]:
        weight = "bold" if point.mid == mid else "normal"
        axes.annotate(
            f"m = {point.mid}", (point.mid, point.params), (-5, 4),
            textcoords="offset points", ha="right", weight=weight,
        )  # fmt: skip


def _plot(language: Language, width: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, 2.3), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel(term("channels in the middle, m", language))
    axes.set_ylabel(term("parameters, main", language))
    return figure, axes


def _step(end: int) -> int:
    """So few points that a curve of any length is quickly drawn."""
    return max(1, end // 200)


def _svg(figure: Figure, language: Language) -> str:
    """The SVG text, the same for the same figure."""
    import matplotlib as mpl

    text = io.StringIO()
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        # the reader's fonts draw the text: what matplotlib's own lack does not matter
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = text.getvalue().replace('<text style="font-size', f'<text style="{REGULAR}; font-size')
    return svg.replace(FONTS["en"], FONTS[language])
