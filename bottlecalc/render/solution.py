"""The answer of solve into text: the value, what is just above it, and how far each is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bottlecalc.agreement.result import Count
from bottlecalc.explore.question import Candidate, Limit, Question, Solution
from bottlecalc.render.layout import printed, ruled
from bottlecalc.render.records import as_json
from bottlecalc.render.scopes import scopes
from bottlecalc.render.words import name
from bottlecalc.text.numbers import change, number
from bottlecalc.text.schema import heading
from bottlecalc.text.shapes import shape


def table(solution: Solution, console: Console) -> str:
    """The answer for people, for that console's width and colours."""
    return printed(_parts(solution), console)


def document(solution: Solution) -> dict[str, Any]:
    """What the JSON holds."""
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
    return {"value": candidate.value, **counted(candidate.counted), "over": over}


def counted(count: Count) -> dict[str, Any]:
    """A block's figures, as the JSON has them."""
    return {
        "spec": str(count.block),
        "input": count.input,
        **scopes(count),
        "activations": count.activations,
    }


def _parts(solution: Solution) -> Iterator[RenderableType]:
    question = solution.question
    yield Text(_headline(solution), style="bold")
    yield Text()
    yield _limits_table(solution)
    beyond = _beyond(solution)
    for place, candidate in (("answer", solution.below), (beyond, solution.above)):
        if candidate:
            yield Text(f"{place:<7} {candidate.counted.block}, {_input(candidate.counted)}")
    if not solution.above:
        none = "fewer {} are" if question.seeks_fewest else "larger {} is"
        yield Text(f"{beyond}   nothing: no {none.format(question.quantity)} allowed")
    if solution.binding:
        names = ", ".join(_limit(question, limit) for limit in solution.binding)
        yield Text(f"binding {names}")


def _beyond(solution: Solution) -> str:
    """What the value beside the answer is called."""
    if not solution.question.seeks_fewest:
        return "above"
    return "fewer" if solution.below else "nearest"


def _headline(solution: Solution) -> str:
    quantity, is_fewest = solution.question.quantity, solution.question.seeks_fewest
    if solution.below is None:
        even = f", not even {solution.above.value:,}" if solution.above else ""
        what = f"number of {quantity}" if is_fewest else quantity
        return f"No {what} keeps these limits{even}."
    if is_fewest:
        return f"The fewest {quantity} are {solution.below.value:,}."
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
    share = f", {change(over, limit.most)}" if limit.most else ""
    return f"{cost:,}\n({over:+,}{share})"


def _limit_name(question: Question, limit: Limit) -> str:
    return name(question.column(limit.figure))


def _limit(question: Question, limit: Limit) -> str:
    return f"{_limit_name(question, limit)} ≤ {limit.most:,}"


def _input(counted: Count) -> str:
    return f"input {shape(counted.input)}"


FORMATS: Mapping[str, Callable[[Solution, Console], str]] = {
    "table": table,
    "json": lambda solution, _: as_json(document(solution)),
}
"""Text of a solution by format."""
