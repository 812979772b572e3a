"""The figure of a block: boxes as wide as their channels, so that a bottleneck looks like one.

Every box is as wide above as the channels that enter it, and below as those that leave it; its
weights stand in it, and beside it what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import NamedTuple

from bottlecalc.agreement.result import Count
from bottlecalc.handout import Language
from bottlecalc.handout.terms import term
from bottlecalc.layers.count import MAIN
from bottlecalc.layers.joins import Add, Concat
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Op
from bottlecalc.layers.receptive import square
from bottlecalc.render import branches
from bottlecalc.render.svg import breadth, document, element, text
from bottlecalc.text.numbers import number

CHINESE = "'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei'"
FONTS: Mapping[Language, str] = {
    "en": "'Libertinus Serif', 'Noto Serif', Georgia, serif",
    "zh": f"{CHINESE}, 'Libertinus Serif', serif",
}
"""The sheet's own. One that has all letters first: of what it lacks, Typst chooses the shapes."""

HALF = 78.0
"""Of the widest box [pixels]."""
BOX, THIN = 34.0, 20.0
"""Height of a box, and of one that has but a name [pixels]."""
ARROW = 26.0
FORK = 26.0
STUB = 10.0
JOIN = 9.0
"""Half the height of where branches meet [pixels]."""
MARGIN = 10.0
BESIDE = 9.0
FILLS: Mapping[str, tuple[str, str]] = {
    "spatial": ("#d6e8f5", "#0072B2"),
    "pointwise": ("#fbe0cd", "#D55E00"),
    "beside": ("#ececec", "#767676"),
    "none": ("#f7f7f7", "#767676"),
}
"""Okabe and Ito's colours, of the outline and paler of the inside, by the kind of a box.

What is not of the main path is grey, as in the areas.
"""


class Box(NamedTuple):
    """A convolution (or pooling) with what follows it.

    Attributes:
        lines: what it is, and what follows.
        enter: channels that come in.
        channels: that leave.
        weights: that it has [parameters].
        kind: of its colour.
    """

    lines: tuple[str, ...]
    enter: int
    channels: int
    weights: int = 0
    kind: str = "none"

    @property
    def height(self) -> float:
        """Of it [pixels]."""
        return BOX if self.weights or len(self.lines) > 1 else THIN


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
        """Where the branch beside the main path leaves it [pixels]."""
        return FORK + _depth(self.before) + (STUB if self.before else 0)

    @property
    def sides(self) -> list[tuple[list[Box], float]]:
        """The columns beside the main path, each with where it leaves it."""
        columns = ((self.aside, self.fork), (self.shortcut, FORK))
        return [(column, top) for column, top in columns if column]

    @property
    def columns(self) -> list[list[Box]]:
        """From left to right."""
        return [[*self.before, *self.main, *self.after], *(column for column, _ in self.sides)]

    @property
    def end(self) -> float:
        """Where the longest of the columns ends [pixels]."""
        ends = [top + _depth(column) for column, top in self.sides]
        return max(self.fork + _depth(self.main), *ends, 0)


def block_figure(count: Count, name: str, language: Language, widest: int | None = None) -> str:
    """A block from top to bottom as SVG: its main path left, beside it what it meets at the join.

    Args:
        count: of the block.
        name: a letter, or nothing.
        language: of its words.
        widest: channels of the widest box of all figures that share a scale; of this one if None.
    """
    plan = _plan(count, language)
    drawing = _Drawing(plan, widest or most_channels(count), language)
    drawing.draw(name, count)
    title = " ".join(filter(None, (name, str(count.block))))
    return document(
        drawing.width, drawing.height, title, _told(plan, drawing.seen), drawing.parts,
        FONTS[language],
    )  # fmt: skip


def most_channels(count: Count) -> int:
    """Of all that flows in a block."""
    return max(max(layer.in_channels, layer.out_channels) for layer in count.layers)


class _Drawing:
    """Elements as they come, downwards.

    Attributes:
        parts: the elements.
        seen: what an element of the output depends on, in words.
        width: of the whole [pixels].
        height: of the whole [pixels].
    """

    def __init__(self, plan: Plan, widest: int, language: Language) -> None:
        self.parts: list[str] = []
        self.plan, self.language = plan, language
        self.scale = 2 * HALF / widest
        self.places = list(_places(plan, self.scale))
        self.width, self.height, self.seen = 0.0, 0.0, ""

    def draw(self, name: str, count: Count) -> None:
        plan, x = self.plan, self.places[0]
        self._text(name, MARGIN, 14.0, font_weight="bold", font_size=15)
        self._text(term("input", self.language), x, 12.0, text_anchor="middle")
        self._line(x, 16.0, x, FORK)
        end = self._column(plan.before, x, FORK)
        if plan.before:
            self._line(x, end, x, plan.fork)
            end = plan.fork
        end = self._column(plan.main, x, end)
        if plan.sign:
            end = self._column(plan.after, x, self._join(end))
        end = self._arrow(x, end, count.output[1])
        self._text(term("output", self.language), x, end + 13, text_anchor="middle")
        self.seen = f"{term('receptive field', self.language)} {square(count.receptive_field)}"
        self._text(self.seen, MARGIN, end + 32, font_size=11, class_="field")
        last = self.places[-1] + HALF + BESIDE + _labels(plan.columns[-1], self.scale)
        self.width = max(last + MARGIN, MARGIN + breadth(self.seen, 11))
        self.height = end + 40

    def _join(self, end: float) -> float:
        """The sign of where the columns meet, and what leads there; returns where it ends."""
        plan, x = self.plan, self.places[0]
        length = ARROW + plan.end - end
        join = self._arrow(x, end, plan.main[-1].channels, length) + JOIN
        half = JOIN if plan.sign == "+" else 5 + breadth(plan.sign) / 2
        for (column, top), place in zip(plan.sides, self.places[1:], strict=True):
            self._side(column, place, (top, join), x + half)
        self.parts.append(
            element(
                "rect", x=x - half, y=join - JOIN, width=2 * half, height=2 * JOIN, rx=JOIN,
                fill="#fff", stroke="#000",
            )
        )  # fmt: skip
        self._text(plan.sign, x, join + 4.5, text_anchor="middle", class_="sign")
        return join + JOIN

    def _side(self, column: Sequence[Box], x: float, ends: tuple[float, float], to: float) -> None:
        """From the fork to the right, down through its boxes, and back to the join."""
        fork, join = ends
        self._line(self.places[0], fork, x, fork)
        top = max(fork, (fork + join - ARROW - _depth(column)) / 2)
        self._line(x, fork, x, top)
        end = self._column(column, x, top)
        self._line(x, end, x, join)
        self._text(number(column[-1].channels), x + 5, end + 17, font_size=11, class_="channels")
        self._line(x, join, to, join, is_arrow=True)

    def _column(self, column: Sequence[Box], x: float, top: float) -> float:
        """Boxes below each other, each with its arrow above; returns where they end."""
        for box in column:
            top = self._arrow(x, top, box.enter)
            self._box(box, x, top)
            top += box.height
        return top

    def _box(self, box: Box, x: float, top: float) -> None:
        """A box that is no layer is a line with its name."""
        end, middle = top + box.height, top + box.height / 2 + 4
        if box.lines == (term("identity", self.language),):
            self._line(x, top, x, end)
            self._text(box.lines[0], x + 5, middle)
            return
        above, below = box.enter * self.scale / 2, box.channels * self.scale / 2
        corners = ((x - above, top), (x + above, top), (x + below, end), (x - below, end))
        points = " ".join(f"{across:.2f},{down:g}" for across, down in corners)
        fill, stroke = FILLS[box.kind]
        self.parts.append(element("polygon", points=points, fill=fill, stroke=stroke, class_="box"))
        if _fits(box, self.scale):
            self._text(number(box.weights), x, middle, text_anchor="middle", class_="weights")
        self._words(_beside(box, self.scale), x + max(above, below) + BESIDE, middle)

    def _words(self, lines: Sequence[str], x: float, middle: float) -> None:
        """What stands beside a box, its first line in bold."""
        first = middle - 7.5 * (len(lines) - 1)
        for place, line in enumerate(lines):
            style = {"fill": "#333"} if place else {"font_weight": "bold"}
            self._text(line, x, first + 15 * place, **style)

    def _arrow(self, x: float, top: float, channels: int, length: float = ARROW) -> float:
        self._line(x, top, x, top + length, is_arrow=True)
        self._text(number(channels), x + 5, top + length / 2 + 3, font_size=11, class_="channels")
        return top + length

    def _line(self, x: float, y: float, to: float, down: float, is_arrow: bool = False) -> None:
        self.parts.append(element("path", d=f"M{x:g} {y:g}L{to:g} {down:g}", stroke="#000"))
        if is_arrow:
            tip = "l-3.5 -7h7z" if down != y else "l7 -3.5v7z"
            self.parts.append(element("path", d=f"M{to:g} {down:g}{tip}"))

    def _text(self, words: str, x: float, y: float, **attributes: object) -> None:
        if words:
            self.parts.append(text(words, x, y, **attributes))


def _places(plan: Plan, scale: float) -> Iterator[float]:
    """The middle of each column, room for the words of the one before it left."""
    x = MARGIN + HALF
    for column in plan.columns:
        yield x
        x += HALF + BESIDE + _labels(column, scale) + 2 * BESIDE + HALF


def _labels(column: Sequence[Box], scale: float) -> float:
    """Room for what stands beside the boxes of a column, from where the widest box would end."""
    rooms = [
        max(map(breadth, _beside(box, scale)), default=0.0)
        - (HALF - max(box.enter, box.channels) * scale / 2)
        for box in column
    ]
    return max(rooms, default=0.0)


def _beside(box: Box, scale: float) -> list[str]:
    """What stands beside a box: what it is, what follows it, its weights where they do not fit."""
    weights = [] if _fits(box, scale) or not box.weights else [number(box.weights)]
    rest = " · ".join([*box.lines[1:], *weights])
    return [line for line in (box.lines[0], rest) if line]


def _fits(box: Box, scale: float) -> bool:
    """Whether its weights stand within a box."""
    return 0 < breadth(number(box.weights)) < (box.enter + box.channels) / 2 * scale - 4 and bool(
        box.weights
    )


def _told(plan: Plan, seen: str) -> str:
    """The same in words."""
    columns = ("; ".join(_box_told(box) for box in column) for column in plan.columns)
    return ". ".join([*columns, seen])


def _box_told(box: Box) -> str:
    weights = f", {number(box.weights)}" if box.weights else ""
    return f"{', '.join(box.lines)}: {number(box.enter)} → {number(box.channels)}{weights}"


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
        label, channels = term(layer.op.label, language), layer.out_channels
        if _opens(layer) or not column:
            lines = (label, *_joined(layer))
            column.append(Box(lines, layer.in_channels, channels, layer.weights, _kind(layer)))
        else:
            first, *rest = column[-1].lines
            lines = (first, term(", ", language).join([*rest, label]))
            column[-1] = column[-1]._replace(lines=lines, channels=channels)
    return column


def _kind(layer: Layer) -> str:
    if not layer.weights:
        return "none"
    if layer.branch not in MAIN:
        return "beside"
    return "spatial" if max(getattr(layer.op, "kernel", (1,))) > 1 else "pointwise"


def _joined(layer: Layer) -> Iterator[str]:
    """What comes through the arrow, and how much more is put beside it."""
    if isinstance(layer.op, Concat):
        yield f"{number(layer.in_channels)} + {number(layer.out_channels - layer.in_channels)}"


def _excitation(layers: Sequence[Layer], language: Language) -> Box:
    """Squeeze and excitation in one box, which gives as many channels as it takes."""
    channels = layers[0].in_channels
    widths = (channels, *(layer.out_channels for layer in layers if layer.weights))
    lines = term("squeeze and excitation", language), " → ".join(map(number, widths))
    weights = sum(layer.weights for layer in layers)
    return Box(lines, channels, channels, weights, "beside")


def _opens(layer: Layer) -> bool:
    return bool(layer.weights) or layer.input != layer.output


def _depth(column: Sequence[Box]) -> float:
    return sum(ARROW + box.height for box in column)
