"""How a result shows itself: the one door by which a value reaches what renders it."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Displayed:
    """A result that prints as its command's table, and becomes its command's JSON."""

    def __str__(self) -> str:
        text: str = import_module("bottlecalc.render.results").text(self)
        return text

    def to_dict(self) -> dict[str, Any]:
        """What the command's ``--format json`` writes."""
        document: dict[str, Any] = import_module("bottlecalc.render.results").document(self)
        return document
