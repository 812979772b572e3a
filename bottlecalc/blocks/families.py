"""The families that there are, by name."""

from __future__ import annotations

from collections.abc import Mapping

from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.blocks.spec import Block

FAMILIES: Mapping[str, type[Block]] = {
    "plain": Plain,
    "basic": Basic,
    "bottleneck": Bottleneck,
}

COMPARED = ("plain", "bottleneck")
"""The families that are compared where none are named."""
