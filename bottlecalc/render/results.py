"""How each result shows itself, by its type: its command's table and JSON, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from bottlecalc.render.layout import unbounded
from bottlecalc.text.calls import quoted


class Display(NamedTuple):
    """Where what is shown of a type of results is made, as ``module:function``.

    Attributes:
        text: makes the table; takes what else is passed, and a console.
        document: makes what the JSON holds.
        depth: passed beside a result that is a tree: all the way down.
        rows: makes the rows of a data frame, and of a notebook's table.
        headline: makes the one line that an interpreter shows.
    """

    text: str
    document: str
    depth: tuple[None, ...] = ()
    rows: str = "rows:listed"
    headline: str = "headlines:length"


DISPLAYS: Mapping[str, Display] = {
    "Comparison": Display(
        "comparison:table",
        "comparison_json:document",
        rows="rows:blocks",
        headline="headlines:comparison",
    ),
    "NetworkComparison": Display(
        "networks:table",
        "networks:document",
        rows="rows:stages",
        headline="headlines:networks",
    ),
    "Count": Display("count:table", "count:document", (None,), "rows:layers", "headlines:block"),
    "ModelCount": Display(
        "count:table", "count:document", (None,), "rows:modules", "headlines:model"
    ),
    "Diff": Display("diff:table", "diff:document", headline="headlines:diff"),
    "Solution": Display("solution:table", "solution:document", headline="headlines:answer"),
    "BreakEven": Display("break_even:table", "break_even:document", headline="headlines:answer"),
    "Report": Display(
        "budgets:table",
        "reports:document",
        rows="rows:findings",
        headline="headlines:report",
    ),
    "Sweep": Display(
        "designs:table", "designs:document", rows="rows:designs", headline="headlines:sweep"
    ),
    "Explanation": Display(
        "explain:table",
        "explain_json:document",
        rows="explain_json:rows",
        headline="explain_json:headline",
    ),
    "NetworkSweep": Display(
        "network_designs:table",
        "network_designs:document",
        headline="headlines:network_sweep",
    ),
    "NetworkSolution": Display(
        "network_designs:answer",
        "network_designs:solution_document",
        headline="headlines:answer",
    ),
    "Catalogue": Display("catalogue:table", "catalogue:document", headline="headlines:catalogue"),
}
"""By the name of the type, so that nothing is loaded but what is shown."""


def text(result: object) -> str:
    """The table, as wide as need be."""
    display = _display(result)
    made: str = _function(display.text)(result, *display.depth, unbounded())
    return made


def document(result: object) -> dict[str, Any]:
    """What the JSON holds, as reading it gives it: lists for tuples."""
    made: dict[str, Any] = _plain(_function(_display(result).document)(result))
    return made


def line(result: object) -> str:
    """The result in one line, whatever it holds."""
    return f"<{f'{type(result).__name__} {_headline(result)}'.strip()}>"


def html(result: object) -> str:
    """The rows as a table of HTML."""
    from bottlecalc.render import html

    return html.table(_function(_display(result).rows)(result), _headline(result))


def frame(result: object) -> Any:
    """The rows as a data frame."""
    from bottlecalc.render import frames

    return frames.frame(_function(_display(result).rows)(result))


def write(sweep: object, path: object, form: str | None) -> None:
    """The designs of a sweep into a file."""
    _function("files:write")(sweep, path, form)


def plot(sweep: object, path: object, key: str | None, x: str | None, y: str | None) -> None:
    """A sweep as a figure, into a file."""
    _function("files:plot")(sweep, path, key, x, y)


def plot_blocks(comparison: object, path: object) -> None:
    """The weights of compared blocks as areas, into a file."""
    _function("ink:plot")(comparison, path)


def _display(result: object) -> Display:
    """Of its type, or of the one that this is a kind of."""
    return next(
        DISPLAYS[kind.__name__] for kind in type(result).__mro__ if kind.__name__ in DISPLAYS
    )


def _headline(result: object) -> str:
    return quoted(result, _function(_display(result).headline))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"bottlecalc.render.{module}"), function)
    return found
