"""The answer of solve into text: the value, what is just above it, and how far each is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.explore.solve import BreakEven, Candidate, Limit, Question, Solution
from bottlecalc.layers.count import Count
from bottlecalc.render.layout import printed, ruled
from bottlecalc.render.schema import heading
from bottlecalc.render.words import name, number, shape


def _document(solution: Solution) -> dict[str, Any]:
    question = solution.question
    return {
        **heading("solve", {}),
        "for": question.quantity,
        "value": solution.below.value if solution.below else None,
        "scope": question.scope,
        "limits": {f"max_{limit.figure}": limit.most for limit in question.limits},
        "below": _figures(question, solution.below),
        "above": _figures(question, solution.above),
        "binding": [f"max_{limit.figure}" for limit in solution.binding],
        "fits": solution.below is not None,
    }


def _figures(question: Question, candidate: Candidate | None) -> dict[str, Any] | None:
    if candidate is None:
        return None
    over = {
        f"max_{limit.figure}": question.cost(candidate.counted, limit.figure) - limit.most
        for limit in question.limits
    }
    return {"value": candidate.value, **_counted(candidate.counted), "over": over}


def _counted(counted: Count) -> dict[str, Any]:
    return {
        "spec": str(counted.block),
        "input": counted.input,
        "params": counted.params._asdict(),
        "macs": counted.macs._asdict(),
        "flops": counted.flops._asdict(),
        "activations": counted.activations,
    }


def _parts(solution: Solution) -> Iterator[RenderableType]:
    question = solution.question
    yield Text(_headline(solution), style="bold")
    yield Text()
    yield _limits_table(solution)
    for place, candidate in (("answer", solution.below), ("above", solution.above)):
        if candidate:
            yield Text(f"{place:<7} {candidate.counted.block}, {_input(candidate.counted)}")
    if not solution.above:
        yield Text(f"above   nothing: no larger {question.quantity} is allowed")
    if solution.binding:
        names = ", ".join(_limit(question, limit) for limit in solution.binding)
        yield Text(f"binding {names}")


def _headline(solution: Solution) -> str:
    quantity = solution.question.quantity
    if solution.below is None:
        return f"No {quantity} keeps these limits; the smallest is above them."
    width = _share(solution.question, solution.below.value)
    return f"The largest {quantity} is {solution.below.value:,}{width}."


def _share(question: Question, value: int) -> str:
    groups = int(question.values.get("groups", 1))
    if question.quantity != "mid" or groups == 1:
        return ""
    return f" = {groups:,} groups × {value // groups:,}"


def _limits_table(solution: Solution) -> Table:
    question = solution.question
    candidates = [each for each in (solution.below, solution.above) if each]
    columns = (f"={question.quantity} = {each.value:,}" for each in candidates)
    table = ruled("limit", "=at most", *columns)
    for limit in question.limits:
        cells = (_distance(question, limit, each) for each in candidates)
        table.add_row(_limit_name(question, limit), number(limit.most), *cells)
    return table


def _distance(question: Question, limit: Limit, candidate: Candidate) -> str:
    cost = question.cost(candidate.counted, limit.figure)
    over = cost - limit.most
    share = f", {100 * over / limit.most:+.2f}%" if limit.most else ""
    return f"{cost:,}\n({over:+,}{share})"


def _limit_name(question: Question, limit: Limit) -> str:
    if limit.figure == "activations":
        return name(limit.figure)
    block = limit.figure != "params" and question.scope == "convs"
    return name(f"{limit.figure}_{'block' if block else question.scope}")


def _limit(question: Question, limit: Limit) -> str:
    return f"{_limit_name(question, limit)} ≤ {limit.most:,}"


def _input(counted: Count) -> str:
    return f"input {shape(counted.input)}"


SOLVE_FORMATS: Mapping[str, Callable[[Solution, Console], str]] = {
    "table": lambda solution, console: printed(_parts(solution), console),
    "json": lambda solution, _: json.dumps(_document(solution), indent=2) + "\n",
}
"""Text of a solution by format."""


def _even_document(even: BreakEven) -> dict[str, Any]:
    return {
        **heading("solve", {}),
        "for": "mid",
        "value": even.below.value if even.below else None,
        "equation": even.equation,
        "root": float(even.root),
        "baseline": _counted(even.baseline),
        "below": _even_figures(even.below),
        "above": _even_figures(even.above),
        "binding": ["baseline"],
        "fits": even.below is not None,
    }


def _even_figures(candidate: Candidate | None) -> dict[str, Any] | None:
    return candidate and {"value": candidate.value, **_counted(candidate.counted)}


def _even_parts(even: BreakEven) -> Iterator[RenderableType]:
    channels = f"Cin = {even.baseline.input[1]:,}, Cout = {even.baseline.output[1]:,}"
    yield Text("Break-even: main paths with equally many parameters", style="bold")
    yield Text(f"  {even.equation}\n  with {channels}: m = {even.root}\n")
    limit = even.baseline.params.main
    table = ruled("block", "=parameters (main)", "=to the baseline")
    table.add_row(str(even.baseline.block), number(limit), "")
    for candidate in (even.below, even.above):
        if candidate:
            main = candidate.counted.params.main
            table.add_row(str(candidate.counted.block), number(main), f"{main - limit:+,}")
    yield table


BREAK_EVEN_FORMATS: Mapping[str, Callable[[BreakEven, Console], str]] = {
    "table": lambda even, console: printed(_even_parts(even), console),
    "json": lambda even, _: json.dumps(_even_document(even), indent=2) + "\n",
}
"""Text of a break-even by format."""
