"""What a sheet shows: a comparison, the pair that people quote, and the middle varied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import NamedTuple

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.ratios import ratio
from bottlecalc.agreement.result import ClosedForm, Count
from bottlecalc.blocks.own import refuse_own
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain, Residual
from bottlecalc.blocks.spec import Block
from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError
from bottlecalc.handout.middle import Middle
from bottlecalc.layers.count import Scope
from bottlecalc.layers.layer import Layer
from bottlecalc.tools import check

SCOPES: tuple[Scope, ...] = ("main", "convs", "block")


class Quotation(NamedTuple):
    """How many times the bottleneck's parameters a rival has.

    Attributes:
        of: the rival.
        to: the bottleneck.
        scope: what is counted of both.
    """

    of: Count
    to: Count
    scope: Scope

    @property
    def value(self) -> Fraction:
        """How many times the parameters."""
        return ratio(self.of, self.to).params[self.scope]


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """All figures of a sheet.

    Attributes:
        comparison: what the sheet is of.
        bottleneck: the first bottleneck of it, which the lesson is about.
        plain: one 3×3 at the same settings.
        basic: two 3×3 at the same settings.
    """

    comparison: Comparison
    bottleneck: Count
    plain: Count
    basic: Count

    @property
    def cases(self) -> tuple[Count, ...]:
        """The blocks compared."""
        return self.comparison.closed_forms

    @property
    def block(self) -> Bottleneck:
        """The bottleneck's spec."""
        assert isinstance(self.bottleneck.block, Bottleneck)
        return self.bottleneck.block

    @property
    def mid(self) -> int:
        """The channels of the bottleneck's middle."""
        return self.middle.width

    @cached_property
    def middle(self) -> Middle:
        """The bottleneck's middle, and other widths of it."""
        return Middle(bottleneck=self.bottleneck, plain=self.plain)

    @property
    def grid(self) -> list[list[Quotation]]:
        """Each rival in each scope: one 3×3, and two."""
        return [
            [Quotation(rival, self.bottleneck, scope) for scope in SCOPES]
            for rival in (self.plain, self.basic)
        ]

    @property
    def params_ratio(self) -> Fraction:
        """How many times the bottleneck's main path's parameters the plain one's are."""
        return self.grid[0][0].value

    @property
    def ratio_with_shortcut(self) -> Fraction:
        """The same of all convolutions, the shortcut's and an upsampling's among them."""
        return self.grid[0][1].value

    @property
    def shared_weights(self) -> int:
        """What both have beside the main path: the projection's, and an upsampling's."""
        return self.plain.params.convs - self.plain.params.main

    @property
    def macs_ratio(self) -> Fraction:
        """How many times the plain main path's MACs those of the bottleneck's are."""
        return ratio(self.plain, self.bottleneck).macs["main"]


def make_lesson(comparison: Comparison) -> Lesson:
    """The lesson that a comparison makes.

    Raises:
        HandoutError: it has no bottleneck to speak of, or no two blocks to compare, or its
            counters contradict each other.
        BlockError: a block is the user's own, which has no closed form.
    """
    for count in comparison.blocks:
        refuse_own(str(count.block))
    check_agreement(comparison.closed_forms)
    bottleneck = _bottleneck(comparison)
    return Lesson(
        comparison=comparison,
        bottleneck=bottleneck,
        plain=_rival(Plain, bottleneck),
        basic=_rival(Basic, bottleneck),
    )


def letter(place: int) -> str:
    """The name of a case: A, B, … Z, AA."""
    return (letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def filter_weights(layer: Layer) -> int:
    """Weights of one of a convolution's filters, k·k·(in / groups), or of a linear layer's."""
    return prod(layer.factors[:-1])


def check_agreement(counts: Iterable[ClosedForm]) -> None:
    """Refuse figures that contradict each other.

    Raises:
        HandoutError: the counters of one do.
    """
    specs = [str(count.subject) for count in counts if check.differences(count)]
    if specs:
        raise HandoutError(
            f"the counters of {', '.join(specs)} contradict each other, and a handout has but one"
            " figure for each; compare the blocks to see where"
        )


def _bottleneck(comparison: Comparison) -> Count:
    """The first bottleneck, which has another block to be set against."""
    counts = comparison.closed_forms
    bottleneck = next((one for one in counts if isinstance(one.block, Bottleneck)), None)
    if bottleneck is None or len(counts) < 2:
        specs = ", ".join(str(count.block) for count in counts)
        raise HandoutError(
            f"a handout sets a bottleneck against another block, and the blocks are {specs};"
            f" give at least two with {argument('block')}, one of them a bottleneck"
        )
    return bottleneck


def _rival(family: type[Residual], bottleneck: Count) -> Count:
    """A block of that family with a bottleneck's settings, on the same input."""
    settings = {field.name: getattr(bottleneck.block, field.name) for field in fields(Residual)}
    return _count(family(**settings), bottleneck)


def _count(block: Block, like: Count) -> Count:
    batch, _, height, width = like.input
    return closed_form.count(block, (height, width), batch)
