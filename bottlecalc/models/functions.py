"""What the functions of PyTorch's do, by their names: the op of a call, from what goes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import zip_longest
from math import prod
from typing import Any

from torch import Tensor

from bottlecalc.layers.calls import (
    Attention,
    Function,
    NamedAdd,
    NamedMultiply,
    Norm,
    Product,
    Recurrent,
    Resize,
    SlowLinear,
    TextPadded,
)
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Linear, Op
from bottlecalc.layers.pooling import AveragePool, GlobalAveragePool

Make = Callable[[str, Tensor, Any, Any], Op | None]
"""From a function's name, what comes out, and what goes in."""


def argument(args: Any, kwargs: Any, place: int, name: str, default: Any = None) -> Any:
    """What was passed in that place, or by that name."""
    return args[place] if len(args) > place else kwargs.get(name, default)


def _linear(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    x, bias = args[0], argument(args, kwargs, 2, "bias")
    is_slow = bias is not None and x.dim() != 2 and not x.is_contiguous()
    return (SlowLinear if is_slow else Linear)(bias=bias is not None)


def _conv(name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    weight, bias = argument(args, kwargs, 1, "weight"), argument(args, kwargs, 2, "bias")
    transposed = "transpose" in name
    padded = isinstance(argument(args, kwargs, 4, "padding", 0), str)
    stride, groups = argument(args, kwargs, 3, "stride", 1), argument(args, kwargs, 6, "groups", 1)
    dilation = argument(args, kwargs, 7 if transposed else 5, "dilation", 1)
    return (TextPadded if padded and not transposed else Conv)(
        kernel=tuple(weight.shape[2:]), stride=_side(stride), dilation=_side(dilation),
        groups=groups, bias=bias is not None, transposed=transposed,
    )  # fmt: skip


def _side(given: Any) -> int:
    """Of what is given for every dimension, or once for all, the first."""
    return int(given[0] if isinstance(given, (tuple, list)) else given)


def _batch_norm(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    is_affine = argument(args, kwargs, 3, "weight") is not None
    return BatchNorm() if is_affine else Norm(kind="batch norm", affine=False)


def _layer_norm(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    weight, bias = argument(args, kwargs, 2, "weight"), argument(args, kwargs, 3, "bias")
    if weight is not None and bias is not None and weight.dim() == 1:
        return LayerNorm()
    return _norm("layer norm", weight, bias)


def _norm(kind: str, *tensors: Tensor | None) -> Norm:
    held = sum(one.numel() for one in tensors if one is not None)
    return Norm(kind=kind, affine=tensors[0] is not None, held=held)


def _group_norm(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    weight, bias = argument(args, kwargs, 2, "weight"), argument(args, kwargs, 3, "bias")
    return _norm("group norm", weight, bias)


def _instance_norm(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    weight, bias = argument(args, kwargs, 3, "weight"), argument(args, kwargs, 4, "bias")
    return _norm("instance norm", weight, bias)


def _rms_norm(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    return _norm("RMS norm", argument(args, kwargs, 2, "weight"))


def _product(name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    added = name.rpartition(".")[2] in ("addmm", "baddbmm", "addbmm", "addmv")
    one, other = args[1:3] if added else (args[0], argument(args, kwargs, 1, "other"))
    if other is None:
        other = kwargs.get("mat2", kwargs.get("vec"))
    is_vector = one.dim() == 1 or other.dim() == 1
    summed = one.shape[0] if name.endswith("addbmm") and "badd" not in name else 1
    return Product(
        contracted=one.shape[-1] * summed, vector=is_vector, added=args[0].numel() if added else 0
    )


def _einsum(_name: str, out: Tensor, args: Any, _kwargs: Any) -> Op | None:
    """Of two operands every index once, unless one operand alone has it and it is summed."""
    equation, *operands = args
    if operands and isinstance(operands[0], (list, tuple)):
        operands = list(operands[0])
    if len(operands) != 2 or not isinstance(equation, str) or "." in equation:
        return None
    left, _, right = equation.replace(" ", "").partition("->")
    first, second = left.split(",")
    sizes = dict(zip(first, operands[0].shape, strict=True)) | dict(
        zip(second, operands[1].shape, strict=True)
    )
    contracted = 1
    for index in {*first} & {*second} - {*right}:
        contracted *= sizes[index]
    return Product(contracted=contracted)


def _attention(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    query, key, value = (
        argument(args, kwargs, place, name) for place, name in enumerate(("query", "key", "value"))
    )
    depth = query.shape[-1]
    return Attention(
        queries=query.numel() // depth, keys=key.shape[-2], depth=depth, width=value.shape[-1]
    )


def _bilinear(_name: str, _out: Tensor, args: Any, _kwargs: Any) -> Op:
    return Product(contracted=args[0].shape[-1] * args[1].shape[-1])


GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def _recurrent(name: str, _out: Tensor, args: Any, _kwargs: Any) -> Op:
    x = args[0]
    cell = name.rpartition(".")[2].partition("_")[0]
    is_cell = name.endswith("_cell")
    lists = [one for one in args[2:] if isinstance(one, (list, tuple))]
    tensors = [one for one in (args[2:] if is_cell else lists[0]) if one is not None]
    weights = [one for one in tensors if one.dim() == 2]
    steps = x.numel() // x.shape[-1]
    inner = [one for one in weights if one.shape[0] % GATES[cell] == 0]
    hidden = inner[0].shape[0] // GATES[cell]
    passes = sum(one.shape[0] == GATES[cell] * hidden for one in weights) // 2
    return Recurrent(
        cell=cell.upper(),
        done=steps * sum(one.numel() for one in weights),
        states=steps * hidden * passes,
        added=steps * sum(one.numel() for one in tensors if one.dim() == 1),
        single=is_cell,
    )


def _softmax(name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    dimension = argument(args, kwargs, 1, "dim")
    along = args[0].shape[dimension] if isinstance(dimension, int) and args[0].dim() else 1
    return Function(name=name.rpartition(".")[2], along=along)


def _resize(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    to_size = argument(args, kwargs, 1, "size") is not None
    return Resize(mode=argument(args, kwargs, 3, "mode", "nearest"), to_size=to_size)


def _average_pool(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    kernel = argument(args, kwargs, 1, "kernel_size")
    stride = argument(args, kwargs, 2, "stride") or kernel
    dimensions = args[0].dim() - 2
    window = tuple(kernel) if isinstance(kernel, (tuple, list)) else (kernel,) * dimensions
    return AveragePool(kernel=window, stride=stride if isinstance(stride, int) else stride[0])


def _sum(_name: str, out: Tensor, args: Any, kwargs: Any) -> Op:
    return NamedAdd(left=_left(out, args, kwargs))


def _times(_name: str, out: Tensor, args: Any, kwargs: Any) -> Op:
    return NamedMultiply(left=_left(out, args, kwargs))


def _left(out: Tensor, args: Any, kwargs: Any) -> int:
    """Elements of a result whose shapes are aligned at their first dimensions, not their last."""
    pair = args[0], argument(args, kwargs, 1, "other")
    if not all(isinstance(one, Tensor) for one in pair):
        return out.numel()
    sides = zip_longest(*(one.shape for one in pair), fillvalue=1)
    return prod(max(side) for side in sides)


def _prelu(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    return Function(name="prelu", held=argument(args, kwargs, 1, "weight").numel())


def _embedding(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    return Function(name="embedding", held=argument(args, kwargs, 1, "weight").numel())


def _grid_sample(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    return Function(name=f"{argument(args, kwargs, 2, 'mode', 'bilinear')} grid sample")


def _function(name: str, _out: Tensor, _args: Any, _kwargs: Any) -> Op:
    return Function(name=name.rpartition(".")[2])


OPS: Mapping[str, Make] = {
    "linear": _linear,
    **dict.fromkeys([f"conv{n}d" for n in (1, 2, 3)], _conv),
    **dict.fromkeys([f"conv_transpose{n}d" for n in (1, 2, 3)], _conv),
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "group_norm": _group_norm,
    "instance_norm": _instance_norm,
    "rms_norm": _rms_norm,
    **dict.fromkeys(["matmul", "@", "mm", "bmm", "mv", "dot", "inner"], _product),
    **dict.fromkeys(["addmm", "baddbmm", "addbmm", "addmv"], _product),
    "einsum": _einsum,
    "bilinear": _bilinear,
    "scaled_dot_product_attention": _attention,
    **dict.fromkeys(["lstm", "gru", "rnn_tanh", "rnn_relu"], _recurrent),
    **dict.fromkeys(["lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"], _recurrent),
    **dict.fromkeys(["softmax", "log_softmax", "softmin"], _softmax),
    **dict.fromkeys(["interpolate", "upsample"], _resize),
    **dict.fromkeys([f"avg_pool{n}d" for n in (1, 2, 3)], _average_pool),
    "prelu": _prelu,
    "embedding": _embedding,
    "grid_sample": _grid_sample,
    "adaptive_avg_pool2d": lambda *_: GlobalAveragePool(),
    **dict.fromkeys(["add", "+"], _sum),
    **dict.fromkeys(["mul", "multiply", "*"], _times),
    **dict.fromkeys(
        (
            *("relu", "elu", "leaky_relu", "relu6", "hardtanh", "silu", "gelu"),
            *("sigmoid", "hardswish", "hardsigmoid", "tanh", "mish", "mean"),
            *(f"max_pool{n}d{more}" for n in (1, 2, 3) for more in ("", "_with_indices")),
            *(f"max_unpool{n}d" for n in (1, 2, 3)),
            *("adaptive_avg_pool1d", "adaptive_avg_pool3d"),
            *(f"adaptive_max_pool{n}d" for n in (1, 2, 3)),
        ),
        _function,
    ),
}
"""By the last word of the function's name; what is not here multiplies nothing."""
