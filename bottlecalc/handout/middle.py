"""A bottleneck's middle: what it is beside its ends, and what other widths of it would cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Literal, NamedTuple

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.ratios import ratio
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.residual import Bottleneck
from bottlecalc.explore.break_even import Mids, counted_mids
from bottlecalc.formulas.residual import middle

Shape = Literal["squeeze", "between", "equal", "expand"]
POINTS = 200
"""Of a curve of any length, so that it is quickly drawn."""


class Width(NamedTuple):
    """One width of the middle, and what the bottleneck's main path costs at it.

    Attributes:
        mid: channels of the middle.
        params: of the main path's convolutions [parameters].
        macs: the same [MACs].
        ratio: the plain block's parameters to these.
        macs_ratio: the plain block's MACs to these.
    """

    mid: int
    params: int
    macs: int
    ratio: Fraction
    macs_ratio: Fraction


@dataclass(frozen=True, kw_only=True)
class Middle:
    """A bottleneck's middle, and the widths that it might have.

    Attributes:
        bottleneck: whose middle it is.
        plain: one 3×3 at the same settings.
    """

    bottleneck: Count
    plain: Count

    @property
    def block(self) -> Bottleneck:
        """The bottleneck's spec."""
        assert isinstance(self.bottleneck.block, Bottleneck)
        return self.bottleneck.block

    @property
    def width(self) -> int:
        """Of the bottleneck as it is [channels]."""
        return middle(self.block)

    @property
    def shape(self) -> Shape:
        """Narrower than both ends, wider than both, as wide as both, or anything else."""
        ends = (self.block.in_channels, self.block.out_channels)
        if {*ends} == {self.width}:
            return "equal"
        if self.width < min(ends):
            return "squeeze"
        return "expand" if self.width > max(ends) else "between"

    @property
    def is_depthwise(self) -> bool:
        """Whether its 3×3 has one filter a channel; another width then has as many groups."""
        return self.block.groups == self.width > 1

    @property
    def unit(self) -> int:
        """Of which every width is a multiple [channels]."""
        return 1 if self.is_depthwise else self.block.groups

    @property
    def rank(self) -> int:
        """The most numbers that come through the main path at a position."""
        return min(self.block.in_channels, self.width, self.block.out_channels)

    @cached_property
    def ends(self) -> Mids:
        """The last widths that save parameters and MACs; None where none does."""
        if not self.is_depthwise:
            return counted_mids(self.bottleneck)
        each, plain = self.at(1), self.plain
        return Mids(
            _last(each.params, plain.params.main),
            _last(each.macs, plain.macs.main),
        )

    @property
    def last(self) -> int:
        """The last width that saves both; 0 where none does."""
        return min(end or 0 for end in self.ends)

    @cached_property
    def is_even(self) -> bool:
        """Whether MACs are to each other as parameters, for all weights are used equally often."""
        layers = (*self.bottleneck.layers, *self.plain.layers)
        main = (layer for layer in layers if layer.branch == "main" and layer.weights)
        return len({prod(layer.positions) for layer in main}) == 1

    @property
    def never_saves_macs(self) -> bool:
        """Whether not even the narrowest takes fewer MACs than the plain block."""
        return self.at(self.unit).macs_ratio <= 1

    @property
    def widths(self) -> list[Width]:
        """Half the middle, the middle, twice it, and both sides of where it breaks even."""
        half = max(1, self.width // self.unit // 2) * self.unit
        mids = {half, self.width, 2 * self.width}
        for end in filter(None, self.ends):
            mids |= {end, end + self.unit}
        return [self.at(mid) for mid in sorted(mids)]

    @property
    def curve(self) -> list[Width]:
        """From the narrowest to a little beyond the widest of those that matter."""
        last = max(self.width, *(end or 0 for end in self.ends)) * 5 // 4 // self.unit + 1
        steps = range(1, last + 1, max(1, last // POINTS))
        return [self.at(step * self.unit) for step in (*steps, last)]

    def remarks(self, width: Width) -> Iterator[str]:
        """What a table has to say of a width: keys of words."""
        if width.mid == self.width:
            yield "this"
        if self.ends.params == self.ends.macs == width.mid:
            yield "last"
        elif width.mid in self.ends:
            yield "last params" if width.mid == self.ends.params else "last macs"
        if max(width.ratio, width.macs_ratio) <= 1:
            yield "none"

    def at(self, mid: int) -> Width:
        """The bottleneck with that middle."""
        groups = mid if self.is_depthwise else self.block.groups
        block = replace(self.block, mid_channels=mid, groups=groups)
        batch, _, height, width = self.bottleneck.input
        count = closed_form.count(block, (height, width), batch)
        times = ratio(self.plain, count)
        return Width(
            mid, count.params.main, count.macs.main, times.params["main"], times.macs["main"]
        )


def _last(each: int, limit: int) -> int | None:
    """How many of what costs so much each remain below a limit; None where not one does."""
    return (limit - 1) // each or None
