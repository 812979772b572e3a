"""One layer of a block: the value that flows through the whole house."""

from __future__ import annotations

from typing import Literal, NamedTuple

from bottlecalc.layers.ops import Factors, Op, Shape, elements

Branch = Literal["main", "aside", "shortcut", "squeeze", "after"]


class Layer(NamedTuple):
    """One layer; what it costs follows from its op and its shapes.

    Attributes:
        name: of the module that it is, torchvision's: ``conv1``, ``shortcut.bn``.
        op: what the layer is.
        branch: ``main``; ``aside`` beside it, where the input is split or doubled; ``shortcut``;
            ``squeeze``, what weighs the channels of another; or ``after``, from where they meet.
        input: shape of what goes in.
        output: shape of what comes out.
    """

    name: str
    op: Op
    branch: Branch
    input: Shape
    output: Shape

    @property
    def in_channels(self) -> int:
        """Channels of what goes in, whichever dimension they are."""
        return self.input[-1 if self.op.channels_last else 1]

    @property
    def out_channels(self) -> int:
        """Channels of what comes out, whichever dimension they are."""
        return self.output[-1 if self.op.channels_last else 1]

    @property
    def sides(self) -> Shape:
        """Height and width of what comes out."""
        return self.output[1:-1] if self.op.channels_last else self.output[2:]

    @property
    def factors(self) -> Factors:
        """Of the product that gives the parameters without biases."""
        return self.op.factors(self.input, self.output)

    @property
    def biases(self) -> int:
        """Parameters that are added rather than multiplied by [parameters]."""
        return self.op.biases(self.input, self.output)

    @property
    def positions(self) -> Factors:
        """The factors by which ``weights`` become ``macs``."""
        return self.op.positions(self.input, self.output)

    @property
    def weights(self) -> int:
        """Weights of a convolution or matrix product [parameters]."""
        return self.op.weights(self.input, self.output)

    @property
    def params(self) -> int:
        """All parameters of the layer, biases included [parameters]."""
        return self.op.params(self.input, self.output)

    @property
    def macs(self) -> int:
        """Multiply-accumulates [MACs]."""
        return self.op.macs(self.input, self.output)

    @property
    def activations(self) -> int:
        """Output elements of a convolution or matrix product [elements]."""
        return elements(self.output) if self.op.multiplies else 0

    @property
    def formula(self) -> str:
        """The product that gives ``params``, its factors written out: ``3·3·32·32``."""
        return product(self.factors) + (f" + {self.biases}" if self.biases else "")


def product(factors: Factors) -> str:
    """The text of a product: ``3·3·32·32``."""
    return "·".join(map(str, factors))
