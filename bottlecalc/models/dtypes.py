"""The dtype that a model's floats are of: parameters, buffers, and what it makes when it is built.

torch is imported when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING

from bottlecalc.models.failure import TargetError
from bottlecalc.models.parameters import is_lazy
from bottlecalc.text.calls import quoted
from bottlecalc.text.shapes import FLOATS

if TYPE_CHECKING:
    from torch import Tensor, nn


def check_dtype(given: object) -> None:
    """Refuse what is no dtype of floats.

    Raises:
        TargetError: it is none.
    """
    if given and given not in FLOATS:
        raise TargetError(f"dtype = {quoted(given)} is none of a model's; give {', '.join(FLOATS)}")


def built_as(dtype: str, build: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """What builds a model with its floats of that dtype from the start: half the memory, or none.

    A dtype that the model itself asks for stays until ``turned``.
    """
    if not dtype:
        return build

    def built() -> nn.Module:
        import torch

        before = torch.get_default_dtype()
        torch.set_default_dtype(getattr(torch, dtype))
        try:
            return build()
        finally:
            torch.set_default_dtype(before)

    return built


def turned(module: nn.Module, dtype: str) -> nn.Module:
    """A copy that nobody else holds with all its floats of that dtype; complex ones stay."""
    import torch

    if dtype:
        tensors: Iterable[Tensor] = chain(module.parameters(), module.buffers())
        for tensor in tensors:
            if not is_lazy(tensor) and tensor.is_floating_point():
                tensor.data = tensor.data.to(getattr(torch, dtype))
    return module
