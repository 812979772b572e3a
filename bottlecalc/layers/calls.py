"""Calls: what a model does as it runs, and by whom another counter would see it done.

A layer of a closed form and a function that a model calls are both told so: what is done, to which
shapes, by which module, through which name of PyTorch's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bottlecalc.layers.joins import Add, Multiply
from bottlecalc.layers.ops import Conv, Factors, Linear, Op, Shape, elements


class Call(NamedTuple):
    """One call.

    Attributes:
        name: of the innermost module that runs, ``layer1.0.conv1``.
        op: what is done.
        input: shape of the first tensor that goes in.
        output: shape of the first that comes out.
        module: the class of the module of ``torch.nn`` that makes the call, ``Conv2d``; empty where
            the forward of somebody's own class makes it.
        function: the name by which Python calls it, ``F.conv2d``, ``torch.matmul``, or ``+`` where
            the operator is written.
    """

    name: str
    op: Op
    input: Shape
    output: Shape
    module: str = ""
    function: str = ""

    @property
    def macs(self) -> int:
        """Multiply-accumulates [MACs]."""
        return self.op.macs(self.input, self.output)

    @property
    def weights(self) -> int:
        """Weights of a convolution or linear layer [parameters]."""
        return self.op.weights(self.input, self.output)

    @property
    def biases(self) -> int:
        """Biases of it [parameters]."""
        return self.op.biases(self.input, self.output)


class TextPadded(Conv):
    """A convolution whose padding is given as text, ``padding="same"``."""


class SlowLinear(Linear):
    """A linear layer on what is neither a matrix nor contiguous: torch adds its bias afterwards."""


@dataclass(frozen=True, kw_only=True)
class NamedAdd(Add):
    """A sum of elements.

    Attributes:
        left: elements that it would have, were shapes aligned at their first dimensions.
    """

    left: int


@dataclass(frozen=True, kw_only=True)
class NamedMultiply(Multiply):
    """A product of elements.

    Attributes:
        left: elements that it would have, were shapes aligned at their first dimensions.
    """

    left: int


@dataclass(frozen=True, kw_only=True)
class Product(Op):
    """A matrix product of two tensors, neither of which need be a weight.

    Attributes:
        contracted: how many products are summed for every element of the output.
        vector: whether one of the two is a vector.
        added: elements of what is added to it, as ``addmm`` does.
    """

    contracted: int
    vector: bool = False
    added: int = 0

    multiplies = True

    def macs(self, x: Shape, y: Shape) -> int:
        """Every element of the output is a sum of so many products [MACs]."""
        return elements(y) * self.contracted

    @property
    def label(self) -> str:
        """``matrix product``."""
        return "matrix product"


@dataclass(frozen=True, kw_only=True)
class Attention(Op):
    """Scaled dot-product attention, in one call: two matrix products and a softmax.

    Source: Vaswani et al., arXiv:1706.03762, section 3.2.1.

    Attributes:
        queries: rows of the query, of all batches and heads.
        keys: that each is compared with.
        depth: features of a key.
        width: features of a value.
    """

    queries: int
    keys: int
    depth: int
    width: int

    multiplies = True

    def macs(self, x: Shape, y: Shape) -> int:
        """Queries times keys, and the weights times the values [MACs]."""
        return self.queries * self.keys * (self.depth + self.width)

    @property
    def label(self) -> str:
        """``attention``."""
        return "attention"


@dataclass(frozen=True, kw_only=True)
class MultiHead(Op):
    """``nn.MultiheadAttention`` as a whole; what it is made of are calls of their own.

    Attributes:
        batch: sequences.
        queries: of a sequence.
        keys: of a sequence.
        features: of a query, a key and a value.
        heads: that they are divided among.
        bias: whether the projections have one.
    """

    batch: int
    queries: int
    keys: int
    features: int
    heads: int
    bias: bool = True

    @property
    def label(self) -> str:
        """``multi-head attention``."""
        return "multi-head attention"


@dataclass(frozen=True, kw_only=True)
class Recurrent(Op):
    """A recurrent layer over all steps of a batch, or a cell over one.

    Attributes:
        cell: LSTM, GRU or RNN.
        done: its MACs.
        states: elements of hidden state that are worked out, of all steps, layers and directions.
        added: biases that are added, of all steps.
        single: whether it is a cell, which runs one step.
    """

    cell: str
    done: int
    states: int
    added: int = 0
    single: bool = False

    multiplies = True

    def macs(self, x: Shape, y: Shape) -> int:
        """Of its matrix products [MACs]."""
        return self.done

    @property
    def label(self) -> str:
        """``LSTM``."""
        return self.cell


@dataclass(frozen=True, kw_only=True)
class Norm(Op):
    """Normalisation of another kind, or without a scale and a shift.

    Attributes:
        kind: ``group norm``.
        affine: whether it has them.
        held: parameters of its own [parameters].
    """

    kind: str
    affine: bool
    held: int = 0

    def factors(self, x: Shape, y: Shape) -> Factors:
        """As many as there are."""
        return (self.held,) if self.held else ()

    @property
    def label(self) -> str:
        """``group norm``."""
        return self.kind


@dataclass(frozen=True, kw_only=True)
class Resize(Op):
    """Interpolation to another size.

    Attributes:
        mode: ``nearest``, ``bilinear``, …
        to_size: whether the size is given, rather than by how much.
    """

    mode: str
    to_size: bool = False

    @property
    def label(self) -> str:
        """``bilinear interpolation``."""
        return f"{self.mode} interpolation"


@dataclass(frozen=True, kw_only=True)
class Function(Op):
    """Any other function of elements.

    Attributes:
        name: ``softmax``.
        along: length of the dimension that it works along, where it does; otherwise 1.
        held: parameters that it takes [parameters].
    """

    name: str
    along: int = 1
    held: int = 0

    def factors(self, x: Shape, y: Shape) -> Factors:
        """As many as there are."""
        return (self.held,) if self.held else ()

    @property
    def label(self) -> str:
        """``softmax``."""
        return self.name


@dataclass(frozen=True, kw_only=True)
class Weights(Op):
    """What a module holds of its own, without its children.

    Attributes:
        held: all of it [parameters].
        trained: what requires gradients [parameters].
        called: whether the module runs.
        named: what of it is called ``weight`` or ``bias`` [parameters].
        weight: what of it is called ``weight`` [parameters].
        leaf: whether the module has no children.
    """

    held: int
    trained: int
    called: bool = True
    named: int = 0
    weight: int = 0
    leaf: bool = True

    @property
    def label(self) -> str:
        """``parameters``."""
        return "parameters"


@dataclass(frozen=True, kw_only=True)
class Container(Op):
    """A module that has others run, whose work is told by calls of their own.

    Attributes:
        weights_held: of all that it holds, without biases [parameters].
    """

    weights_held: int

    @property
    def label(self) -> str:
        """``container``."""
        return "container"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that tools are told apart by.

    Attributes:
        calls: of functions, in order.
        weights: of every module that holds some; the op of each is ``Weights``.
        macs: of one forward pass [MACs].
        params: each counted once [parameters].
        batch: images, or whatever the first dimension of the first input counts.
    """

    calls: tuple[Call, ...]
    weights: tuple[Call, ...]
    macs: int
    params: int
    batch: int = 1

    @property
    def activations(self) -> int:
        """Output elements of convolutions and matrix products [elements]."""
        return sum(elements(call.output) for call in self.calls if call.op.multiplies)

    @property
    def unnamed(self) -> int:
        """MACs that no call is known to do, or that calls do twice [MACs]."""
        return self.macs - sum(call.macs for call in self.calls)
