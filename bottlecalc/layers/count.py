"""What is counted of layers, by scope, and the conventions that every figure follows.

MAC: one multiply-accumulate of a convolution or matrix product. Biases, normalisation,
activations, pooling and the residual addition are no MACs. FLOPs = 2 × MACs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from bottlecalc.layers.activation import Activation
from bottlecalc.layers.layer import Layer

Figure = Literal["params", "macs", "activations"]
Scope = Literal["main", "convs", "block"]
Counter = Literal["closed form", "torch", "fvcore"]
Counters = Literal["torch", "fvcore", "both"]
"""Who may be asked beside the closed form."""

ByLayer = Mapping[str, int]
"""One figure of every layer, by the layer's name; a layer that is not there has none of it."""

FIGURES: Mapping[Figure, Callable[[Layer], int]] = {
    "params": lambda layer: layer.params,
    "macs": lambda layer: layer.macs,
    "activations": lambda layer: layer.activations,
}
"""What every counter may be asked for, and what the closed form of a layer says."""

MAIN = ("main", "aside")
"""The branches of the textbook arithmetic."""

CONVOLUTIONS = (*MAIN, "shortcut", "after")
"""The branches whose weights are counted in the scope ``convs``."""


class Params(NamedTuple):
    """Parameters in three scopes [parameters].

    Attributes:
        main: weights of the main path's convolutions and linear layers: the textbook arithmetic.
        convs: main, and the weights of the projection and of the upsampling.
        block: everything: normalisation, biases, squeeze and excitation too.
    """

    main: int
    convs: int
    block: int

    @property
    def total(self) -> int:
        """All of them, ``block``: what a model's parameters are called."""
        return self.block


class Operations(NamedTuple):
    """MACs, or FLOPs, in two scopes.

    Attributes:
        main: of the main path's convolutions and linear layers.
        block: of the whole block.
    """

    main: int
    block: int


def params(layers: Iterable[Layer]) -> Params:
    """Parameters of layers in each scope [parameters]."""
    main = convs = block = 0
    for layer in layers:
        op, x, y = layer.op, layer.input, layer.output
        if not op.multiplies:
            block += op.params(x, y)
            continue
        weights = op.weights(x, y)
        block += weights + op.biases(x, y)
        if layer.branch in CONVOLUTIONS:
            convs += weights
        if layer.branch in MAIN:
            main += weights
    return Params(main=main, convs=convs, block=block)


def macs(layers: Iterable[Layer]) -> Operations:
    """Multiply-accumulates of layers in each scope [MACs]."""
    main = block = 0
    for layer in layers:
        if layer.op.multiplies:
            done = layer.op.macs(layer.input, layer.output)
            block += done
            main += done if layer.branch in MAIN else 0
    return Operations(main=main, block=block)


def activations(layers: Iterable[Layer]) -> int:
    """Output elements of all convolutions and matrix products [elements]."""
    return sum(layer.activations for layer in layers)


def relus(layers: Iterable[Layer]) -> int:
    """ReLUs that one forward pass goes through."""
    return sum(layer.op == Activation(function="ReLU") for layer in layers)


def by_layer(layers: Iterable[Layer], figure: Figure) -> ByLayer:
    """One figure, layer by layer."""
    return {layer.name: FIGURES[figure](layer) for layer in layers}


def totals(layers: Sequence[Layer]) -> dict[str, Any]:
    """Every figure in every scope, by names such as ``params_main``; expressions of traced layers.

    FLOPs are 2 × MACs.
    """
    held, done = params(layers), macs(layers)
    return {
        "params_main": held.main,
        "params_convs": held.convs,
        "params_block": held.block,
        "macs_main": done.main,
        "macs_block": done.block,
        "flops_main": 2 * done.main,
        "flops_block": 2 * done.block,
        "activations": activations(layers),
    }
