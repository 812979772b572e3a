"""thop: modules by hooks, by their exact classes."""

from __future__ import annotations

from math import prod

from bottlecalc.layers.calls import Call, Function, Norm, Resize, Weights
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Op
from bottlecalc.layers.products import Recurrent
from bottlecalc.tools.base import (
    Caveat,
    Condition,
    Term,
    Tool,
)
from bottlecalc.tools.sight import (
    BATCH_NORMS,
    BEYOND,
    CONVS,
    INSTANCE_NORMS,
    KINDS,
    RECURRENT,
    TRANSPOSED,
    by_layer,
    by_module,
    hidden,
    missed,
    outputs,
    pools,
)

HOOKED = (*CONVS, *TRANSPOSED, "Linear", *RECURRENT)
UPSAMPLING = ("Upsample", "UpsamplingNearest2d", "UpsamplingBilinear2d")
WEIGHED = (*HOOKED, *BATCH_NORMS, *INSTANCE_NORMS, "LayerNorm", "PReLU", "SyncBatchNorm")
"""The modules with parameters that thop has a rule for."""

RATES = {"LSTM": 8, "GRU": 7, "RNN": 1}
"""For every element of hidden state, beside its biases."""
recurrent_states = hidden(RATES)

sees = by_layer(*HOOKED)
upsampled = by_module(*UPSAMPLING)


def softmax(call: Call) -> int:
    """Exponentials, sums and divisions: 3n - 1 for n numbers that sum to 1."""
    along = call.op.along if isinstance(call.op, Function) else 1
    return outputs(call) // along * (3 * along - 1) if outputs(call) else 0


def _adaptive(call: Call) -> int:
    """Worked out in floating point and cut off, so that it may be one less."""
    sides = zip(call.input[2:], call.output[2:], strict=True)
    return int((prod(side / count for side, count in sides) + 1.0) * outputs(call))


def _unprojected(call: Call) -> int:
    op = call.op
    return op.plain - op.done if isinstance(op, Recurrent) and op.projected else 0


def norms(known: Condition) -> tuple[Term, ...]:
    """Of normalisation by modules that are known."""
    return (
        Term("batch norm", BatchNorm, 4, where=known),
        Term("layer norm", LayerNorm, 4, where=known),
        Term("other normalisation", Norm, 4, where=lambda call: known(call) and call.op.affine),
        Term("normalisation without scale and shift", Norm, 2,
             where=lambda call: known(call) and not call.op.affine),
    )  # fmt: skip


def resized(rates: dict[str, int], known: Condition) -> tuple[Term, ...]:
    """Of upsampling by modules that are known, by its mode."""
    return tuple(
        Term(f"{mode} upsampling", Resize, each, where=_upsampling(mode, known))
        for mode, each in rates.items()
    )


def _upsampling(mode: str, known: Condition) -> Condition:
    return lambda call: known(call) and call.op.mode == mode


THOP = Tool(
    "thop",
    (
        *norms(by_module(*BATCH_NORMS, *INSTANCE_NORMS, "LayerNorm")),
        BEYOND._replace(where=by_module(*TRANSPOSED)),
        Term("PReLU", Function, 1, where=by_module("PReLU")),
        Term("softmax, 3n - 1 for n numbers", Function, 1, per=softmax, unit="operation",
             where=by_module("Softmax")),
        Term("average pool", Op, 1, where=by_module(*pools("Avg"))),
        Term("adaptive average pool: what goes in, and what comes out", Op, 1, per=_adaptive,
             where=by_module(*pools("AdaptiveAvg"))),
        *resized({"nearest": 1, "linear": 5, "bilinear": 11, "bicubic": 259},
                 upsampled),
        Term("recurrent layers: states and biases", Recurrent, 1, per=recurrent_states,
             unit="operation", where=sees),
        Term("LSTM with projections: counted as if it had none", Recurrent, 1, per=_unprojected,
             unit="MAC", where=sees, fault=True),
        *missed(sees, "no module that thop knows does them", *KINDS),
    ),
    "MACs", package="thop", version="0.1.1.post2209072238", sees="modules by hooks",
    repeats=lambda call: call.places**2,
    caveats=(
        Caveat(lambda evidence: any(call.kind.startswith("Lazy") for call in evidence.calls),
              "thop knows no lazy modules, unless they have run before"),
    ),
)  # fmt: skip
"""Source: ``thop.vision.basic_hooks``, ``thop.vision.calc_func``, ``thop.rnn_hooks``."""


def _unknown(call: Call) -> int:
    op = call.op
    return op.held if isinstance(op, Weights) else 0


def _is_uncounted(call: Call) -> bool:
    """The model itself is no module of its, either."""
    known = call.module in WEIGHED and isinstance(call.op, Weights) and call.op.called
    return not (known and call.name)


THOP_PARAMS = THOP._replace(
    terms=(
        Term("parameters of modules that it has no rule for, or that never run", Weights, -1,
             per=_unknown, unit="parameter", where=_is_uncounted, fault=True),
        Term("tied parameters, in every module that holds them", Weights, 1, unit="parameter",
             per=lambda call: call.op.tied, where=lambda call: not _is_uncounted(call)),
    ),
    calls_it="params", figure="params", repeats=lambda call: call.places,
)  # fmt: skip
