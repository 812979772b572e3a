"""Operators by which values decide what else is run: how often, and on how much.

Source: the tags ``dynamic_output_shape`` and ``data_dependent_output`` that torch gives operators.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import one_hot
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from bottlecalc.models import varlen
from bottlecalc.models.nested import is_ragged_attention, ragged_attention
from bottlecalc.models.running import Calls

NAMES = {
    "_local_scalar_dense": "item",
    "_pack_padded_sequence": "pack_padded_sequence",
    "_unique": "unique",
    "_unique2": "unique",
    "is_nonzero": "item",
    "unique_dim": "unique",
    **{name: name for name in ("allclose", "equal", "bincount", "masked_select", "nonzero")},
}
"""What users call operators; not each of these has a tag in every release."""

TAGS = frozenset(
    getattr(torch.Tag, tag)
    for tag in ("dynamic_output_shape", "data_dependent_output")
    if hasattr(torch.Tag, tag)
)
RANDOM = getattr(torch.Tag, "nondeterministic_seeded", None)

READERS = {Tensor.tolist: "tolist", Tensor.numpy: "numpy", Tensor.__array__: "numpy"}
"""Methods that read a tensor past the dispatcher."""

aten = torch.ops.aten


class Values:
    """Which operators read values that are not the same in every forward pass.

    A tensor that is made of numbers alone, such as ``torch.tensor(3)``, has the same values always.
    """

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self._constants: Any = WeakTensorKeyDictionary()
        self._checking = False

    def see(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        """An operator that was run."""
        decided = not self._are_constant(deciders := _deciders(func, args))
        if (name := deciding(func, deciders)) and decided and not self._checking:
            self.calls.decide(name)
        if not decided and func.overloadpacket is aten._pack_padded_sequence:
            self._keep(out[1:])
        elif self._is_constant(func, args, kwargs):
            self._keep((out,))
        elif func._schema.is_mutable:  # what is written to may be a view of any of them
            self._constants.clear()

    def _is_constant(self, func: Any, args: Any, kwargs: Any) -> bool:
        """Whether an operator puts out the same always."""
        if func.overloadpacket is aten.lift_fresh:
            return True
        return RANDOM not in func.tags and self._are_constant((*args, *kwargs.values()))

    def _are_constant(self, values: Iterable[object]) -> bool:
        return all(tensor in self._constants for tensor in tensors_of(values))

    def _keep(self, values: Iterable[object]) -> None:
        for tensor in tensors_of(values):
            self._constants[tensor] = True

    def read(self, tensor: Tensor, name: str) -> None:
        """A tensor was read past the dispatcher."""
        if tensor not in self._constants:
            self.calls.decide(name)

    @contextmanager
    def checking(self, is_so: bool) -> Iterator[None]:
        """While this lasts, whether values are read to be checked alone, and decide nothing."""
        before, self._checking = self._checking, is_so or self._checking
        try:
            yield
        finally:
            self._checking = before


class Readers(TorchFunctionMode):
    """Sees what reads tensors past the dispatcher, or does no more than check their values."""

    def __init__(self, values: Values) -> None:
        super().__init__()
        self.values = values

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if is_ragged_attention(func, args):
            return ragged_attention(*args, **kwargs)
        if func in READERS:
            self.values.read(args[0], READERS[func])
        if func is torch.tensor:
            for tensor in tensors_of(args):
                self.values.read(tensor, "item")
        with self.values.checking(func is one_hot and _classes(*args, **kwargs) > 0):
            return func(*args, **kwargs)


def _classes(_: Tensor, num_classes: int = -1) -> int:
    """How many ``one_hot`` is told that there are; by values where it is told nothing."""
    return num_classes


def deciding(func: Any, deciders: Sequence[object]) -> str:
    """What users call an operator whose output's shape, or number, depends on values; or empty."""
    library, _, name = str(func.overloadpacket).partition(".")
    if f"{library}::{name}" == varlen.NAME:
        return "varlen_attn"
    if func.overloadpacket is aten.index:
        return "boolean index" if deciders else ""
    if library == "aten" and name in NAMES:
        return NAMES[name]
    if TAGS.isdisjoint(func.tags):
        return ""
    return name if library == "aten" else f"{library}::{name}"


def _deciders(func: Any, args: Sequence[object]) -> Sequence[object]:
    """What of its arguments decides: masks and lengths, or all."""
    if func.overloadpacket is aten.index:
        masks = (torch.bool, torch.uint8)
        return [one for one in tensors_of(args[1:]) if one.dtype in masks]
    if str(func.overloadpacket) == varlen.NAME.replace("::", "."):
        return args[3:5]
    by_second = (aten.masked_select, aten._pack_padded_sequence)
    return args[1:2] if func.overloadpacket in by_second else args


def tensors_of(values: Iterable[object]) -> Iterator[Tensor]:
    """Tensors, and those in lists."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from tensors_of(value)
