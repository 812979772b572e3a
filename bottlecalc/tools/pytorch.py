"""PyTorch's own two: ``FlopCounterMode``, and the profiler's estimate."""

from __future__ import annotations

from bottlecalc.layers.calls import Call, CalledConv, Function, Norm
from bottlecalc.layers.joins import Add, Multiply
from bottlecalc.layers.ops import Conv, elements
from bottlecalc.layers.products import Attention, Einsum, Product, Recurrent
from bottlecalc.tools.base import (
    Caveat,
    Quantity,
    Term,
    Tool,
)
from bottlecalc.tools.sight import (
    any_call,
    by_function,
    inputs,
    missed,
    outputs,
)

VERSION = "2.13.0"
FUSED = "no formula, or fused on the CPU, as attention and LSTM are"


def sees(call: Call) -> bool:
    """Whether the registry of ``torch.utils.flop_counter`` has the operator that it becomes."""
    if isinstance(call.op, Product):
        return not call.op.vector and call.function not in ("F.bilinear", "torch.addbmm")
    return not is_fused(call)


def is_fused(call: Call) -> bool:
    """Whether torch has one operator for it on the CPU: attention, or an LSTM over all steps."""
    return isinstance(call.op, (Attention, Recurrent)) and call.op.fused


def _profiled(call: Call) -> bool:
    """Source: ``computeFlops`` of ``torch/csrc/profiler/util.cpp``."""
    op = call.op
    if isinstance(op, Conv):
        is_plain = call.function in ("F.conv2d", "torch.conv2d") and not op.transposed
        return is_plain and not (isinstance(op, CalledConv) and op.padded)
    return sees(call)


def _lstm_biases(call: Call) -> int:
    """The two biases of every gate are added once, not at every step."""
    steps = elements(call.input) // call.input[-1]
    return call.op.added // steps // 2 if isinstance(call.op, Recurrent) else 0


def _scaled(call: Call) -> int:
    """One product for every element, and another where there is a scale."""
    return outputs(call) * (1 + call.op.affine) if isinstance(call.op, Norm) else 0


def _states(cell: str) -> Quantity:
    return lambda call: call.op.states if call.op.cell == cell else 0


FLOP_COUNTER_MODE = Tool(
    "FlopCounterMode",
    missed(sees, FUSED, "matrix products", "attention", "recurrent layers", factor=2),
    factor=2,
    package="torch",
    version=VERSION,
    sees="operators, as they are dispatched",
    caveats=(
        Caveat(
            any_call(lambda call: isinstance(call.op, Attention) and not sees(call)),
            "on the meta device, or fused on a GPU, FlopCounterMode counts attention",
        ),
    ),
)
"""Source: ``torch.utils.flop_counter``: convolutions and matrix products, 2 for every MAC."""

PROFILER = Tool(
    "torch.profiler",
    (
        Term("addition", Add, 1, taken=True, where=by_function("+", "torch.add", "Tensor.add")),
        Term("multiplication of elements", Multiply, 1, taken=True,
             where=by_function("*", "torch.mul", "Tensor.mul", "torch.multiply",
                               "Tensor.multiply")),
        Term("einsum that sums nothing", Einsum, 1, per=inputs,
             where=lambda call: call.op.operands == 2 and not call.op.contracted),
        Term("instance norm: every tensor that it takes, repeated", Norm, 1, unit="tensor",
             per=lambda call: call.op.tensors),
        Term("repetition: a sum for every dimension", Function, 1, unit="dimension",
             per=lambda call: len(call.output), where=by_function("Tensor.repeat")),
        Term("RMS norm: its products", Norm, 1, per=_scaled,
             where=lambda call: call.op.kind == "RMS norm"),
        Term("GRU: products of states", Recurrent, 1, per=_states("GRU"), unit="state"),
        Term("attention by its products: scaled queries and keys", Attention, 1,
             per=lambda call: call.op.scaled, where=lambda call: not is_fused(call)),
        Term("LSTM that is not fused: products of states", Recurrent, 3,
             per=_states("LSTM"), unit="state", where=lambda call: not is_fused(call)),
        Term("LSTM: its biases added up", Recurrent, 1, per=_lstm_biases, unit="bias",
             where=is_fused),
        *missed(_profiled, "an operator that the profiler has no formula for", "convolutions",
                "matrix products", "attention", "recurrent layers", factor=2),
    ),
    factor=2,
    package="torch",
    version=VERSION,
    sees="operators, as they are dispatched",
    caveats=(
        Caveat(any_call(lambda call: isinstance(call.op, Einsum) and call.op.operands > 2),
              "how torch multiplies three operands of an einsum or more is not predicted"),
        Caveat(any_call(by_function("F.bilinear")),
              "how torch multiplies in a bilinear layer is not predicted"),
    ),
)  # fmt: skip
