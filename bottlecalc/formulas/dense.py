"""The layer of a densely connected network, whose output is its input and something new.

Source: Huang et al., Densely Connected Convolutional Networks, arXiv:1608.06993, section 3.
"""

from __future__ import annotations

from bottlecalc.blocks.dense import Dense
from bottlecalc.formulas.formula import Formula, Layers
from bottlecalc.formulas.vocabulary import batch_norm, concat, conv, pointwise, relu
from bottlecalc.layers.ops import Shape


def dense(block: Dense, x: Shape, case: str) -> Layers:
    """BN, ReLU, 1×1, BN, ReLU, 3×3, and the concatenation with the input."""
    conv1 = pointwise("conv1", x, block.bn_size * block.growth)
    conv2 = conv("conv2", conv1.output, block.growth, 3)
    return (
        *(batch_norm("bn1", x), relu("relu1", x), conv1),
        *(batch_norm("bn2", conv1.output), relu("relu2", conv1.output), conv2),
        concat("concat", x, grown(block), branch="after"),
    )


def grown(block: Dense) -> int:
    """The width of the output [channels]."""
    return block.in_channels + block.growth


DENSE = Formula(layers=dense, follows={"out": grown})
