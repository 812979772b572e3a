"""Ink is cost: the weights of blocks as areas, all to one scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.result import Count
from bottlecalc.errors import BottlecalcError, argument
from bottlecalc.layers.count import MAIN, Scope, params
from bottlecalc.layers.layer import Layer
from bottlecalc.render.patches import Patch, patches
from bottlecalc.render.svg import SANS, breadth, document, element, text
from bottlecalc.text.calls import quoted
from bottlecalc.text.files import drafting, encoded, output_path
from bottlecalc.text.numbers import number

Translate = Callable[[str], str]

WIDTH = 860.0
TALLEST = 250.0
"""Of what has the most channels, all its tiles [pixels]."""
GAP = 2.0
"""Between the tiles of a kernel [pixels]."""
LINE = 15.0
MARGIN = 8.0
APART = 22.0
"""From one layer to the next, and from one block to the next [pixels]."""
MOST_RECTANGLES = 2000
"""Of a layer that are drawn one by one; of more, tiles are one, and a diagonal is a band."""
MAIN_COLOURS = ("#0072B2", "#D55E00")
"""Okabe and Ito's: of kernels larger than 1×1, and of all else."""
ASIDE = "#767676"
EMPTY = "#f2f2f2"


class PlotError(BottlecalcError, ValueError):
    """A drawing that cannot be made; its text says why and what would do."""


class Block(NamedTuple):
    """A block that is drawn.

    Attributes:
        title: what it is called.
        layers: that it has.
    """

    title: str
    layers: Sequence[Layer]


class Panel(NamedTuple):
    """A block laid out.

    Attributes:
        width: that it takes [pixels].
        height: that it takes [pixels].
        parts: its elements, from its own upper left corner.
    """

    width: float
    height: float
    parts: list[str]


def plot(comparison: Comparison, path: object) -> None:
    """Draw the blocks of a comparison into a file, whole or not at all.

    Raises:
        ArgumentError: the path is none.
        PlotError: it does not end in .svg, or no block has a closed form.
        OutputError: the file cannot be written.
    """
    file = target(path)
    drawn = picture(comparison)
    with drafting(file) as put:
        put(drawn)


def target(path: object) -> Path:
    """The file that may hold a drawing.

    Raises:
        ArgumentError: the path is none.
        PlotError: it does not end in .svg.
    """
    file = output_path(path)
    if file.suffix.lower() != ".svg":
        raise PlotError(
            f"{argument('plot')} {quoted(str(file))} is no figure of blocks; end it in .svg"
        )
    return file


def picture(comparison: Comparison) -> bytes:
    """The blocks of a comparison that have a closed form, drawn.

    Raises:
        PlotError: none of them has, or a number is beyond all floats.
    """
    if not comparison.closed_forms:
        raise PlotError(
            "no block has a closed form, whose layers are what is drawn; compare a block of a"
            f" family too, or leave {argument('plot')} out"
        )
    try:
        return encoded(ink(comparison.closed_forms))
    except OverflowError as error:
        raise PlotError("the numbers are too large to be drawn; give fewer channels") from error


class Style(NamedTuple):
    """How a drawing is set.

    Attributes:
        translate: puts the few words into another language.
        font: families of the font.
        digits: of that of products, where the dot of ``font`` is as wide as a Chinese letter.
        width: that blocks and layers are wrapped to [pixels].
    """

    translate: Translate = str
    font: str = SANS
    digits: str = ""
    width: float = WIDTH


USUAL = Style()


def ink(counts: Sequence[Count], scope: Scope = "convs", style: Style = USUAL) -> str:
    """Blocks that were counted as one drawing, each named by a letter and its spec."""
    named = ((f"{_letter(place)}  {one.block}", one.layers) for place, one in enumerate(counts))
    return drawing([Block(title, layers) for title, layers in named], scope, style)


def drawing(blocks: Sequence[Block], scope: Scope = "convs", style: Style = USUAL) -> str:
    """The weights of blocks as SVG.

    Args:
        blocks: that are drawn beside or below each other.
        scope: of the weights; what is not of the main path is grey.
        style: of the whole.
    """
    found = [patches(block.layers, scope) for block in blocks]
    scale = _scale([patch for one in found for patch in one], style.width)
    panels = [_panel(block, one, scale, style) for block, one in zip(blocks, found, strict=True)]
    placed, height = _flow(panels, style.width - 2 * MARGIN, LINE)
    parts = [
        element("g", *panel.parts, transform=f"translate({x + MARGIN:g} {y + MARGIN:g})")
        for panel, x, y in placed
    ]
    whole = max((x + panel.width for panel, x, _ in placed), default=0) + 2 * MARGIN
    title = style.translate("weights as areas, all to one scale")
    return document(whole, height + 2 * MARGIN, title, _told(blocks, found), parts, style.font)


def _scale(all_patches: Sequence[Patch], width: float) -> float:
    """Pixels a channel, so that the largest layer fits."""
    highest = max((patch.rows * patch.high for patch in all_patches), default=1)
    widest = max((patch.columns * patch.wide for patch in all_patches), default=1)
    return min(TALLEST / highest, (width - 120) / widest)


def _panel(block: Block, found: Sequence[Patch], scale: float, style: Style) -> Panel:
    """A block's title, and below it its layers, wrapped as words are."""
    columns = [_column(patch, scale, style) for patch in found]
    placed, height = _flow(columns, style.width - 2 * MARGIN, APART)
    sums = list(_sums(block, found, style.translate))
    top = LINE * (1 + len(sums)) + 8
    heads = [text(block.title, 0, LINE - 3, font_weight="bold", font_size=13)]
    heads += [text(one, 0, LINE * place - 2, fill="#333") for place, one in enumerate(sums, 2)]
    parts = [
        element("g", *column.parts, transform=f"translate({x:g} {y + top:g})")
        for column, x, y in placed
    ]
    broad = max(breadth(block.title, 13), *map(breadth, sums))
    right = max((x + column.width for column, x, _ in placed), default=0.0)
    return Panel(max(broad, right), height + top, heads + parts)


def _sums(block: Block, found: Sequence[Patch], translate: Translate) -> Iterator[str]:
    """``15,360 parameters, main``, and what all that is drawn adds up to."""
    held, drawn = params(block.layers), sum(patch.params for patch in found)
    yield f"{number(held.main)} {translate('parameters on the main path')}"
    if drawn != held.main:
        more = "with the shortcut" if drawn == held.convs else "with everything"
        yield f"{number(drawn)} {translate(more)}"


def _column(patch: Patch, scale: float, style: Style) -> Panel:
    """One layer: its tiles, how wide and high each is, and below them its product."""
    left = breadth(number(patch.high), 10) + 4
    wide, high = patch.wide * scale, patch.high * scale
    lines = [_label(patch, style.translate), f"{patch.product} =", number(patch.params)]
    across = patch.columns * wide + (patch.columns - 1) * GAP
    down = patch.rows * high + (patch.rows - 1) * GAP
    parts = [
        text(number(patch.wide), left + wide / 2, 10, font_size=10, fill="#555",
             text_anchor="middle"),
        text(number(patch.high), left - 3, 13 + high / 2 + 3, font_size=10, fill="#555",
             text_anchor="end"),
        element("g", *_tiles(patch, wide, high, left, 13), fill=_colour(patch),
                color=_colour(patch), data_layer=patch.name, data_params=patch.params),
        *(text(line, left, 13 + down + LINE * place, **look)
          for place, (line, look) in enumerate(zip(lines, _looks(style), strict=True), 1)),
    ]  # fmt: skip
    broad = max(across, *(breadth(line) for line in lines))
    return Panel(left + broad, 13 + down + LINE * len(lines) + 5, parts)


def _label(patch: Patch, translate: Translate) -> str:
    label = translate(patch.label)
    return label if patch.branch in MAIN else f"{label}{translate(', ')}{translate(patch.branch)}"


def _looks(style: Style) -> Iterator[dict[str, object]]:
    """Of what a layer is, its product, and what that gives."""
    yield {"fill": "#333"}
    yield {"fill": "#333", "font_family": style.digits} if style.digits else {"fill": "#333"}
    yield {"font_weight": "bold"}


def _tiles(patch: Patch, wide: float, high: float, left: float, top: float) -> Iterator[str]:
    if patch.rows * patch.columns > MOST_RECTANGLES:
        wide, high = patch.columns * wide, patch.rows * high
        patch = patch._replace(rows=1, columns=1)
    for row, column in product(range(patch.rows), range(patch.columns)):
        x, y = left + column * (wide + GAP), top + row * (high + GAP)
        if patch.groups > 1:
            yield _rectangle(x, y, wide, high, fill=EMPTY, stroke="#999", stroke_width=0.5)
        yield from _blocks(patch, wide, high, x, y)


def _blocks(patch: Patch, wide: float, high: float, x: float, y: float) -> Iterator[str]:
    """The blocks along the diagonal: the whole tile where there is one group."""
    groups = patch.groups
    if groups > 1 and groups * patch.rows * patch.columns > MOST_RECTANGLES:
        yield _band(groups, wide, high, x, y)
        return
    across, down = wide / groups, high / groups
    for place in range(groups):
        yield _rectangle(x + place * across, y + place * down, across, down)


def _band(groups: int, wide: float, high: float, x: float, y: float) -> str:
    """A line from corner to corner, of the area that the blocks have."""
    length = (wide * wide + high * high) ** 0.5
    thick = wide * high / groups / length
    return element(
        "path", d=f"M{x:.2f} {y:.2f}l{wide:.2f} {high:.2f}", stroke="currentColor",
        stroke_width=f"{thick:.3f}", fill="none",
    )  # fmt: skip


def _rectangle(x: float, y: float, width: float, height: float, **attributes: object) -> str:
    size = {"width": f"{width:.3f}", "height": f"{height:.3f}"}
    return element("rect", x=f"{x:.2f}", y=f"{y:.2f}", **size, **attributes)


def _colour(patch: Patch) -> str:
    if patch.branch not in MAIN:
        return ASIDE
    return MAIN_COLOURS[patch.rows * patch.columns == 1]


def _flow(
    panels: Sequence[Panel], width: float, below: float
) -> tuple[list[tuple[Panel, float, float]], float]:
    """Panels beside each other as far as they fit, each with its place; and how far they reach."""
    placed: list[tuple[Panel, float, float]] = []
    x = y = tallest = 0.0
    for panel in panels:
        if x and x + panel.width > width:
            x, y, tallest = 0.0, y + tallest + below, 0.0
        placed.append((panel, x, y))
        x, tallest = x + panel.width + APART, max(tallest, panel.height)
    return placed, y + tallest


def _told(blocks: Sequence[Block], found: Sequence[Sequence[Patch]]) -> str:
    """The same in words."""
    return " ".join(
        f"{block.title}: "
        + ", ".join(f"{one.name} {one.label} {one.product} = {number(one.params)}" for one in layer)
        + "."
        for block, layer in zip(blocks, found, strict=True)
    )


def _letter(place: int) -> str:
    return (_letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)
