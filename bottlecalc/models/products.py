"""What products cost for which torch's own counter has no formula [FLOPs], 2 for every MAC.

Each takes what the operator is given, and as ``out_val`` what comes out. Sources are the operators'
schemas in torch's ``native_functions.yaml``; what each means is said with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod
from typing import Any

from torch import Tensor

Formula = Callable[..., int | None]
"""FLOPs of an operator; None where this call of it cannot be counted."""


def vector(matrix: Tensor, *_: object, **__: object) -> int:
    """Of a matrix, or a vector, times a vector: every element of the first is used once."""
    return 2 * matrix.numel()


def added_vector(_: Tensor, matrix: Tensor, *__: object, **___: object) -> int:
    """The same, with a vector added first."""
    return vector(matrix)


def trilinear(_: Tensor, weight: Tensor, *__: object, out_val: Tensor, **___: object) -> int:
    """Of ``nn.Bilinear``: every output element uses every weight of its matrix once."""
    return 2 * out_val.numel() * (weight.numel() // weight.shape[0])


def matrices(a: Tensor, b: Tensor, *_: object, **__: object) -> int:
    """Of two matrices, or of as many pairs as there are."""
    return 2 * a.numel() * b.shape[-1]


def added_matrices(_: Tensor, a: Tensor, b: Tensor, *__: object, **___: object) -> int:
    """The same, with a matrix added."""
    return matrices(a, b)


def either_convolution(
    x: Tensor, weight: Tensor, *options: Any, out_val: Tensor, **_: object
) -> int:
    """Of ``aten::convolution``, which is told whether it is transposed."""
    _bias, _stride, _padding, _dilation, is_transposed, *_others = options
    return 2 * weight.numel() * _positions(x if is_transposed else out_val)


def attention(query: Tensor, key: Tensor, value: Tensor, *_: object, **__: object) -> int:
    """Of fused attention (batch, heads, length, width): scores, and their weighted sum.

    What a mask leaves out is counted, as torch does.
    """
    rows = prod(query.shape[:-1])
    return 2 * rows * key.shape[-2] * (query.shape[-1] + value.shape[-1])


def two_products(a: Tensor, b: Tensor, c: Tensor, d: Tensor, *_: object, **__: object) -> int:
    """Of a · b + c · d."""
    return matrices(a, b) + matrices(c, d)


def grouped(a: Tensor, b: Tensor, *_: object, **__: object) -> int:
    """Of matrices side by side in groups, of which ``offs`` says where each ends.

    Rows (2-D × 3-D), columns (3-D × 2-D) or what is summed over (2-D × 2-D) is divided among the
    groups, so that each is used in one; where both are 3-D there is a product for each pair. Rows
    behind the last group's end are counted with it.
    """
    pairs = a.shape[0] if a.dim() == b.dim() == 3 else 1
    return 2 * pairs * a.shape[-2] * a.shape[-1] * b.shape[-1]


def linear(x: Tensor, *_: object, out_val: Tensor, **__: object) -> int:
    """Of a linear layer, however its weight is packed: input channels for every output."""
    return 2 * out_val.numel() * x.shape[-1]


def int4_dynamic(x: Tensor, *sizes: Any, **_: object) -> int:
    """Of a linear layer with 4-bit weights, which says what it takes and gives."""
    *_rest, outputs = sizes
    return 2 * x.numel() * int(outputs)


def convolution(_: Tensor, weight: Tensor, *__: object, out_val: Tensor, **___: object) -> int:
    """Of a convolution: every weight is used once at every position of the output."""
    return 2 * weight.numel() * _positions(out_val)


def transposed(x: Tensor, weight: Tensor, *_: object, **__: object) -> int:
    """Of a transposed convolution: every weight is used once at every position of the input."""
    return 2 * weight.numel() * _positions(x)


def convolution_by_time(
    _: Tensor, weight: Tensor, *__: object, out_val: Tensor, **___: object
) -> int:
    """Of ``conv_tbc``: input (time, batch, channels), weight (kernel, in, out)."""
    time, batch, _channels = out_val.shape
    return 2 * weight.numel() * time * batch


def deformed(_: Tensor, weight: Tensor, *__: object, out_val: Tensor, **___: object) -> int:
    """Of ``torchvision.ops.deform_conv2d``: as a convolution; what is sampled is no product."""
    return convolution(_, weight, out_val=out_val)


def recurrent(x: Tensor, weights: Iterable[Tensor]) -> int:
    """Of recurrent layers: at every step of every sequence every weight is used once.

    Args:
        x: (steps, batch, features), in any order, or (all steps, features).
        weights: matrices; vectors are biases.
    """
    return 2 * prod(x.shape[:-1]) * sum(w.numel() for w in weights if w.dim() == 2)


def recurrent_layer(x: Tensor, *weights: Any, **_: object) -> int:
    """Of ``mkldnn_rnn_layer``: one layer in one direction."""
    return recurrent(x, weights[:2])


def recurrent_layers(x: Tensor, weights: Iterable[Tensor], *_: object, **__: object) -> int:
    """Of ``_cudnn_rnn`` and ``miopen_rnn``: all layers."""
    return recurrent(x, weights)


def multi_head(
    query: Tensor, key: Tensor, value: Tensor, width: int, *_: object, **__: object
) -> int | None:
    """Of ``_native_multi_head_attention``: four projections, scores, and their weighted sum."""
    if query.is_nested or key.is_nested or value.is_nested:
        return None
    batch, length, _width = query.shape
    projections = 2 * query.numel() + key.numel() + value.numel()
    return 2 * width * (projections + 2 * batch * length * key.shape[1])


def encoder_layer(x: Tensor, width: int, *rest: Any, **_: object) -> int | None:
    """Of ``_transformer_encoder_layer_fwd``: attention to itself, and two linear layers."""
    attention = multi_head(x, x, x, width)
    first: Tensor = rest[12]
    second: Tensor = rest[14]
    if attention is None:
        return None
    return attention + 2 * x.shape[0] * x.shape[1] * (first.numel() + second.numel())


def _positions(images: Tensor) -> int:
    """Of a batch (batch, channels, *sides)."""
    return images.shape[0] * prod(images.shape[2:])
