"""What a model is run on, and the tensors that are made of it.

torch is imported when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bottlecalc.models.failure import TargetError
from bottlecalc.text.shapes import Input
from bottlecalc.text.values import leaves, mapped

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


def described(given: Input | Tensor) -> Input:
    """What an input is, its values apart."""
    if isinstance(given, Input):
        return given
    return Input(tuple(given.shape), str(given.dtype).removeprefix("torch."))


@dataclass(frozen=True)
class Inputs:
    """What forward is given.

    Attributes:
        by_place: inputs, tensors, and lists and tables of these.
        by_name: likewise, by the names of arguments; constants too.
    """

    by_place: Sequence[Any] = ()
    by_name: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.by_place) + len(self.by_name)

    def __str__(self) -> str:
        return ", ".join(str(described(one)) for one in self.shaped) or "no input"

    @property
    def shaped(self) -> Iterator[Input | Tensor]:
        """Those that have a shape."""
        given = leaves([*self.by_place, *self.by_name.values()])
        return (one for one in given if hasattr(one, "dimensions") or hasattr(one, "shape"))

    def tensors(self, device: torch.device | str) -> tuple[list[Any], dict[str, Any]]:
        """What forward is called with, by place and by name."""
        import torch

        def made(one: Any) -> Any:
            if isinstance(one, Input):
                return torch.zeros(one.dimensions, dtype=getattr(torch, one.dtype), device=device)
            if isinstance(one, torch.Tensor):
                return one.detach().to(device, copy=True)
            return one

        return mapped(list(self.by_place), made), mapped(self.by_name, made)


def positional(
    module: nn.Module, inputs: Sequence[Any], keywords: Mapping[str, Any]
) -> Sequence[Any]:
    """All that forward takes, by place, as fvcore takes it.

    Raises:
        TargetError: forward takes some by name alone.
    """
    if not keywords:
        return inputs
    bound = inspect.signature(module.forward).bind(*inputs, **keywords)
    bound.apply_defaults()
    if bound.kwargs:
        raise TargetError(f"fvcore passes nothing by name, and {', '.join(bound.kwargs)} is")
    return bound.args
