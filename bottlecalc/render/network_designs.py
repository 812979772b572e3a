"""Networks swept, and the answer of what was solved for: as a table, JSON and CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple, fields
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bottlecalc.agreement.networks import NetworkCount
from bottlecalc.explore.course import Course
from bottlecalc.explore.network_solve import NetworkSolution
from bottlecalc.explore.network_sweep import NetworkDesign, NetworkSweep
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
NAMES = {"params": "parameters", "macs": "MACs", "flops": "FLOPs", "activations": "activations"}


def table(sweep: NetworkSweep, console: Console, course: Course | None = None) -> str:
    """A network a row."""
    rows = ruled("network", "=parameters", "=MACs", "=activations")
    for one in sweep.designs(course):
        rows.add_row(
            Breakable(one.spec), number(one.params), number(one.macs), number(one.activations)
        )
    return printed([Text(f"{LEGEND} Input {_input(sweep)}.\n", style="dim"), rows], console)


def document(sweep: NetworkSweep, course: Course | None = None) -> dict[str, Any]:
    """What the JSON holds: ``bottlecalc.network-sweep/1``."""
    return {
        **heading("network-sweep", {}),
        "input": [sweep.batch, sweep.network.in_channels, *sweep.size],
        "networks": [asdict(one) for one in sweep.designs(course)],
    }


def _input(sweep: NetworkSweep) -> str:
    return shape((sweep.batch, sweep.network.in_channels, *sweep.size))


def _json(sweep: NetworkSweep, _console: Console, course: Course) -> str:
    return json_text(document(sweep, course))


def _csv(sweep: NetworkSweep, _console: Console, course: Course) -> str:
    return csv_text([COLUMNS, *map(astuple, sweep.designs(course))])


def _markdown(sweep: NetworkSweep, _console: Console, course: Course) -> str:
    lines = [list(COLUMNS), ["---", "---:", "---:", "---:"]]
    for spec, *figures in map(astuple, sweep.designs(course)):
        lines.append([code(spec), *map(number, figures)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


SWEEPS: Mapping[str, Callable[[NetworkSweep, Console, Course], str]] = {
    "table": table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
}
"""Text of a sweep of networks by format; the course is kept up to date."""


def answer(solution: NetworkSolution, console: Console) -> str:
    """The answer in a sentence, and how near the limits it and the next one are."""
    return printed([Text(_sentence(solution)), Text(), _limits(solution)], console)


def _sentence(solution: NetworkSolution) -> str:
    knob, best = solution.question.knob, solution.below
    if best is None:
        on = f"{solution.above.network} on {shape(solution.above.input)}"
        return f"No {knob} keeps every limit; what costs least is {on}."
    which = "smallest" if solution.question.fewest else "largest"
    return f"The {which} {knob} is {solution.value}: {best.network} on {shape(best.input)}."


def _limits(solution: NetworkSolution) -> Table:
    found = [one for one in (solution.below, solution.above) if one is not None]
    knob, limits = solution.question.knob, solution.question.limits
    titles = [f"={knob} = {solution.value_of(one)}" for one in found]
    rows = ruled("limit", "=at most", *titles)
    for figure, most in limits.items():
        cells = [_cell(one.costs[figure], most) for one in found]
        rows.add_row(NAMES[figure], number(most), *cells)
    return rows


def _cell(value: int, most: int) -> str:
    beyond = f"({value - most:+,}, {change(value - most, most)})" if most else ""
    return f"{number(value)}\n{beyond}"


def solution_document(solution: NetworkSolution) -> dict[str, Any]:
    """What the JSON holds: ``bottlecalc.network-solve/1``."""
    return {
        **heading("network-solve", {}),
        "for": solution.question.knob,
        "value": _value(solution.value),
        "limits": dict(solution.question.limits),
        "below": _network(solution.below),
        "above": _network(solution.above),
    }


def _value(text: str | None) -> int | float | None:
    if text is None:
        return None
    return int(text) if text.isdecimal() else float(text)


def _network(count: NetworkCount | None) -> dict[str, Any] | None:
    if count is None:
        return None
    return {"spec": str(count.network), "input": count.input, **count.costs}


SOLUTIONS: Mapping[str, Callable[[NetworkSolution, Console], str]] = {
    "table": answer,
    "json": lambda solution, console: json_text(solution_document(solution)),
}
"""Text of an answer by format."""
