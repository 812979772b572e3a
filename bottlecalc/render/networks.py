"""Networks: the totals of each, then its stages; as a table, JSON, CSV and Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.agreement.networks import NetworkComparison, NetworkCount, StageCount
from bottlecalc.layers.receptive import spelled
from bottlecalc.render import training, verdict
from bottlecalc.render.comparison_json import counters, difference, nearest
from bottlecalc.render.layout import heading, printed, ruled
from bottlecalc.render.records import as_csv as csv_text
from bottlecalc.render.records import as_json as json_text
from bottlecalc.render.stack import Breakable, Facts
from bottlecalc.render.words import code
from bottlecalc.text.numbers import number, percent, ratio
from bottlecalc.text.schema import heading as document_heading
from bottlecalc.text.shapes import shape
from bottlecalc.tools import check

LEGEND = """\
MAC = multiply-accumulate of a convolution or matrix product; FLOPs = 2 × MACs.
Parameters are all of them, normalisation and biases included."""
STAGE = ("name", "block", "depth", "output", "params", "macs", "activations")


def table(comparison: NetworkComparison, console: Console) -> str:
    """The networks as text, for that console's width and colours."""
    return printed(_parts(comparison), console)


def _parts(comparison: NetworkComparison) -> Iterator[RenderableType]:
    yield Text(f"{LEGEND}\n", style="dim")
    yield _totals(comparison)
    if comparison.ratios:
        first = comparison.networks[0].network
        yield Text(f" ×: how many times as much the baseline costs, {first}.", style="dim")
    yield from verdict.of_blocks(comparison.networks)
    for count in comparison.networks:
        yield heading(
            str(count.network), f"input {shape(count.input)}, output {shape(count.output)}"
        )
        yield Text()
        yield _stages(count)
        yield Text()
        yield _facts(count)
        yield from training.parts(count.training)


def _totals(comparison: NetworkComparison) -> Table:
    rows = ruled("network", "input", "=parameters", "=MACs", "=FLOPs", "=activations")
    for count, one in zip(comparison.networks, (None, *comparison.ratios), strict=True):
        params, macs = number(count.params.total), number(count.macs.block)
        rows.add_row(
            Breakable(str(count.network)),
            shape(count.input),
            _beside(params, one.params) if one else params,
            _beside(macs, one.macs) if one else macs,
            number(count.flops.block),
            number(count.activations),
        )
    return rows


def _beside(text: str, times: Fraction | None) -> Text:
    """A figure, and below it how many times as much the baseline costs."""
    return Text.assemble(text, "\n", ("–" if times is None else ratio(times), "bold"))


def _stages(count: NetworkCount) -> Table:
    rows = ruled("stage", "block", "=×", "=output", "=parameters", "=share", "=MACs", "=share")
    params, macs = count.params.total, count.macs.block
    for stage in count.stages:
        rows.add_row(
            stage.name,
            Breakable(stage.block),
            number(stage.depth),
            shape(stage.output[1:]),
            number(stage.params),
            percent(stage.params, params),
            number(stage.macs),
            percent(stage.macs, macs),
        )
    rows.add_section()
    total = ("total", "", "", shape(count.output[1:]), number(params), "", number(macs), "")
    rows.add_row(*total, style="bold")
    return rows


def _facts(count: NetworkCount) -> Facts:
    return Facts(
        [
            ("FLOPs", number(count.flops.block), "2 × MACs"),
            ("activations", number(count.activations), "of convolutions and linear layers"),
            ("receptive field", spelled(count.receptive_field), "of the last feature map"),
            ("effective stride", spelled(count.effective_stride), "of the last feature map"),
        ]
    )


def document(comparison: NetworkComparison) -> dict[str, Any]:
    """What the JSON holds: ``bottlecalc.network/1``, stable, integers exact."""
    return {
        **document_heading("network", comparison.versions),
        "networks": [_network(count) for count in comparison.networks],
        "ratios": [
            {"of": one.of, "to": one.to, "params": _float(one.params), "macs": _float(one.macs)}
            for one in comparison.ratios
        ],
    }


def _float(times: Fraction | None) -> float | None:
    return None if times is None else nearest(times)


def _network(count: NetworkCount) -> dict[str, Any]:
    return {
        "spec": str(count.network),
        "input": count.input,
        "output": count.output,
        "params": count.params.total,
        "macs": count.macs.block,
        "flops": count.flops.block,
        "activations": count.activations,
        "receptive_field": count.receptive_field,
        "effective_stride": count.effective_stride,
        "stages": [_stage(stage) for stage in count.stages],
        "agrees": check.agrees([count]),
        "witnesses": {figure: counters(by) for figure, by in check.by_counter(count).items()},
        "left_out": dict(count.left_out),
        "differences": [difference(one) for one in check.differences(count)],
        **({"training": training.document(count.training)} if count.training else {}),
    }


def _stage(stage: StageCount) -> dict[str, Any]:
    return {name: getattr(stage, name) for name in STAGE}


def _json(comparison: NetworkComparison, _console: Console) -> str:
    return json_text(document(comparison))


def _rows(comparison: NetworkComparison) -> Iterator[list[str | int]]:
    """A stage a row, of all networks."""
    for count in comparison.networks:
        passes = training.columns(count.training, (one.name for one in count.stages))
        for one, more in zip(count.stages, passes, strict=True):
            figures = (one.params, one.macs, one.activations, *more)
            yield [str(count.network), one.name, one.block, one.depth,
                   shape(one.output, "x"), *figures]  # fmt: skip


def _csv(comparison: NetworkComparison, _console: Console) -> str:
    return csv_text([("network", *STAGE, *_more(comparison)), *_rows(comparison)])


def _more(comparison: NetworkComparison) -> tuple[str, ...]:
    """Columns that a training step has beside."""
    return training.COLUMNS if any(one.training for one in comparison.networks) else ()


def _markdown(comparison: NetworkComparison, _console: Console) -> str:
    more = _more(comparison)
    lines = [["network", *STAGE, *more], ["---"] * 3 + ["---:"] * (5 + len(more))]
    for name, stage, block, depth, output, *figures in _rows(comparison):
        texts = [code(str(name)), code(str(stage)), code(str(block)), str(depth), str(output)]
        lines.append(texts + [f"{figure:,}" for figure in figures])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


FORMATS: Mapping[str, Callable[[NetworkComparison, Console], str]] = {
    "table": table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
}
"""Text of networks by format; CSV and Markdown are the stages."""
