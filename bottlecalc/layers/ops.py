"""What a layer is, in the field's words, and what such a layer costs.

Every op answers the same questions about the shapes that go in and come out (batch, channels,
then the spatial dimensions), in whole numbers or in expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

Shape = tuple[int, ...]
"""Batch, channels, and the spatial dimensions: height, width."""

Factors = tuple[int, ...]


class Op:
    """A layer that holds nothing and multiplies nothing, unless an op says otherwise."""

    multiplies = False
    """Whether it is a convolution or a matrix product, so that it has MACs and activations."""

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
        return f"{_sides(self.kernel)} {kind}{_settings(self)}"


@dataclass(frozen=True, kw_only=True)
class BatchNorm(Op):
    """Batch normalisation: a scale and a shift for every channel, and no MACs.

    Source: Ioffe and Szegedy, arXiv:1502.03167, algorithm 1.
    """

    def factors(self, x: Shape, y: Shape) -> Factors:
        """Scale and shift, channels."""
        return (2, x[1])

    @property
    def label(self) -> str:
        """``batch norm``."""
        return "batch norm"


@dataclass(frozen=True, kw_only=True)
class Activation(Op):
    """An activation function without parameters.

    Attributes:
        function: its name as its paper writes it.
    """

    function: Literal["ReLU"] = "ReLU"

    @property
    def label(self) -> str:
        """``ReLU``."""
        return self.function


@dataclass(frozen=True, kw_only=True)
class MaxPool(Op):
    """Max pooling, no parameters and no MACs.

    Attributes:
        kernel: height and width of the window [pixels].
        stride: of the window.
        indices: whether it also gives where each maximum stood, for unpooling.
    """

    kernel: tuple[int, ...]
    stride: int = 1
    indices: bool = False

    @property
    def label(self) -> str:
        """``2×2 max pool with indices, stride 2``."""
        indices = " with indices" if self.indices else ""
        return f"{_sides(self.kernel)} max pool{indices}{_settings(self)}"


def elements(shape: Shape) -> int:
    """How many elements a tensor of that shape has [elements]."""
    return prod(shape)


def _sides(kernel: tuple[int, ...]) -> str:
    return "×".join(map(str, kernel))


def _settings(op: Any) -> str:
    """What is not as usual: ``, stride 2, groups 5``."""
    return "".join(f", {name} {value}" for name, value in _unusual(op))


def _unusual(op: Any) -> Iterator[tuple[str, int]]:
    for name in ("stride", "dilation", "groups"):
        value = getattr(op, name, 1)
        if value != 1:
            yield name, value
