"""Squeeze and excitation: what weighs the channels of a map.

Source: Hu et al., Squeeze-and-Excitation Networks, arXiv:1709.01507, section 3; its two fully
connected layers are 1×1 convolutions with biases, as in torchvision and timm.
"""

from __future__ import annotations

from bottlecalc.formulas.formula import Layers
from bottlecalc.formulas.vocabulary import activation, conv, global_average_pool, multiply
from bottlecalc.layers.activation import Function
from bottlecalc.layers.ops import Shape


def squeeze_excitation(x: Shape, squeezed: int, function: Function = "ReLU") -> Layers:
    """Pool, 1×1, activation, 1×1, sigmoid, and the product with the map."""
    pool = global_average_pool("se.pool", x, branch="squeeze")
    conv1 = conv("se.conv1", pool.output, squeezed, 1, bias=True, branch="squeeze")
    conv2 = conv("se.conv2", conv1.output, x[1], 1, bias=True, branch="squeeze")
    return (
        *(pool, conv1, activation("se.act", conv1.output, function, branch="squeeze")),
        *(conv2, activation("se.gate", conv2.output, "Sigmoid", branch="squeeze")),
        multiply("se.multiply", x, branch="squeeze"),
    )
