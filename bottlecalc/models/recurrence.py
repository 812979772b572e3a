"""Recurrent layers, whole: what all their steps cost together, and what they put out.

torch takes them apart before its dispatcher sees them: a layer of 1,600 steps is 48,000 operators.
Every row that goes in, one sample at one step, is multiplied with every matrix of the layer once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import prod
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.overrides import TorchFunctionMode

from bottlecalc.models import products

NAMES = ("lstm", "gru", "rnn_tanh", "rnn_relu")
FUNCTIONS = frozenset(getattr(torch, name) for name in NAMES)
OPERATORS = frozenset(getattr(torch.ops.aten, name) for name in NAMES)
ONE_LAYER = torch.ops.aten.mkldnn_rnn_layer
"""A layer of one direction, fused: what an LSTM on the CPU is made of."""


class Cost(NamedTuple):
    """What a recurrent layer costs.

    Attributes:
        flops: of all products [FLOPs].
        outputs: of all products [elements].
    """

    flops: int
    outputs: int


@contextmanager
def whole() -> Iterator[None]:
    """Have recurrent modules reach the dispatcher whole, but where gradients are taken.

    A mode for functions of torch's costs something at each of them, so that there is none but
    while such a module runs.
    """
    modes: list[Whole] = []

    def begin(layer: nn.Module, _: object) -> None:
        if isinstance(layer, nn.RNNBase):
            modes.append(Whole())
            modes[-1].__enter__()  # type: ignore[no-untyped-call]

    def end(layer: nn.Module, *_: object) -> None:
        if modes and isinstance(layer, nn.RNNBase):
            modes.pop().__exit__(None, None, None)  # type: ignore[no-untyped-call]

    hooks = (
        register_module_forward_pre_hook(begin),
        register_module_forward_hook(end, always_call=True),
    )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


class Whole(TorchFunctionMode):
    """Calls recurrent functions in inference mode, in which torch does not take them apart.

    What comes out of it may not be written to, so that it is copied.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Call a function of torch's; a recurrent one in inference mode."""
        if func not in FUNCTIONS or torch.is_grad_enabled() or torch.is_inference_mode_enabled():
            return func(*args, **(kwargs or {}))
        with torch.inference_mode():
            outs = func(*args, **(kwargs or {}))
        return tuple(out.clone() for out in outs)


def is_whole(operator: Any) -> bool:
    """Whether an operator is a recurrent layer, all its steps in one."""
    return operator in OPERATORS or operator is ONE_LAYER


def cost(operator: Any, arguments: Sequence[Any]) -> Cost:
    """What all its steps cost, from a recurrent operator's arguments by place."""
    data = arguments[0]
    rows = prod(data.shape[:-1])
    weights = arguments[1:3] if operator is ONE_LAYER else _weights(arguments)
    matrices = [weight for weight in weights if weight.dim() == 2]
    return Cost(
        flops=products.recurrent(data, matrices),
        outputs=rows * sum(matrix.shape[0] for matrix in matrices),
    )


def run(func: Any, arguments: Sequence[Any]) -> tuple[Tensor, ...]:
    """What a recurrent operator puts out; on meta, where nothing is computed, from one step.

    Raises:
        RuntimeError: as torch does, of what does not fit together.
    """
    data = arguments[0]
    if func.overloadpacket is ONE_LAYER or data.device.type != "meta" or not data.numel():
        return tuple(func(*arguments))
    is_packed = func._schema.arguments[1].name == "batch_sizes"
    if is_packed and arguments[1].is_meta:
        return tuple(func(*arguments))
    step = _packed_step(arguments) if is_packed else _padded_step(arguments)
    out, *states = func(*step)
    return out.new_empty((*data.shape[:-1], out.shape[-1])), *states


def _padded_step(arguments: Sequence[Any]) -> tuple[Any, ...]:
    data, *others = arguments
    return data.narrow(1 if others[-1] else 0, 0, 1), *others


def _packed_step(arguments: Sequence[Any]) -> tuple[Any, ...]:
    data, sizes, *others = arguments
    return data.narrow(0, 0, int(sizes[0])), sizes[:1], *others


def _weights(arguments: Sequence[Any]) -> Iterable[Tensor]:
    """The flat list of them, after what goes in and the state, which an LSTM has as a list too."""
    lists = [one for one in arguments if isinstance(one, (list, tuple))]
    weights: Iterable[Tensor] = lists[-1]
    return weights
