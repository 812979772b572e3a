"""Which rule of ``models/meta`` is given what, operator by operator."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from bottlecalc.models.meta.known import RULES
from tests.models.meta_operands import (
    ENDS,
    STEPS,
    Given,
    adapted,
    added,
    batch_norm,
    by_axis,
    clamped,
    convolution,
    deviation,
    dropped,
    embedding,
    flipped,
    gathered,
    group_norm,
    interpolated,
    laid,
    layer_norm,
    lerp_number,
    like,
    made,
    masked,
    matrices,
    number_and_tensor,
    numbers,
    picked,
    reduction,
    repeated,
    rolled,
    safe_softmax,
    same,
    several,
    shapes,
    shuffled,
    softmax,
    tensor_and_number,
    together,
    triangle,
    unary,
    vector,
    vector_norm,
    where,
    whole,
    windows,
    with_numbers,
)

ALONE = frozenset(
    ("activation", "activation_", "gelu", "sign", "logical_not", "bitwise_not", "filled")
)
"""Rules of operators that are given one tensor."""

WIDE = ({"dtype": torch.float64}, {"dtype": torch.int64})
SPECIAL: dict[str, st.SearchStrategy[Given]] = {
    **{f"{name}{end}.default": clamped() for name in ("clamp",) for end in ("", "_")},
    **{
        f"clamp_{bound}{end}.default": tensor_and_number()
        for bound in ("min", "max") for end in ("", "_")
    },
    **{
        f"threshold{end}.default": st.tuples(laid((2, 3)), numbers, numbers).map(Given)
        for end in ("", "_")
    },
    **{
        f"{name}{end}.Tensor": added() for name in ("add", "sub") for end in ("", "_")
    },
    **{f"{name}.Tensor": together(numbered=True) for name in ("mul", "mul_", "div", "div_")},
    "maximum.default": together(), "minimum.default": together(),
    "pow.Tensor_Tensor": together(), "pow.Tensor_Scalar": tensor_and_number(),
    "pow.Scalar": number_and_tensor(),
    **{f"{name}{end}.default": same(3) for name in ("addcmul", "addcdiv") for end in ("", "_")},
    "lerp.Tensor": same(3), "lerp.Scalar": lerp_number(), "_prelu_kernel.default": same(2),
    **{f"logical_{name}.default": together() for name in ("and", "or", "xor")},
    "where.self": where(),
    **{f"masked_fill{end}.Tensor": masked(True) for end in ("", "_")},
    **{f"masked_fill{end}.Scalar": masked(False) for end in ("", "_")},
    "mm.default": matrices(False, False), "addmm.default": matrices(False, True),
    "bmm.default": matrices(True, False), "baddbmm.default": matrices(True, True),
    "mv.default": vector(), "convolution.default": convolution(),
    "embedding.default": embedding(),
    "native_batch_norm.default": batch_norm(True),
    "_native_batch_norm_legit_no_training.default": batch_norm(False),
    "native_layer_norm.default": layer_norm(), "native_group_norm.default": group_norm(),
    "_softmax.default": softmax(), "_log_softmax.default": softmax(),
    "_safe_softmax.default": safe_softmax(),
    "mean.dim": reduction(*WIDE), "sum.dim_IntList": reduction(*WIDE),
    "mean.default": whole(*WIDE), "sum.default": whole(*WIDE),
    "amax.default": reduction(), "amin.default": reduction(), "logsumexp.default": reduction(),
    "max.default": whole(), "min.default": whole(),
    "argmax.default": by_axis(), "argmin.default": by_axis(),
    "any.dim": by_axis(), "all.dim": by_axis(),
    "var.correction": deviation(), "std.correction": deviation(),
    "var_mean.correction": deviation(), "linalg_vector_norm.default": vector_norm(),
    "cumsum.default": by_axis(False, *WIDE),
    "max_pool2d_with_indices.default": windows(2, True),
    "max_pool3d_with_indices.default": windows(3, True),
    "avg_pool2d.default": windows(2, False), "avg_pool3d.default": windows(3, False),
    "_adaptive_avg_pool2d.default": adapted(2), "_adaptive_avg_pool3d.default": adapted(3),
    "adaptive_max_pool2d.default": adapted(2), "adaptive_max_pool3d.default": adapted(3),
    **{
        f"upsample_{name}.default": interpolated(int(name[-2]), "linear" in name or "cubic" in name)
        for name in (
            "linear1d", "bilinear2d", "bicubic2d", "trilinear3d",
            "nearest1d", "nearest2d", "nearest3d",
        )
    },
    "_upsample_nearest_exact2d.default": interpolated(2, False),
    "cat.default": several(True), "stack.default": several(False),
    "tril.default": triangle(), "triu.default": triangle(), "repeat.default": repeated(),
    "roll.default": rolled(), "flip.default": flipped(), "gather.default": gathered(),
    "index.Tensor": picked(), "pixel_shuffle.default": shuffled(),
    **{f"{name}_like.default": like() for name in ("empty", "zeros", "ones", "rand", "randn")},
    "full_like.default": like(True),
    "randn.default": made(shapes.map(list)), "arange.default": made(ENDS),
    "arange.start": made(ENDS, ENDS), "arange.start_step": made(ENDS, ENDS, STEPS),
    "eye.default": made(st.integers(0, 5)), "eye.m": made(st.integers(0, 5), st.integers(0, 5)),
    "normal_.default": with_numbers(), "uniform_.default": with_numbers(),
    "native_dropout.default": dropped(),
}  # fmt: skip


def operands(operator: str) -> st.SearchStrategy[Given]:
    """What this operator is given.

    Raises:
        KeyError: nobody says; every rule needs a strategy.
    """
    name = operator.removeprefix("aten.")
    if name in SPECIAL:
        return SPECIAL[name]
    if name.endswith(".Tensor"):
        return together()
    if name.endswith(".Scalar"):
        return tensor_and_number()
    if RULES[operator].__name__ in ALONE:
        return unary()
    raise KeyError(operator)
