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
        "separable": "mobile:Separable",
        "inverted": "mobile:InvertedResidual",
        "mbconv": "mobile:MBConv",
        "fused-mbconv": "mobile:FusedMBConv",
        "convnext": "convnext:ConvNeXt",
        "fire": "fire:Fire",
        "dense": "dense:Dense",
        "repvgg": "repvgg:RepVGG",
        "shuffle": "shuffle:Shuffle",
        "ghost": "ghost:Ghost",
        "enet": "enet:ENet",
        "enet-asymmetric": "enet:ENetAsymmetric",
        "enet-down": "enet:ENetDown",
        "enet-up": "enet:ENetUp",
        "regnet": "regnet:RegNet",
        "c2f": "csp:C2f",
    },
)

COMPARED = ("plain", "bottleneck")
"""The families that are compared where none are named."""
