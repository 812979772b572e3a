"""PyTorch's own two: ``FlopCounterMode``, and the profiler's estimate."""

from __future__ import annotations

from bottlecalc.layers.calls import Attention, Call, Product, Recurrent, TextPadded
from bottlecalc.layers.joins import Add, Multiply
from bottlecalc.layers.ops import Conv, elements
from bottlecalc.tools.base import Quantity, Term, Tool, missed

VERSION = "2.13.0"
FUSED = "no formula, or fused on the CPU, as attention and LSTM are"


def sees(call: Call) -> bool:
    """Whether the registry of ``torch.utils.flop_counter`` has the operator that it becomes."""
    if isinstance(call.op, Product):
        return not call.op.vector and call.function != "F.bilinear"
    return not (isinstance(call.op, Attention) or is_fused(call))


def is_fused(call: Call) -> bool:
    """Whether it is an LSTM over all steps, which torch has one operator for on the CPU."""
    op = call.op
    return isinstance(op, Recurrent) and op.cell == "LSTM" and not op.single


def _profiled(call: Call) -> bool:
    """Source: ``computeFlops`` of ``torch/csrc/profiler/util.cpp``."""
    op = call.op
    if isinstance(op, Conv):
        is_plain = call.function == "F.conv2d" and not op.transposed
        return is_plain and not isinstance(op, TextPadded)
    return sees(call)


def _lstm_biases(call: Call) -> int:
    """The two biases of every gate are added once, not at every step."""
    steps = elements(call.input) // call.input[-1]
    return call.op.added // steps // 2 if isinstance(call.op, Recurrent) else 0


def _states(cell: str) -> Quantity:
    return lambda call: call.op.states if call.op.cell == cell else 0


FLOP_COUNTER_MODE = Tool(
    "FlopCounterMode",
    missed(sees, FUSED, 2),
    factor=2,
    package="torch",
    version=VERSION,
    sees="operators, as they are dispatched",
    notes=("On the meta device, or fused on a GPU, attention is counted.",),
)
"""Source: ``torch.utils.flop_counter``: convolutions and matrix products, 2 for every MAC."""

PROFILER = Tool(
    "torch.profiler",
    (
        Term("addition", Add, 1),
        Term("multiplication of elements", Multiply, 1),
        Term("GRU: products of states", Recurrent, 1, per=_states("GRU"), unit="state"),
        Term("LSTM cells: products of states", Recurrent, 3, per=_states("LSTM"), unit="state",
             where=lambda call: call.op.single),
        Term("LSTM: its biases added up", Recurrent, 1, per=_lstm_biases, unit="bias",
             where=is_fused),
        *missed(_profiled, "an operator that the profiler has no formula for", 2),
    ),
    factor=2,
    package="torch",
    version=VERSION,
    sees="operators, as they are dispatched",
)  # fmt: skip
