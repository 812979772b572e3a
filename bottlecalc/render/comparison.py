"""A comparison: its answer, then each block's flow, layers with products, totals; its formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.result import Count
from bottlecalc.layers.layer import Branch, Layer, product
from bottlecalc.layers.receptive import Sides
from bottlecalc.render import summary
from bottlecalc.render.layout import heading, printed, ruled
from bottlecalc.render.stack import Facts
from bottlecalc.text.numbers import number
from bottlecalc.text.shapes import shape
from bottlecalc.tools import fvcore

Extent = Literal["summary", "layers"]
"""How much is shown: the answer alone, or the layers of each block too."""

MOST_WITH_LAYERS = 3
"""So many blocks are shown with their layers where nobody says whether to."""


def table(comparison: Comparison, console: Console, extent: Extent | None = None) -> str:
    """The comparison as text, for that console's width and colours."""
    return printed(_parts(comparison, extent), console)


def _parts(comparison: Comparison, extent: Extent | None) -> Iterator[RenderableType]:
    yield from summary.parts(comparison)
    if _with_layers(comparison, extent):
        for place, count in enumerate(comparison.blocks):
            yield from _block(count, "the baseline" if place == 0 else "")
    elif extent is None:
        yield Text(f"\nThe layers of {len(comparison.blocks):,} blocks: --layers", style="dim")


def _with_layers(comparison: Comparison, extent: Extent | None) -> bool:
    few = len(comparison.blocks) <= MOST_WITH_LAYERS
    return extent == "layers" or (extent is None and few)


def _block(count: Count, aside: str) -> Iterator[RenderableType]:
    yield heading(str(count.block), aside)
    yield _flow(count)
    yield Text()
    yield _layers(count)
    yield Text()
    yield _totals(count)


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


def _totals(count: Count) -> Facts:
    each, total = fvcore.BATCH_NORM.each, number(fvcore.total(count.layers))
    return Facts(
        [
            ("FLOPs, main", number(count.flops.main), "2 × MACs"),
            ("FLOPs, block", number(count.flops.block), "2 × MACs"),
            ("fvcore total", total, f"MACs + {each} per normalised element"),
            ("activations", number(count.activations), "output elements of convolutions"),
            ("ReLUs", number(count.relus), ""),
            ("receptive field", _sides(count.receptive_field), "pixels of the input"),
            ("effective stride", _sides(count.effective_stride), "pixels of the input"),
        ]
    )


def _sides(sides: Sides) -> str:
    """A number, or height and width."""
    return shape(sides) if isinstance(sides, list) else str(sides)


def _json(comparison: Comparison, _console: Console, _extent: Extent | None) -> str:
    from bottlecalc.render import comparison_json

    return comparison_json.text(comparison)


def _csv(comparison: Comparison, _console: Console, _extent: Extent | None) -> str:
    from bottlecalc.render import layers

    return layers.as_csv(comparison)


def _markdown(comparison: Comparison, _console: Console, extent: Extent | None) -> str:
    from bottlecalc.render import layers

    shown = _with_layers(comparison, extent)
    return summary.as_markdown(comparison) + (
        f"\n{layers.as_markdown(comparison)}" if shown else ""
    )


FORMATS: Mapping[str, Callable[[Comparison, Console, Extent | None], str]] = {
    "table": table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
}
"""Text of a comparison by format; the console says how wide and how colourful a table may be.

CSV is the layers, and JSON has all, whatever the extent.
"""
