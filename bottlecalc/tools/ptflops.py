"""ptflops: its two backends, one of operators, one of modules and functions."""

from __future__ import annotations

from bottlecalc.layers.calls import (
    Call,
    Function,
    NamedAdd,
    NamedMultiply,
    Norm,
    Resize,
    SlowLinear,
    Weights,
)
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Linear, Op
from bottlecalc.layers.products import MultiHead, Product, Recurrent
from bottlecalc.tools.base import (
    Term,
    Tool,
)
from bottlecalc.tools.pytorch import is_fused
from bottlecalc.tools.sight import (
    BATCH_NORMS,
    BROADCAST,
    CONVS,
    INSTANCE_NORMS,
    KINDS,
    RECURRENT,
    TRANSPOSED,
    by_layer,
    by_module,
    by_patch,
    hidden,
    inputs,
    is_biased,
    missed,
    outputs,
    pools,
)

VERSION = "0.7.5"


def _sees_operator(call: Call) -> bool:
    op = call.op
    if isinstance(op, Product):
        is_plain = not (op.vector or op.added or call.function == "F.bilinear")
        return is_plain or call.function.endswith(".addmm")
    return not is_fused(call)


ATEN = Tool(
    "ptflops-aten",
    (
        Term("biases of convolutions", Conv, 1, where=is_biased),
        Term("biases of linear layers", Linear, 1,
             where=lambda call: is_biased(call) and not isinstance(call.op, SlowLinear)),
        Term("what is added to a matrix product", Product, 1,
             where=lambda call: _sees_operator(call) and call.op.added > 0),
        Term("biases of recurrent layers", Recurrent, 1, unit="bias",
             per=lambda call: call.op.added - call.op.apart, where=_sees_operator),
        *missed(_sees_operator, "an operator that ptflops does not know", "matrix products",
                "attention", "recurrent layers"),
    ),
    "MACs", package="ptflops", version=VERSION, sees="operators, as they are dispatched",
)  # fmt: skip
"""Source: ``ptflops.aten_ops``."""

NORMS = (*BATCH_NORMS[:3], *INSTANCE_NORMS, "GroupNorm")
ACTIVATIONS = ("ReLU", "PReLU", "ELU", "LeakyReLU", "ReLU6", "GELU")
FUNCTIONS = ("F.relu", "F.prelu", "F.elu", "F.relu6", "F.gelu", "F.silu")
POOLS = pools("Max", "Avg", "AdaptiveMax", "AdaptiveAvg")
POOL_FUNCTIONS = (
    *(f"F.{kind}_pool{n}d" for n in (1, 2, 3) for kind in ("max", "avg")),
    *(f"F.adaptive_{kind}_pool{n}d" for n in (1, 2, 3) for kind in ("max", "avg")),
    *(f"F.max_pool{n}d_with_indices" for n in (1, 2, 3)),
)
PRODUCTS = ("torch.matmul", "Tensor.matmul", "torch.mm", "Tensor.mm", "torch.bmm", "Tensor.bmm",
            "torch.addmm", "Tensor.addmm", "torch.baddbmm")  # fmt: skip
ELEMENTWISE = ("torch.add", "Tensor.add", "torch.mul", "Tensor.mul")


def _beyond(call: Call) -> int:
    return call.op.left - outputs(call) if isinstance(call.op, (NamedAdd, NamedMultiply)) else 0


MISALIGNED = Term(
    "sums and products by name: shapes aligned at the wrong end", (NamedAdd, NamedMultiply), 1,
    per=_beyond, fault=True, where=by_patch(*ELEMENTWISE),
)  # fmt: skip
"""Broadcasting aligns shapes at their last dimensions."""

by_hook = by_layer(*CONVS, *TRANSPOSED, "Linear", *RECURRENT)
patched = by_patch(*PRODUCTS)


def _sees(call: Call) -> bool:
    return by_hook(call) or patched(call)


RATES = {"LSTM": 10, "GRU": 7, "RNN": 1}
"""For every element of hidden state, beside its biases."""
recurrent_states = hidden(RATES)


def attended(call: Call) -> int:
    """What ``multihead_attention_counter_hook`` says of multi-head attention."""
    op = call.op
    if not isinstance(op, MultiHead):
        return 0
    e, n, m = op.features, op.queries, op.keys
    key, value = op.key_features, op.value_features
    projected = n * e + n * e * e + m * (key * key + value * value)
    projected += (n + 2 * m) * e * op.bias + n * value * (value + 1)
    attended = op.heads * n * m * (e // op.heads + value // op.heads + 1)
    return op.batch * (projected + attended)


def _exact(call: Call) -> int:
    """What comes out, but that its size is not rounded down."""
    op = call.op
    return op.exact if isinstance(op, Resize) and not op.to_size else outputs(call)


def _first_image(call: Call) -> int:
    return outputs(call) // max(call.output[0], 1)


HOOKS = (
    Term("biases of convolutions", Conv, 1,
         where=lambda call: by_hook(call) and is_biased(call)),
    Term("biases of linear layers", Linear, 1,
         where=lambda call: by_hook(call) and is_biased(call)),
    Term("batch norm", BatchNorm, 2, where=by_module(*BATCH_NORMS[:3])),
    Term("layer norm: its scale and shift are not noticed", LayerNorm, 1,
         where=by_module("LayerNorm")),
    Term("other normalisation", Norm, 2,
         where=lambda call: by_module(*NORMS)(call) and call.op.affine),
    Term("normalisation without scale and shift", Norm, 1,
         where=lambda call: by_module(*NORMS, "LayerNorm")(call)
         and not (call.op.affine and call.module != "LayerNorm")),
    Term("activations that are modules", Op, 1, where=by_module(*ACTIVATIONS)),
    Term("poolings that are modules", Op, 1, per=inputs, where=by_module(*POOLS)),
    Term("upsampling modules: of the first image alone", Resize, 1, per=_first_image,
         where=by_module("Upsample"), fault=True),
    Term("multi-head attention, by a rule of its own", MultiHead, 1, per=attended,
         unit="operation", where=by_module("MultiheadAttention")),
    Term("recurrent layers: states and biases", Recurrent, 1, per=recurrent_states,
         unit="operation", where=by_module(*RECURRENT)),
    Term("LSTM: its projection", Recurrent, -1, per=lambda call: call.op.projected, unit="MAC",
         where=by_module(*RECURRENT), fault=True),
)  # fmt: skip
PATCHES = (
    Term("activations again, as functions", Op, 1, fault=True,
         where=lambda call: by_patch(*FUNCTIONS)(call) and by_module(*ACTIVATIONS)(call)),
    Term("activations that are functions", Op, 1,
         where=lambda call: by_patch(*FUNCTIONS)(call) and not by_module(*ACTIVATIONS)(call)),
    Term("poolings again, as functions", Op, 1, per=inputs, fault=True,
         where=lambda call: by_patch(*POOL_FUNCTIONS)(call) and by_module(*POOLS)(call)),
    Term("poolings that are functions", Op, 1, per=inputs,
         where=lambda call: by_patch(*POOL_FUNCTIONS)(call) and not by_module(*POOLS)(call)),
    Term("softmax", Function, 1, where=by_patch("F.softmax")),
    Term("upsampling again, as a function", Resize, 1, fault=True, per=_exact,
         where=lambda call: by_patch("F.interpolate", "F.upsample")(call)
         and by_module("Upsample")(call)),
    Term("interpolation", Resize, 1, per=_exact,
         where=lambda call: by_patch("F.interpolate", "F.upsample")(call)
         and not by_module("Upsample")(call)),
    Term("what is added to a matrix product", Product, 1, per=lambda call: call.op.added,
         where=lambda call: patched(call) and call.op.added > 0 and not call.op.dropped),
    BROADCAST._replace(where=by_patch(*PRODUCTS[:6])),
    Term("sums and products of elements by name", Op, 1, where=by_patch(*ELEMENTWISE)),
    MISALIGNED,
)  # fmt: skip

PYTORCH = Tool(
    "ptflops-pytorch",
    (
        *(term._replace(shared=True) for term in HOOKS),
        *PATCHES,
        *missed(_sees, "neither a module that ptflops knows nor a function", *KINDS, shared=True),
    ),
    "MACs",
    package="ptflops",
    version=VERSION,
    sees="modules by hooks, and functions by patches",
    per_image=lambda call: patched(call) and not by_hook(call),
    repeats=lambda call: call.places,
)
"""Source: ``ptflops.pytorch_ops``: what modules do is divided by the batch, functions are not."""


def _frozen(call: Call) -> int:
    return call.op.held - call.op.trained if isinstance(call.op, Weights) else 0


TRAINED_ONLY = (
    Term("parameters that are not trained", Weights, -1, per=_frozen, unit="parameter"),
)
PARAMS_ATEN = ATEN._replace(terms=TRAINED_ONLY, calls_it="params", figure="params")
PARAMS_PYTORCH = PYTORCH._replace(
    terms=TRAINED_ONLY, calls_it="params", figure="params", per_image=None, repeats=None
)
