"""What a model is run on, and the tensors that are made of it.

torch is imported when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

import copy
import inspect
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import BoundArguments, Parameter, Signature
from typing import TYPE_CHECKING, Any

from bottlecalc.errors import argument
from bottlecalc.models.failure import TargetError
from bottlecalc.models.fills import filled
from bottlecalc.models.objects import missing, strangers, takes
from bottlecalc.text.given import Given, described
from bottlecalc.text.shapes import Input
from bottlecalc.text.values import leaves, mapped

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


@dataclass(frozen=True)
class Inputs(Given):
    """What forward is given, and the tensors of it."""

    def __len__(self) -> int:
        return len(self.by_place) + len(self.by_name)

    def __str__(self) -> str:
        shapes = ", ".join(str(described(one)) for one in self.shaped)
        return shapes or self.text or "no input"

    @property
    def shaped(self) -> Iterator[Input | Tensor]:
        """Those that have a shape."""
        given = leaves([*self.by_place, *self.by_name.values()])
        return (one for one in given if hasattr(one, "dimensions") or hasattr(one, "shape"))

    def of_dtype(self, dtype: str) -> Inputs:
        """The same with floats of another dtype, where nothing else is said of them."""

        def turned(one: Any) -> Any:
            if isinstance(one, Input):
                return replace(one, dtype=dtype) if one.dtype == "float32" else one
            return _turned(one, dtype)

        return Inputs(mapped(list(self.by_place), turned), mapped(dict(self.by_name), turned))

    def tensors(
        self, device: torch.device | str, seed: int = 0
    ) -> tuple[list[Any], dict[str, Any]]:
        """What forward is called with, by place and by name; values are drawn by this seed."""
        import torch

        draw = torch.Generator("cpu").manual_seed(seed)

        def made(one: Any) -> Any:
            if isinstance(one, Input):
                return filled(one, device, draw)
            return _moved(one, device)

        return mapped(list(self.by_place), made), mapped(dict(self.by_name), made)

    def check(self, name: str, signature: Signature) -> None:
        """Refuse what a forward does not take, and too little.

        Raises:
            TargetError: it is such; its text lists what is taken, and how to give it.
        """
        try:
            signature.bind(*self.by_place, **self.by_name)
        except TypeError as error:
            number = len(self)
            count = f"{number} input{'s' if number > 1 else ''}"
            unknown = ", ".join(map(repr, strangers(signature, self.by_name)))
            wrong = f"it has no {unknown}" if unknown else error
            lacking = missing(signature, self.by_place, self.by_name)
            options = " ".join(f"{argument('input')} {one}=1x3" for one in lacking)
            remedy = f"; give {options}, each with its shape or value" if options else ""
            raise TargetError(
                f"{name} does not take {count}: {wrong}; what it takes is"
                f" ({takes(signature)}){remedy}"
            ) from None


def _turned(one: Any, dtype: str) -> Any:
    import torch

    is_float = isinstance(one, torch.Tensor) and one.is_floating_point()
    return one.detach().to(getattr(torch, dtype)) if is_float else one


def _moved(one: Any, device: torch.device | str) -> Any:
    """A copy on a device; of an object that holds tensors, with copies of these."""
    import torch

    if isinstance(one, torch.Tensor):
        return one.detach().to(device, copy=True)
    tensors = {id(each): each.detach().to(device, copy=True) for each in held(one)}
    if not tensors:
        return one
    return copy.deepcopy(one, dict(tensors))


def held(value: Any) -> Iterator[Tensor]:
    """The tensors that an object has, in its attributes, and theirs."""
    import torch

    seen: set[int] = set()
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, torch.Tensor):
            yield one
        elif isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list | tuple | set | frozenset):
            waiting.extend(one)
        elif not isinstance(one, type) and hasattr(one, "__dict__"):
            waiting.extend(vars(one).values())


def positional(
    module: nn.Module, inputs: Sequence[Any], keywords: Mapping[str, Any], who: str = "fvcore"
) -> Sequence[Any]:
    """All that forward takes, by place, as fvcore takes it.

    Raises:
        TargetError: forward takes some by name alone.
    """
    if not keywords:
        return inputs
    signature = inspect.signature(module.forward)
    bound = signature.bind(*inputs, **keywords)
    by_place = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    placed = {name for name, one in signature.parameters.items() if one.kind in by_place}
    if rest := [name for name in keywords if name not in placed]:
        raise TargetError(f"{who} passes nothing by name, and {', '.join(rest)} is")
    last = [*signature.parameters].index([*bound.arguments][-1])
    first = [*signature.parameters.values()][: last + 1]
    defaults = {one.name: one.default for one in first if one.default is not Parameter.empty}
    bound = BoundArguments(signature, OrderedDict({**defaults, **bound.arguments}))
    return bound.args
