"""How each result shows itself, by its type: as its command's table, and as its command's JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from bottlecalc.render.layout import unbounded


class Display(NamedTuple):
    """Where the text and the document of a type of results are made, as ``module:function``.

    Attributes:
        text: makes the table; takes what else is passed, and a console.
        document: makes what the JSON holds.
        depth: passed beside a result that is a tree: all the way down.
    """

    text: str
    document: str
    depth: tuple[None, ...] = ()


DISPLAYS: Mapping[str, Display] = {
    "Comparison": Display("comparison:table", "comparison_json:document"),
    "Count": Display("count:table", "count:document", (None,)),
    "ModelCount": Display("count:table", "count:document", (None,)),
    "Solution": Display("solution:table", "solution:document"),
    "BreakEven": Display("break_even:table", "break_even:document"),
    "Catalogue": Display("catalogue:table", "catalogue:document"),
    "Report": Display("budgets:table", "reports:document"),
}
"""By the name of the type, so that nothing is loaded but what is shown."""


def text(result: object) -> str:
    """The table, as wide as need be."""
    display = DISPLAYS[type(result).__name__]
    made: str = _function(display.text)(result, *display.depth, unbounded())
    return made


def document(result: object) -> dict[str, Any]:
    """What the JSON holds."""
    made: dict[str, Any] = _function(DISPLAYS[type(result).__name__].document)(result)
    return made


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"bottlecalc.render.{module}"), function)
    return found
