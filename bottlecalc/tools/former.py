"""Versions that nobody installs any more, but whose numbers are still quoted."""

from __future__ import annotations

from math import prod

from bottlecalc.layers.calls import Call, Container, Function, Norm, Resize, Weights
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Linear, Op
from bottlecalc.layers.pooling import AveragePool
from bottlecalc.layers.products import MultiHead, Recurrent
from bottlecalc.tools import ptflops, thop, torchinfo
from bottlecalc.tools.base import (
    Term,
    Tool,
)
from bottlecalc.tools.sight import (
    BATCH_NORMS,
    BEYOND,
    CELLS,
    CONVS,
    KINDS,
    RECURRENT,
    TRANSPOSED,
    by_layer,
    by_module,
    inputs,
    is_biased,
    missed,
    outputs,
    pools,
)

SEEN = tuple(kind for kind in KINDS if kind != "recurrent layers")
"""What was seen to be missed; of recurrent layers as functions nothing was recorded."""

OF_MODULES = BEYOND._replace(where=by_module(*TRANSPOSED))

PTFLOPS = Tool(
    "ptflops-0.6",
    (
        Term("biases of convolutions", Conv, 1,
             where=lambda call: ptflops.by_hook(call) and is_biased(call)),
        OF_MODULES,
        Term("biases of linear layers, once a call", Linear, 1, unit="bias",
             per=lambda call: call.output[-1],
             where=lambda call: ptflops.by_hook(call) and is_biased(call)),
        Term("batch norm", BatchNorm, 2, where=by_module(*BATCH_NORMS[:3])),
        Term("other normalisation", Norm, 2,
             where=lambda call: by_module(*ptflops.NORMS)(call) and call.op.affine),
        Term("normalisation without scale and shift", Norm, 1,
             where=lambda call: by_module(*ptflops.NORMS)(call) and not call.op.affine),
        Term("activations that are modules", Op, 1,
             where=by_module("ReLU", "PReLU", "ELU", "LeakyReLU", "ReLU6")),
        Term("poolings that are modules", Op, 1, per=inputs, where=by_module(*ptflops.POOLS)),
        Term("upsampling modules", Resize, 1, where=by_module("Upsample")),
        Term("multi-head attention, by a rule of its own", MultiHead, 1, per=ptflops.attended,
             unit="operation", where=by_module("MultiheadAttention")),
        Term("recurrent layers: states and biases", Recurrent, 1, per=ptflops.recurrent_states,
             unit="operation", where=by_module(*RECURRENT)),
        *missed(ptflops.by_hook, "no module that ptflops knows does them", *SEEN),
    ),
    "MACs", version="0.6.7", sees="modules by hooks",
)  # fmt: skip
"""Source: ``ptflops/flops_counter.py``; functions are patched too from 0.7.1 on. It counts one
image, or all that a constructor of its own makes."""


def _shares(call: Call) -> int:
    """Of every output as many additions as it has inputs, rounded down, and one division."""
    sides = zip(call.input[2:], call.output[2:], strict=True)
    return outputs(call) * (prod(side // count for side, count in sides) + 1)


def _side(call: Call) -> int:
    """As many additions as the window is wide, which should be squared, and one division."""
    return outputs(call) * (call.op.kernel[0] + 1) if isinstance(call.op, AveragePool) else 0


def _additions(call: Call) -> int:
    return outputs(call) * (call.input[-1] - 1)


def _thop(batch_norm: int) -> tuple[Term, ...]:
    """What both former ones have."""
    norms = by_module(*BATCH_NORMS)
    return (
        Term("biases of convolutions", Conv, 1,
             where=lambda call: by_layer(*CONVS, *TRANSPOSED)(call) and is_biased(call)),
        Term("batch norm", BatchNorm, batch_norm, where=norms),
        Term("batch norm without scale and shift", Norm, batch_norm, where=norms),
        OF_MODULES,
        Term("leaky ReLU", Op, 1, where=by_module("LeakyReLU")),
        Term("adaptive average pool: windows, and what comes out", Op, 1, per=_shares,
             where=by_module(*pools("AdaptiveAvg"))),
    )  # fmt: skip


THOP_2020 = thop.THOP._replace(
    name="thop-2020",
    terms=(
        *_thop(2),
        Term("average pool", Op, 1, where=by_module(*pools("Avg"))),
        *thop.resized({"linear": 5, "bilinear": 11, "bicubic": 259}, thop.upsampled),
        Term("recurrent layers: states and biases", Recurrent, 1, per=thop.recurrent_states,
             unit="operation", where=thop.sees),
        *missed(thop.sees, "no module that thop knows does them", *SEEN),
    ),
    package="", version="0.0.31.post2005241907", caveats=(),
)  # fmt: skip
"""Source: ``thop/vision/basic_hooks.py`` from January 2020 to June 2022."""

_sees_no_cells = by_layer(*CONVS, *TRANSPOSED, "Linear")
THOP_2019 = thop.THOP._replace(
    name="thop-2019",
    terms=(
        *_thop(4),
        Term("linear layers: additions too", Linear, 1, per=_additions, unit="addition",
             where=by_module("Linear"), fault=True),
        Term("average pool: one side of windows, and what comes out", Op, 1, per=_side,
             where=by_module(*pools("Avg")), fault=True),
        *thop.resized({"linear": 5, "bilinear": 13, "bicubic": 259}, thop.upsampled),
        *missed(_sees_no_cells, "no module that thop knows does them", *KINDS),
    ),
    package="", version="September 2019", caveats=(),
    notes=("It added in single precision: of large models it printed up to 24 more or less.",),
)  # fmt: skip
"""Source: ``thop/count_hooks.py``, of which its README's table of that month was made."""

DEEPEST = 4
"""How deep modules may lie to be seen by torchinfo, where nobody says otherwise."""


def _is_seen(call: Call) -> bool:
    return torchinfo.is_leaf(call) and call.name.count(".") < DEEPEST


def _scale(call: Call) -> int:
    """Its scale, for every image; half of what normalisation holds is its shift."""
    held = call.op.params(call.input, call.output)
    return (held if isinstance(call.op, Function) else held // 2) * call.output[0]


def _of_all_inside(call: Call) -> int:
    """Weights of all that it holds, at every image and channel of what comes out."""
    return call.op.weights_held * prod(call.output[:2]) if isinstance(call.op, Container) else 0


def _weight(call: Call) -> int:
    return call.op.weight * call.output[0] if isinstance(call.op, Weights) else 0


def _cell(call: Call) -> int:
    """A cell's weights, for all hidden units but one."""
    op = call.op
    return op.done * (call.output[1] - 1) if isinstance(op, Recurrent) else 0


TORCHINFO = Tool(
    "torchinfo-0.1",
    (
        Term("modules that hold others: their weights, at every channel of what comes out",
             Container, 1, per=_of_all_inside, unit="weight", fault=True,
             where=lambda call: call.name.count(".") < DEEPEST),
        BEYOND._replace(where=lambda call: _is_seen(call) and call.op.transposed),
        torchinfo.ROWS._replace(
            where=lambda call: _is_seen(call) and torchinfo.rows_left_out(call) != 0
        ),
        Term("normalisation and other layers: their scale, once an image",
             (BatchNorm, LayerNorm, Norm, Function), 1, per=_scale, unit="weight", where=_is_seen),
        Term("modules of one's own: weight, once an image", Weights, 1, per=_weight, unit="weight",
             where=lambda call: call.name.count(".") < DEEPEST),
        Term("recurrent cells: as often as there are hidden units", Recurrent, 1, per=_cell,
             unit="weight", fault=True, where=lambda call: call.module in CELLS),
        *missed(_is_seen, "no leaf module does them that lies four deep or less", *SEEN),
    ),
    "mult-adds", version="0.1.1", sees="modules, by hooks",
)  # fmt: skip
"""Source: ``LayerInfo.calculate_macs``; leaf modules alone are counted since pull request 48."""
