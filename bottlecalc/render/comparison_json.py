"""A comparison as JSON: ``bottlecalc.compare/1``, stable, integers exact."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from bottlecalc.agreement.agreement import Difference
from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.result import AnyCount, Count
from bottlecalc.explore.break_even import common_mid
from bottlecalc.layers.count import Counter
from bottlecalc.layers.layer import Layer
from bottlecalc.render.records import as_json as json_text
from bottlecalc.render.scopes import scopes
from bottlecalc.text.schema import heading
from bottlecalc.tools import check, fvcore


def text(comparison: Comparison) -> str:
    """The JSON text, ASCII only, so that it reads the same in every encoding."""
    return json_text(document(comparison))


def document(comparison: Comparison) -> dict[str, Any]:
    """What the text holds."""
    return {
        **heading("compare", comparison.versions),
        "input": _common([count.input for count in comparison.blocks]),
        "blocks": [_block(count) for count in comparison.blocks],
        "ratios": [
            {"of": one.of, "to": one.to, "params": _floats(one.params), "macs": _floats(one.macs)}
            for one in comparison.ratios
        ],
        "break_even_mid": common_mid(comparison.closed_forms, "params"),
        "break_even_mid_macs": common_mid(comparison.closed_forms, "macs"),
    }


def _common(shapes: list[tuple[int, ...]]) -> list[int | None]:
    """Each dimension where all inputs share it, else null; a block has its own beside."""
    return [sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes, strict=True)]


def _block(count: AnyCount) -> dict[str, Any]:
    if not isinstance(count, Count):
        from bottlecalc.render import own

        return own.document(count)
    return {
        "spec": str(count.block),
        "family": count.block.family,
        "input": count.input,
        "output": count.output,
        **scopes(count),
        "fvcore_total": fvcore.total(count.layers),
        "activations": count.activations,
        "relus": count.relus,
        "receptive_field": count.receptive_field,
        "effective_stride": count.effective_stride,
        "rows": [_layer(layer) for layer in count.layers],
        "witnesses": {figure: counters(by) for figure, by in check.by_counter(count).items()},
        "agrees": check.agrees([count]),
        "left_out": dict(count.left_out),
        "differences": [difference(one) for one in check.differences(count)],
    }


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "op": layer.op.label,
        "path": layer.branch,
        "in_channels": layer.in_channels,
        "out_channels": layer.out_channels,
        "output": layer.output[1:],
        "formula": layer.formula,
        "params": layer.params,
        "macs": layer.macs,
    }


def counters(by: Mapping[Counter, int]) -> dict[str, int]:
    """A figure by each counter that has it."""
    return {counter.replace(" ", "_"): figure for counter, figure in by.items()}


def difference(one: Difference[Any]) -> dict[str, Any]:
    """What contradicts the closed form."""
    return {
        "layer": one.layer,
        "figure": one.figure,
        "closed_form": one.expected,
        "witness": one.counter,
        "found": one.found,
    }


def _floats(ratios: Mapping[str, Fraction]) -> dict[str, float]:
    return {scope: nearest(value) for scope, value in ratios.items()}


def nearest(value: Fraction) -> float:
    """A float, or the nearest integer where the ratio is beyond all floats."""
    try:
        return float(value)
    except OverflowError:
        return round(value)
