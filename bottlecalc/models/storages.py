"""Storages of tensors, each told once however many views there are of it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from functools import partial
from threading import RLock
from typing import Any

import torch
from torch import Tensor


class Storages:
    """Those that somebody still has, of all that were added.

    Attributes:
        bytes: of these.
        most: the most that there ever were at once.
    """

    def __init__(self, values: Iterable[Any] = ()) -> None:
        self.bytes = self.most = 0
        self._noting = RLock()  # a storage may go while one is added
        self._alive: dict[int, tuple[weakref.ref[Any], int]] = {}
        for value in values:
            self.add(value)

    def add(self, value: Any) -> None:
        """Those of all tensors in a value."""
        for storage in storages(value):
            with self._noting:
                self._add(storage)

    def _add(self, storage: Any) -> None:
        if id(storage) not in self._alive:
            gone = partial(self._remove, id(storage))
            self._alive[id(storage)] = weakref.ref(storage, gone), storage.nbytes()
            self.bytes += storage.nbytes()
            self.most = max(self.most, self.bytes)

    def __contains__(self, tensor: Tensor) -> bool:
        return any(id(storage) in self._alive for storage in storages(tensor))

    def _remove(self, key: int, _: object) -> None:
        with self._noting:
            self.bytes -= self._alive.pop(key)[1]


def storages(value: Any) -> Iterator[Any]:
    """Of every tensor in a value; a sparse one has those of its parts."""
    for tensor in tensors(value):
        if tensor.layout is torch.sparse_coo:
            yield from storages([tensor._indices(), tensor._values()])
            continue
        try:
            yield tensor.untyped_storage()
        except (NotImplementedError, RuntimeError):  # nested and other wrapped ones have none
            continue


def tensors(value: Any) -> Iterator[Tensor]:
    """All that is in tensors, lists, tables, and objects with fields."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from tensors(one)
    elif hasattr(value, "values") and hasattr(value, "keys"):
        yield from tensors(list(value.values()))
    elif hasattr(value, "__dataclass_fields__"):
        yield from tensors([getattr(value, name) for name in value.__dataclass_fields__])
