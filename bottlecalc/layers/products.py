"""Products of matrices that no closed form has: attention, recurrence, einsum, and operators."""

from __future__ import annotations

from dataclasses import dataclass

from bottlecalc.layers.ops import Op, Shape, elements


@dataclass(frozen=True, kw_only=True)
class Product(Op):
    """A matrix product of two tensors, neither of which need be a weight.

    Attributes:
        contracted: how many products are summed for every element of the output.
        vector: whether one of the two is a vector.
        added: elements of what is added to it, as ``addmm`` does.
        dropped: whether that is multiplied by ``beta=0``.
        rows: MACs that it would have, were every element of the first used once for every column
            of the second; where shapes are broadcast, or one is a vector, others. [MACs]
    """

    contracted: int
    vector: bool = False
    added: int = 0
    dropped: bool = False
    rows: int | None = None

    multiplies = True

    def macs(self, x: Shape, y: Shape) -> int:
        """Every element of the output is a sum of so many products [MACs]."""
        return elements(y) * self.contracted

    @property
    def label(self) -> str:
        """``matrix product``."""
        return "matrix product"


@dataclass(frozen=True, kw_only=True)
class Einsum(Product):
    """A sum of products by an equation.

    Attributes:
        products: of elements that are multiplied, where there are two operands.
        spanned: all combinations of its indices.
        estimate: what ``numpy.einsum_path`` says that it costs [FLOPs].
        equation: with its indices named ``a``, ``b``, ``c`` in order.
        listed: whether its operands are given in a list.
        operands: how many there are.
    """

    products: int
    spanned: int = 0
    estimate: int
    equation: str = ""
    listed: bool = False
    operands: int = 2

    @property
    def label(self) -> str:
        """``einsum``."""
        return "einsum"


@dataclass(frozen=True, kw_only=True)
class Attention(Op):
    """Scaled dot-product attention, in one call: two matrix products and a softmax.

    Source: Vaswani et al., arXiv:1706.03762, section 3.2.1.

    Attributes:
        queries: rows of the query, of all batches and heads.
        keys: that each is compared with.
        depth: features of a key.
        width: features of a value.
        fused: whether torch has one operator for it, on the CPU.
        scaled: elements of the query and the key, which are scaled where it has none.
    """

    queries: int
    keys: int
    depth: int
    width: int
    fused: bool = True
    scaled: int = 0

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
        key_features: of a key.
        value_features: of a value.
        out_features: of what comes out.
        appended: keys that are put behind those of a sequence.
        zero: whether one of these is of zeros.
    """

    batch: int
    queries: int
    keys: int
    features: int
    heads: int
    bias: bool = True
    key_features: int
    value_features: int
    out_features: int
    appended: int = 0
    zero: bool = False

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
        projected: MACs of the projection of its hidden state, where it has one.
        plain: MACs that it would have without [MACs].
        packed: whether its sequences are of different lengths, and packed.
        fused: whether torch has one operator for it, on the CPU.
        apart: biases that are added after their product, for what goes in is not contiguous.
    """

    cell: str
    done: int
    states: int
    added: int = 0
    single: bool = False
    projected: int = 0
    plain: int = 0
    packed: bool = False
    fused: bool = False
    apart: int = 0

    multiplies = True

    def macs(self, x: Shape, y: Shape) -> int:
        """Of its matrix products [MACs]."""
        return self.done

    @property
    def label(self) -> str:
        """``LSTM``."""
        return self.cell


@dataclass(frozen=True, kw_only=True)
class Unnamed(Product):
    """MACs of operators that no function is known to call."""

    def macs(self, x: Shape, y: Shape) -> int:
        """So many as there are [MACs]."""
        return self.contracted

    @property
    def label(self) -> str:
        """``operators``."""
        return "operators"
