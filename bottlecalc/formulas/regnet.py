"""The block of RegNet: a bottleneck that is no narrower in the middle, in groups of one width.

Source: Radosavovic et al., Designing Network Design Spaces, arXiv:2003.13678, figure 4.
"""

from __future__ import annotations

from bottlecalc.blocks.regnet import RegNet
from bottlecalc.formulas.formula import Formula, Layers
from bottlecalc.formulas.shortcut import CASES, IDENTITY, projection
from bottlecalc.formulas.squeeze import squeeze_excitation
from bottlecalc.formulas.vocabulary import add, batch_norm, conv, pointwise, relu
from bottlecalc.layers.ops import Shape


def regnet(block: RegNet, x: Shape, case: str) -> Layers:
    """1×1, BN, ReLU, 3×3, BN, ReLU, squeeze and excitation, 1×1, BN."""
    out, groups = block.out_channels, block.out_channels // block.group_width
    conv1 = pointwise("conv1", x, out)
    conv2 = conv("conv2", conv1.output, out, 3, stride=block.stride, groups=groups)
    conv3 = pointwise("conv3", conv2.output, out)
    weighed = squeeze_excitation(conv2.output, squeezed(block)) if block.se else ()
    return (
        *(conv1, batch_norm("bn1", conv1.output), relu("relu1", conv1.output)),
        *(conv2, batch_norm("bn2", conv2.output), relu("relu2", conv2.output)),
        *weighed,
        *(conv3, batch_norm("bn3", conv3.output)),
        *(() if case == IDENTITY else projection(x, out, block.stride)),
        *(add(conv3.output), relu("relu", conv3.output, branch="after")),
    )


def squeezed(block: RegNet) -> int:
    """A quarter of the input's channels; halfway between two, the even one [channels]."""
    odd = block.in_channels // 4 % 2
    return (block.in_channels + 1 + odd) // 4


REGNET = Formula(layers=regnet, cases=CASES)
