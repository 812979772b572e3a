"""fvcore's rules over the calls of any model, in both modes."""

from __future__ import annotations

from bottlecalc.layers.calls import Call, CalledConv, Function, Norm, Resize
from bottlecalc.layers.normalisation import BatchNorm
from bottlecalc.layers.products import Attention, Einsum, Product, Recurrent, Unnamed
from bottlecalc.tools.base import Caveat, Term
from bottlecalc.tools.fvcore import BATCH_NORM, FVCORE, GLOBAL_AVERAGE_POOL, LAYER_NORM
from bottlecalc.tools.sight import (
    BATCH_NORMS,
    BROADCAST,
    any_call,
    by_function,
    is_batch_norm,
    missed,
    of_batch,
    outputs,
)

UNSEEN_PRODUCTS = ("torch.baddbmm", "torch.addbmm", "torch.mv", "torch.dot", "F.bilinear")


def sees(call: Call) -> bool:
    """Whether fvcore has a handle for the operator that torch's tracer makes of it."""
    if isinstance(call.op, Unnamed):
        return False
    if isinstance(call.op, CalledConv):
        return not call.op.padded
    if isinstance(call.op, Attention):
        return False
    if isinstance(call.op, Recurrent):
        return call.op.single
    if isinstance(call.op, Product):
        return not call.op.vector and call.function not in UNSEEN_PRODUCTS
    return True


def _norm(kind: str, each: int, affine: bool) -> Term:
    plain = "" if affine else " without scale and shift"
    return Term(
        f"{kind}{plain}", Norm, each,
        where=lambda call: (call.op.kind, call.op.affine) == (kind, affine),
    )  # fmt: skip


def _resized(mode: str, each: int) -> Term:
    return Term(
        f"{mode} interpolation", Resize, each,
        where=lambda call: len(call.output) == 4 and call.op.mode == mode,
    )  # fmt: skip


EXACT = ("abc,abd->acd", "abc,adc->adb")
"""The equations that fvcore has a rule of its own for."""


def _estimated(call: Call) -> int:
    """Half of numpy's estimate, cut off, less the MACs that there are."""
    op = call.op
    if not isinstance(op, Einsum) or op.operands > 2 or op.equation in EXACT:
        return 0
    return op.estimate // 2 - call.macs


def _fixed(call: Call) -> bool:
    """Batch norm that no module of torch's does: it may be told not to look at the batch."""
    is_own = call.like not in BATCH_NORMS and not call.module
    return is_batch_norm(call) and not of_batch(call) and is_own


def _terms(batch_norm: int) -> tuple[Term, ...]:
    """Of the mode in which batch norm is so many for every element."""
    batch_norms = (BatchNorm, Norm)
    by_mode = (
        Term("batch norm by the batch's own statistics: more", batch_norms, 3, per=outputs,
             where=of_batch),
        Term("batch norm as a function: not by the batch's statistics", batch_norms, -3,
             per=outputs, where=_fixed),
    )  # fmt: skip
    return (
        BATCH_NORM._replace(each=batch_norm),
        _norm("batch norm", 1 if batch_norm == 2 else 4, affine=False),
        by_mode[batch_norm != 2],
        LAYER_NORM,
        *(_norm(kind, 4 + affine, affine) for kind in OTHER_NORMS for affine in (True, False)),
        GLOBAL_AVERAGE_POOL,
        _resized("nearest", 1),
        _resized("bilinear", 4),
        *OTHERS,
        *missed(sees, "an operator that fvcore has no handle for", "convolutions",
                "matrix products", "attention", "recurrent layers"),
    )  # fmt: skip


OTHERS = (
    Term("sampling of a grid", Function, 4, where=by_function("F.grid_sample")),
    Term("einsum: half of numpy's estimate, to four digits", Einsum, 1, per=_estimated,
         unit="operation"),
    BROADCAST._replace(where=by_function("@", "torch.matmul", "Tensor.matmul")),
)  # fmt: skip
OTHER_NORMS = ("layer norm", "group norm", "instance norm")
CAVEATS = (
    Caveat(
        any_call(
            lambda call: (
                isinstance(call.op, Product)
                and call.op.vector
                and call.function in ("@", "torch.matmul", "Tensor.matmul")
            )
        ),
        "fvcore fails on a product with a vector that is written as one of matrices",
    ),
    Caveat(
        any_call(lambda call: isinstance(call.op, Einsum) and call.op.operands > 2),
        "what fvcore says of an einsum of three operands or more is not predicted",
    ),
)
FIXED = Caveat(
    any_call(_fixed),
    "batch norm that is no module of torch's is taken to use running statistics in training too",
)
EVAL = FVCORE._replace(terms=_terms(2), caveats=CAVEATS)
TRAIN = EVAL._replace(name="fvcore-train", terms=_terms(5), caveats=(*CAVEATS, FIXED))
PARAMS = EVAL._replace(terms=(), calls_it="parameters", figure="params", caveats=())
