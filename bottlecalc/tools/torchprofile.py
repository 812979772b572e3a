"""torchprofile: operators, in the trace of torch's that ``torch.jit.trace`` makes."""

from __future__ import annotations

from math import prod

from bottlecalc.layers.calls import (
    Call,
    CalledConv,
    Function,
    Norm,
    Resize,
)
from bottlecalc.layers.joins import Multiply
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv
from bottlecalc.layers.pooling import AveragePool, GlobalAveragePool
from bottlecalc.layers.products import Einsum, MultiHead, Product, Recurrent
from bottlecalc.tools.base import (
    Caveat,
    Condition,
    Quantity,
    Term,
    Tool,
)
from bottlecalc.tools.sight import (
    any_call,
    by_function,
    is_transposed,
    missed,
    outputs,
)

PRODUCTS = ("torch.matmul", "Tensor.matmul", "@", "torch.bmm", "Tensor.bmm", "torch.addmm",
            "Tensor.addmm", "torch.addmv", "Tensor.addmv", "torch.baddbmm", "Tensor.baddbmm",
            "torch.einsum")  # fmt: skip
AVERAGES = ("adaptive_avg_pool1d", "adaptive_avg_pool3d", "mean")


def sees(call: Call) -> bool:
    """Whether torchprofile has a handler for the operator that torch's tracer makes of it."""
    op = call.op
    if isinstance(op, Einsum):
        return "..." not in op.equation
    if isinstance(op, Product):
        return by_function(*PRODUCTS)(call)
    if isinstance(op, Recurrent):
        return op.cell == "LSTM" or op.single
    return not (isinstance(op, CalledConv) and op.padded)


def _beyond(call: Call) -> int:
    """MACs that it has not: as many as a plain convolution at every place of the output.

    The weights are read as ``[out, in, …]`` where they could be, and else as ``[in, …]``, with
    every channel of the input seen by every filter.
    """
    op = call.op
    if not isinstance(op, Conv):
        return 0
    channels, filters = call.input[1], call.output[1]
    each = filters // op.groups if channels == filters else channels
    return outputs(call) * each * prod(op.kernel) - call.macs


def _named(*names: str) -> Condition:
    known = frozenset(names)
    return lambda call: call.op.name in known


def _averages(call: Call) -> bool:
    """Whether it is a mean that is used: multi-head attention's, over its heads, seldom is."""
    if isinstance(call.op, Function):
        return call.op.name in AVERAGES and call.module != "MultiheadAttention"
    return True


def _states(cell: str) -> Quantity:
    return lambda call: call.op.states if call.op.single and call.op.cell == cell else 0


TORCHPROFILE = Tool(
    "torchprofile",
    (
        Term("batch norm", BatchNorm, 1),
        Term("layer norm", LayerNorm, 1),
        Term("other normalisation with scale and shift", Norm, 1,
             where=lambda call: call.op.affine and call.op.kind != "RMS norm"),
        Term("average pool, and mean", (AveragePool, GlobalAveragePool, Function), 1,
             where=_averages),
        Term("multiplication of elements", Multiply, 1),
        Term("leaky ReLU", Function, 1, where=_named("leaky_relu")),
        Term("bilinear interpolation", Resize, 4, where=lambda call: call.op.mode == "bilinear"),
        Term("bilinear sampling of a grid", Function, 4, where=_named("bilinear grid sample")),
        Term("bicubic sampling of a grid", Function, 16, where=_named("bicubic grid sample")),
        Term("GRU cells: products of states", Recurrent, 2, per=_states("GRU"), unit="state"),
        Term("LSTM cells: products of states", Recurrent, 3, per=_states("LSTM"), unit="state"),
        Term("transposed convolutions: counted at the output's places, whatever their groups",
             Conv, 1, per=_beyond, unit="MAC", where=is_transposed, fault=True),
        Term("einsum: combinations of indices that are no MACs", Einsum, 1, unit="combination",
             per=lambda call: call.op.spanned - call.macs, where=sees),
        Term("multi-head attention: products of sizes, which its trace has too", MultiHead, 1,
             per=lambda call: 4 + call.op.zero, unit="product", fault=True),
        Term("interpolation by area: products of sizes, which its trace has too", Resize, 1,
             per=lambda call: len(call.output) - 2, unit="product", fault=True,
             where=lambda call: call.op.mode == "area" and not call.op.to_size),
        *missed(sees, "an operator that torchprofile has no handler for", "convolutions",
                "matrix products", "recurrent layers"),
    ),
    "MACs", package="torchprofile", version="0.1.0", sees="operators, in torch's trace",
    caveats=(
        Caveat(any_call(lambda call: isinstance(call.op, Recurrent) and call.op.projected > 0),
              "what torchprofile says of an LSTM with projections is not predicted"),
        Caveat(any_call(lambda call: isinstance(call.op, MultiHead)),
              "what nothing uses is not in torchprofile's trace, such as attention's weights"),
    ),
)  # fmt: skip
"""Source: ``torchprofile.handlers``; the four products are those with which
``torch.nn.functional.multi_head_attention_forward`` lays heads beside the batch. It counts no
parameters."""
