"""The Ghost module of GhostNet.

Source: Han et al., GhostNet, arXiv:1911.11907, section 3.1, equations 3 to 5.
"""

from __future__ import annotations

from bottlecalc.blocks.ghost import Ghost
from bottlecalc.formulas.formula import Formula, Layers
from bottlecalc.formulas.vocabulary import batch_norm, concat, conv, relu
from bottlecalc.layers.ops import Shape


def ghost(block: Ghost, x: Shape, case: str) -> Layers:
    """Convolution, BN, ReLU; of that depthwise, BN, ReLU; both together."""
    primary = (block.out_channels - 1) // block.ratio + 1
    conv1 = conv("conv1", x, primary, block.kernel, stride=block.stride)
    cheap = primary * (block.ratio - 1)
    conv2 = conv("conv2", conv1.output, cheap, block.dw, groups=primary)
    return (
        *(conv1, batch_norm("bn1", conv1.output), relu("relu1", conv1.output)),
        *(conv2, batch_norm("bn2", conv2.output), relu("relu2", conv2.output)),
        concat("concat", conv1.output, block.out_channels),
    )


GHOST = Formula(layers=ghost)
