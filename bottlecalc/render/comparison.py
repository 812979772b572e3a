"""A comparison: flow, layers with their products, totals, ratios, counters; and its formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.result import Count
from bottlecalc.explore.break_even import break_even_mid
from bottlecalc.layers.layer import Branch, Layer, product
from bottlecalc.render import verdict
from bottlecalc.render.layout import heading, printed, ruled
from bottlecalc.text.numbers import number, ratio
from bottlecalc.text.shapes import shape
from bottlecalc.tools import fvcore

LEGEND = """\
MAC = one multiply-accumulate of a convolution; FLOPs = 2 × MACs.
main = convolutions of the main path; convs = main + projection + upsampling;
block = everything, normalisation and biases included."""


def table(comparison: Comparison, console: Console) -> str:
    """The whole comparison as text, for that console's width and colours."""
    return printed(_parts(comparison), console)


def _parts(comparison: Comparison) -> Iterator[RenderableType]:
    yield Text(LEGEND, style="dim")
    for place, count in enumerate(comparison.blocks):
        yield heading(str(count.block), "the baseline" if place == 0 else "")
        yield _flow(count)
        yield Text()
        yield _layers(count)
        yield Text()
        yield _totals(count)
    yield from _ratios(comparison)
    yield from _break_even(comparison)
    yield from verdict.of_blocks(comparison.blocks)


def _flow(count: Count) -> Text:
    """The channels through each branch, and what is done to them."""
    channels = count.input[1]
    lines = (
        ("input", f"{shape(count.input)} (batch × channels × height × width)"),
        ("main", _arrows(count, "main")),
        ("shortcut", _arrows(count, "shortcut") or f"{channels} ─identity→ {channels}"),
        ("then", ", ".join(filter(None, ("add", "ReLU", _arrows(count, "after"))))),
        ("output", shape(count.output)),
    )
    return Text("\n".join(f" {name:<10}{text}" for name, text in lines))


def _arrows(count: Count, branch: Branch) -> str:
    """``64 ─1×1→ 32 ─3×3→ 32``: the layers of a branch with weights, or that change the shape."""
    on_branch = (layer for layer in count.layers if layer.branch == branch)
    layers = [layer for layer in on_branch if layer.weights or layer.input != layer.output]
    steps = [f"─{layer.op.label.replace(' conv', '')}→ {layer.output[1]}" for layer in layers]
    return " ".join([str(layers[0].input[1]), *steps]) if layers else ""


def _layers(count: Count) -> Table:
    rows = ruled("layer", "product", "=parameters", "=× positions", "=MACs")
    for layer in count.layers:
        if layer.params:
            rows.add_row(*_layer(layer))
    rows.add_section()
    params, macs = count.params, count.macs
    for scope, weights, times in (
        ("main", params.main, macs.main),
        ("convs", params.convs, macs.block),
        ("block", params.block, macs.block),
    ):
        rows.add_row(f"total, {scope}", "", number(weights), "", number(times), style="bold")
    return rows


def _layer(layer: Layer) -> tuple[str, ...]:
    positions = layer.positions[1:] if layer.positions[:1] == (1,) else layer.positions
    macs = (f"× {product(positions)}", number(layer.macs)) if layer.macs else ("", "")
    return layer.name, layer.formula, number(layer.params), *macs


def _totals(count: Count) -> Table:
    names, figures = Column(overflow="fold"), Column(justify="right", no_wrap=True)
    rows = Table.grid(names, figures, Column(style="dim"), padding=(0, 2, 0, 1), pad_edge=True)
    each = fvcore.BATCH_NORM.each
    rows.add_row("FLOPs, main", number(count.flops.main), "2 × MACs")
    rows.add_row("FLOPs, block", number(count.flops.block), "2 × MACs")
    rows.add_row(
        "fvcore total",
        number(fvcore.total(count.layers)),
        f"MACs + {each} per normalised element",
    )
    rows.add_row("activations", number(count.activations), "output elements of convolutions")
    rows.add_row("ReLUs", number(count.relus))
    return rows


def _ratios(comparison: Comparison) -> Iterator[RenderableType]:
    if not comparison.ratios:
        return
    rows = ruled("", "=parameters\nmain", "=\nconvs", "=\nblock", "=MACs, FLOPs\nmain", "=\nblock")
    for one in comparison.ratios:
        rows.add_row(one.to, *map(ratio, one.params.values()), *map(ratio, one.macs.values()))
    yield heading(f"{comparison.ratios[0].of} costs so many times as much as")
    yield rows


def _break_even(comparison: Comparison) -> Iterator[Text]:
    for count in comparison.blocks:
        mid = break_even_mid(count.block)
        if mid is not None:
            yield heading(f"Break-even: mid = {mid:,}", str(count.block))
            yield Text(" The widest middle with fewer parameters (main) than the plain block.")


def _json(comparison: Comparison, _: Console) -> str:
    from bottlecalc.render import comparison_json

    return comparison_json.text(comparison)


def _csv(comparison: Comparison, _: Console) -> str:
    from bottlecalc.render import layers

    return layers.as_csv(comparison)


def _markdown(comparison: Comparison, _: Console) -> str:
    from bottlecalc.render import layers

    return layers.as_markdown(comparison)


FORMATS: Mapping[str, Callable[[Comparison, Console], str]] = {
    "table": table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
}
"""Text of a comparison by format; the console says how wide and how colourful a table may be."""
