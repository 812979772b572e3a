"""The comparison for people: flow, layers with their products, totals, ratios, witnesses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from bottlecalc.agreement.compare import Compared, Comparison
from bottlecalc.layers.count import FIGURES, Count, Figure, Path, Row, product
from bottlecalc.render.layout import heading, printed, ruled
from bottlecalc.render.words import FIGURE_NAMES, number, objections, omissions, ratio, shape

LEGEND = """\
MAC = one multiply-accumulate of a convolution; FLOPs = 2 × MACs.
main = convolutions of the main path; convs = main + projection + upsampling;
block = everything, normalisation and biases included."""


def table(comparison: Comparison, console: Console) -> str:
    """The whole comparison as text, for that console's width and colours."""
    return printed(_parts(comparison), console)


def _parts(comparison: Comparison) -> Iterator[RenderableType]:
    yield Text(LEGEND, style="dim")
    for place, block in enumerate(comparison.blocks):
        yield heading(str(block.count.block), "the baseline" if place == 0 else "")
        yield _flow(block.count)
        yield Text()
        yield _layers(block.count)
        yield Text()
        yield _totals(block.count)
    yield from _ratios(comparison)
    yield from _break_even(comparison)
    yield from _witnesses(comparison)


def _flow(count: Count) -> Text:
    """The channels through each path, and what is done to them."""
    lines = (
        ("input", f"{shape(count.input)} (batch × channels × height × width)"),
        ("main", _arrows(count, "main")),
        ("shortcut", _arrows(count, "shortcut") or f"{count.input[1]} ─identity→ {count.input[1]}"),
        ("then", ", ".join(filter(None, ("add", "ReLU", _arrows(count, "after"))))),
        ("output", shape(count.output)),
    )
    return Text("\n".join(f" {name:<10}{text}" for name, text in lines))


def _arrows(count: Count, path: Path) -> str:
    """``64 ─1×1→ 32 ─3×3→ 32``: the layers of a path that have weights or change the shape."""
    on_path = (row for row in count.rows if row.path == path)
    rows = [row for row in on_path if row.weights or row.input != row.output]
    steps = [f"─{row.op.replace(' conv', '')}→ {row.output[1]}" for row in rows]
    return " ".join([str(rows[0].input[1]), *steps]) if rows else ""


def _layers(count: Count) -> Table:
    rows = ruled("layer", "product", "=parameters", "=× positions", "=MACs")
    for row in count.rows:
        if row.params:
            rows.add_row(*_layer(row))
    rows.add_section()
    params, macs = count.params, count.macs
    for scope, held, done in (
        ("main", params.main, macs.main),
        ("convs", params.convs, macs.block),
        ("block", params.block, macs.block),
    ):
        rows.add_row(f"total, {scope}", "", number(held), "", number(done), style="bold")
    return rows


def _layer(row: Row) -> tuple[str, ...]:
    positions = row.positions[1:] if row.positions[:1] == (1,) else row.positions
    macs = (f"× {product(positions)}", number(row.macs)) if row.macs else ("", "")
    return row.name, row.formula, number(row.params), *macs


def _totals(count: Count) -> Table:
    names, figures = Column(overflow="fold"), Column(justify="right", no_wrap=True)
    rows = Table.grid(names, figures, Column(style="dim"), padding=(0, 2, 0, 1), pad_edge=True)
    rows.add_row("FLOPs, main", number(count.flops.main), "2 × MACs")
    rows.add_row("FLOPs, block", number(count.flops.block), "2 × MACs")
    rows.add_row("fvcore total", number(count.fvcore_total), "MACs + 2 per normalised element")
    rows.add_row("activations", number(count.activations), "output elements of convolutions")
    rows.add_row("ReLUs", number(count.relus))
    return rows


def _ratios(comparison: Comparison) -> Iterator[RenderableType]:
    if not comparison.ratios:
        return
    rows = ruled("", "=parameters\nmain", "=\nconvs", "=\nblock", "=MACs, FLOPs\nmain", "=\nblock")
    for _, to, params, macs in comparison.ratios:
        rows.add_row(to, *map(ratio, params.values()), *map(ratio, macs.values()))
    yield heading(f"{comparison.ratios[0].of} costs so many times as much as")
    yield rows


def _break_even(comparison: Comparison) -> Iterator[Text]:
    for block in comparison.blocks:
        mid = block.count.break_even_mid
        if mid is not None:
            yield heading(f"Break-even: mid = {mid:,}", str(block.count.block))
            yield Text(" The widest middle with fewer parameters (main) than the plain block.")


def _witnesses(comparison: Comparison) -> Iterator[Text]:
    asked = [f"{witness} {version}" for witness, version in comparison.versions.items()]
    yield heading(f"Witnesses: {', '.join(['closed form', *asked])}")
    if comparison.agrees is None:
        yield Text(" No other witness was asked: these are the closed forms alone.")
    for figure in FIGURES:
        if any(figure in block.witnesses for block in comparison.blocks):
            yield _verdict(figure, comparison.blocks)
    yield from (Text(f" {sentence}", style="red") for sentence in objections(comparison))
    yield from (Text(f" {sentence}", style="yellow") for sentence in omissions(comparison))


def _verdict(figure: Figure, blocks: Sequence[Compared]) -> Text:
    names = dict.fromkeys(name for block in blocks for name in block.witnesses.get(figure, ()))
    differ = any(
        difference.figure == figure for block in blocks for difference in block.differences
    )
    mark = ("✗", "bold red") if differ else ("✓", "bold green")
    equals = " ≠ " if differ else " = "
    text = f" {FIGURE_NAMES[figure]:<13} {equals.join(['closed form', *names])}"
    return Text.assemble(" ", mark, text, "" if differ else ", on every layer")
