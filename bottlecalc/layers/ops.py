"""What a layer is, in the field's words, and what such a layer costs.

Every op answers the same questions about the shapes that go in and come out (batch, channels,
then the spatial dimensions, or channels last), in whole numbers or in expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

Shape = tuple[int, ...]
"""Batch, channels, and the spatial dimensions: height, width; of some layers channels last."""

Factors = tuple[int, ...]


class Op:
    """A layer that holds nothing and multiplies nothing, unless an op says otherwise.

    Ops of which nothing can be said are equal where they are of one kind; the others are values.
    """

    multiplies = False
    """Whether it is a convolution or a matrix product, so that it has MACs and activations."""

    channels_last = False
    """Whether its channels are the last dimension, and not the second."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def upsamples(self) -> bool:
        """Whether its stride is that of its output."""
        return False

    def factors(self, x: Shape, y: Shape) -> Factors:
        """The product that gives its parameters without biases; empty where it has none."""
        return ()

    def positions(self, x: Shape, y: Shape) -> Factors:
        """The product by which its weights become MACs; empty where it has none."""
        return ()

    def biases(self, x: Shape, y: Shape) -> int:
        """Biases beside weights [parameters]."""
        return 0

    def params(self, x: Shape, y: Shape) -> int:
        """All its parameters, biases included [parameters]."""
        factors = self.factors(x, y)
        return prod(factors) + self.biases(x, y) if factors else 0

    def weights(self, x: Shape, y: Shape) -> int:
        """Weights that it multiplies by [parameters]."""
        return prod(self.factors(x, y)) if self.multiplies else 0

    def macs(self, x: Shape, y: Shape) -> int:
        """Every weight once at every position [MACs]."""
        return self.weights(x, y) * prod(self.positions(x, y)) if self.multiplies else 0

    @property
    def label(self) -> str:
        """What it is, for people: ``3×3 conv, stride 2``."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, init=False)
class Conv(Op):
    """A convolution, or a transposed one.

    weights = k·k·(in / groups)·out, each used once at every position of the output; of a
    transposed one k·k·in·(out / groups), each used once at every position of the *input*.
    Source: Xie et al., arXiv:1611.05431, equation 4; Dumoulin and Visin, A guide to convolution
    arithmetic, arXiv:1603.07285, chapter 4.

    Attributes:
        kernel: height and width of the window [pixels].
        stride: of the window.
        dilation: of the window.
        groups: that its channels are divided into.
        bias: whether it has one for each channel of the output.
        transposed: whether it is.
    """

    kernel: tuple[int, ...]
    stride: int = 1
    dilation: int = 1
    groups: int = 1
    bias: bool = False
    transposed: bool = False

    multiplies = True

    def __init__(
        self,
        *,
        kernel: tuple[int, ...],
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = False,
        transposed: bool = False,
    ) -> None:
        fields = {
            "kernel": kernel, "stride": stride, "dilation": dilation, "groups": groups,
            "bias": bias, "transposed": transposed,
        }  # fmt: skip
        object.__setattr__(self, "__dict__", fields)  # half the time of a dataclass's own

    @property
    def upsamples(self) -> bool:
        """Where it is transposed."""
        return self.transposed

    def factors(self, x: Shape, y: Shape) -> Factors:
        """Kernel, channels that a filter sees, filters."""
        if self.transposed:
            return (*self.kernel, x[1], y[1] // self.groups)
        return (*self.kernel, x[1] // self.groups, y[1])

    def positions(self, x: Shape, y: Shape) -> Factors:
        """Batch, and where the window stands: over the output, or transposed over the input."""
        at = x if self.transposed else y
        return (at[0], *at[2:])

    def biases(self, x: Shape, y: Shape) -> int:
        """One for each channel of the output, or none [parameters]."""
        return y[1] if self.bias else 0

    @property
    def label(self) -> str:
        """``3×3 conv, stride 2``."""
        kind = "transposed conv" if self.transposed else "conv"
        return f"{sides(self.kernel)} {kind}{settings(self)}"


@dataclass(frozen=True, kw_only=True)
class Linear(Op):
    """A linear layer on the last dimension.

    weights = in·out, each used once for every row of the input.

    Attributes:
        bias: whether it has one for each feature of the output.
    """

    bias: bool = True

    multiplies = True
    channels_last = True

    def factors(self, x: Shape, y: Shape) -> Factors:
        """Features in, features out."""
        return (x[-1], y[-1])

    def positions(self, x: Shape, y: Shape) -> Factors:
        """The rows."""
        return y[:-1]

    def biases(self, x: Shape, y: Shape) -> int:
        """One for each feature of the output, or none [parameters]."""
        return y[-1] if self.bias else 0

    @property
    def label(self) -> str:
        """``linear``."""
        return "linear"


def elements(shape: Shape) -> int:
    """How many elements a tensor of that shape has [elements]."""
    return prod(shape)


def sides(kernel: tuple[int, ...]) -> str:
    """``3×3``."""
    return "×".join(map(str, kernel))


def settings(op: Any) -> str:
    """What is not as usual: ``, stride 2, groups 5``."""
    return "".join(f", {name} {value}" for name, value in _unusual(op))


def _unusual(op: Any) -> Iterator[tuple[str, int]]:
    for name in ("stride", "dilation", "groups"):
        value = getattr(op, name, 1)
        if value != 1:
            yield name, value
