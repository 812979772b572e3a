"""ptflops: its two backends, one of operators, one of modules and functions."""

from __future__ import annotations

from bottlecalc.layers.calls import (
    Attention,
    Call,
    Function,
    MultiHead,
    NamedAdd,
    NamedMultiply,
    Norm,
    Product,
    Recurrent,
    Resize,
    SlowLinear,
    Weights,
)
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Linear, Op
from bottlecalc.tools.base import (
    BATCH_NORMS,
    CONVS,
    INSTANCE_NORMS,
    RECURRENT,
    TRANSPOSED,
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
from bottlecalc.tools.pytorch import is_fused

VERSION = "0.7.5"


def _sees_operator(call: Call) -> bool:
    op = call.op
    if isinstance(op, Product):
        return (not op.vector and not op.added) or call.function.endswith("addmm")
    return not (isinstance(op, Attention) or is_fused(call))


ATEN = Tool(
    "ptflops-aten",
    (
        Term("biases of convolutions", Conv, 1, where=is_biased),
        Term("biases of linear layers", Linear, 1,
             where=lambda call: is_biased(call) and not isinstance(call.op, SlowLinear)),
        Term("what is added to a matrix product", Product, 1,
             where=lambda call: _sees_operator(call) and call.op.added > 0),
        Term("biases of recurrent layers", Recurrent, 1, unit="bias",
             per=lambda call: call.op.added, where=_sees_operator),
        *missed(_sees_operator, "an operator that ptflops does not know"),
    ),
    "MACs", package="ptflops", version=VERSION, sees="operators, as they are dispatched",
)  # fmt: skip
"""Source: ``ptflops.aten_ops``."""

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
    per=_beyond, fault=True, where=by_function(*ELEMENTWISE),
)  # fmt: skip
"""Broadcasting aligns shapes at their last dimensions."""

by_hook = by_module(*CONVS, *TRANSPOSED, "Linear", *RECURRENT)
patched = by_function(*PRODUCTS)


def _sees(call: Call) -> bool:
    return by_hook(call) or patched(call)


RATES = {"LSTM": 10, "GRU": 7, "RNN": 1}
"""For every element of hidden state, beside its biases."""


def _attended(call: Call) -> int:
    """Source: ``multihead_attention_counter_hook``."""
    op = call.op
    if not isinstance(op, MultiHead):
        return 0
    e, n, m = op.features, op.queries, op.keys
    projected = n * e + n * e * e + 2 * m * e * e + (n + 2 * m) * e * op.bias + n * e * (e + 1)
    attended = op.heads * (2 * n * m * (e // op.heads) + n * m)
    return op.batch * (projected + attended)


def _recurrent(call: Call) -> int:
    op = call.op
    return op.states * RATES[op.cell] + op.added if isinstance(op, Recurrent) else 0


BATCH_NORM = Term("batch norm", BatchNorm, 2, where=by_module(*BATCH_NORMS))
OTHER_NORM = Term(
    "other normalisation", Norm, 2,
    where=lambda call: by_module(*INSTANCE_NORMS, "GroupNorm")(call) and call.op.affine,
)  # fmt: skip
CONV_BIASES = Term(
    "biases of convolutions", Conv, 1, where=lambda call: by_hook(call) and is_biased(call)
)
ALWAYS = (
    Term("poolings that are modules", Op, 1, per=inputs, where=by_module(*POOLS)),
    Term("upsampling modules", Resize, 1, where=by_module("Upsample")),
    Term("multi-head attention, by a rule of its own", MultiHead, 1, per=_attended,
         unit="operation", where=by_module("MultiheadAttention")),
    Term("recurrent layers: states and biases", Recurrent, 1, per=_recurrent, unit="operation"),
)  # fmt: skip
"""What was so from the first."""

HOOKS = (
    CONV_BIASES,
    Term("biases of linear layers", Linear, 1,
         where=lambda call: by_hook(call) and is_biased(call)),
    BATCH_NORM,
    Term("layer norm: its scale and shift are not noticed", LayerNorm, 1,
         where=by_module("LayerNorm")),
    OTHER_NORM,
    Term("normalisation without scale and shift", Norm, 1,
         where=lambda call: by_module(*INSTANCE_NORMS, *BATCH_NORMS, "GroupNorm", "LayerNorm")(call)
         and not (call.op.affine and call.module != "LayerNorm")),
    Term("activations that are modules", Op, 1, where=by_module(*ACTIVATIONS)),
    *ALWAYS,
)  # fmt: skip
PATCHES = (
    Term("activations again, as functions", Op, 1, fault=True,
         where=lambda call: by_function(*FUNCTIONS)(call) and by_module(*ACTIVATIONS)(call)),
    Term("activations that are functions", Op, 1,
         where=lambda call: by_function(*FUNCTIONS)(call) and not by_module(*ACTIVATIONS)(call)),
    Term("poolings again, as functions", Op, 1, per=inputs, fault=True,
         where=lambda call: by_function(*POOL_FUNCTIONS)(call) and by_module(*POOLS)(call)),
    Term("poolings that are functions", Op, 1, per=inputs,
         where=lambda call: by_function(*POOL_FUNCTIONS)(call) and not by_module(*POOLS)(call)),
    Term("softmax", Function, 1, where=by_function("F.softmax")),
    Term("upsampling again, as a function", Resize, 1, fault=True,
         where=lambda call: by_function("F.interpolate", "F.upsample")(call)
         and by_module("Upsample")(call)),
    Term("interpolation", Resize, 1,
         where=lambda call: by_function("F.interpolate", "F.upsample")(call)
         and not by_module("Upsample")(call)),
    Term("what is added to a matrix product", Product, 1, per=lambda call: call.op.added,
         where=lambda call: patched(call) and call.op.added > 0),
    Term("sums and products of elements by name", Op, 1, where=by_function(*ELEMENTWISE)),
    MISALIGNED,
)  # fmt: skip

PYTORCH = Tool(
    "ptflops-pytorch",
    (
        *(term._replace(shared=True) for term in HOOKS),
        *PATCHES,
        *missed(_sees, "neither a module that ptflops knows nor a function", shared=True),
    ),
    "MACs",
    package="ptflops",
    version=VERSION,
    sees="modules by hooks, and functions by patches",
    per_image=lambda call: patched(call) and not by_hook(call),
)
"""Source: ``ptflops.pytorch_ops``: what modules do is divided by the batch, functions are not."""

FORMER = PYTORCH._replace(
    name="ptflops-0.6",
    terms=(
        CONV_BIASES,
        Term("transposed convolutions: counted at the output's places", Conv, 1, per=beyond,
             unit="MAC", fault=True, where=by_module(*TRANSPOSED)),
        Term("biases of linear layers, once a call", Linear, 1,
             per=lambda call: call.output[-1], unit="bias",
             where=lambda call: by_hook(call) and is_biased(call)),
        BATCH_NORM,
        OTHER_NORM,
        Term("normalisation without scale and shift", Norm, 1,
             where=lambda call: by_module(*INSTANCE_NORMS, *BATCH_NORMS, "GroupNorm")(call)
             and not call.op.affine),
        Term("activations that are modules", Op, 1,
             where=by_module("ReLU", "PReLU", "ELU", "LeakyReLU", "ReLU6")),
        *ALWAYS,
        *missed(by_hook, "no module that ptflops knows does them"),
    ),
    package="", version="0.6.7", sees="modules by hooks", per_image=None,
)  # fmt: skip
"""Source: ``ptflops/flops_counter.py``; functions are patched too from 0.7.1 on. It counts one
image, or all that a constructor of its own makes."""


def _frozen(call: Call) -> int:
    return call.op.held - call.op.trained if isinstance(call.op, Weights) else 0


TRAINED_ONLY = (
    Term("parameters that are not trained", Weights, -1, per=_frozen, unit="parameter"),
)
PARAMS_ATEN = ATEN._replace(terms=TRAINED_ONLY, calls_it="params", figure="params")
PARAMS_PYTORCH = PYTORCH._replace(
    terms=TRAINED_ONLY, calls_it="params", figure="params", per_image=None
)
