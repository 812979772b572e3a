"""ultralytics-thop, thop's descendant: modules by hooks, by what their classes derive from."""

from __future__ import annotations

from math import prod

from bottlecalc.layers.calls import Call, CalledPool, Function
from bottlecalc.layers.ops import Conv, Linear, Op
from bottlecalc.layers.pooling import AveragePool
from bottlecalc.layers.products import Einsum, MultiHead, Product, Recurrent
from bottlecalc.tools.base import (
    Caveat,
    Term,
    Tool,
)
from bottlecalc.tools.sight import (
    BATCH_NORMS,
    CONVS,
    INSTANCE_NORMS,
    RECURRENT,
    TRANSPOSED,
    any_call,
    by_function,
    by_likeness,
    missed,
    outputs,
    pools,
)
from bottlecalc.tools.thop import UPSAMPLING, norms, recurrent_states, resized, softmax

PRODUCTS = ("torch.matmul", "Tensor.matmul", "@", "torch.bmm", "Tensor.bmm", "torch.einsum",
            "F.linear", "F.scaled_dot_product_attention")  # fmt: skip
NORMS = (*BATCH_NORMS, *INSTANCE_NORMS, "LayerNorm", "GroupNorm", "RMSNorm")
SOFTMAX = ("Softmax", "LogSoftmax", "Softmin", "Softmax2d")
POOLS = pools("Avg", "AdaptiveAvg")
RULES = frozenset(
    (
        *(*CONVS, *TRANSPOSED, *RECURRENT, *NORMS, *SOFTMAX, *UPSAMPLING, *POOLS),
        *("Linear", "Bilinear", "PReLU", "MultiheadAttention"),
    )
)
"""While a module runs that it has such a rule for, it sees no functions."""


def _by_function(call: Call) -> bool:
    within = call.within or ((call.module,) if call.module and call.places else ())
    return by_function(*PRODUCTS)(call) and RULES.isdisjoint(within)


def sees(call: Call) -> bool:
    """Whether a module's rule counts it, or a function's."""
    if "MultiheadAttention" in call.within:
        return True
    if isinstance(call.op, Conv):
        return by_likeness(*CONVS, *TRANSPOSED)(call)
    if isinstance(call.op, Recurrent):
        return by_likeness(*RECURRENT)(call)
    if isinstance(call.op, Linear) and by_likeness("Linear")(call):
        return True
    is_bilinear = call.function == "F.bilinear" and by_likeness("Bilinear")(call)
    return is_bilinear or _by_function(call)


def _heads(call: Call) -> int:
    op = call.op
    if not isinstance(op, MultiHead):
        return 0
    return op.batch * op.heads * op.queries * (3 * (op.keys + op.appended) - 1)


def _unprojected(call: Call) -> int:
    op = call.op
    if not isinstance(op, MultiHead):
        return 0
    return op.batch * op.queries * op.features * (op.features - op.out_features)


def _windows(call: Call) -> int:
    """What all windows take in, and one division for each."""
    op = call.op
    if isinstance(op, CalledPool):
        given = zip(op.sides, op.kernel, op.steps, op.padding, strict=True)
        sides = [(side, kernel, step, pad, pad * op.padded) for side, kernel, step, pad in given]
    elif isinstance(op, AveragePool):
        sides = [
            (side, k, op.stride, 0, 0) for side, k in zip(call.input[2:], op.kernel, strict=True)
        ]
    else:
        return outputs(call)
    n = len(sides)
    taken = prod(_taken(*side, out) for side, out in zip(sides, call.output[-n:], strict=True))
    return prod(call.input[:-n]) * taken + outputs(call)


def _taken(side: int, kernel: int, step: int, pad: int, beyond: int, count: int) -> int:
    """Along one dimension, by all windows; of what is padded, so much as is averaged."""
    starts = [i * step - pad for i in range(count)]
    ends = (min(start + kernel, side + beyond) for start in starts)
    return sum(max(end - max(start, -beyond), 0) for start, end in zip(starts, ends, strict=True))


def _adaptive(call: Call) -> int:
    """The same, of windows that may overlap where the sizes do not divide."""
    sides = zip(call.input, call.output, strict=True)
    taken = prod(
        sum(-(-(j + 1) * side // count) - j * side // count for j in range(count))
        for side, count in sides
    )
    return taken + outputs(call)


def _rows(call: Call) -> int:
    op = call.op
    return outputs(call) // op.along if isinstance(op, Function) else 0


def _kept(call: Call) -> int:
    """Products of elements that are not summed, of two operands."""
    op = call.op
    return op.products - call.macs if isinstance(op, Einsum) else 0


def _derives(call: Call) -> bool:
    """Whether a module counts as what its class derives from, and may do something else."""
    return bool(call.like) and not call.module and call.like in RULES


TERMS = (
    *norms(by_likeness(*NORMS)),
    Term("PReLU", Function, 1, where=by_likeness("PReLU")),
    Term("softmax, 3n - 1 for n numbers", Function, 1, per=softmax, unit="operation",
         where=by_likeness(*SOFTMAX)),
    Term("softmin: signs", Function, 1, where=by_likeness("Softmin")),
    Term("log softmax: a logarithm for n numbers", Function, 1, per=_rows, unit="operation",
         where=by_likeness("LogSoftmax")),
    Term("softmax of multi-head attention", MultiHead, 1, per=_heads, unit="operation"),
    Term("multi-head attention: as many features out as in", MultiHead, 1, per=_unprojected,
         unit="MAC"),
    Term("average pool: windows, and what comes out", Op, 1, per=_windows,
         where=by_likeness(*pools("Avg"))),
    Term("adaptive average pool: windows, and what comes out", Op, 1, per=_adaptive,
         where=by_likeness(*pools("AdaptiveAvg"))),
    *resized({"linear": 5, "bilinear": 11, "bicubic": 259, "trilinear": 31},
             by_likeness(*UPSAMPLING)),
    Term("recurrent layers: states and biases", Recurrent, 1, per=recurrent_states,
         unit="operation", where=by_likeness(*RECURRENT)),
    Term("bilinear layers: a second contraction", Product, 1, per=lambda call: outputs(call)
         * (call.op.rows or 0), unit="MAC",
         where=lambda call: call.function == "F.bilinear" and by_likeness("Bilinear")(call)),
    Term("einsum: products that are not summed", Einsum, 1, per=_kept, unit="MAC",
         where=_by_function),
)  # fmt: skip

OPERATIONS = Tool(
    "ultralytics-thop",
    (
        *TERMS,
        *missed(sees, "neither a module nor a function that it knows", "convolutions",
                "linear layers", "matrix products", "attention", "recurrent layers"),
    ),
    "MACs", package="ultralytics-thop", version="2.2.3",
    sees="modules by hooks, and products by torch's functions",
    caveats=(
        Caveat(any_call(_derives),
              "a module whose class derives from one that it knows counts as that, whatever it"
              " does: the rules take it to do that once"),
    ),
)  # fmt: skip
"""Source: ``thop`` as ultralytics-thop 2.2.3 has it."""

PARAMS = OPERATIONS._replace(terms=(), calls_it="params", figure="params", caveats=())
