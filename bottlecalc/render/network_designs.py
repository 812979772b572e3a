"""Networks swept, and the answer of what was solved for: as a table, JSON and CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple, fields
from typing import Any

from rich.console import Console
from rich.text import Text

from bottlecalc.agreement.networks import NetworkCount
from bottlecalc.explore.networks import NetworkDesign, NetworkSolution, NetworkSweep, knob_value
from bottlecalc.render.layout import printed, ruled
from bottlecalc.render.records import as_csv as csv_text
from bottlecalc.render.records import as_json as json_text
from bottlecalc.render.stack import Breakable
from bottlecalc.render.words import code
from bottlecalc.text.numbers import change, number
from bottlecalc.text.schema import heading
from bottlecalc.text.shapes import shape

LEGEND = "Parameters are all of them; MACs of convolutions and matrix products."
COLUMNS = tuple(field.name for field in fields(NetworkDesign))
FIGURES = ("params", "macs", "flops", "activations")
NAMES = {"params": "parameters", "macs": "MACs", "flops": "FLOPs", "activations": "activations"}


def table(sweep: NetworkSweep, console: Console) -> str:
    """A network a row."""
    rows = ruled("network", "=parameters", "=MACs", "=activations")
    for one in sweep:
        rows.add_row(
            Breakable(one.spec), number(one.params), number(one.macs), number(one.activations)
        )
    return printed([Text(f"{LEGEND} Input {_input(sweep)}.\n", style="dim"), rows], console)


def document(sweep: NetworkSweep) -> dict[str, Any]:
    """What the JSON holds: ``bottlecalc.network-sweep/1``."""
    return {
        **heading("network-sweep", {}),
        "input": [sweep.batch, sweep.network.in_channels, *sweep.size],
        "networks": [asdict(one) for one in sweep],
    }


def _input(sweep: NetworkSweep) -> str:
    return shape((sweep.batch, sweep.network.in_channels, *sweep.size))


def _markdown(sweep: NetworkSweep, _console: Console) -> str:
    lines = [list(COLUMNS), ["---", "---:", "---:", "---:"]]
    for spec, *figures in map(astuple, sweep):
        lines.append([code(spec), *(f"{figure:,}" for figure in figures)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


SWEEPS: Mapping[str, Callable[[NetworkSweep, Console], str]] = {
    "table": table,
    "json": lambda sweep, console: json_text(document(sweep)),
    "csv": lambda sweep, console: csv_text([COLUMNS, *map(astuple, sweep)]),
    "markdown": _markdown,
}
"""Text of a sweep of networks by format."""


def answer(solution: NetworkSolution, console: Console) -> str:
    """The answer in a sentence, and how near the limits it and the next one are."""
    return printed([Text(_sentence(solution)), Text(), _limits(solution)], console)


def _sentence(solution: NetworkSolution) -> str:
    if solution.below is None:
        return f"No {solution.knob} keeps every limit; the least is {solution.above.network}."
    of = f"{solution.below.network}, input {shape(solution.below.input)}"
    return f"The largest {solution.knob} is {solution.value}: {of}."


def _limits(solution: NetworkSolution) -> Any:
    found = [one for one in (solution.below, solution.above) if one is not None]
    titles = [f"={solution.knob} = {knob_value(solution.knob, one)}" for one in found]
    rows = ruled("limit", "=at most", *titles)
    for figure, most in solution.limits.items():
        cells = [_cell(costs(one)[figure], most) for one in found]
        rows.add_row(NAMES[figure], number(most), *cells)
    return rows


def _cell(value: int, most: int) -> str:
    beyond = f"({value - most:+,}, {change(value - most, most)})" if most else ""
    return f"{number(value)}\n{beyond}"


def costs(count: NetworkCount) -> dict[str, int]:
    """What may be limited, by figure."""
    figures = (count.params.total, count.macs.block, count.flops.block, count.activations)
    return dict(zip(FIGURES, figures, strict=True))


def solution_document(solution: NetworkSolution) -> dict[str, Any]:
    """What the JSON holds: ``bottlecalc.network-solve/1``."""
    return {
        **heading("network-solve", {}),
        "for": solution.knob,
        "value": None if solution.value is None else float(solution.value),
        "limits": dict(solution.limits),
        "below": _network(solution.below),
        "above": _network(solution.above),
    }


def _network(count: NetworkCount | None) -> dict[str, Any] | None:
    if count is None:
        return None
    return {"spec": str(count.network), "input": count.input, **costs(count)}


SOLUTIONS: Mapping[str, Callable[[NetworkSolution, Console], str]] = {
    "table": answer,
    "json": lambda solution, console: json_text(solution_document(solution)),
}
"""Text of an answer by format."""
