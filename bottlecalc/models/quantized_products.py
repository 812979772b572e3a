"""What quantized products cost, whose weights are packed [FLOPs], 2 for every MAC."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import torch
from torch import Tensor

from bottlecalc.models import products
from bottlecalc.models.packed import UnreadableError, unpacked
from bottlecalc.models.products import Formula


def packed(formula: Formula) -> Formula:
    """A formula that is given the weight where the operator is given what it is packed in."""

    def opened(x: Tensor, *rest: Any, **kwargs: Any) -> int | None:
        try:
            weight, *_ = next(_opened(rest))
        except (StopIteration, UnreadableError):
            return None
        return formula(x, weight, **kwargs)

    return opened


def recurrent(x: Tensor, *rest: Any, **_: Any) -> int | None:
    """Of ``quantized_lstm`` and ``quantized_gru``: all layers, or one step of a cell."""
    try:
        weights = [tensor for tensors in _opened(rest) for tensor in tensors]
    except UnreadableError:
        return None
    return products.recurrent(x, weights) if weights else None


def _opened(arguments: Any) -> Iterator[tuple[Tensor, ...]]:
    """What is packed in those arguments in which something is."""
    for one in arguments:
        for inside in one if isinstance(one, (list, tuple)) else (one,):
            if isinstance(inside, torch.ScriptObject):
                yield unpacked(inside)


def _names(library: str, stems: str, *endings: str) -> list[str]:
    return [f"{library}::{stem}{ending}" for stem, ending in product(stems.split(), endings)]


LINEAR = (
    *("aten::mkldnn_linear", "mkl::_mkl_linear", "mkldnn::_linear_pointwise", "aten::linear"),
    *("aten::_weight_int4pack_mm", "aten::_weight_int4pack_mm_for_cpu"),
    *("aten::_weight_int4pack_mm_with_scales_and_zeros", "aten::_weight_int8pack_mm"),
    *("aten::_mixed_dtypes_linear", "aten::_wrapped_quantized_linear_prepacked"),
    *_names("quantized", "linear", "", "_relu", "_leaky_relu", "_tanh", "_dynamic"),
    *_names("quantized", "linear_relu_dynamic linear_relu_dynamic_fp16", ""),
    *_names("quantized", "linear_dynamic_fp16 linear_dynamic_fp16_unpacked_weight", ""),
    *_names("quantized", "linear_with_input_q_dq_qweight_dq", "_output_fp32", "_relu_output_fp32"),
    *_names("_quantized", "linear linear_dynamic wrapped_quantized_linear", ""),
    *_names("_quantized", "wrapped_fbgemm_linear_fp16_weight", ""),
    *_names("_quantized", "_wrapped_quantized_linear_prepacked", ""),
    *_names("onednn", "qlinear_pointwise linear_dynamic_fp16 linear_relu_dynamic_fp16", ""),
)
CONVOLUTIONS = (
    *_names("quantized", "conv1d conv2d conv3d", "", "_relu", "_dynamic"),
    *_names("quantized", "conv2d", "_add", "_add_relu"),
    *_names("_quantized", "conv2d conv3d", "", "_relu"),
)
TRANSPOSED = (
    *_names("quantized", "conv_transpose1d conv_transpose2d conv_transpose3d", "", "_dynamic"),
    *_names("_quantized", "conv_transpose1d conv_transpose2d", ""),
)
RECURRENT = (
    *("aten::quantized_lstm", "aten::quantized_gru"),
    *_names("quantized", "quantized_lstm quantized_gru", "_cell_dynamic"),
    *_names("quantized", "quantized_rnn_relu quantized_rnn_tanh", "_cell_dynamic"),
)
ONEDNN = _names("onednn", "qconv", "_pointwise", "1d_pointwise", "2d_pointwise", "3d_pointwise")


def _onednn(x: Tensor, *rest: Any, out_val: Tensor, **_: Any) -> int:
    """The weight is behind the input's scale and zero point."""
    return products.convolution(x, rest[2], out_val=out_val) or 0


QUANTIZED: dict[str, Formula] = {
    **dict.fromkeys(LINEAR, products.linear),
    **dict.fromkeys(CONVOLUTIONS, packed(products.convolution)),
    **dict.fromkeys(TRANSPOSED, packed(products.transposed)),
    **dict.fromkeys(RECURRENT, recurrent),
    **dict.fromkeys(ONEDNN, _onednn),
    "quantized::matmul": products.matrices,
}
"""By operator."""
