"""Which calls a tool sees: by their functions, modules and operators; and how many are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bottlecalc.layers.calls import BatchStatistics, Call, Evidence, Norm
from bottlecalc.layers.normalisation import BatchNorm
from bottlecalc.layers.ops import Conv, Linear, Op, elements
from bottlecalc.layers.products import Attention, Einsum, Product, Recurrent
from bottlecalc.tools.base import Condition, Quantity, Term


def macs(call: Call) -> int:
    """MACs of a call."""
    return call.macs


def outputs(call: Call) -> int:
    """Elements that come out."""
    return elements(call.output)


def inputs(call: Call) -> int:
    """Elements that go in."""
    return elements(call.input)


def beyond(call: Call) -> int:
    """MACs of weights at places of the output that the input does not have."""
    places = [elements((one[0], *one[2:])) for one in (call.output, call.input)]
    return call.weights * (places[0] - places[1])


def misaligned(call: Call) -> int:
    """MACs that are lost, or too many, where rows of the first times columns of the second count.

    Shapes may be broadcast, and vectors have no columns.
    """
    op = call.op
    if not isinstance(op, Product) or isinstance(op, Einsum) or op.rows is None:
        return 0
    return op.rows - call.macs


def hidden(rates: Mapping[str, int]) -> Quantity:
    """What is done to hidden states, so much for every element by the kind of cell, and biases."""

    def quantity(call: Call) -> int:
        op = call.op
        return op.states * rates[op.cell] + op.added if isinstance(op, Recurrent) else 0

    return quantity


def of_batch(call: Call) -> bool:
    """Whether it is batch norm by the mean and variance of the batch, in eval mode too."""
    return isinstance(call.op, BatchStatistics) or (isinstance(call.op, Norm) and call.op.of_batch)


def is_batch_norm(call: Call) -> bool:
    """Whether it is batch norm, with a scale and a shift or without."""
    is_plain = isinstance(call.op, Norm) and call.op.kind == "batch norm"
    return is_plain or isinstance(call.op, BatchNorm)


def is_biased(call: Call) -> bool:
    """Whether a bias is added to what comes out."""
    return call.biases > 0


def is_transposed(call: Call) -> bool:
    """Whether it is a transposed convolution."""
    return isinstance(call.op, Conv) and call.op.transposed


def by_function(*names: str) -> Condition:
    """The calls of functions of these names."""
    known = frozenset(names)
    return lambda call: call.function in known


def by_patch(*names: str) -> Condition:
    """The calls of functions that somebody else's stand in the place of."""
    known = by_function(*names)
    return lambda call: known(call) and not call.imported


def by_likeness(*names: str) -> Condition:
    """The calls of modules whose class is one of these, or derives from one."""
    known = frozenset(names)
    return lambda call: call.places > 0 and (call.like or call.module) in known


def any_call(condition: Condition) -> Callable[[Evidence], bool]:
    """Models that make such a call."""
    return lambda evidence: any(map(condition, evidence.calls))


def by_module(*names: str) -> Condition:
    """The calls that modules of these classes make."""
    known = frozenset(names)
    return lambda call: call.module in known


def by_layer(*names: str) -> Condition:
    """What modules of these classes are for; a hook of theirs may call other functions."""
    known = by_module(*names)
    return lambda call: known(call) and isinstance(call.op, (Conv, Linear, Recurrent))


BEYOND = Term(
    "transposed convolutions: counted at the output's places", Conv, 1, per=beyond, unit="MAC",
    where=is_transposed, fault=True,
)  # fmt: skip
"""Of a tool that takes a transposed convolution for a plain one."""

BROADCAST = Term(
    "matrix products: shapes that are broadcast are not noticed", Product, 1, per=misaligned,
    unit="MAC", fault=True,
)  # fmt: skip
"""Of a tool that multiplies sizes, whichever operand has them."""

KINDS: Mapping[str, type[Op]] = {
    "convolutions": Conv,
    "linear layers": Linear,
    "matrix products": Product,
    "attention": Attention,
    "recurrent layers": Recurrent,
}


def missed(
    sees: Condition, why: str, *kinds: str, factor: int = 1, shared: bool = False
) -> tuple[Term, ...]:
    """What a tool that sees these calls leaves out of all others' MACs, of the kinds it may."""
    return tuple(
        Term(
            f"{kind}: {why}", KINDS[kind], -factor, per=macs, unit="MAC",
            where=lambda call: not sees(call), fault=True, shared=shared,
        )
        for kind in kinds
    )  # fmt: skip


CONVS = tuple(f"Conv{n}d" for n in (1, 2, 3))
TRANSPOSED = tuple(f"ConvTranspose{n}d" for n in (1, 2, 3))
BATCH_NORMS = (*(f"BatchNorm{n}d" for n in (1, 2, 3)), "SyncBatchNorm")
INSTANCE_NORMS = tuple(f"InstanceNorm{n}d" for n in (1, 2, 3))
CELLS = ("RNNCell", "GRUCell", "LSTMCell")
RECURRENT = ("RNN", "GRU", "LSTM", *CELLS)


def pools(*kinds: str) -> tuple[str, ...]:
    """The classes of poolings of one, two and three dimensions: ``MaxPool2d``."""
    return tuple(f"{kind}Pool{n}d" for kind in kinds for n in (1, 2, 3))
