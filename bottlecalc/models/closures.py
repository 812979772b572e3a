"""Functions that a model holds, and that hold parts of it: a copy's hold the copy's own."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from functools import partial
from types import CellType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

Pair = tuple[FunctionType, FunctionType]


class Closures:
    """The functions in a model's attributes that close over parts of it.

    Attributes:
        pairs: each with its counterpart, whose cells are empty until they are filled.
    """

    def __init__(self, model: nn.Module) -> None:
        self.pairs: list[Pair] = []
        self._parts = {id(module) for module in model.modules()}
        self._seen: dict[int, bool] = {}
        for module in model.modules():
            for value in vars(module).values():
                self._reaches(value)

    def memo(self) -> dict[int, object]:
        """What ``copy.deepcopy`` takes for them."""
        return {id(function): twin for function, twin in self.pairs}

    def fill(self, memo: dict[int, Any]) -> None:
        """Have the counterparts hold what a model was copied to."""
        for function, twin in self.pairs:
            for cell, empty in _cells(function, twin):
                value = cell.cell_contents
                held = copy.deepcopy(value, memo) if self._reaches(value) else value
                empty.cell_contents = held
            vars(twin).update(copy.deepcopy(vars(function), memo))

    def _reaches(self, value: object) -> bool:
        """Whether a part of the model can be reached through it; notes the functions met."""
        if id(value) in self._parts:
            return True
        if id(value) not in self._seen:
            self._seen[id(value)] = False
            found = [self._reaches(inside) for inside in _inside(value)]
            self._seen[id(value)] = any(found)
            if isinstance(value, FunctionType) and any(found):
                self.pairs.append((value, _emptied(value)))
        return self._seen[id(value)]


def _inside(value: object) -> Iterable[object]:
    """What a function, or a container of such, holds."""
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, MethodType):
        return (value.__self__, value.__func__)
    if isinstance(value, partial):
        return (value.func, *value.args, *value.keywords.values())
    if isinstance(value, FunctionType):
        return [cell.cell_contents for cell, _ in _cells(value, value)]
    return ()


def _cells(function: FunctionType, twin: FunctionType) -> Iterator[tuple[CellType, CellType]]:
    """The cells of both that hold something."""
    for cell, other in zip(function.__closure__ or (), twin.__closure__ or (), strict=True):
        try:
            cell.cell_contents  # noqa: B018
        except ValueError:
            continue
        yield cell, other


def _emptied(function: FunctionType) -> FunctionType:
    cells = tuple(CellType() for _ in function.__closure__ or ())
    twin = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, cells
    )
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__qualname__, twin.__module__ = function.__qualname__, function.__module__
    twin.__doc__, twin.__annotations__ = function.__doc__, function.__annotations__
    return twin
