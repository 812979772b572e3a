"""What a count is, and the conventions that every figure follows.

MAC: one multiply-accumulate of a convolution or matrix product. Biases, normalisation,
activations, pooling and the residual addition are no MACs. FLOPs = 2 × MACs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Shape = tuple[int, int, int, int]
"""Batch, channels, height, width."""

Path = Literal["main", "shortcut", "after"]
Figure = Literal["params", "macs", "fvcore_total", "activations"]
Witness = Literal["torch", "fvcore"]
Layers = Mapping[str, int]
"""One figure of every layer, by the layer's name; a layer that is not there has none of it."""

FIGURES: tuple[Figure, ...] = ("params", "macs", "fvcore_total", "activations")


class Row(NamedTuple):
    """One layer of a block, counted.

    Attributes:
        name: of the layer, torchvision's: ``conv1``, ``shortcut.bn``.
        kind: what the layer is: ``conv``, ``transposed conv``, ``batch norm``, ``ReLU``, …
        path: ``main``, ``shortcut``, or ``after`` the addition.
        input: shape of what goes in.
        output: shape of what comes out.
        factors: of the product that gives the parameters without biases.
        bias: parameters of a convolution's bias [parameters].
        positions: the factors by which ``weights`` become ``macs``.
        weights: multiplying weights of a convolution [parameters].
        params: all parameters of the layer, biases included [parameters].
        macs: multiply-accumulates [MACs].
        fvcore_total: what fvcore calls flops, in eval mode [MACs + 2 per normalised element].
        activations: output elements of a convolution [elements].
        kernel: height and width of the window; 0 where there is none [pixels].
        stride: of the window.
        dilation: of the window.
        groups: of the convolution.
    """

    name: str
    kind: str
    path: Path
    input: Shape
    output: Shape
    factors: tuple[int, ...] = ()
    bias: int = 0
    positions: tuple[int, ...] = ()
    weights: int = 0
    params: int = 0
    macs: int = 0
    fvcore_total: int = 0
    activations: int = 0
    kernel: int = 0
    stride: int = 1
    dilation: int = 1
    groups: int = 1

    @property
    def op(self) -> str:
        """What the layer is, for people: ``3×3 conv, stride 2``."""
        window = f"{self.kernel}×{self.kernel} " if self.kernel else ""
        settings = (("stride", self.stride), ("dilation", self.dilation), ("groups", self.groups))
        return window + self.kind + "".join(f", {what} {n}" for what, n in settings if n != 1)

    @property
    def formula(self) -> str:
        """The product that gives ``params``, its factors written out: ``3·3·32·32``."""
        return product(self.factors) + (f" + {self.bias}" if self.bias else "")


def product(factors: tuple[int, ...]) -> str:
    """The text of a product: ``3·3·32·32``."""
    return "·".join(map(str, factors))


class Params(NamedTuple):
    """Parameters in three scopes [parameters].

    Attributes:
        main: convolution weights of the main path: the textbook arithmetic.
        convs: main, and the weights of the projection and of the upsampling.
        block: everything, normalisation and biases included.
    """

    main: int
    convs: int
    block: int


class Operations(NamedTuple):
    """MACs, or FLOPs, in two scopes: the main path's convolutions, and the whole block's."""

    main: int
    block: int


@dataclass(frozen=True)
class Count:
    """A block counted by closed form, for one input.

    Attributes:
        block: what was counted; its text is the spec.
        input: shape of the input.
        rows: the layers, in the order in which the block is read.
        break_even_mid: largest width of the middle at which the main path still has fewer
            parameters than the plain block's; None where it has no meaning.
    """

    block: object
    input: Shape
    rows: tuple[Row, ...]
    break_even_mid: int | None = None

    @property
    def output(self) -> Shape:
        """Shape of the output."""
        return self.rows[-1].output

    @property
    def params(self) -> Params:
        """Parameters in each scope."""
        return Params(
            main=sum(row.weights for row in self.rows if row.path == "main"),
            convs=sum(row.weights for row in self.rows),
            block=sum(row.params for row in self.rows),
        )

    @property
    def macs(self) -> Operations:
        """Multiply-accumulates in each scope [MACs]."""
        return Operations(
            main=sum(row.macs for row in self.rows if row.path == "main"),
            block=sum(row.macs for row in self.rows),
        )

    @property
    def flops(self) -> Operations:
        """Floating-point operations in each scope [FLOPs], 2 × MACs."""
        return Operations(*(2 * macs for macs in self.macs))

    @property
    def fvcore_total(self) -> int:
        """What fvcore would call flops: MACs, and 2 for every normalised element."""
        return sum(row.fvcore_total for row in self.rows)

    @property
    def activations(self) -> int:
        """Output elements of all convolutions [elements]."""
        return sum(row.activations for row in self.rows)

    @property
    def relus(self) -> int:
        """ReLUs that one forward pass goes through."""
        return sum(row.kind == "ReLU" for row in self.rows)

    def layers(self, figure: Figure) -> Layers:
        """One figure, layer by layer."""
        return {row.name: getattr(row, figure) for row in self.rows}


class Measurement(NamedTuple):
    """What the other witnesses found in a built module.

    Attributes:
        figures: for every figure, what each witness found, layer by layer.
        versions: of each library that was asked.
        left_out: each witness that was not asked, and why.
    """

    figures: Mapping[Figure, Mapping[Witness, Layers]]
    versions: Mapping[Witness, str]
    left_out: Mapping[Witness, str]


class Design(NamedTuple):
    """One row of a sweep: a block at an input size, its figures, and the baseline's over its.

    Parameters, MACs and FLOPs by scope; a ratio is None where the baseline is not allowed, or
    is swept by a quantity that the block does not have.
    """

    spec: str
    batch: int
    height: int
    width: int
    params_main: int
    params_convs: int
    params_block: int
    macs_main: int
    macs_block: int
    flops_main: int
    flops_block: int
    activations: int
    ratio_params_block: float | None
    ratio_macs_block: float | None
