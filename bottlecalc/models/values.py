"""Operators by which values decide what else is run: how often, and on how much.

Source: the tags ``dynamic_output_shape`` and ``data_dependent_output`` that torch gives operators.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot
from torch.utils.weak import WeakTensorKeyDictionary

from bottlecalc.models import varlen
from bottlecalc.models.operators import qualified
from bottlecalc.models.overrides import Way, Ways
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
        self._known: set[int] = set()  # identities of constants, and of some that are no more
        self._checking = False

    def see(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        """An operator that was run."""
        traits = traits_of(func)
        if traits.may_decide and self._decide(func, args, out):
            return
        if traits.is_same or (
            not traits.is_random and self._are_constant((*args, *kwargs.values()))
        ):
            self._keep((out,))
        elif traits.is_mutable:  # what is written to may be a view of any of them
            self._constants.clear()
            self._known.clear()

    def _decide(self, func: Any, args: Any, out: Any) -> bool:
        """One by which values may decide; whether it is known as well what comes out."""
        is_constant = self._are_constant(deciders := _deciders(func, args))
        if not is_constant and not self._checking and (name := deciding(func, deciders)):
            self.calls.decide(name)
        if is_lengths := is_constant and func.overloadpacket is aten._pack_padded_sequence:
            self._keep(out[1:])
        return is_lengths

    def _are_constant(self, values: Iterable[object]) -> bool:
        return all(map(self._is_constant, values))

    def _is_constant(self, value: object) -> bool:
        """A tensor, or all in a list; its identity is looked at first, which costs less."""
        if isinstance(value, Tensor):
            return id(value) in self._known and value in self._constants
        return not isinstance(value, (list, tuple)) or self._are_constant(value)

    def _keep(self, values: Iterable[object]) -> None:
        for tensor in tensors_of(values):
            self._constants[tensor] = True
            self._known.add(id(tensor))

    def read(self, tensor: Tensor, name: str) -> None:
        """A tensor was read past the dispatcher."""
        if not self._is_constant(tensor):
            self.calls.decide(name)

    @contextmanager
    def checking(self, is_so: bool) -> Iterator[None]:
        """While this lasts, whether values are read to be checked alone, and decide nothing."""
        before, self._checking = self._checking, is_so or self._checking
        try:
            yield
        finally:
            self._checking = before


def ways(values: Values) -> Ways:
    """Functions that read tensors past the dispatcher, or do no more than check their values."""

    def reader(name: str) -> Way:
        def read(func: Any, args: Any, kwargs: Any) -> Any:
            values.read(args[0], name)
            return func(*args, **kwargs)

        return read

    def make(func: Any, args: Any, kwargs: Any) -> Any:
        for tensor in tensors_of(args):
            values.read(tensor, "item")
        return func(*args, **kwargs)

    def check(func: Any, args: Any, kwargs: Any) -> Any:
        with values.checking(_classes(*args, **kwargs) > 0):
            return func(*args, **kwargs)

    readers = {func: reader(name) for func, name in READERS.items()}
    return {**readers, torch.tensor: make, one_hot: check}


class Traits(NamedTuple):
    """What an operator is, whatever it is given.

    Attributes:
        may_decide: values may decide what it puts out.
        is_same: it puts out the same always.
        is_random: it draws what it puts out.
        is_mutable: it writes to what it is given.
    """

    may_decide: bool
    is_same: bool
    is_random: bool
    is_mutable: bool


@cache
def traits_of(func: Any) -> Traits:
    """An operator's."""
    return Traits(
        may_decide=bool(deciding(func, (func,))),
        is_same=func.overloadpacket is aten.lift_fresh,
        is_random=RANDOM in func.tags,
        is_mutable=func._schema.is_mutable,
    )


def _classes(_: Tensor, num_classes: int = -1) -> int:
    """How many ``one_hot`` is told that there are; by values where it is told nothing."""
    return num_classes


def deciding(func: Any, deciders: Sequence[object]) -> str:
    """What users call an operator whose output's shape, or number, depends on values; or empty."""
    whole = qualified(func.overloadpacket)
    if whole == varlen.NAME:
        return "varlen_attn"
    library, _, name = whole.partition("::")
    if func.overloadpacket is aten.index:
        return "boolean index" if deciders else ""
    if library == "aten" and name in NAMES:
        return NAMES[name]
    if TAGS.isdisjoint(func.tags):
        return ""
    return name if library == "aten" else whole


def _deciders(func: Any, args: Sequence[object]) -> Sequence[object]:
    """What of its arguments decides: masks and lengths, or all."""
    if func.overloadpacket is aten.index:
        masks = (torch.bool, torch.uint8)
        return [one for one in tensors_of(args[1:]) if one.dtype in masks]
    if qualified(func.overloadpacket) == varlen.NAME:
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
