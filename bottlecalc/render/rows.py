"""Results as rows: one table of plain values each, for data frames and notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.ratios import Ratio, ratio
from bottlecalc.agreement.result import AnyCount, Count, ModelCount
from bottlecalc.budgets.verdict import Report
from bottlecalc.layers.count import totals
from bottlecalc.layers.layer import Layer
from bottlecalc.render import reports
from bottlecalc.render.comparison_json import nearest
from bottlecalc.text.display import Displayed
from bottlecalc.text.shapes import shape

if TYPE_CHECKING:
    from bottlecalc.agreement.networks import NetworkComparison
    from bottlecalc.explore.sweep import Sweep

Cell = str | int | float | None

PLACES = ("baseline", "below", "above")
"""What a document says of one block each, where it lists none."""


class Rows(NamedTuple):
    """A table.

    Attributes:
        columns: their names.
        rows: as many cells each; None where there is nothing. They can be gone through once.
        length: how many there are.
    """

    columns: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    length: int

    @classmethod
    def of(cls, items: Iterable[Mapping[str, Cell]]) -> Self:
        """Of items that need not all have the same keys."""
        listed = list(items)
        columns = tuple(dict.fromkeys(name for item in listed for name in item))
        return cls(columns, (tuple(map(item.get, columns)) for item in listed), len(listed))

    def by_column(self) -> dict[str, Sequence[Cell]]:
        """The cells of each column."""
        columns = zip(*self.rows, strict=True) if self.length else repeat(())
        return dict(zip(self.columns, columns, strict=False))


def blocks(comparison: Comparison) -> Rows:
    """A row a block: its figures by scope, and the baseline's over them."""
    baseline = comparison.blocks[0]
    return Rows.of(
        {**_figures(count), **_ratios(ratio(baseline, count))} for count in comparison.blocks
    )


def stages(comparison: NetworkComparison) -> Rows:
    """A row a stage, of all networks, as the command's CSV has them."""
    return Rows.of(
        {"network": str(count.network), **vars(stage), "output": shape(stage.output, "x")}
        for count in comparison.networks
        for stage in count.stages
    )


def layers(count: Count) -> Rows:
    """A row a layer, in the order in which the block is read."""
    return Rows.of(map(_layer, count.layers))


def modules(count: ModelCount) -> Rows:
    """A row a module: with all that is inside of it, and what is its own."""
    own = {node.name: node for node in count.own}
    return Rows.of(
        {
            "module": node.name,
            "type": node.type,
            "depth": node.depth,
            "params": node.params,
            "trainable": node.trainable,
            "macs": node.macs,
            "activations": node.activations,
            "own_params": own[node.name].params,
            "own_macs": own[node.name].macs,
        }
        for node in count.tree()
    )


def findings(report: Report) -> Rows:
    """A row a figure of a budget; one row for a budget of which no figure could be held."""
    return Rows.of(row for one in reports.document(report)["budgets"] for row in _findings(one))


def designs(result: Sweep) -> Rows:
    """A row a design, as the command's CSV has them."""
    pages = (page.rows(result.columns) for page in result.pages())
    return Rows(result.columns, chain.from_iterable(pages), len(result))


def listed(result: Displayed) -> Rows:
    """A row for each thing that the document lists, or for each of its places."""
    document = result.to_dict()
    for value in document.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return Rows.of(dict(_flat(item)) for item in value)
    places = {name: document.get(name) for name in PLACES}
    return Rows.of({"place": name, **dict(_flat(found))} for name, found in places.items() if found)


def _figures(count: AnyCount) -> dict[str, Cell]:
    return {
        "spec": str(count.block),
        "input": shape(count.input, "x"),
        "output": None if count.output is None else shape(count.output, "x"),
        **_totals(count),
        "agrees": count.agrees,
    }


def _totals(count: AnyCount) -> Mapping[str, Cell]:
    """By figure and scope; of a block of the user's own the whole block's alone."""
    if isinstance(count, Count):
        return totals(count.layers)
    return {
        "params_block": count.params.total,
        "macs_block": count.macs,
        "flops_block": count.flops,
        "activations": count.activations,
    }


def _ratios(one: Ratio) -> dict[str, Cell]:
    return {
        f"ratio_{figure}_{scope}": nearest(value)
        for figure, ratios in (("params", one.params), ("macs", one.macs))
        for scope, value in ratios.items()
    }


def _layer(layer: Layer) -> dict[str, Cell]:
    return {
        "layer": layer.name,
        "op": layer.op.label,
        "path": layer.branch,
        "input": shape(layer.input, "x"),
        "output": shape(layer.output, "x"),
        "formula": layer.formula,
        "params": layer.params,
        "macs": layer.macs,
        "activations": layer.activations,
    }


def _findings(budget: Mapping[str, Any]) -> Iterator[dict[str, Cell]]:
    about = {"budget": budget["name"], **{key: budget[key] for key in ("status", "of", "input")}}
    for figure, finding in budget["figures"].items():
        yield {**about, "figure": figure, **finding}
    if not budget["figures"]:
        yield {**about, "problem": budget["problem"]}


def _flat(item: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Cell]]:
    """Cells of a document's item: ``params_main``; a list of numbers is text, others are not."""
    for key, value in item.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}_")
        elif not isinstance(value, list):
            yield f"{prefix}{key}", value
        elif all(isinstance(one, int) for one in value):
            yield f"{prefix}{key}", shape(value, "x")
