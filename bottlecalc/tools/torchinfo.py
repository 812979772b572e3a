"""torchinfo: the parameters of every leaf module, times where it is used."""

from __future__ import annotations

from math import prod

from bottlecalc.layers.calls import Call, Evidence, Function, Norm, Weights
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Linear, elements
from bottlecalc.layers.products import Recurrent
from bottlecalc.tools.base import (
    Caveat,
    Term,
    Tool,
)
from bottlecalc.tools.sight import (
    BEYOND,
    CELLS,
    KINDS,
    is_biased,
    is_transposed,
    missed,
)

COMPOSITE = ("MultiheadAttention", "Transformer", "TransformerEncoderLayer",
             "TransformerDecoderLayer")  # fmt: skip


def is_leaf(call: Call) -> bool:
    """Whether a module of ``torch.nn`` that has no children makes it."""
    is_held = bool(call.module) and call.places > 0 and not call.apart
    return is_held and call.module not in COMPOSITE


def _held(call: Call) -> int:
    """Its parameters, for every image, whatever it is used on."""
    return call.op.params(call.input, call.output) * call.output[0]


def rows_left_out(call: Call) -> int:
    """Uses of weights at all rows but one of every image."""
    rows = elements(call.output[:-1])
    return call.weights * (rows - call.output[0])


def _named(call: Call) -> int:
    """By their names; where the class is called a convolution, at every place."""
    op, (first, *more) = call.op, call.output or (1,)
    if not isinstance(op, Weights):
        return 0
    places = prod(more[1:]) if "Conv" in call.kind else 1
    return first * (op.named * places + op.alike * prod(more[:1]))


def _units(call: Call) -> int:
    """A cell's parameters, for all hidden units but one."""
    op = call.op
    return (op.done + op.added) * (call.output[1] - 1) if isinstance(op, Recurrent) else 0


def _is_tangled(evidence: Evidence) -> bool:
    return any(
        call.places > 1 or (isinstance(call.op, Weights) and call.op.tied > 0)
        for call in (*evidence.calls, *evidence.weights)
    )


ROWS = Term(
    "linear layers: all rows of an image but the first", Linear, -1, per=rows_left_out,
    unit="MAC", fault=True, where=lambda call: is_leaf(call) and rows_left_out(call) != 0,
)  # fmt: skip
TERMS = (
    Term("biases of convolutions", Conv, 1,
         where=lambda call: is_leaf(call) and is_biased(call)),
    BEYOND._replace(where=lambda call: is_leaf(call) and is_transposed(call)),
    Term("biases of linear layers, once an image", Linear, 1, unit="bias",
         per=lambda call: call.biases * call.output[0], where=is_leaf),
    ROWS,
    Term("batch norm: its parameters, once an image", BatchNorm, 1, per=_held, unit="parameter",
         where=is_leaf),
    Term("layer norm: its parameters, once an image", LayerNorm, 1, per=_held, unit="parameter",
         where=is_leaf),
    Term("other normalisation: its parameters, once an image", Norm, 1, per=_held,
         unit="parameter", where=is_leaf),
    Term("other layers: their parameters, once an image", Function, 1, per=_held,
         unit="parameter", where=is_leaf),
    Term("modules of one's own: parameters that are called weight or bias", Weights, 1, per=_named,
         unit="parameter", where=lambda call: call.places > 0),
    Term("biases of recurrent layers", Recurrent, 1, unit="bias",
         per=lambda call: call.op.added, where=is_leaf),
    Term("recurrent cells: as often as there are hidden units", Recurrent, 1, per=_units,
         unit="parameter", fault=True, where=lambda call: call.module in CELLS),
    *missed(is_leaf, "no leaf module of torch.nn does them", *KINDS),
)  # fmt: skip

OPERATIONS = Tool(
    "torchinfo", TERMS, "mult-adds", package="torchinfo", version="1.8.0",
    sees="leaf modules, by hooks",
)  # fmt: skip
"""Source: ``LayerInfo.calculate_macs`` of torchinfo."""

PARAMS = OPERATIONS._replace(
    terms=(
        Term("tied parameters, in every module that holds them", Weights, 1, unit="parameter",
             per=lambda call: call.op.tied, where=lambda call: call.op.called and call.op.leaf),
    ),
    calls_it="params", figure="params",
    caveats=(
        Caveat(_is_tangled,
              "where modules share parameters, or one stands under several names, torchinfo may"
              " count its neighbours' parameters again, which is not predicted"),
    ),
)  # fmt: skip
