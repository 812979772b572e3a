"""The closed form of every family."""

from __future__ import annotations

from collections.abc import MutableMapping

from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.formulas.formula import Formula, Layers
from bottlecalc.text.lazily import Table

FORMULAS: MutableMapping[str, Formula] = Table(
    "bottlecalc.formulas",
    {
        "plain": "residual:PLAIN",
        "basic": "residual:BASIC",
        "bottleneck": "residual:BOTTLENECK",
        "preact-basic": "preactivation:PREACT_BASIC",
        "preact-bottleneck": "preactivation:PREACT_BOTTLENECK",
        "separable": "mobile:SEPARABLE",
        "inverted": "mobile:INVERTED_RESIDUAL",
        "mbconv": "mobile:MBCONV",
        "fused-mbconv": "mobile:FUSED_MBCONV",
        "convnext": "convnext:CONVNEXT",
        "fire": "fire:FIRE",
        "dense": "dense:DENSE",
        "repvgg": "repvgg:REPVGG",
        "shuffle": "shuffle:SHUFFLE",
        "ghost": "ghost:GHOST",
        "enet": "enet:ENET",
        "enet-asymmetric": "enet:ENET_ASYMMETRIC",
        "enet-down": "enet:ENET_DOWN",
        "enet-up": "enet:ENET_UP",
        "regnet": "regnet:REGNET",
        "c2f": "csp:C2F",
    },
)
"""By the family's name."""


def formula(family: type[Block]) -> Formula:
    """The closed form of a family.

    Raises:
        NotImplementedError: it has none.
    """
    if family.family not in FORMULAS:
        raise NotImplementedError(f"no closed form for {family.__name__}")
    return FORMULAS[family.family]


def layers(block: Block, size: tuple[int, int], batch: int) -> Layers:
    """The layers of a block, by arithmetic.

    Args:
        block: the spec.
        size: height and width of the input [pixels].
        batch: images in the input.

    Raises:
        BlockError: the block does not take such an input.
        NotImplementedError: its family has no closed form.
    """
    _check_input(block, size, batch)
    return formula(type(block))(block, (batch, block.in_channels, *size))


def _check_input(block: Block, size: tuple[int, int], batch: int) -> None:
    for place, value in enumerate((*size, batch)):
        if type(value) is not int or value < 1:
            name = ("height", "width", "batch")[place]
            raise BlockError(f"{name} = {value!r}; give a whole number of at least 1")
    block.check_input(*size)
