"""Which operators of torch's libraries multiply and have no formula, and which are no MACs.

Names as torch's, ``library::name``. What has a formula is in ``operators``; what contracts nothing
is in ``elementwise``. Sorted from the operator lists of torch 2.13.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def names(library: str, text: str) -> frozenset[str]:
    """Of a library's operators, from their names with blanks between."""
    return frozenset(f"{library}::{name}" for name in text.split())


MULTIPLYING = (
    names(
        "aten",
        """
        _convolution_double_backward _cslt_sparse_mm _cslt_sparse_mm_search
        _cudnn_attention_backward _cudnn_attention_forward _cudnn_rnn_backward
        _flash_attention_forward_no_dropout_inplace _foreach_mm _lstm_mps
        _scaled_dot_product_attention_math_for_mps
        _scaled_dot_product_fused_attention_overrideable
        _scaled_dot_product_fused_attention_overrideable_backward _slow_conv2d_backward
        _sparse_mm_reduce_impl_backward _sparse_semi_structured_addmm
        _sparse_semi_structured_linear _sparse_semi_structured_mm _triton_multi_head_attention
        _triton_scaled_dot_attention conv_tbc_backward convolution_backward_overrideable
        linear_backward lstm_mps_backward matmul_backward miopen_rnn_backward
        mkldnn_linear_backward mkldnn_linear_backward_input mkldnn_linear_backward_weights
        mkldnn_rnn_layer_backward mps_convolution_backward mps_convolution_transpose_backward
        """,
    )
    | names("_native", "_foreach_mm_native_0")
    | names(
        "symm_mem",
        """
        _async_input_mm fused_all_gather_matmul fused_all_gather_scaled_matmul
        fused_matmul_reduce_scatter fused_scaled_matmul_reduce_scatter
        """,
    )
    | names("mkldnn_prepacked", "conv2d_run")
    | names(
        "mkldnn",
        "_convolution_pointwise _convolution_pointwise_ _convolution_transpose_pointwise",
    )
    | names("prim", "mkldnn_convolution MMBatchSide MMTreeReduce")
    | names("sparse", "qlinear qlinear_dynamic qlinear_relu qlinear_relu_dynamic")
    | names("quantized", "int4mm_packed_weight_cpu")
)
"""Of these nothing is counted, and that is said."""

Called = Callable[..., str]
"""What the user calls, from what the operator is given."""


def _fft(kind: str) -> Called:
    """The public name of a transform over one, two or more dimensions."""

    def name(_: Any, dims: Sequence[int], *__: object, **___: object) -> str:
        dimensions = {1: "", 2: "2"}.get(len(dims), "n")
        return f"fft_{kind}{dimensions}"

    return name


def _fft_of_complex(x: Any, dims: Sequence[int], _: int, forward: bool) -> str:
    return _fft("fft" if forward else "ifft")(x, dims)


def _fft_of_real(x: Any, dims: Sequence[int], _: int, onesided: bool) -> str:
    return _fft("rfft" if onesided else "fft")(x, dims)


_SAME = """
    cholesky cholesky_inverse cholesky_solve geqrf linalg_eig linalg_eigvals
    linalg_householder_product linalg_ldl_solve linalg_lstsq linalg_lu linalg_lu_solve
    linalg_matrix_exp linalg_pinv linalg_qr linalg_solve_triangular lu_solve orgqr ormqr
    triangular_solve matrix_exp_backward
"""

FREE: Mapping[str, str | Called] = {
    **{f"aten::{name}": name for name in _SAME.split()},
    "aten::_fft_c2c": _fft_of_complex,
    "aten::_fft_c2r": _fft("irfft"),
    "aten::_fft_r2c": _fft_of_real,
    "aten::_cholesky_solve_helper": "cholesky_solve",
    "aten::_compute_linear_combination": "linalg_matrix_exp",
    "aten::_linalg_det": "linalg_det",
    "aten::_linalg_eigh": "linalg_eigh",
    "aten::_linalg_eigvals": "linalg_eigvals",
    "aten::_linalg_slogdet": "linalg_slogdet",
    "aten::_linalg_solve_ex": "linalg_solve",
    "aten::_linalg_svd": "linalg_svd",
    "aten::_lu_with_info": "linalg_lu_factor",
    "aten::_spsolve": "sparse_spsolve",
    "aten::linalg_cholesky_ex": "linalg_cholesky",
    "aten::linalg_inv_ex": "linalg_inv",
    "aten::linalg_ldl_factor_ex": "linalg_ldl_factor",
    "aten::linalg_lu_factor_ex": "linalg_lu_factor",
    "aten::_cdist_forward": "cdist",
    "aten::_cdist_backward": "cdist_backward",
    "aten::_euclidean_dist": "cdist",
    "aten::_pdist_forward": "pdist",
    "aten::_pdist_backward": "pdist_backward",
    "prims::fft_c2c": "fft_fft",
    "prims::fft_c2r": "fft_irfft",
    "prims::fft_r2c": "fft_rfft",
    "prims::svd": "linalg_svd",
}
"""Multiply-accumulates of the library's own, no MACs by the convention; as the user knows them.

Transforms, decompositions of matrices and what is solved by them, and distances.
"""
