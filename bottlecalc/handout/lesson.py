"""What a sheet shows: a comparison, the pair that people quote, and the middle varied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
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
from bottlecalc.explore.break_even import break_even_mid
from bottlecalc.formulas.residual import middle
from bottlecalc.handout import HandoutError
from bottlecalc.layers.count import Scope
from bottlecalc.layers.layer import Layer
from bottlecalc.tools import check


class Width(NamedTuple):
    """One width of the middle, and what the bottleneck's main path costs at it.

    Attributes:
        mid: channels of the middle.
        params: of the main path's convolutions [parameters].
        ratio: the plain block's to these.
    """

    mid: int
    params: int
    ratio: Fraction


class Quotation(NamedTuple):
    """A ratio that people quote for a pair of blocks.

    Attributes:
        of: the block compared with the bottleneck.
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
        return middle(self.block)

    @cached_property
    def end(self) -> int | None:
        """The last width of the middle that still saves; None where none does."""
        return break_even_mid(self.block)

    @property
    def quotations(self) -> list[Quotation]:
        """The four ratios that people quote for this pair."""
        return [
            Quotation(self.plain, self.bottleneck, "main"),
            Quotation(self.basic, self.bottleneck, "main"),
            Quotation(self.basic, self.bottleneck, "convs"),
            Quotation(self.basic, self.bottleneck, "block"),
        ]

    @property
    def macs_ratio(self) -> Fraction:
        """How many times the plain main path's MACs those of the bottleneck's are."""
        return ratio(self.plain, self.bottleneck).macs["main"]

    @property
    def widths(self) -> list[Width]:
        """Half the middle, the middle, twice it, and both sides of the break-even."""
        groups, mid = self.block.groups, self.mid
        mids = {max(1, mid // groups // 2) * groups, mid, 2 * mid}
        if self.end is not None:
            mids |= {self.end, self.end + groups}
        return [self.at(mid) for mid in sorted(mids)]

    def at(self, mid: int) -> Width:
        """The bottleneck with that middle."""
        count = _count(replace(self.block, mid_channels=mid), self.bottleneck)
        return Width(mid, count.params.main, ratio(self.plain, count).params["main"])


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
