"""What modules a model holds, those that it does not register too.

torch is imported when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

DEPTH = 4
"""So far into lists, tables and objects modules are looked for."""

OPAQUE = (str, bytes, int, float, complex, type, ModuleType, FunctionType, MethodType)


def held_modules(model: nn.Module) -> Iterator[nn.Module]:
    """Every module once: its own, and those in lists, tables and objects among its attributes."""
    yield from _modules([model], set(), DEPTH)


def _modules(values: Iterable[object], seen: set[int], depth: int) -> Iterator[nn.Module]:
    from torch import nn

    for value in values:
        if isinstance(value, OPAQUE) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, nn.Module):
            yield value
            yield from _modules([vars(value)], seen, DEPTH)
        elif depth:
            yield from _modules(_inside(value), seen, depth - 1)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return [*value.values()]
    if isinstance(value, (list, tuple, set)):
        return [*value]
    return [*getattr(value, "__dict__", {}).values()] if hasattr(value, "__dict__") else ()
