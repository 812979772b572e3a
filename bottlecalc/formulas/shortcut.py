"""The shortcut of a residual block: the identity, or a 1×1 where sizes or channels differ.

Source: He et al., Deep Residual Learning, arXiv:1512.03385, section 3.3, option B.
"""

from __future__ import annotations

from typing import Any

from bottlecalc.formulas.formula import Case, Layers
from bottlecalc.formulas.vocabulary import batch_norm, conv
from bottlecalc.layers.ops import Shape

IDENTITY, PROJECTION = "identity", "projection"


def is_same(block: Any) -> Any:
    """Whether a block's output has its input's shape; arithmetic, as a case's condition is."""
    return (block.stride == 1) & (block.in_channels == block.out_channels)


CASES = (Case(IDENTITY, is_same), Case(PROJECTION, lambda block: True))


def projection(x: Shape, out_channels: int, stride: int) -> Layers:
    """1×1, BN."""
    project = conv("shortcut.conv", x, out_channels, 1, stride=stride, branch="shortcut")
    return project, batch_norm("shortcut.bn", project.output, branch="shortcut")
