"""The figures of a sheet, as SVG whose text stays text: its font is the reader's.

Every size here is in units of one line of text; where a box stands follows from what is above it.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from bottlecalc.agreement.result import Count
from bottlecalc.handout import HandoutError, Language
from bottlecalc.handout.lesson import Lesson, Width, letter
from bottlecalc.handout.terms import term
from bottlecalc.layers.joins import Add, Concat
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Op
from bottlecalc.render import branches
from bottlecalc.text.numbers import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES_A_LINE = 0.155
FONT_SIZE = 8.5
SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "bottlecalc"}
CHINESE = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei'"
FONTS: Mapping[Language, str] = {"en": "'DejaVu Sans'", "zh": f"{CHINESE}, 'DejaVu Sans'"}
"""One that has all letters first: of what it lacks, Typst chooses the shapes without asking."""
REGULAR = "font-variation-settings: 'wght' 400"
"""Without it Typst draws what is not bold in a variable font's thinnest weight."""
HALF_BOX = 5.0
FITTING = 16
"""Letters of a line that fits a box; a longer one is set smaller."""
ARROW = 2.2
FORK = 2.0
STUB = FORK - 1.2
JOIN = 1.4
WORD = 2.1
"""Half the width of a join that is a word."""
MAIN, APART = 0.0, 12.5
LEFT = -6.0


class Box(NamedTuple):
    """A convolution (or pooling) with what follows it, and channels that enter and leave it."""

    lines: tuple[str, ...]
    enter: int
    channels: int

    @property
    def height(self) -> float:
        """In lines."""
        return len(self.lines) + 0.7


class Plan(NamedTuple):
    """What is drawn of a block.

    Attributes:
        before: boxes of the main path before the branch beside it leaves it; most have none.
        main: the others of the main path.
        aside: boxes of the branch beside it.
        shortcut: boxes of the shortcut, which has the block's input.
        sign: of where they meet; empty where the main path is alone.
        after: boxes after that.
    """

    before: list[Box]
    main: list[Box]
    aside: list[Box]
    shortcut: list[Box]
    sign: str
    after: list[Box]

    @property
    def fork(self) -> float:
        """Where the branch beside the main path leaves it."""
        return FORK + _depth(self.before) + (STUB if self.before else 0)

    @property
    def sides(self) -> list[tuple[list[Box], float]]:
        """The columns beside the main path, each with where it leaves it."""
        columns = ((self.aside, self.fork), (self.shortcut, FORK))
        return [(column, top) for column, top in columns if column]

    @property
    def end(self) -> float:
        """Where the longest of the columns ends."""
        ends = [top + _depth(column) for column, top in self.sides]
        return max(self.fork + _depth(self.main), *ends, 0)

    @property
    def depth(self) -> float:
        """Of the whole figure."""
        join = ARROW + JOIN + _depth(self.after) if self.sign else 0
        return self.end + join + ARROW + 1.2


def draw(lesson: Lesson, language: Language) -> dict[str, str]:
    """All figures of a lesson as SVG, by name: one a block, and ``cost``.

    Raises:
        HandoutError: a number is beyond all floats.
        ModuleNotFoundError: matplotlib is not installed.
    """
    blocks = {
        f"block-{place}": block_figure(count, letter(place), language)
        for place, count in enumerate(lesson.cases)
    }
    try:
        return {**blocks, "cost": cost_figure(lesson, language)}
    except OverflowError as error:
        raise HandoutError("the numbers are too large to be drawn; give fewer channels") from error


def block_figure(count: Count, name: str, language: Language) -> str:
    """A block from top to bottom: its main path left, beside it what it meets at the join."""
    plan = _plan(count, language)
    figure, axes = _canvas(plan.depth, MAIN + HALF_BOX + 0.5 + APART * len(plan.sides))
    axes.text(LEFT + 1, 0.5, name, ha="left", va="center", weight="bold", size=FONT_SIZE + 2)
    axes.text(MAIN, 0.5, term("input", language), ha="center", va="center")
    axes.plot([MAIN, MAIN], [1.2, FORK], "k-", lw=1)
    end = _column(axes, plan.before, MAIN, FORK)
    if plan.before:
        axes.plot([MAIN, MAIN], [end, plan.fork], "k-", lw=1)
    end = _column(axes, plan.main, MAIN, plan.fork)
    if plan.sign:
        end = _join(axes, plan, end)
        end = _column(axes, plan.after, MAIN, end)
    end = _arrow(axes, MAIN, end, count.output[1])
    axes.text(MAIN, end + 0.7, term("output", language), ha="center", va="center")
    return _svg(figure, language)


def _plan(count: Count, language: Language) -> Plan:
    main = [layer for layer in count.layers if layer.branch in ("main", "squeeze")]
    after = [one for one in branches.of(count, "after") if not isinstance(one.op, Add | Concat)]
    ops, fork = branches.joins(count), branches.fork(count)
    return Plan(
        before=boxes(main[:fork], language),
        main=boxes(main[fork:] if ops else [*main[fork:], *after], language),
        aside=boxes(branches.of(count, "aside"), language),
        shortcut=_shortcut(count, language),
        sign=_sign(ops, language),
        after=boxes(after, language) if ops else [],
    )


def _shortcut(count: Count, language: Language) -> list[Box]:
    channels = branches.identity(count)
    if channels is None:
        return boxes(branches.of(count, "shortcut"), language)
    return [Box((term("identity", language),), channels, channels)]


def _sign(joins: Sequence[Op], language: Language) -> str:
    """What stands where branches meet; nothing where none do."""
    if not joins:
        return ""
    return term("concat", language) if isinstance(joins[0], Concat) else "+"


def boxes(layers: Sequence[Layer], language: Language) -> list[Box]:
    """The boxes of a branch: a layer that computes opens one, normalisation and ReLU join it."""
    runs = groupby(layers, lambda layer: layer.branch == "squeeze")
    columns = (
        [_excitation(run, language)] if is_squeeze else _boxes(run, language)
        for is_squeeze, run in ((key, list(group)) for key, group in runs)
    )
    return list(chain.from_iterable(columns))


def _boxes(layers: Iterable[Layer], language: Language) -> list[Box]:
    column: list[Box] = []
    for layer in layers:
        label, channels = layer.op.label, layer.out_channels
        if _opens(layer) or not column:
            lines = (*_split(label, language), *_joined(layer))
            column.append(Box(lines, layer.in_channels, channels))
        else:
            lines = (*column[-1].lines, term(label, language))
            column[-1] = column[-1]._replace(lines=lines, channels=channels)
    return column


def _joined(layer: Layer) -> Iterator[str]:
    """What comes through the arrow, and how much more is put beside it."""
    if isinstance(layer.op, Concat):
        yield f"{number(layer.in_channels)} + {number(layer.out_channels - layer.in_channels)}"


def _excitation(layers: Sequence[Layer], language: Language) -> Box:
    """Squeeze and excitation in one box, which gives as many channels as it takes."""
    channels = layers[0].in_channels
    widths = (channels, *(layer.out_channels for layer in layers if layer.weights))
    lines = term("squeeze and excitation", language), " → ".join(map(number, widths))
    return Box(lines, channels, channels)


def cost_figure(lesson: Lesson, language: Language) -> str:
    """The main path's parameters over the width of the middle, and the plain block's."""
    curve, plain = _curve(lesson), lesson.plain.params.main
    figure, axes = _plot(language)
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


def _opens(layer: Layer) -> bool:
    return bool(layer.weights) or layer.input != layer.output


def _split(label: str, language: Language) -> Iterator[str]:
    return (term(part, language) for part in label.replace(" with ", ", with ").split(", "))


def _depth(column: Sequence[Box]) -> float:
    return sum(ARROW + box.height for box in column)


def _column(axes: Axes, column: Sequence[Box], x: float, top: float) -> float:
    """Boxes below each other, each with its arrow above; returns where they end."""
    for box in column:
        top = _arrow(axes, x, top, box.enter)
        _box(axes, box, x, top)
        top += box.height
    return top


def _arrow(axes: Axes, x: float, top: float, channels: int, length: float = ARROW) -> float:
    axes.annotate("", (x, top + length), (x, top), arrowprops=_line("-|>"))
    axes.text(x + 0.5, top + ARROW / 2 - 0.2, number(channels), ha="left", va="center")
    return top + length


def _box(axes: Axes, box: Box, x: float, top: float) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle((x - HALF_BOX, top), 2 * HALF_BOX, box.height, fc="w", ec="k", lw=1, zorder=3)
    )
    for place, line in enumerate(box.lines):
        weight = "bold" if place == 0 else "normal"
        size = FONT_SIZE * min(1, FITTING / len(line))
        axes.text(
            *(x, top + 0.85 + place, line), size=size, weight=weight,
            ha="center", va="center", zorder=4,
        )  # fmt: skip


def _join(axes: Axes, plan: Plan, end: float) -> float:
    """The sign of where the columns meet, and what leads there; returns where it ends."""
    length = ARROW + plan.end - end
    join = _arrow(axes, MAIN, end, plan.main[-1].channels, length) + JOIN / 2
    edge = MAIN + (0.8 if plan.sign == "+" else WORD)
    for place, (column, top) in enumerate(plan.sides, 1):
        _side(axes, column, MAIN + APART * place, (top, join), edge)
    style = _style("circle" if plan.sign == "+" else "round")
    axes.text(MAIN, join, plan.sign, ha="center", va="center", bbox=style)
    return join + JOIN / 2


def _side(
    axes: Axes, column: Sequence[Box], x: float, ends: tuple[float, float], edge: float
) -> None:
    """From the fork to the right, down through the boxes in its middle, and back to the join."""
    fork, join = ends
    axes.plot([MAIN, x, x], [fork, fork, join], "k-", lw=1)
    axes.annotate("", (edge, join), (x, join), arrowprops=_line("-|>"))
    top = max(fork, (fork + join - ARROW - _depth(column)) / 2)
    end = _column(axes, column, x, top)
    axes.text(x + 0.5, end + ARROW / 2, number(column[-1].channels), va="center")


def _canvas(depth: float, right: float) -> tuple[Figure, Axes]:
    """Axes in units of lines, downwards."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=((right - LEFT) * INCHES_A_LINE * 0.85, depth * INCHES_A_LINE))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(LEFT, right), ylim=(depth, -0.5))
    axes.axis("off")
    return figure, axes


def _plot(language: Language) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 2.3), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel(term("channels in the middle, m", language))
    axes.set_ylabel(term("parameters, main", language))
    return figure, axes


def _step(end: int) -> int:
    """So few points that a curve of any length is quickly drawn."""
    return max(1, end // 200)


def _line(style: str) -> dict[str, object]:
    return {"arrowstyle": style, "color": "k", "lw": 1, "shrinkA": 0, "shrinkB": 0}


def _style(shape: str) -> dict[str, object]:
    return {"boxstyle": f"{shape},pad=0.15", "fc": "w", "ec": "k", "lw": 1}


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
