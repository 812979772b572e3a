"""Families that there are not, each with something that sweep and solve must not stumble over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import pytest

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.spec import Block, Rule
from bottlecalc.formulas.families import FORMULAS
from bottlecalc.formulas.formula import Case, Formula, Layers
from bottlecalc.formulas.vocabulary import batch_norm, conv, pointwise
from bottlecalc.layers.expression import largest, smallest
from bottlecalc.layers.ops import Shape


@dataclass(frozen=True)
class Reduced(Block):
    """1×1 to ``in // reduction`` and back: its cost falls as the key grows."""

    family = "reduced"

    reduction: int

    RULES = (
        Rule(
            "reduction",
            lambda block: block.in_channels // block.reduction < 1,
            lambda block: f"reduction = {block.reduction} leaves nothing of {block}; give less",
        ),
    )


def reduced(block: Reduced, x: Shape, case: str) -> Layers:
    narrow = pointwise("conv1", x, block.in_channels // block.reduction)
    wide = pointwise("conv2", narrow.output, block.in_channels)
    return narrow, batch_norm("bn1", narrow.output), wide, batch_norm("bn2", wide.output)


@dataclass(frozen=True)
class Pointwise(Block):
    """1×1, and no 3×3 anywhere."""

    family = "pointwise"

    out_channels: int


def pointwise_alone(block: Pointwise, x: Shape, case: str) -> Layers:
    return (pointwise("conv1", x, block.out_channels),)


@dataclass(frozen=True)
class Bounded(Block):
    """3×3 whose width is at least 8 and at most ``in``, whatever is given."""

    family = "bounded"

    out_channels: int
    mid_channels: int = 16
    stride: int = 1


def bounded(block: Bounded, x: Shape, case: str) -> Layers:
    width = smallest(largest(block.mid_channels, 8), largest(block.in_channels, 8))
    conv1 = conv("conv1", x, width, 3, stride=block.stride)
    return conv1, pointwise("conv2", conv1.output, block.out_channels)


@dataclass(frozen=True)
class Widening(Block):
    """3×3 first where it is narrower before, 1×1 first where it is narrower after."""

    family = "widening"

    out_channels: int


WIDER = Case("wider", lambda block: block.in_channels < block.out_channels)
NARROWER = Case("narrower", lambda block: True)


def widening(block: Widening, x: Shape, case: str) -> Layers:
    out, width = block.out_channels, block.in_channels
    if case == WIDER.name:
        first = conv("conv1", x, width, 3)
        return first, pointwise("conv2", first.output, out)
    first = pointwise("conv1", x, out)
    return first, conv("conv2", first.output, out, 3), batch_norm("bn", first.output)


@dataclass(frozen=True)
class Stepped(Block):
    """1×1, and then 3×3 where it widens, 1×1 where it does not; no wider between than after."""

    family = "stepped"

    out_channels: int
    mid_channels: int = 4

    RULES = (
        Rule(
            "mid",
            lambda block: block.mid_channels > block.out_channels,
            lambda block: f"mid = {block.mid_channels} is wider than out of {block}",
        ),
    )


def stepped(block: Stepped, x: Shape, case: str) -> Layers:
    first = pointwise("conv1", x, block.mid_channels)
    kernel = 3 if case == WIDER.name else 1
    return first, conv("conv2", first.output, block.out_channels, kernel)


@dataclass(frozen=True)
class Asymmetric(Block):
    """1×1, 5×1, 1×5, 1×1, as ENet's; narrow by four where nobody says how narrow."""

    family = "asymmetric"

    mid_channels: int | None = None
    groups: int = 1
    biased: bool = False

    RULES = (
        Rule("mid", lambda block: width_of(block) < 1, lambda block: f"{block} has no middle"),
        Rule(
            "groups",
            lambda block: width_of(block) % block.groups != 0,
            lambda block: f"groups = {block.groups} does not divide the middle of {block}",
        ),
    )
    INPUT_RULES = (
        Rule(
            "size",
            lambda block, height, width: (height < 3) & (width < 3),
            lambda block, height, width: f"size {height}x{width} is too small for {block}",
        ),
    )


def width_of(block: Any) -> Any:
    return block.in_channels // 4 if block.mid_channels is None else block.mid_channels


def asymmetric(block: Asymmetric, x: Shape, case: str) -> Layers:
    narrow = pointwise("conv1", x, width_of(block))
    tall = conv("conv2", narrow.output, width_of(block), (5, 1), groups=block.groups)
    flat = conv("conv3", tall.output, width_of(block), (1, 5), groups=block.groups)
    wide = conv("conv4", flat.output, block.in_channels, 1, branch="shortcut")
    norms = (batch_norm("bn", wide.output),) if block.biased else ()
    return narrow, tall, flat, wide, *norms


@dataclass(frozen=True)
class Expanded(Block):
    """1×1 to ``in · expansion``, 3×3 in groups that must divide that product, and back."""

    family = "expanded"

    expansion: int = 6
    groups: int = 1
    stride: int = 1

    RULES = (
        Rule(
            "groups",
            lambda block: block.in_channels * block.expansion % block.groups != 0,
            lambda block: f"groups = {block.groups} does not divide the middle of {block}",
        ),
    )


def expanded(block: Expanded, x: Shape, case: str) -> Layers:
    wide = pointwise("conv1", x, block.in_channels * block.expansion)
    deep = conv(
        "conv2", wide.output, wide.output[1], 3, stride=block.stride, groups=block.groups
    )  # fmt: skip
    return wide, deep, batch_norm("bn", deep.output), pointwise("conv3", deep.output, x[1])


@dataclass(frozen=True)
class Shared(Block):
    """3×3 in as many groups as there are channels in a part, which must divide them all.

    What it divides by is 0 where the rule before is broken.
    """

    family = "shared"

    parts: int

    RULES = (
        Rule(
            "parts",
            lambda block: block.in_channels < block.parts,
            lambda block: f"parts = {block.parts} are more than channels in {block}",
        ),
        Rule(
            "parts",
            lambda block: block.in_channels % (block.in_channels // block.parts) != 0,
            lambda block: f"parts = {block.parts} are not alike in {block}",
        ),
    )


def shared(block: Shared, x: Shape, case: str) -> Layers:
    return (conv("conv1", x, x[1], 3, groups=block.in_channels // block.parts),)


@dataclass(frozen=True)
class Frozen(Block):
    """A family whose formula asks Python's ``max``, which would freeze one branch."""

    family = "frozen"

    mid_channels: int = 16


def frozen(block: Frozen, x: Shape, case: str) -> Layers:
    return (pointwise("conv1", x, max(block.mid_channels, 8)),)


@dataclass(frozen=True)
class Branching(Frozen):
    """A family whose formula branches on a number of its keys."""

    family = "branching"


def branching(block: Branching, x: Shape, case: str) -> Layers:
    first = pointwise("conv1", x, block.mid_channels)
    return (first, batch_norm("bn", first.output)) if block.mid_channels > 8 else (first,)


NEW: dict[type[Block], Formula] = {
    Reduced: Formula(layers=reduced),
    Pointwise: Formula(layers=pointwise_alone),
    Bounded: Formula(layers=bounded),
    Widening: Formula(layers=widening, cases=(WIDER, NARROWER)),
    Stepped: Formula(layers=stepped, cases=(WIDER, NARROWER)),
    Asymmetric: Formula(layers=asymmetric, follows={"mid": width_of}),
    Expanded: Formula(layers=expanded),
    Shared: Formula(layers=shared),
}
"""Those that can be swept and solved."""

UNTRACEABLE: dict[type[Block], Formula] = {
    Frozen: Formula(layers=frozen),
    Branching: Formula(layers=branching),
}


@contextmanager
def known() -> Iterator[None]:
    """Where they are families like any other."""
    families = cast("dict[str, type[Block]]", FAMILIES)
    formulas = cast("dict[str, Formula]", FORMULAS)
    with pytest.MonkeyPatch.context() as patch:
        for family, formula in {**NEW, **UNTRACEABLE}.items():
            patch.setitem(families, family.family, family)
            patch.setitem(formulas, family.family, formula)
        yield
