"""What a module holds, in all and module by module."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bottlecalc.layers.count import ByLayer
from bottlecalc.layers.counted import Counted, Node, Parameters
from bottlecalc.models.packed import by_layer, bytes_of, weights

if TYPE_CHECKING:
    from torch import Tensor, nn


def parameters(module: nn.Module) -> Parameters:
    """What a module holds, each parameter and buffer once; of lazy ones nothing yet.

    What quantized layers pack is held too, and is not trainable.
    """
    tensors = _known(module.parameters())
    packed = [tensor for layer in module.modules() for tensor in weights(layer)]
    trainable = sum(held(tensor) for tensor in tensors if tensor.requires_grad)
    total = sum(held(tensor) for tensor in [*tensors, *packed])
    return Parameters(
        total=total,
        trainable=trainable,
        frozen=total - trainable,
        buffers=sum(held(buffer) for buffer in _known(module.buffers())),
        bytes=sum(held(tensor) * tensor.element_size() for tensor in tensors)
        + sum(map(bytes_of, packed)),
    )


def by_module(module: nn.Module, trainable: bool = False) -> ByLayer:
    """Parameters of each module's own, all or the trainable ones; a shared one is its first's.

    Packed ones are the module's that packs them, and not trainable.
    """
    own = {name: 0 for name, _ in module.named_modules()}
    for name, tensor in module.named_parameters():
        if (tensor.requires_grad or not trainable) and not is_lazy(tensor):
            own[name.rpartition(".")[0]] += held(tensor)
    if not trainable:
        for name, packed in by_layer(module).items():
            own[name] += packed
    return own


def held(tensor: Tensor) -> int:
    """What a tensor keeps: of a sparse one the elements that it specifies [elements]."""
    from bottlecalc.models.sparse_products import is_sparse, specified

    return specified(tensor).numel() if is_sparse(tensor) else tensor.numel()


def _known(tensors: Iterable[Tensor]) -> list[Tensor]:
    return [tensor for tensor in tensors if not is_lazy(tensor)]


def nodes(module: nn.Module, counted: Counted | None) -> tuple[Node, ...]:
    """Every module with what is its own, and what a counter found in it, where one was asked."""
    params, trainable = by_module(module), by_module(module, trainable=True)
    return tuple(
        Node(
            name=name,
            type=type(inside).__name__,
            params=params[name],
            macs=None if counted is None else counted.figures["macs"].get(name, 0),
            activations=None if counted is None else counted.figures["activations"].get(name, 0),
            trainable=trainable[name],
        )
        for name, inside in module.named_modules()
    )


def lazy(module: nn.Module) -> list[str]:
    """The names of parameters that are known once the module is run."""
    return [name for name, tensor in module.named_parameters() if is_lazy(tensor)]


def is_lazy(tensor: Tensor) -> bool:
    """Whether a parameter or buffer has no shape yet."""
    from torch.nn import parameter

    return bool(parameter.is_lazy(tensor))
