"""The block of RepVGG: three branches in training, and one 3×3 where it is deployed.

Source: Ding et al., RepVGG: Making VGG-style ConvNets Great Again, arXiv:2101.03697, section 3.
"""

from __future__ import annotations

from bottlecalc.blocks.repvgg import RepVGG
from bottlecalc.formulas.formula import Case, Formula, Layers
from bottlecalc.formulas.shortcut import IDENTITY, is_same
from bottlecalc.formulas.vocabulary import add, batch_norm, conv, relu
from bottlecalc.layers.ops import Shape

CASES = (Case(IDENTITY, is_same), Case("no identity", lambda block: True))


def repvgg(block: RepVGG, x: Shape, case: str) -> Layers:
    """3×3 and BN, 1×1 and BN, where it fits a BN alone, and their sum."""
    out, stride, groups = block.out_channels, block.stride, block.groups
    if block.deploy:
        alone = conv("conv", x, out, 3, stride=stride, groups=groups, bias=True)
        return alone, relu("relu", alone.output, branch="after")
    conv1 = conv("conv1", x, out, 3, stride=stride, groups=groups)
    conv2 = conv("conv2", x, out, 1, stride=stride, groups=groups, branch="aside")
    y = conv1.output
    return (
        *(conv1, batch_norm("bn1", y), conv2, batch_norm("bn2", y, branch="aside")),
        add(y, name="add1"),
        *_identity(y, case),
        relu("relu", y, branch="after"),
    )


def _identity(x: Shape, case: str) -> Layers:
    if case != IDENTITY:
        return ()
    return batch_norm("shortcut.bn", x, branch="shortcut"), add(x, name="add2")


REPVGG = Formula(layers=repvgg, cases=CASES)
