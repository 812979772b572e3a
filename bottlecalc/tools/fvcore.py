"""fvcore, whose "flops" are MACs and something more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bottlecalc.agreement.agreement import Difference, contradictions
from bottlecalc.agreement.result import ClosedForm, OwnCount
from bottlecalc.layers.calls import (
    Attention,
    Call,
    Function,
    Norm,
    Product,
    Recurrent,
    Resize,
    TextPadded,
)
from bottlecalc.layers.count import ByLayer, Counter
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.pooling import GlobalAveragePool
from bottlecalc.tools.base import Term, Tool, missed

BATCH_NORM = Term("batch norm", BatchNorm, 2)
LAYER_NORM = Term("layer norm", LayerNorm, 5)
GLOBAL_AVERAGE_POOL = Term("global average pool", GlobalAveragePool, 1, taken=True)
FVCORE = Tool("fvcore, in eval mode", (BATCH_NORM, LAYER_NORM, GLOBAL_AVERAGE_POOL))
"""Source: ``batchnorm_flop_jit``, ``norm_flop_counter`` and ``elementwise_flop_counter`` of
``fvcore.nn.jit_handles``; in training mode batch norm would be 5."""

UNSEEN_PRODUCTS = ("torch.baddbmm", "torch.addbmm", "torch.mv", "torch.dot", "F.bilinear")


def sees(call: Call) -> bool:
    """Whether fvcore has a handle for the operator that torch's tracer makes of it."""
    if isinstance(call.op, (TextPadded, Attention)):
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
        where=lambda call: isinstance(call.op, Norm)
        and (call.op.kind, call.op.affine) == (kind, affine),
    )  # fmt: skip


def _resized(mode: str, each: int) -> Term:
    return Term(
        f"{mode} interpolation", Resize, each, where=lambda call: call.op == Resize(mode=mode)
        or call.op == Resize(mode=mode, to_size=True),
    )  # fmt: skip


def _terms(batch_norm: int) -> tuple[Term, ...]:
    """Of the mode in which batch norm is so many for every element."""
    return (
        BATCH_NORM._replace(each=batch_norm),
        _norm("batch norm", 1 if batch_norm == 2 else 4, affine=False),
        LAYER_NORM,
        *(_norm(kind, 4 + affine, affine) for kind in OTHER_NORMS for affine in (True, False)),
        GLOBAL_AVERAGE_POOL,
        _resized("nearest", 1),
        _resized("bilinear", 4),
        Term("sampling of a grid, as if bilinear", Function, 4,
             where=lambda call: call.op.name.endswith("grid sample")),
        *missed(sees, "an operator that fvcore has no handle for"),
    )  # fmt: skip


OTHER_NORMS = ("layer norm", "group norm", "instance norm")
COMMON = {
    "calls_it": "flops",
    "package": "fvcore",
    "version": "0.1.5.post20221221",
    "sees": "operators, in torch's trace",
}
EVAL = Tool("fvcore", _terms(2), **COMMON)  # type: ignore[arg-type]
TRAIN = Tool("fvcore-train", _terms(5), **COMMON)  # type: ignore[arg-type]
PARAMS = Tool("fvcore", (), **{**COMMON, "calls_it": "parameters"}, figure="params")  # type: ignore[arg-type]

Total = Literal["fvcore_total"]


def total(layers: Iterable[Layer]) -> int:
    """What fvcore would call the flops of these layers."""
    return sum(FVCORE.totals(layers).values())


def totals(count: ClosedForm | OwnCount) -> dict[Counter, ByLayer]:
    """fvcore's total of every layer: by its rule, and as it was found where it was asked."""
    found = count.others.get("fvcore")
    by_tool: dict[Counter, ByLayer] = {"fvcore": found.total} if found else {}
    if not isinstance(count, ClosedForm):
        return by_tool
    return {"closed form": FVCORE.totals(count.layers), **by_tool}


def differences(count: ClosedForm | OwnCount) -> tuple[Difference[Total], ...]:
    """The layers of which fvcore says something else than its rule."""
    return tuple(contradictions("fvcore_total", totals(count)))
