"""Where two blocks break even: the equation, its root, and the widths on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from math import isinf
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from bottlecalc.explore.break_even import BreakEven
from bottlecalc.explore.question import Candidate
from bottlecalc.render.layout import printed, ruled
from bottlecalc.render.records import as_json
from bottlecalc.render.solution import counted
from bottlecalc.text.numbers import number
from bottlecalc.text.schema import heading


def table(even: BreakEven, console: Console) -> str:
    """The same for people, for that console's width and colours."""
    return printed(_parts(even), console)


def document(even: BreakEven) -> dict[str, Any]:
    """What the JSON holds."""
    return {
        **heading("solve", {}),
        "for": "mid",
        "value": even.value,
        "equation": even.equation,
        "root": _root(even),
        "baseline": counted(even.baseline),
        "below": _figures(even.below),
        "above": _figures(even.above),
        "binding": ["baseline"],
        "fits": even.below is not None,
    }


def _root(even: BreakEven) -> float:
    """A float, or the nearest integer where the root is beyond all floats."""
    root = float(even.root)
    return int(Decimal(even.root)) if isinf(root) else root


def _figures(candidate: Candidate | None) -> dict[str, Any] | None:
    if candidate is None:
        return None
    return {"value": candidate.value, **counted(candidate.counted)}


def _parts(even: BreakEven) -> Iterator[RenderableType]:
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


FORMATS: Mapping[str, Callable[[BreakEven, Console], str]] = {
    "table": table,
    "json": lambda even, _: as_json(document(even)),
}
"""Text of a break-even by format."""
