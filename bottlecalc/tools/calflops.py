"""calflops, and DeepSpeed's profiler from which it descends: functions, by patches."""

from __future__ import annotations

from math import prod

from bottlecalc.layers.calls import Call, CalledConv, Norm, Resize
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.ops import Conv, Op
from bottlecalc.layers.products import Einsum, Product, Recurrent
from bottlecalc.tools.base import (
    Caveat,
    Quantity,
    Term,
    Tool,
)
from bottlecalc.tools.ptflops import MISALIGNED, POOL_FUNCTIONS, TRAINED_ONLY
from bottlecalc.tools.sight import (
    BROADCAST,
    KINDS,
    RECURRENT,
    any_call,
    by_module,
    by_patch,
    hidden,
    inputs,
    is_biased,
    is_transposed,
    missed,
    of_batch,
    outputs,
)

CONVOLUTIONS = tuple(f"F.conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3))
PRODUCTS = ("F.linear", *CONVOLUTIONS, "torch.matmul", "Tensor.matmul", "torch.addmm",
            "Tensor.addmm", "torch.baddbmm", "torch.einsum")  # fmt: skip
MORE_PRODUCTS = ("@", "torch.mm", "Tensor.mm", "torch.bmm", "Tensor.bmm",
                 "F.scaled_dot_product_attention")  # fmt: skip
FUNCTIONS = ("F.relu", "F.prelu", "F.elu", "F.leaky_relu", "F.relu6", "F.silu", "F.gelu",
             "F.softmax")  # fmt: skip
ELEMENTWISE = ("torch.add", "Tensor.add", "torch.mul", "Tensor.mul")
RATES = {"LSTM": 2, "GRU": 1, "RNN": -1}
"""For every element of hidden state, beside its biases: sums have one addition less."""

is_plain = by_patch(*CONVOLUTIONS[:3])


def _sees(call: Call) -> bool:
    return by_patch(*PRODUCTS)(call) or by_module(*RECURRENT)(call)


def _sees_more(call: Call) -> bool:
    return _sees(call) or by_patch(*MORE_PRODUCTS)(call)


def _sees_macs(call: Call) -> bool:
    is_einsum = call.function == "torch.einsum"
    return by_patch(*PRODUCTS)(call) and not is_einsum


def _divided_twice(call: Call) -> int:
    """MACs that are lost where the filters of a group are divided by the groups once more."""
    filters = call.output[1] // call.op.groups if isinstance(call.op, Conv) else 1
    groups = call.op.groups if isinstance(call.op, Conv) else 1
    return call.macs // filters * (filters - filters // groups)


def _shrunk(call: Call) -> int:
    """Biases at the places of a convolution that shrinks the map, which this one does not."""
    op = call.op
    if not isinstance(op, Conv):
        return 0
    if isinstance(op, CalledConv):
        return call.output[1] // op.groups * op.places
    places = 1
    for size, out, kernel in zip(call.input[2:], call.output[2:], op.kernel, strict=True):
        reach = op.dilation * (kernel - 1)
        padded = (size - 1) * op.stride + reach + 1 - out
        padding = -(-padded // 2)
        places *= (size + 2 * padding - reach - 1) // op.stride + 1
    return call.output[0] * (call.output[1] // op.groups) * places


def _fewer(each: int, biased: bool) -> Quantity:
    """Operations at places that padding on both sides alike would leave out [operations]."""

    def quantity(call: Call) -> int:
        op = call.op
        if not isinstance(op, CalledConv) or not op.padded:
            return 0
        there = call.output[0] * prod(call.output[2:])
        more = call.output[1] if biased and op.bias else 0
        return (there - op.places) * (each * call.macs // there + more)

    return quantity


def _uneven(each: int, biased: bool) -> Term:
    return Term('convolutions with padding="same": padded on both sides alike', CalledConv, -1,
                per=_fewer(each, biased), unit="operation", where=is_plain, fault=True)  # fmt: skip


def _broadcast(each: int, *functions: str) -> Term:
    return BROADCAST._replace(each=each, where=by_patch(*functions))


def _estimated(call: Call) -> int:
    """Of numpy's estimate, what is more than two for every MAC."""
    op = call.op
    return op.estimate - 2 * call.macs if isinstance(op, Einsum) and op.operands < 3 else 0


def _scaled(call: Call) -> int:
    """The size that is given, or what goes in: the scale is worked out and dropped."""
    op = call.op
    return op.exact if isinstance(op, Resize) and op.to_size else inputs(call)


def _sized(call: Call) -> int:
    """The size that is given, or what goes in times the scales."""
    return call.op.exact if isinstance(call.op, Resize) else 0


COMMON = (
    Term("biases of convolutions", Conv, 1,
         where=lambda call: is_plain(call) and is_biased(call)),
    Term("batch norm", BatchNorm, 2),
    Term("batch norm by the batch's own statistics: more", (BatchNorm, Norm), 3, per=outputs,
         where=of_batch),
    Term("layer norm", LayerNorm, 5),
    Term("other normalisation", Norm, 5,
         where=lambda call: call.op.affine and call.op.kind not in ("RMS norm", "batch norm")),
    Term("normalisation without scale and shift", Norm, 4,
         where=lambda call: not call.op.affine and call.op.kind not in ("RMS norm", "batch norm")),
    Term("batch norm without scale and shift", Norm, 1,
         where=lambda call: call.op.kind == "batch norm" and not call.op.affine),
    Term("activations and softmax", Op, 1, where=by_patch(*FUNCTIONS)),
    Term("pooling, of what goes in", Op, 1, per=inputs, where=by_patch(*POOL_FUNCTIONS)),
    Term("what is added to a matrix product", Product, 1, per=lambda call: call.op.added,
         where=lambda call: _sees(call) and call.op.added > 0),
    Term("einsum: numpy's estimate, to four digits", Einsum, 1, per=_estimated, unit="operation",
         where=by_patch("torch.einsum")),
    _uneven(2, biased=True),
    Term("sums and products of elements by name", Op, 1, where=by_patch(*ELEMENTWISE)),
    Term("recurrent layers: states and biases", Recurrent, 1, per=hidden(RATES), unit="operation",
         where=by_module(*RECURRENT)),
    Term("LSTM: its projection", Recurrent, -2, per=lambda call: call.op.projected, unit="MAC",
         where=by_module(*RECURRENT), fault=True),
)  # fmt: skip
UNKNOWN = "no function that it puts its own in the place of"
LISTED = Caveat(
    any_call(lambda call: isinstance(call.op, Einsum) and (call.op.listed or call.op.operands > 2)),
    "an einsum of operands in a list makes it fail, and of three or more its estimate is not known",
)

OPERATIONS = Tool(
    "calflops",
    (
        *COMMON,
        MISALIGNED,
        Term("biases of transposed convolutions: at the places of a plain one", Conv, 1,
             per=_shrunk, unit="place", fault=True,
             where=lambda call: is_transposed(call) and is_biased(call)),
        Term("transposed convolutions: divided by the groups twice", Conv, -2,
             per=_divided_twice, unit="MAC", fault=True,
             where=lambda call: is_transposed(call) and call.op.groups > 1),
        Term("interpolation: its scale is dropped", Resize, 1, per=_scaled, fault=True),
        _broadcast(2, "torch.matmul", "Tensor.matmul"),
        *missed(_sees, UNKNOWN, *KINDS, factor=2),
    ),
    factor=2, package="calflops", version="0.3.2", sees="functions, by patches",
    repeats=lambda call: max(call.places, 1),
    caveats=(
        LISTED,
        Caveat(lambda evidence: not evidence.params, "calflops fails on models without parameters"),
    ),
)  # fmt: skip
"""Source: ``calflops.pytorch_ops``."""

MACS = OPERATIONS._replace(
    name="calflops-macs",
    terms=(
        Term("transposed convolutions: divided by the groups twice", Conv, -1,
             per=_divided_twice, unit="MAC", fault=True,
             where=lambda call: is_transposed(call) and call.op.groups > 1),
        _uneven(1, biased=False),
        _broadcast(1, "torch.matmul", "Tensor.matmul"),
        *missed(_sees_macs, UNKNOWN, *KINDS),
    ),
    calls_it="MACs", factor=1,
)  # fmt: skip

PARAMS = OPERATIONS._replace(
    terms=TRAINED_ONLY, calls_it="params", figure="params", factor=1, repeats=None
)

DEEPSPEED = Tool(
    "deepspeed",
    (
        *COMMON,
        Term("biases of transposed convolutions", Conv, 1,
             where=lambda call: is_transposed(call) and is_biased(call)),
        Term("interpolation", Resize, 1, per=_sized),
        _broadcast(2, "@", "torch.matmul", "Tensor.matmul"),
        *missed(_sees_more, UNKNOWN, *KINDS, factor=2),
    ),
    factor=2, package="deepspeed", version="0.19.8", sees="functions, by patches",
    caveats=(LISTED,),
)  # fmt: skip
"""Source: ``deepspeed.profiling.flops_profiler.profiler``."""

DEEPSPEED_PARAMS = DEEPSPEED._replace(terms=(), calls_it="params", figure="params", factor=1)
