"""Weights that are packed into objects of torch's own, as quantized layers keep them.

No ``Parameter`` holds them, so that no module knows them as its own; they are read out again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from bottlecalc.layers.count import ByLayer

if TYPE_CHECKING:
    from torch import Tensor, nn

NARROW = {"torch.quint4x2": 4, "torch.quint2x4": 2}
"""Bits of an element where several share a byte [bits]."""
HALF = 16
"""Bits of one that is packed as float16, and is unpacked as float32 [bits]."""


class UnreadableError(ValueError):
    """A packed object that does not tell what is in it."""


def unpacked(packed: Any) -> tuple[Tensor, ...]:
    """The weights of a packed object, each matrix and its bias.

    Raises:
        UnreadableError: it is of another kind.
    """
    import torch

    if not isinstance(packed, torch.ScriptObject):
        raise UnreadableError(str(packed))
    cells = _cells(packed)
    if cells:
        return tuple(tensor for cell in cells for tensor in unpacked(cell))
    it: Any = packed
    try:
        found = it.unpack()
    except (AttributeError, RuntimeError):
        raise UnreadableError(str(packed)) from None
    tensors = found if isinstance(found, tuple) else (found,)
    return tuple(tensor for tensor in tensors if isinstance(tensor, torch.Tensor))


def _cells(packed: Any) -> list[Any]:
    """The two packed layers that a recurrent cell is of; none where it is something else."""
    import torch

    if not type_of(packed).startswith("rnn."):
        return []
    _kind, *parts = packed.__getstate__()[0]
    return [part for part in _flat(parts) if isinstance(part, torch.ScriptObject)]


def _flat(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _flat(value)
        else:
            yield value


def type_of(packed: Any) -> str:
    """What torch calls it: ``quantized.LinearPackedParamsBase``."""
    return str(packed).rpartition(".classes.")[2].rstrip(">")


def objects(module: nn.Module) -> Iterator[Any]:
    """The packed objects among a module's attributes, not those of its children."""
    import torch

    names: Mapping[str, Any] = vars(module)
    if isinstance(module, torch.jit.ScriptModule):  # its attributes are none of Python's
        names = {name: getattr(module, name, None) for name in PACKED_NAMES}
    return (value for value in names.values() if isinstance(value, torch.ScriptObject))


PACKED_NAMES = (
    *("_packed_params", "_packed_weight", "param", "_packed_weight_ih", "_packed_weight_hh"),
)
"""What torch's own quantized modules call them."""


def weights(module: nn.Module) -> list[Tensor]:
    """What a module packs itself.

    A recurrent cell's biases are packed with its matrices; the attributes are copies of them.
    """
    return [tensor for one in objects(module) for tensor in _readable(one)]


def _readable(packed: Any) -> tuple[Tensor, ...]:
    try:
        return unpacked(packed)
    except UnreadableError:
        return ()


def bytes_of(tensor: Tensor) -> int:
    """What an unpacked matrix takes where it is packed; one of floats is packed as float16."""
    bits = NARROW.get(str(tensor.dtype), 8 * tensor.element_size())
    if tensor.is_floating_point() and tensor.dim() > 1:
        bits = HALF
    return tensor.numel() * bits // 8


def by_layer(model: nn.Module) -> ByLayer:
    """Packed parameters of each layer's own; of layers that have any [parameters].

    Modules that only pack for another, by names such as ``_packed_params``, are parts of it.
    """
    counts = Counter[str]()
    for name, module in model.named_modules():
        if packed := weights(module):
            counts[layer_of(name)] += sum(tensor.numel() for tensor in packed)
    return {name: count for name, count in counts.items() if count}


def layer_of(name: str) -> str:
    """The layer that a module is a private part of, or is."""
    parts = takewhile(lambda part: not part.startswith("_"), name.split("."))
    return ".".join(parts)


def notes(model: nn.Module) -> Iterator[str]:
    """What has to be said of packed parameters, a sentence each."""
    found = by_layer(model)
    if found:
        layers = f"{len(found)} packed layer{'s' if len(found) > 1 else ''}"
        yield f"{layers}: {sum(found.values()):,} parameters are read out of packed weights"
    unreadable = sorted({type_of(one) for one in _unreadable(model)})
    if unreadable:
        yield f"what is packed in {', '.join(unreadable)} cannot be read, and is not counted"


def _unreadable(model: nn.Module) -> Iterator[Any]:
    for module in model.modules():
        for one in objects(module):
            try:
                unpacked(one)
            except UnreadableError:
                yield one
