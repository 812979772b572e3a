"""What the functions of PyTorch's do, by their names: the op of a call, from what goes in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import zip_longest
from math import prod
from typing import Any

import torch
from torch import Tensor

from bottlecalc.layers.calls import (
    BatchStatistics,
    CalledConv,
    CalledPool,
    Function,
    NamedAdd,
    NamedMultiply,
    Norm,
    Resize,
    SlowLinear,
)
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Linear, Op, Shape
from bottlecalc.layers.pooling import GlobalAveragePool
from bottlecalc.layers.products import Attention, Product, Recurrent
from bottlecalc.models.einsum import einsum

Make = Callable[[str, Tensor, Any, Any], Op | None]
"""From a function's name, what comes out, and what goes in."""


def argument(args: Any, kwargs: Any, place: int, name: str, default: Any = None) -> Any:
    """What was passed in that place, or by that name."""
    return args[place] if len(args) > place else kwargs.get(name, default)


def _linear(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    x, bias = argument(args, kwargs, 0, "input"), argument(args, kwargs, 2, "bias")
    is_slow = bias is not None and x.dim() != 2 and not x.is_contiguous()
    return (SlowLinear if is_slow else Linear)(bias=bias is not None)


def _conv(name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    x, weight = (argument(args, kwargs, at, key) for at, key in enumerate(("input", "weight")))
    transposed = "transpose" in name
    padding = argument(args, kwargs, 4, "padding", 0)
    stride, groups = argument(args, kwargs, 3, "stride", 1), argument(args, kwargs, 6, "groups", 1)
    dilation = argument(args, kwargs, 7 if transposed else 5, "dilation", 1)
    kernel = tuple(weight.shape[2:])
    return CalledConv(
        kernel=kernel, stride=_side(stride), dilation=_side(dilation), groups=groups,
        bias=argument(args, kwargs, 2, "bias") is not None, transposed=transposed,
        padded=isinstance(padding, str),
        places=_places(tuple(x.shape), kernel, padding, stride, dilation),
    )  # fmt: skip


def _places(x: Shape, kernel: Shape, padding: Any, stride: Any, dilation: Any) -> int:
    """Where a plain window stands that pads both sides alike, of all images [positions]."""
    n = len(kernel)
    steps, gaps = _sides(stride, n), _sides(dilation, n)
    reach = [gap * (size - 1) for gap, size in zip(gaps, kernel, strict=True)]
    if isinstance(padding, str):
        pads = [one // 2 if padding == "same" else 0 for one in reach]
    else:
        pads = _sides(padding, n)
    fits = zip(x[-n:], pads, reach, steps, strict=True)
    return prod(x[: -n - 1]) * prod(
        (side + 2 * pad - far - 1) // step + 1 for side, pad, far, step in fits
    )


def _sides(given: Any, n: int) -> list[int]:
    """Of every dimension, what is given for each, or once for all."""
    sides = list(given) if isinstance(given, (tuple, list)) else [given]
    return [int(side) for side in (sides if len(sides) == n else sides * n)]


def _side(given: Any) -> int:
    """Of what is given for every dimension, or once for all, the first."""
    return int(given[0] if isinstance(given, (tuple, list)) else given)


def _batch_norm(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    of_batch = bool(argument(args, kwargs, 5, "training", False))
    if argument(args, kwargs, 3, "weight") is not None:
        return BatchStatistics() if of_batch else BatchNorm()
    return Norm(kind="batch norm", affine=False, of_batch=of_batch)


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
    names = ("running_mean", "running_var", "weight", "bias")
    tensors = [argument(args, kwargs, at + 1, name) for at, name in enumerate(names)]
    taken = sum(one is not None for one in tensors)
    return replace(_norm("instance norm", *tensors[2:]), tensors=taken)


def _rms_norm(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    return _norm("RMS norm", argument(args, kwargs, 2, "weight"))


def _product(name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    added = name.rpartition(".")[2] in ("addmm", "baddbmm", "addbmm", "addmv")
    first = argument(args, kwargs, 0, "input")
    one, other = _factors(args, kwargs, added, first)
    is_vector = other.dim() == 1  # a vector that stands first becomes a matrix of one row
    summed = one.shape[0] if name.endswith(".addbmm") else 1
    return Product(
        contracted=one.shape[-1] * summed, vector=is_vector, added=first.numel() if added else 0,
        dropped=added and kwargs.get("beta", 1) == 0, rows=one.numel() * other.shape[-1],
    )  # fmt: skip


def _factors(args: Any, kwargs: Any, added: bool, first: Tensor) -> tuple[Tensor, Tensor]:
    """The two, by whichever name the second has."""
    if added:
        names = (("mat1", "batch1", "mat"), ("mat2", "batch2", "vec"))
        one, other = (_named(args, kwargs, at + 1, each) for at, each in enumerate(names))
        return one, other
    return first, _named(args, kwargs, 1, ("other", "mat2", "vec", "vec2", "tensor"))


def _named(args: Any, kwargs: Any, place: int, names: Any) -> Any:
    return args[place] if len(args) > place else next(kwargs[one] for one in names if one in kwargs)


def _attention(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    query, key, value = (
        argument(args, kwargs, place, name) for place, name in enumerate(("query", "key", "value"))
    )
    depth = query.shape[-1]
    return Attention(
        queries=query.numel() // depth, keys=key.shape[-2], depth=depth, width=value.shape[-1],
        fused=_is_fused(query, key, value), scaled=query.numel() + key.numel(),
    )  # fmt: skip


def _is_fused(*tensors: Tensor) -> bool:
    """Source: ``use_flash_attention_cpp`` of ``ATen/native/transformers/sdp_utils_cpp.cpp``."""
    widths = {one.shape[-1] for one in tensors}
    return len(widths) == 1 and all(one.dim() == 4 and one.stride(-1) == 1 for one in tensors)


def _bilinear(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    one, other = (argument(args, kwargs, at, f"input{at + 1}") for at in (0, 1))
    return Product(contracted=one.shape[-1] * other.shape[-1], rows=other.shape[-1])


GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def _recurrent(name: str, _out: Tensor, args: Any, _kwargs: Any) -> Op:
    x = args[0]
    cell = name.rpartition(".")[2].partition("_")[0]
    is_cell = name.endswith("_cell")
    lists = [one for one in args[2:] if isinstance(one, (list, tuple))]
    tensors = [one for one in (args[2:] if is_cell else lists[-1]) if one is not None]
    weights = [one for one in tensors if one.dim() == 2]
    steps = x.numel() // x.shape[-1]
    packed = not is_cell and isinstance(args[1], Tensor) and not args[1].is_floating_point()
    gates = weights[0].shape[0]
    hidden = gates // GATES[cell]
    inner = _passes(weights)
    projected = sum(one.numel() for group in inner for one in group[2:])
    directions = sum(group[0].shape[1] == x.shape[-1] for group in inner[:2])
    sizes = [x.shape[-1] if i < directions else hidden * directions for i in range(len(inner))]
    return Recurrent(
        cell=cell.upper(),
        done=steps * sum(one.numel() for one in weights),
        states=steps * hidden * len(inner),
        added=steps * sum(one.numel() for one in tensors if one.dim() == 1),
        single=is_cell,
        packed=packed, apart=steps * _apart(args, inner, directions) if not is_cell else 0,
        fused=cell == "lstm" and not (is_cell or packed or projected) and x.dtype in FUSED,
        projected=steps * projected,
        plain=steps * sum(gates * (size + hidden) for size in sizes),
    )  # fmt: skip


FUSED = (torch.float32, torch.bfloat16, torch.float16)
"""Source: ``use_mkldnn`` of ``aten/src/ATen/native/RNN.cpp``; there is none with projections."""


def _apart(args: Any, passes: list[list[Tensor]], directions: int) -> int:
    """Biases of the first layer, where torch turns around what has its batch first."""
    x, has_biases, batch_first = args[0], args[3], args[-1]
    if has_biases is not True or batch_first is not True or x.transpose(0, 1).is_contiguous():
        return 0
    return sum(group[0].shape[0] for group in passes[:directions])


def _passes(weights: list[Tensor]) -> list[list[Tensor]]:
    """Of every layer and direction, its two matrices, and that of its projection."""
    _, second, *more = weights
    hidden = second.shape[1]
    each = 3 if more and more[0].shape[0] == hidden < second.shape[0] // 4 else 2
    return [weights[i : i + each] for i in range(0, len(weights), each)]


def _softmax(name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    x, dimension = argument(args, kwargs, 0, "input"), argument(args, kwargs, 1, "dim")
    if dimension is None:  # the one that torch takes then
        dimension = 0 if x.dim() in (0, 1, 3) else 1
    along = x.shape[dimension] if isinstance(dimension, int) and x.dim() else 1
    return Function(name=name.rpartition(".")[2], along=along)


def _resize(_name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    x, size = argument(args, kwargs, 0, "input"), argument(args, kwargs, 1, "size")
    scale = argument(args, kwargs, 2, "scale_factor", 1)
    if size is None:
        scales = scale if isinstance(scale, (tuple, list)) else [scale] * (x.dim() - 2)
        exact = int(x.numel() * prod(scales))
    else:
        exact = prod(size) if isinstance(size, (tuple, list)) else int(size)
    mode = argument(args, kwargs, 3, "mode", "nearest")
    return Resize(mode=mode, to_size=size is not None, exact=exact)


def _average_pool(name: str, _out: Tensor, args: Any, kwargs: Any) -> Op:
    n = int(name[-2])
    kernel = _sides(argument(args, kwargs, 1, "kernel_size"), n)
    stride = argument(args, kwargs, 2, "stride")
    steps = _sides(stride, n) if stride not in (None, (), []) else kernel
    padding = _sides(argument(args, kwargs, 3, "padding", 0), n)
    x = argument(args, kwargs, 0, "input")
    return CalledPool(
        kernel=tuple(kernel), stride=steps[0], steps=tuple(steps), padding=tuple(padding),
        padded=bool(argument(args, kwargs, 5, "count_include_pad", True)),
        sides=tuple(x.shape[-n:]),
    )  # fmt: skip


def _sum(_name: str, out: Tensor, args: Any, kwargs: Any) -> Op:
    return NamedAdd(left=_left(out, args, kwargs))


def _times(_name: str, out: Tensor, args: Any, kwargs: Any) -> Op:
    return NamedMultiply(left=_left(out, args, kwargs))


def _left(out: Tensor, args: Any, kwargs: Any) -> int:
    """Elements of a result whose shapes are aligned at their first dimensions, not their last."""
    pair = argument(args, kwargs, 0, "input"), argument(args, kwargs, 1, "other")
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
    **dict.fromkeys(["matmul", "@", "mm", "bmm", "mv", "dot", "vdot", "inner"], _product),
    **dict.fromkeys(["addmm", "baddbmm", "addbmm", "addmv"], _product),
    "einsum": einsum,
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
    **dict.fromkeys(["add", "+", "add_", "+="], _sum),
    **dict.fromkeys(["mul", "multiply", "*", "mul_", "*="], _times),
    **dict.fromkeys(
        (
            *("relu", "elu", "leaky_relu", "relu6", "hardtanh", "silu", "gelu"),
            *("repeat", "sigmoid", "hardswish", "hardsigmoid", "tanh", "mish", "mean"),
            *(f"max_pool{n}d{more}" for n in (1, 2, 3) for more in ("", "_with_indices")),
            *(f"max_unpool{n}d" for n in (1, 2, 3)),
            *("adaptive_avg_pool1d", "adaptive_avg_pool3d"),
            *(f"adaptive_max_pool{n}d" for n in (1, 2, 3)),
        ),
        _function,
    ),
}
"""By the last word of the function's name; what is not here multiplies nothing."""
