"""torchinfo: the parameters of every leaf module, times where it is used."""

from __future__ import annotations

from math import prod

from bottlecalc.layers.calls import Call, Container, Function, Norm, Recurrent, Weights
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


BEYOND = Term(
    "transposed convolutions: counted at the output's places", Conv, 1, per=beyond, unit="MAC",
    fault=True,
    where=lambda call: is_leaf(call) and isinstance(call.op, Conv) and call.op.transposed,
)  # fmt: skip
ROWS = Term(
    "linear layers: all rows of an image but the first", Linear, -1, per=_rows_left_out,
    unit="MAC", fault=True, where=lambda call: is_leaf(call) and _rows_left_out(call) > 0,
)  # fmt: skip
TERMS = (
    Term("biases of convolutions", Conv, 1,
         where=lambda call: is_leaf(call) and is_biased(call)),
    BEYOND,
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

DEEPEST = 4
"""How deep modules may lie to be seen, where nobody says otherwise."""


def _is_seen(call: Call) -> bool:
    return is_leaf(call) and call.name.count(".") < DEEPEST


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


FORMER = OPERATIONS._replace(
    name="torchinfo-0.1",
    terms=(
        Term("modules that hold others: their weights, at every channel of what comes out",
             Container, 1, per=_of_all_inside, unit="weight", fault=True,
             where=lambda call: call.name.count(".") < DEEPEST),
        BEYOND._replace(where=lambda call: _is_seen(call) and call.op.transposed),
        ROWS._replace(where=lambda call: _is_seen(call) and _rows_left_out(call) > 0),
        Term("normalisation and other layers: their scale, once an image",
             (BatchNorm, LayerNorm, Norm, Function), 1, per=_scale, unit="weight", where=_is_seen),
        Term("modules of one's own: weight, once an image", Weights, 1, per=_weight, unit="weight",
             where=lambda call: call.name.count(".") < DEEPEST),
        Term("recurrent cells: as often as there are hidden units", Recurrent, 1, per=_cell,
             unit="weight", fault=True, where=lambda call: call.module in CELLS),
        *missed(_is_seen, "no leaf module does them that lies four deep or less"),
    ),
    package="", version="0.1.1",
)  # fmt: skip
"""Source: ``LayerInfo.calculate_macs``; leaf modules alone are counted since pull request 48."""
