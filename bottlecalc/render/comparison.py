"""A comparison: its answer, then each block's flow, layers with products, totals; its formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.result import Count, OwnCount
from bottlecalc.layers.joins import Add, Concat
from bottlecalc.layers.layer import Layer, product
from bottlecalc.layers.ops import Linear
from bottlecalc.layers.receptive import spelled
from bottlecalc.render import branches, summary
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
    return printed(_parts(comparison, extent, console), console)


def _parts(
    comparison: Comparison, extent: Extent | None, console: Console
) -> Iterator[RenderableType]:
    yield from summary.parts(comparison)
    if _with_layers(comparison, extent):
        for place, count in enumerate(comparison.blocks):
            yield heading(str(count.block), "the baseline" if place == 0 else "")
            yield from _block(count) if isinstance(count, Count) else _own(count, console)
    elif extent is None:
        yield Text(f"\nThe layers of {len(comparison.blocks):,} blocks: --layers", style="dim")


def _with_layers(comparison: Comparison, extent: Extent | None) -> bool:
    few = len(comparison.blocks) <= MOST_WITH_LAYERS
    return extent == "layers" or (extent is None and few)


def _own(count: OwnCount, console: Console) -> Iterator[RenderableType]:
    from bottlecalc.render import own

    return own.parts(count, console)


def _block(count: Count) -> Iterator[RenderableType]:
    yield _flow(count)
    yield Text()
    yield _layers(count)
    yield Text()
    yield _totals(count)


def _flow(count: Count) -> Text:
    """The channels through each branch, and what is done to them."""
    lines = (
        ("input", f"{shape(count.input)} (batch × channels × height × width)"),
        ("main", _arrows(branches.of(count, "main"), count.input[1])),
        ("aside", _arrows(branches.of(count, "aside"))),
        ("squeeze", _arrows(branches.of(count, "squeeze"))),
        ("shortcut", _shortcut(count)),
        ("then", ", ".join(_then(count))),
        ("output", shape(count.output)),
    )
    return Text("\n".join(f" {name:<10}{text}" for name, text in lines if text))


def _shortcut(count: Count) -> str:
    channels = branches.identity(count)
    if channels is not None:
        return f"{channels} ─identity→ {channels}"
    return _arrows(branches.of(count, "shortcut"))


def _then(count: Count) -> Iterator[str]:
    """Where the branches meet, and what follows."""
    after = branches.of(count, "after")
    if not any(isinstance(layer.op, Add | Concat) for layer in after):
        yield from (op.label for op in branches.joins(count))
    for layer in after:
        is_arrow = branches.is_step(layer) and not isinstance(layer.op, Add | Concat)
        yield _arrows([layer]) if is_arrow else layer.op.label


def _arrows(layers: Sequence[Layer], at: int | None = None) -> str:
    """``64 ─1×1→ 32 ─3×3→ 32``: the steps of a branch; of one that has none, all its layers."""
    shown = [layer for layer in layers if branches.is_step(layer)] or layers
    return " ".join(_steps(shown, shown[0].in_channels if at is None else at)) if shown else ""


def _steps(layers: Sequence[Layer], at: int) -> Iterator[str]:
    """The channels at first, and each layer with those after it; some take a part alone."""
    yield str(at)
    for layer in layers:
        if layer.in_channels != at:
            yield f"─split→ {layer.in_channels}"
        yield f"─{layer.op.label.replace(' conv', '')}→ {layer.out_channels}"
        at = layer.out_channels


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
    total = number(fvcore.total(count.layers))
    return Facts(
        [
            ("FLOPs, main", number(count.flops.main), "2 × MACs"),
            ("FLOPs, block", number(count.flops.block), "2 × MACs"),
            ("fvcore total", total, fvcore.FVCORE.sum_of(count.layers)),
            ("activations", number(count.activations), f"output elements of {_multiplied(count)}"),
            ("ReLUs", number(count.relus), ""),
            ("receptive field", spelled(count.receptive_field), "pixels of the input"),
            ("effective stride", spelled(count.effective_stride), "pixels of the input"),
        ]
    )


def _multiplied(count: Count) -> str:
    has_linear = any(isinstance(layer.op, Linear) for layer in count.layers)
    return "convolutions and linear layers" if has_linear else "convolutions"


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
