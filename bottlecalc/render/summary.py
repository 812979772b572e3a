"""The answer of a comparison: what each block costs, how many times, and who says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import NamedTuple, TypeVar

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.agreement import ratios
from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.ratios import Ratio
from bottlecalc.agreement.result import AnyCount, Count
from bottlecalc.blocks.arguments import key_named
from bottlecalc.blocks.own import OwnBlock
from bottlecalc.blocks.spec import Block
from bottlecalc.explore.break_even import Mids, counted_mids
from bottlecalc.layers.count import Operations, Params
from bottlecalc.render import verdict
from bottlecalc.render.layout import heading, ruled
from bottlecalc.render.stack import Breakable
from bottlecalc.render.words import code, markdown
from bottlecalc.text.numbers import number, ratio
from bottlecalc.text.shapes import Input, shape

LEGEND = """\
MAC = multiply-accumulate of a convolution or matrix product; FLOPs = 2 × MACs.
main = weights of the main path; convs = main + projection + upsampling;
block = everything: normalisation, biases, squeeze and excitation too."""
HEADERS = ("=parameters\nmain", "=\nconvs", "=\nblock", "=MACs\nmain", "=\nblock")
PARAMS = Params._fields
MACS = Operations._fields
NAMES = ("parameters main", "parameters convs", "parameters block", "MACs main", "MACs block")
MEETING = "Break-even: the widest mid with fewer (main) than the plain block"

Figure = TypeVar("Figure")


class Row(NamedTuple):
    """A block in the table: its figures as text, and of all but the first the ratios to it."""

    label: str
    figures: tuple[str, ...]
    ratios: tuple[str, ...]


def parts(comparison: Comparison) -> Iterator[RenderableType]:
    """The answer for people: conventions, one table of all blocks, where they meet, who counted."""
    yield Text("\n".join(_conventions(comparison)) + "\n", style="dim")
    yield _table(list(_rows(comparison)))
    yield from (Text(f" {line}", style="dim") for line in _reading(comparison))
    meeting = list(_break_even(comparison))
    if meeting:
        yield heading(MEETING)
    yield from (Text(f" {line}") for line in meeting)
    yield from verdict.of_blocks(comparison.blocks)


def as_markdown(comparison: Comparison) -> str:
    """The same as Markdown: a table, and the rest as a list."""
    head = ["block", *NAMES, *(f"{name}, ×" for name in NAMES)]
    lines = [head, ["---", *repeat("---:", len(head) - 1)]]
    for row in _rows(comparison):
        lines.append([code(row.label), *row.figures, *(row.ratios or repeat("", len(NAMES)))])
    meeting = (f"{MEETING}: {line}" for line in _break_even(comparison))
    told = chain(_reading(comparison), meeting, _verdict(comparison))
    rows = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    listed = "".join(f"- {markdown(' '.join(line.split()))}\n" for line in told)
    return f"{' '.join(' '.join(_conventions(comparison)).split())}\n\n{rows}\n{listed}"


def _conventions(comparison: Comparison) -> Iterator[str]:
    """What the figures rest on: what all blocks share, and the words."""
    inputs = {count.input for count in comparison.blocks}
    common = ", ".join(_common(comparison)) if len(comparison.blocks) > 1 else ""
    shared = [f"All blocks: {common}."] if common else []
    if len(_sizes(comparison)) == 1:
        images, channels, *sides = comparison.blocks[0].input
        dimensions = shape((images, channels if len(inputs) == 1 else "in", *sides))
        shared.append(f"Input {dimensions} (batch, channels, height, width).")
    yield " ".join(shared)
    yield LEGEND


def _sizes(comparison: Comparison) -> set[tuple[int, ...]]:
    return {(count.input[0], *count.input[2:]) for count in comparison.blocks}


def _common(comparison: Comparison) -> list[str]:
    """What is said of every block, as specs have it."""
    first, *others = [_keys(count.block) for count in comparison.blocks]
    return [text for text in first if all(text in other for other in others)]


def _keys(block: Block | OwnBlock) -> dict[str, str]:
    """What is said of a block: by what a family's spec would say, what is written."""
    if isinstance(block, OwnBlock):
        return {f"{key_named(key)}={text}": f"{key}={text}" for key, text in block.texts}
    _, _, text = str(block).partition(":")
    return {key: key for key in text.split(",")}


def _labels(comparison: Comparison) -> list[str]:
    """Each block's spec without what all have in common, and where inputs differ its own."""
    common = _common(comparison) if len(comparison.blocks) > 1 else []
    return [_label(count, common, len(_sizes(comparison)) > 1) for count in comparison.blocks]


def _label(count: AnyCount, common: Sequence[str], with_input: bool) -> str:
    own = ",".join(text for key, text in _keys(count.block).items() if key not in common)
    name = count.block.target if isinstance(count.block, OwnBlock) else count.block.family
    spec = f"{name}:{own}" if own else name
    return f"{spec} on {Input(count.input)}" if with_input else spec


def _rows(comparison: Comparison) -> Iterator[Row]:
    blocks = zip(_labels(comparison), comparison.blocks, (None, *comparison.ratios), strict=True)
    for label, count, one in blocks:
        figures = _by_scope(ratios.params(count), ratios.macs(count), number)
        yield Row(label, figures, _ratios(one))


def _ratios(one: Ratio | None) -> tuple[str, ...]:
    return _by_scope(one.params, one.macs, ratio) if one else ()


def _by_scope(
    params: Mapping[str, Figure], macs: Mapping[str, Figure], spell: Callable[[Figure], str]
) -> tuple[str, ...]:
    """Every scope of both figures; a dash for one that is not known."""
    figures = (*map(params.get, PARAMS), *map(macs.get, MACS))
    return tuple("–" if figure is None else spell(figure) for figure in figures)


def _table(rows: Iterable[Row]) -> Table:
    table = ruled("block", *HEADERS)
    for row in rows:
        times = [("\n", (text, "bold")) for text in row.ratios] or repeat(())
        figures = zip(row.figures, times, strict=False)
        table.add_row(Breakable(row.label), *(Text.assemble(one, *more) for one, more in figures))
    return table


def _reading(comparison: Comparison) -> Iterator[str]:
    if comparison.ratios:
        yield f"×: how many times as much the baseline costs, {_labels(comparison)[0]}."


def _break_even(comparison: Comparison) -> Iterator[str]:
    """A line for every pair of widths at which blocks meet the plain one, in either figure."""
    meeting: dict[Mids, list[str]] = {}
    for label, count in zip(_labels(comparison), comparison.blocks, strict=True):
        if isinstance(count, Count):
            meeting.setdefault(counted_mids(count), []).append(label)
    meeting.pop(Mids(None, None), None)
    for (params, macs), specs in meeting.items():
        whose = f": {', '.join(specs)}" if len(meeting) > 1 else ""
        yield f"mid = {_width(params)} in parameters, {_width(macs)} in MACs{whose}"


def _width(mid: int | None) -> str:
    return "none" if mid is None else number(mid)


def _verdict(comparison: Comparison) -> Iterator[str]:
    return (text.plain.strip() for text in verdict.of_blocks(comparison.blocks))
