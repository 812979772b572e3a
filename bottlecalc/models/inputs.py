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

    def tensors(
        self, device: torch.device | str, seed: int = 0
    ) -> tuple[list[Any], dict[str, Any]]:
        """What forward is called with, by place and by name; values are drawn by this seed."""
        import torch

        draws = torch.Generator("cpu").manual_seed(seed)

        def made(one: Any) -> Any:
            if isinstance(one, Input):
                dtype = getattr(torch, one.dtype)
                return drawn(torch.zeros(one.dimensions, dtype=dtype, device=device), draws)
            if isinstance(one, torch.Tensor):
                return one.detach().to(device, copy=True)
            return one

        return mapped(list(self.by_place), made), mapped(self.by_name, made)


def drawn(zeros: Tensor, draws: torch.Generator) -> Tensor:
    """Drawn from a standard normal distribution; whole numbers stay zeros, and so does what has
    no values.
    """
    import torch

    if zeros.is_meta or not (zeros.is_floating_point() or zeros.is_complex()):
        return zeros
    whole = torch.complex64 if zeros.is_complex() else torch.float32
    return torch.randn(zeros.shape, dtype=whole, generator=draws).to(zeros)


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
