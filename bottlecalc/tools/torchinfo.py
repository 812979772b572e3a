"""torchinfo: the parameters of every leaf module, times where it is used."""

from __future__ import annotations

from bottlecalc.layers.calls import Call, Function, Norm, Recurrent, Weights
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Linear, elements
from bottlecalc.tools.base import CELLS, Term, Tool, beyond, is_biased, missed

COMPOSITE = ("MultiheadAttention", "Transformer", "TransformerEncoderLayer",
             "TransformerDecoderLayer")  # fmt: skip


def is_leaf(call: Call) -> bool:
    """Whether a module of ``torch.nn`` that has no children makes it."""
    return bool(call.module) and call.module not in COMPOSITE


def _held(call: Call) -> int:
    """Its parameters, for every image, whatever it is used on."""
    return call.op.params(call.input, call.output) * call.output[0]


def _rows_left_out(call: Call) -> int:
    """Uses of weights at all rows but one of every image."""
    rows = elements(call.output[:-1])
    return call.weights * (rows - call.output[0])


def _named(call: Call) -> int:
    return call.op.named * call.output[0] if isinstance(call.op, Weights) else 0


def _units(call: Call) -> int:
    """A cell's parameters, for all hidden units but one."""
    op = call.op
    return (op.done + op.added) * (call.output[1] - 1) if isinstance(op, Recurrent) else 0


TERMS = (
    Term("biases of convolutions", Conv, 1,
         where=lambda call: is_leaf(call) and is_biased(call)),
    Term("transposed convolutions: counted at the output's places", Conv, 1, per=beyond,
         unit="MAC", fault=True,
         where=lambda call: is_leaf(call) and isinstance(call.op, Conv) and call.op.transposed),
    Term("biases of linear layers, once an image", Linear, 1, unit="bias",
         per=lambda call: call.biases * call.output[0], where=is_leaf),
    Term("linear layers: all rows of an image but the first", Linear, -1, per=_rows_left_out,
         unit="MAC", fault=True,
         where=lambda call: is_leaf(call) and _rows_left_out(call) > 0),
    Term("batch norm: its parameters, once an image", BatchNorm, 1, per=_held, unit="parameter",
         where=is_leaf),
    Term("layer norm: its parameters, once an image", LayerNorm, 1, per=_held, unit="parameter",
         where=is_leaf),
    Term("other normalisation: its parameters, once an image", Norm, 1, per=_held,
         unit="parameter", where=is_leaf),
    Term("other layers: their parameters, once an image", Function, 1, per=_held,
         unit="parameter", where=is_leaf),
    Term("modules of one's own: weight and bias, once an image", Weights, 1, per=_named,
         unit="parameter"),
    Term("biases of recurrent layers", Recurrent, 1, unit="bias",
         per=lambda call: call.op.added),
    Term("recurrent cells: as often as there are hidden units", Recurrent, 1, per=_units,
         unit="parameter", fault=True, where=lambda call: call.module in CELLS),
    *missed(is_leaf, "no leaf module does them, and torchinfo sees no others"),
)  # fmt: skip

OPERATIONS = Tool(
    "torchinfo", TERMS, "mult-adds", package="torchinfo", version="1.8.0",
    sees="leaf modules, by hooks",
)  # fmt: skip
"""Source: ``LayerInfo.calculate_macs`` of torchinfo."""

PARAMS = OPERATIONS._replace(terms=(), calls_it="params", figure="params")
