"""Functions of torch's that are not called as they are, while a model is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch.overrides import TorchFunctionMode

Way = Callable[[Any, Any, Any], Any]
"""What is done in place of a function: it is given the function, and its arguments."""

Ways = Mapping[Any, Way]
"""By function."""


class Overrides(TorchFunctionMode):
    """Goes these ways; one mode for all, since every function of torch's costs something by each.

    Args:
        several: tables of ways; where more have a function, one's way calls the next one's.
    """

    def __init__(self, *several: Ways) -> None:
        super().__init__()
        self.ways: dict[Any, Way] = {}
        for ways in several:
            for func, way in ways.items():
                self.ways[func] = _before(way, self.ways[func]) if func in self.ways else way

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call a function of torch's, by its way where it has one."""
        way = self.ways.get(func)
        if way is None:
            return func(*args, **(kwargs or {}))
        return way(func, args, kwargs or {})


def _before(first: Way, second: Way) -> Way:
    def way(func: Any, args: Any, kwargs: Any) -> Any:
        return first(lambda *args, **kwargs: second(func, args, kwargs), args, kwargs)

    return way
