"""How a result shows itself: the one door by which a value reaches what renders it."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Displayed:
    """A result that prints as its command's table, and becomes its command's JSON.

    ``print(result)`` shows the table, a notebook shows ``_repr_html_``; ``to_dict()`` and
    ``to_frame()`` give the figures.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep a dataclass from writing a ``__repr__`` of all that it holds."""
        super().__init_subclass__(**options)
        if "__repr__" not in vars(cls):
            cls.__repr__ = Displayed.__repr__  # type: ignore[method-assign]

    def __str__(self) -> str:
        return str(results().text(self))

    def __repr__(self) -> str:
        return str(results().line(self))

    def _repr_html_(self) -> str:
        """What a notebook shows: a table, with the first rows of a long one."""
        return str(results().html(self))

    def to_dict(self) -> dict[str, Any]:
        """What the command's ``--format json`` writes."""
        document: dict[str, Any] = results().document(self)
        return document

    def to_frame(self) -> Any:
        """A data frame, of pandas where that is installed, otherwise of polars.

        A row is a layer of a block, a module of a model, a block of a comparison or a stage of its
        networks, a figure of a budget, a value that was found, or a design.

        Raises:
            FrameError: neither is installed.
        """
        return results().frame(self)


def results() -> Any:
    """What renders results, loaded by name when it is asked for."""
    return import_module("bottlecalc.render.results")
