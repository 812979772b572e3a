"""The block of ConvNeXt.

Source: Liu et al., A ConvNet for the 2020s, arXiv:2201.03545, figure 4.
"""

from __future__ import annotations

from bottlecalc.blocks.convnext import ConvNeXt
from bottlecalc.formulas.formula import Formula, Layers
from bottlecalc.formulas.vocabulary import activation, add, conv, layer_norm, linear, scale
from bottlecalc.layers.ops import Shape


def convnext(block: ConvNeXt, x: Shape, case: str) -> Layers:
    """Depthwise, layer norm, linear, GELU, linear, layer scale; from the norm on channels last."""
    depthwise = conv("conv", x, block.in_channels, block.kernel, groups=x[1], bias=True)
    last = (x[0], *x[2:], x[1])
    linear1 = linear("linear1", last, block.in_channels * block.expand)
    linear2 = linear("linear2", linear1.output, block.in_channels)
    return (
        *(depthwise, layer_norm("norm", last), linear1),
        *(activation("gelu", linear1.output, "GELU", channels_last=True), linear2),
        *(scale("scale", x), add(x)),
    )


CONVNEXT = Formula(layers=convnext, follows={"out": lambda block: block.in_channels})
