"""A block of the user's own in a comparison: its modules stand where others have layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from bottlecalc.agreement.agreement import Difference
from bottlecalc.agreement.result import OwnCount
from bottlecalc.layers.count import Operations, Params
from bottlecalc.layers.counted import Node
from bottlecalc.render.count import modules, totals
from bottlecalc.render.remarks import about_own
from bottlecalc.render.stack import Facts
from bottlecalc.text.shapes import shape
from bottlecalc.tools import check


def parts(count: OwnCount, console: Console) -> Iterator[RenderableType]:
    """What the whole of it costs, and every module."""
    given, *others = totals(count)
    output = [] if count.output is None else [("output", shape(count.output), "")]
    yield Facts([given, *output, *others])
    yield Text()
    yield modules(count, None, console)


def layers(count: OwnCount) -> Iterator[Node]:
    """Modules with what is their own: those with none inside, and those with some of their own."""
    parents = {node.name.rpartition(".")[0] for node in count.own if node.name}
    return (
        node for node in count.own if node.name not in parents or node.params or node.activations
    )


def document(count: OwnCount) -> dict[str, Any]:
    """Its entry in the JSON of a comparison: null where only a closed form would know."""
    by_counter = check.by_counter(count)
    return {
        "spec": str(count.block),
        "family": None,
        "closed_form": False,
        "input": count.input,
        "output": count.output,
        "params": _scopes(Params._fields, count.params.total),
        "macs": _scopes(Operations._fields, count.macs),
        "flops": _scopes(Operations._fields, count.flops),
        "fvcore_total": by_counter["fvcore_total"].get("fvcore"),
        "activations": count.activations,
        "relus": None,
        "receptive_field": None,
        "effective_stride": None,
        "rows": [_row(node) for node in layers(count)],
        "witnesses": {figure: dict(by) for figure, by in by_counter.items()},
        "agrees": check.agrees([count]),
        "left_out": dict(count.left_out),
        "differences": [_difference(one) for one in check.differences(count)],
        "notes": list(about_own([count])),
    }


def _scopes(names: tuple[str, ...], block: int | None) -> dict[str, int | None]:
    return {**dict.fromkeys(names), "block": block}


def _row(node: Node) -> dict[str, Any]:
    unknown = dict.fromkeys(("path", "in_channels", "out_channels", "output", "formula"))
    figures = {"params": node.params, "macs": node.macs}
    return {"name": node.name, "op": node.type, **unknown, **figures}


def _difference(one: Difference[Any]) -> dict[str, Any]:
    """What contradicts torch."""
    return {
        "layer": one.layer,
        "figure": one.figure,
        "closed_form": None,
        one.first: one.expected,
        "witness": one.counter,
        "found": one.found,
    }
