"""What the main path costs over the width of its middle, as SVG whose text stays text."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from bottlecalc.handout import Language
from bottlecalc.handout.block_figure import CHINESE
from bottlecalc.handout.lesson import Lesson
from bottlecalc.handout.terms import term
from bottlecalc.render.svg import breadth
from bottlecalc.text.numbers import number, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REGULAR = "font-variation-settings: 'wght' 400"
"""Without it Typst draws what is not bold in a variable font's thinnest weight."""
SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "bottlecalc"}
FONTS: Mapping[Language, str] = {"en": "'DejaVu Sans'", "zh": f"{CHINESE}, 'DejaVu Sans'"}
"""One that has all letters first: of what it lacks, Typst chooses the shapes without asking."""

WIDTH = 6.0
"""Of the figure; where it has less, its legend is a column [inches]."""
SIDE, BENEATH, AXES, OVER = 0.72, 0.64, 1.65, 0.41
"""Beside the axes, beneath them without the legend, their height, and over them [inches]."""
LINE = 0.2
"""Of the legend [inches]."""
POINTS = 72.0
"""To an inch."""
LETTERS, GAP = 9.0, 12.0
"""Size of the labels, and the least between two [points]."""
LONG = 10**12
"""From here on a number is too long for the legend."""
ABOVE, RISE = 1.14, 1.03
"""Where labels stand, and where the lines to them bend [heights of the axes]."""


class Label(NamedTuple):
    """A width of the middle that is named.

    Attributes:
        mid: channels of the middle.
        words: its name.
        weight: of the letters; the block's own is bold.
    """

    mid: int
    words: str
    weight: str


def cost_figure(lesson: Lesson, language: Language, width: float = WIDTH) -> str:
    """The main path over its middle: parameters and, where they go another way, MACs.

    Both scales have the one 3×3 at the same height, where it is a dashed line.

    Args:
        lesson: whose bottleneck it is.
        language: of the words.
        width: of the figure, where there is room for no more [inches].
    """
    many = 2 if lesson.middle.is_even else 3
    rows = 1 if width >= WIDTH else many
    figure, axes = _plot(lesson, language, min(width, WIDTH), BENEATH + rows * LINE)
    _curves(axes, lesson, language)
    _guides(axes, lesson)
    _name(axes, list(_labels(lesson, language)))
    figure.legend(loc="lower center", ncols=many // rows, frameon=False, fontsize=LETTERS)
    return _svg(figure, language)


def spread(wanted: Sequence[float], breadths: Sequence[float], room: float) -> list[float]:
    """The middles of labels in a row, each as near as may be to where it is wanted.

    Args:
        wanted: middles, from left to right [points].
        breadths: of the labels; with gaps they fit into the room [points].
        room: from 0 to here [points].

    >>> spread([10.0, 12.0, 200.0], [20.0, 20.0, 20.0], 100.0)
    [10.0, 42.0, 90.0]
    """
    places: list[float] = []
    left = 0.0
    for middle, wide in zip(wanted, breadths, strict=True):
        places.append(max(middle, left + wide / 2))
        left = places[-1] + wide / 2 + GAP
    right = room
    for place, wide in reversed([*enumerate(breadths)]):
        places[place] = min(places[place], right - wide / 2)
        right = places[place] - wide / 2 - GAP
    return places


def _axes(width: float, beneath: float) -> tuple[Figure, Axes]:
    """A figure of that width, with room for a legend beneath its axes [inches]."""
    from matplotlib.figure import Figure

    height = beneath + AXES + OVER
    figure = Figure(figsize=(width, height))
    place = (SIDE / width, beneath / height, 1 - 2 * SIDE / width, AXES / height)
    return figure, figure.add_axes(place)


def _plot(lesson: Lesson, language: Language, width: float, beneath: float) -> tuple[Figure, Axes]:
    figure, axes = _axes(width, beneath)
    axes.spines["top"].set_visible(False)
    plain = lesson.plain
    positions = plain.macs.main / plain.params.main
    scales: Any = (lambda y: y * positions, lambda y: y / positions)
    right = axes.secondary_yaxis("right", functions=scales)
    axes.set_xlabel(term("channels in the middle, m", language))
    axes.set_ylabel(term("parameters, main", language))
    right.set_ylabel(term("MACs, main", language))
    for axis in (axes.xaxis, axes.yaxis, right.yaxis):
        axis.set_major_formatter(lambda value, _: short(value))
    return figure, axes


def _curves(axes: Axes, lesson: Lesson, language: Language) -> None:
    curve, plain = lesson.middle.curve, lesson.plain
    mids = [float(point.mid) for point in curve]
    params = [float(point.params) for point in curve]
    name = "bottleneck" if lesson.middle.is_even else "bottleneck, parameters"
    axes.plot(mids, params, "k-", lw=1.4, label=term(name, language))
    highest = params[-1]
    if not lesson.middle.is_even:
        macs = [plain.params.main * point.macs / plain.macs.main for point in curve]
        label = term("bottleneck, MACs", language)
        axes.plot(mids, macs, "-.", color="#0072B2", lw=1.4, label=label)
        highest = max(highest, macs[-1])
    costs = number(plain.params.main) if plain.params.main < LONG else short(plain.params.main)
    words = f"{term('one 3×3: ', language)}{costs}"
    axes.axhline(plain.params.main, color="k", ls="--", lw=1, label=words)
    axes.set_xlim(0, mids[-1])
    axes.set_ylim(0, max(plain.params.main, highest) * 1.05)


def _guides(axes: Axes, lesson: Lesson) -> None:
    """A circle on its curve at each width that is named."""
    middle, plain = lesson.middle, lesson.plain
    params, macs = (middle.ends.params, middle.ends.macs)
    on_params = [middle.at(mid) for mid in {middle.width, params} - {None} if mid]
    axes.plot([p.mid for p in on_params], [float(p.params) for p in on_params], "ko", mfc="w", ms=4)
    if macs and not middle.is_even:
        height = plain.params.main * middle.at(macs).macs / plain.macs.main
        axes.plot([macs], [height], "o", color="#0072B2", mfc="w", ms=4)


def _labels(lesson: Lesson, language: Language) -> Iterator[Label]:
    """The block's own width, and where it breaks even, from left to right."""
    middle = lesson.middle
    figures = dict.fromkeys({middle.width, *middle.ends} - {None}, "")
    if not middle.is_even and middle.ends.params != middle.ends.macs:
        names = zip(middle.ends, ("parameters", "MACs"), strict=True)
        figures |= {end: term(f" ({name})", language) for end, name in names if end}
    for mid in sorted(one for one in figures if one):
        words = f"m = {number(mid)}{figures[mid]}"
        yield Label(mid, words, "bold" if mid == middle.width else "normal")


def _name(axes: Axes, labels: Sequence[Label]) -> None:
    """The labels in a row above the axes, and lines from there down to the widths."""
    room = axes.get_figure(root=True).get_figwidth() * POINTS  # type: ignore[union-attr]
    left, wide = axes.get_position().x0 * room, axes.get_position().width * room
    last = axes.get_xlim()[1]
    wanted = [left + wide * label.mid / last for label in labels]
    size, breadths = _sizes(labels, room)
    for label, at, middle in zip(labels, wanted, spread(wanted, breadths, room), strict=True):
        start, end = ((x - left) / wide for x in (at, middle))
        axes.plot(
            [start, start, end], [0, RISE, ABOVE - 0.02],
            color="#999", lw=0.6, transform=axes.transAxes, clip_on=False, zorder=0,
        )  # fmt: skip
        axes.text(
            end, ABOVE, label.words,
            ha="center", weight=label.weight, size=size, transform=axes.transAxes,
        )  # fmt: skip


def _sizes(labels: Sequence[Label], room: float) -> tuple[float, list[float]]:
    """Of the letters, and breadths of the labels; smaller where they would not fit in a row."""
    whole = [1.15 * breadth(label.words, LETTERS) for label in labels]
    share = min(1.0, (room - GAP * len(labels)) / sum(whole))
    return LETTERS * share, [share * one for one in whole]


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
