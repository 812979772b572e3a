"""How a block's branches run and meet: its flow follows from this, as text and drawn."""

from __future__ import annotations

from bottlecalc.agreement.result import Count
from bottlecalc.blocks.residual import Residual
from bottlecalc.layers.joins import Add, Concat, Multiply
from bottlecalc.layers.layer import Branch, Layer
from bottlecalc.layers.ops import Op

MEETING = ("main", "aside", "shortcut")
"""The branches that may meet."""


def of(count: Count, branch: Branch) -> tuple[Layer, ...]:
    """The layers of a branch."""
    return tuple(layer for layer in count.layers if layer.branch == branch)


def joins(count: Count) -> tuple[Op, ...]:
    """Where the branches meet, in order; empty where the main path is alone."""
    if isinstance(count.block, Residual):
        return (Add(),)  # its addition is no layer: the rows of these families stay as they are
    after = (layer.op for layer in of(count, "after"))
    return tuple(op for op in after if isinstance(op, Add | Concat))


def identity(count: Count) -> int | None:
    """Channels that pass by the main path as they are; None where none do."""
    branches = {layer.branch for layer in count.layers}.intersection(MEETING)
    if len(branches) > len(joins(count)):
        return None
    whole = next((layer for layer in of(count, "after") if isinstance(layer.op, Concat)), None)
    if whole is None:
        return count.input[1]
    return whole.out_channels - of(count, "main")[-1].out_channels


def fork(count: Count) -> int:
    """How many layers of the main path come before the branch beside it.

    One that has layers of the main path behind it leaves the path where it stands; behind all of
    them it would have nothing to meet, and takes the block's input.
    """
    order = [layer.branch for layer in count.layers]
    if "aside" not in order or "main" not in order[order.index("aside") :]:
        return 0
    return order[: order.index("aside")].count("main")


def is_step(layer: Layer) -> bool:
    """Whether a layer has weights, changes the shape, or joins what comes from elsewhere."""
    is_join = isinstance(layer.op, Add | Concat | Multiply)
    return bool(layer.weights) or layer.input != layer.output or is_join
