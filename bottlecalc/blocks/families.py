"""The families that there are, by name; each is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from bottlecalc.blocks.spec import Block
from bottlecalc.text.lazily import Table

FAMILIES: Mapping[str, type[Block]] = Table(
    "bottlecalc.blocks",
    {
        "plain": "residual:Plain",
        "basic": "residual:Basic",
        "bottleneck": "residual:Bottleneck",
        "preact-basic": "preactivation:PreactBasic",
        "preact-bottleneck": "preactivation:PreactBottleneck",
        "regnet": "regnet:RegNet",
    },
)

COMPARED = ("plain", "bottleneck")
"""The families that are compared where none are named."""
