"""thop, and its descendant ultralytics-thop: leaf modules by hooks."""

from __future__ import annotations

from math import prod

from bottlecalc.layers.calls import Call, Function, MultiHead, Norm, Recurrent, Resize, Weights
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Linear, Op
from bottlecalc.layers.pooling import AveragePool
from bottlecalc.tools.base import (
    BATCH_NORMS,
    CONVS,
    INSTANCE_NORMS,
    RECURRENT,
    TRANSPOSED,
    Condition,
    Term,
    Tool,
    beyond,
    by_function,
    by_module,
    inputs,
    is_biased,
    missed,
    outputs,
    pools,
)

HOOKED = (*CONVS, *TRANSPOSED, "Linear", *RECURRENT)
WEIGHED = (*HOOKED, *BATCH_NORMS, *INSTANCE_NORMS, "LayerNorm", "PReLU", "SyncBatchNorm")
"""The modules with parameters that thop has a rule for."""

RATES = {"LSTM": 8, "GRU": 7, "RNN": 1}
"""For every element of hidden state, beside its biases."""

sees = by_module(*HOOKED)


def _is_transposed(call: Call) -> bool:
    return isinstance(call.op, Conv) and call.op.transposed and call.module in TRANSPOSED


def _softmax(call: Call) -> int:
    """Exponentials, sums and divisions: 3n - 1 for n numbers that sum to 1."""
    along = call.op.along if isinstance(call.op, Function) else 1
    return outputs(call) // along * (3 * along - 1) if outputs(call) else 0


def _recurrent(call: Call) -> int:
    op = call.op
    return op.states * RATES[op.cell] + op.added if isinstance(op, Recurrent) else 0


def _norms(*modules: str) -> tuple[Term, ...]:
    known = by_module(*modules)
    return (
        Term("batch norm", BatchNorm, 4, where=known),
        Term("layer norm", LayerNorm, 4, where=known),
        Term("other normalisation", Norm, 4, where=lambda call: known(call) and call.op.affine),
        Term("normalisation without scale and shift", Norm, 2,
             where=lambda call: known(call) and not call.op.affine),
    )  # fmt: skip


def _resized(rates: dict[str, int]) -> tuple[Term, ...]:
    return tuple(
        Term(f"{mode} upsampling", Resize, each, where=_upsampling(mode))
        for mode, each in rates.items()
    )


def _upsampling(mode: str) -> Condition:
    modules = by_module("Upsample", "UpsamplingNearest2d", "UpsamplingBilinear2d")
    return lambda call: modules(call) and call.op.mode == mode


THOP = Tool(
    "thop",
    (
        *_norms(*BATCH_NORMS, *INSTANCE_NORMS, "LayerNorm"),
        Term("transposed convolutions: counted at the output's places", Conv, 1, per=beyond,
             unit="MAC", where=_is_transposed, fault=True),
        Term("PReLU", Function, 1, where=by_module("PReLU")),
        Term("softmax, 3n - 1 for n numbers", Function, 1, per=_softmax, unit="operation",
             where=by_module("Softmax")),
        Term("average pool", Op, 1, where=by_module(*pools("Avg"))),
        Term("adaptive average pool: what goes in, and what comes out", Op, 1,
             per=lambda call: inputs(call) + outputs(call), where=by_module(*pools("AdaptiveAvg"))),
        *_resized({"nearest": 1, "linear": 5, "bilinear": 11, "bicubic": 259}),
        Term("recurrent layers: states and biases", Recurrent, 1, per=_recurrent, unit="operation",
             where=sees),
        *missed(sees, "no module that thop knows does them"),
    ),
    "MACs", package="thop", version="0.1.1.post2209072238", sees="modules by hooks",
)  # fmt: skip
"""Source: ``thop.vision.basic_hooks``, ``thop.vision.calc_func``, ``thop.rnn_hooks``."""


def _unknown(call: Call) -> int:
    op = call.op
    return op.held if isinstance(op, Weights) else 0


def _is_uncounted(call: Call) -> bool:
    known = call.module in WEIGHED and isinstance(call.op, Weights) and call.op.called
    return not known


THOP_PARAMS = THOP._replace(
    terms=(
        Term("parameters of modules that it has no rule for, or that never run", Weights, -1,
             per=_unknown, unit="parameter", where=_is_uncounted, fault=True),
    ),
    calls_it="params", figure="params",
)  # fmt: skip

PRODUCTS = ("torch.matmul", "Tensor.matmul", "@", "torch.bmm", "Tensor.bmm", "torch.einsum",
            "F.linear", "F.scaled_dot_product_attention")  # fmt: skip
ULTRALYTICS_HOOKED = (*HOOKED, "MultiheadAttention", "Bilinear")


def _sees_products(call: Call) -> bool:
    return by_module(*ULTRALYTICS_HOOKED)(call) or by_function(*PRODUCTS)(call)


def _heads(call: Call) -> int:
    op = call.op
    if not isinstance(op, MultiHead):
        return 0
    return op.batch * op.heads * op.queries * (3 * op.keys - 1)


def _windows(call: Call) -> int:
    """What all windows take in, and one division for each."""
    op = call.op
    if not isinstance(op, AveragePool):
        return outputs(call)
    sides = zip(op.kernel, call.input[2:], call.output[2:], strict=False)
    taken = prod(
        sum(min(i * op.stride + kernel, side) - i * op.stride for i in range(count))
        for kernel, side, count in sides
    )
    return prod(call.input[:2]) * taken + outputs(call)


def _adaptive(call: Call) -> int:
    """The same, of windows that may overlap where the sizes do not divide."""
    sides = zip(call.input[2:], call.output[2:], strict=True)
    taken = prod(
        sum(-(-(j + 1) * side // count) - j * side // count for j in range(count))
        for side, count in sides
    )
    return prod(call.input[:2]) * taken + outputs(call)


ULTRALYTICS = Tool(
    "ultralytics-thop",
    (
        *_norms(*BATCH_NORMS, *INSTANCE_NORMS, "LayerNorm", "GroupNorm", "RMSNorm"),
        Term("PReLU", Function, 1, where=by_module("PReLU")),
        Term("softmax, 3n - 1 for n numbers", Function, 1, per=_softmax, unit="operation",
             where=by_module("Softmax")),
        Term("softmax of multi-head attention", MultiHead, 1, per=_heads, unit="operation"),
        Term("average pool: windows, and what comes out", Op, 1, per=_windows,
             where=by_module(*pools("Avg"))),
        Term("adaptive average pool: windows, and what comes out", Op, 1, per=_adaptive,
             where=by_module(*pools("AdaptiveAvg"))),
        *_resized({"linear": 5, "bilinear": 11, "bicubic": 259, "trilinear": 31}),
        Term("recurrent layers: states and biases", Recurrent, 1, per=_recurrent, unit="operation",
             where=sees),
        *missed(_sees_products, "neither a module nor a function that it knows"),
    ),
    "MACs", package="ultralytics-thop", version="2.2.3",
    sees="modules by hooks, and products by torch's functions",
)  # fmt: skip
"""Source: ``thop`` as ultralytics-thop 2.2.3 has it."""

ULTRALYTICS_PARAMS = ULTRALYTICS._replace(terms=(), calls_it="params", figure="params")


def _shares(call: Call) -> int:
    """Of every output as many additions as it has inputs, rounded down, and one division."""
    sides = zip(call.input[2:], call.output[2:], strict=True)
    return outputs(call) * (prod(side // count for side, count in sides) + 1)


def _side(call: Call) -> int:
    """As many additions as the window is wide, which should be squared, and one division."""
    return outputs(call) * (call.op.kernel[0] + 1) if isinstance(call.op, AveragePool) else 0


def _additions(call: Call) -> int:
    return outputs(call) * (call.input[-1] - 1)


def _former(batch_norm: int) -> tuple[Term, ...]:
    """What both have."""
    norms = by_module(*BATCH_NORMS)
    return (
        Term("biases of convolutions", Conv, 1,
             where=lambda call: by_module(*CONVS, *TRANSPOSED)(call) and is_biased(call)),
        Term("batch norm", BatchNorm, batch_norm, where=norms),
        Term("batch norm without scale and shift", Norm, batch_norm, where=norms),
        Term("transposed convolutions: counted at the output's places", Conv, 1, per=beyond,
             unit="MAC", where=_is_transposed, fault=True),
        Term("leaky ReLU", Op, 1, where=by_module("LeakyReLU")),
        Term("adaptive average pool: windows, and what comes out", Op, 1, per=_shares,
             where=by_module(*pools("AdaptiveAvg"))),
    )  # fmt: skip


THOP_2020 = THOP._replace(
    name="thop-2020",
    terms=(
        *_former(2),
        Term("average pool", Op, 1, where=by_module(*pools("Avg"))),
        *_resized({"linear": 5, "bilinear": 11, "bicubic": 259}),
        Term("recurrent layers: states and biases", Recurrent, 1, per=_recurrent, unit="operation",
             where=sees),
        *missed(sees, "no module that thop knows does them"),
    ),
    package="", version="0.0.31.post2005241907",
)  # fmt: skip
"""Source: ``thop/vision/basic_hooks.py`` from January 2020 to June 2022."""

_sees_no_cells = by_module(*CONVS, *TRANSPOSED, "Linear")
THOP_2019 = THOP._replace(
    name="thop-2019",
    terms=(
        *_former(4),
        Term("linear layers: additions too", Linear, 1, per=_additions, unit="addition",
             where=by_module("Linear"), fault=True),
        Term("average pool: one side of windows, and what comes out", Op, 1, per=_side,
             where=by_module(*pools("Avg")), fault=True),
        *_resized({"linear": 5, "bilinear": 13, "bicubic": 259}),
        *missed(_sees_no_cells, "no module that thop knows does them"),
    ),
    package="", version="September 2019",
    notes=("It added in single precision: of large models it printed up to 24 more or less.",),
)  # fmt: skip
"""Source: ``thop/count_hooks.py``, of which its README's table of that month was made."""
