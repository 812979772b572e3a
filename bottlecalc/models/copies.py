"""Copies of a model to count, so that the model itself is left exactly as it was.

torch is imported when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from bottlecalc.models.closures import Closures
from bottlecalc.models.held import held_modules
from bottlecalc.models.parameters import is_lazy

if TYPE_CHECKING:
    from torch import Tensor, nn


def copied(model: nn.Module, device: str | None) -> nn.Module:
    """A copy on the meta device, or one that shares the parameters: no memory either way.

    Buffers are copies of their own, for a forward pass may write to them. Sparse tensors stay where
    they are: the meta device does not know how many elements they have.
    """
    import torch

    closures = Closures(model)
    memo = closures.memo()
    with torch.no_grad():
        for tensor in _tensors_of(model):
            memo[id(tensor)] = _counterpart(tensor, device)
    try:
        twin = copy.deepcopy(model, done := dict(memo))
    except Exception:
        _share_what_cannot_be_copied(model, memo)
        twin = copy.deepcopy(model, done := dict(memo))
    if kept := set(model.modules()) & set(twin.modules()):
        twin = _copied_by_hand(model, kept, done := memo)
    closures.fill(done)
    return twin


def _copied_by_hand(model: nn.Module, kept: set[nn.Module], memo: dict[int, object]) -> nn.Module:
    """A copy with copies of these modules, whose own ``__deepcopy__`` returns themselves."""
    twins = {module: type(module).__new__(type(module)) for module in kept}
    memo.update({id(module): twin for module, twin in twins.items()})
    for module, twin in twins.items():
        vars(twin).update(copy.deepcopy(vars(module), memo))
    return copy.deepcopy(model, memo)


def _counterpart(tensor: Tensor, device: str | None) -> Tensor:
    import torch
    from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

    from bottlecalc.models.sparse_products import is_sparse

    if is_lazy(tensor):
        is_parameter = isinstance(tensor, UninitializedParameter)
        lazy: Any = UninitializedParameter if is_parameter else UninitializedBuffer
        return cast("Tensor", lazy(device=device or tensor.device, dtype=tensor.dtype))
    stays = device is None or is_sparse(tensor)
    other = tensor.detach() if stays else torch.empty_like(tensor, device=device)
    if isinstance(tensor, torch.nn.Parameter):
        return torch.nn.Parameter(other, tensor.requires_grad)
    return other.clone() if stays else other


def _tensors_of(model: nn.Module) -> Iterator[Tensor]:
    """Parameters, buffers, and tensors that are plain attributes, of whatever module it holds."""
    import torch

    for module in held_modules(model):
        for tensors in (module._parameters, module._buffers, vars(module)):
            for value in tensors.values():
                if isinstance(value, torch.Tensor):
                    yield value


def _share_what_cannot_be_copied(model: nn.Module, memo: dict[int, object]) -> None:
    """Locks, open files, generators: the copy has the very same."""
    for module in model.modules():
        for name, value in vars(module).items():
            if name in ("_parameters", "_buffers", "_modules"):
                continue
            try:
                copy.deepcopy(value, dict(memo))
            except Exception:
                memo[id(value)] = value


@contextmanager
def state_kept(model: nn.Module) -> Iterator[None]:
    """Put back the modes, the attributes and the values of a model that closures may still hold.

    Parameters are held twice meanwhile, but only where there are closures.
    """
    modes = [(layer, layer.training) for layer in model.modules()]
    attributes = [_attributes(layer) for layer in model.modules()]
    held = (*model.buffers(), *(model.parameters() if _has_closures(model) else ()))
    try:
        with values_kept(held):
            yield
    finally:
        for layer, training in modes:
            layer.training = training
        for table, entries in (pair for pairs in attributes for pair in pairs):
            table.clear()
            table.update(entries)


Attributes = list[tuple[dict[str, Any], dict[str, Any]]]


def _attributes(layer: nn.Module) -> Attributes:
    """A module's attributes and what these have by name, each with a copy of itself."""
    if not isinstance(layer._buffers, dict):  # a scripted module's cannot be replaced
        return []
    tables = [vars(layer), *(value for value in vars(layer).values() if isinstance(value, dict))]
    return [(table, dict(table)) for table in tables]


def _has_closures(model: nn.Module) -> bool:
    values = (value for layer in model.modules() for value in vars(layer).values())
    return any(_is_closure(inside) for value in values for inside in _within(value))


def _within(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, (list, tuple)) else (value,)


def _is_closure(value: object) -> bool:
    return isinstance(value, partial) or getattr(value, "__closure__", None) is not None


@contextmanager
def values_kept(tensors: Iterable[Tensor]) -> Iterator[None]:
    """Put back what changes in these tensors: a copy shares them, or a closure holds them."""
    real = [tensor for tensor in tensors if not (is_lazy(tensor) or tensor.is_meta)]
    copies = [tensor.detach().clone() for tensor in real]
    places = [tensor.detach() for tensor in real]
    try:
        yield
    finally:
        for tensor, place, before in zip(real, places, copies, strict=True):
            if (tensor.dtype, tensor.shape) != (place.dtype, place.shape):
                tensor.data = place
            if not _equal(tensor, before):
                _put_back(tensor, before)


def _equal(tensor: Tensor, before: Tensor) -> bool:
    """Whether they are the same bit for bit: 0.0 is not -0.0."""
    import torch

    try:
        return torch.equal(_bits(tensor), _bits(before))
    except RuntimeError:  # sparse, nested and some narrow tensors cannot be compared
        return False


def _bits(tensor: Tensor) -> Tensor:
    import torch

    return tensor.detach().reshape(-1).contiguous().view(torch.uint8)


def _put_back(tensor: Tensor, before: Tensor) -> None:
    try:
        tensor.data.copy_(before)
    except RuntimeError:  # of another size by now
        tensor.data = before


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """The module in eval mode meanwhile, and no gradients; its modes and hooks as before after.

    fvcore leaves its hooks on a module whose forward raises.
    """
    import torch

    modes = {layer: layer.training for layer in module.modules()}
    hooks = [each for layer in module.modules() for each in _hooks(layer)]
    before = [dict(each) for each in hooks]
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for layer, training in modes.items():
            layer.training = training
        for each, entries in zip(hooks, before, strict=True):
            each.clear()
            each.update(entries)


def _hooks(layer: nn.Module) -> tuple[dict[int, Any], dict[int, Any]]:
    return layer._forward_hooks, layer._forward_pre_hooks
