"""What a sheet shows: a comparison, the pair that people quote, and the middle varied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

from bottlecalc.agreement.compare import Comparison, compare
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.formulas.residual import count
from bottlecalc.handout import HandoutError
from bottlecalc.layers.count import Count, Row


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


class Quoted(NamedTuple):
    """A ratio that people quote for a pair of blocks.

    Attributes:
        value: how many times the parameters.
        of: the block compared with the bottleneck.
        to: the bottleneck.
        scope: what is counted of both: main, convs or block.
    """

    value: Fraction
    of: Count
    to: Count
    scope: str


@dataclass(frozen=True)
class Lesson:
    """All figures of a sheet.

    Attributes:
        comparison: what was asked for.
        bottleneck: the first bottleneck of it, which the lesson is about.
        plain: one 3×3 at the same settings.
        basic: two 3×3 at the same settings.
    """

    comparison: Comparison
    bottleneck: Count
    plain: Count
    basic: Count

    @property
    def cases(self) -> list[Count]:
        """The blocks compared."""
        return [block.count for block in self.comparison.blocks]

    @property
    def block(self) -> Bottleneck:
        """The bottleneck's spec."""
        assert isinstance(self.bottleneck.block, Bottleneck)
        return self.bottleneck.block

    @property
    def quoted(self) -> list[Quoted]:
        """The four ratios that people quote for this pair."""
        pairs = ((self.plain, "main"), (self.basic, "main"), (self.basic, "convs"),
                 (self.basic, "block"))  # fmt: skip
        return [Quoted(_times(of, self.bottleneck, scope), of, self.bottleneck, scope)
                for of, scope in pairs]  # fmt: skip

    @property
    def macs_ratio(self) -> Fraction:
        """How many times the plain main path's MACs those of the bottleneck's are."""
        return Fraction(self.plain.macs.main, self.bottleneck.macs.main)

    @property
    def widths(self) -> list[Width]:
        """Half the middle, the middle, twice it, and both sides of the break-even."""
        groups, mid = self.block.groups, width(self.bottleneck)
        wanted = {max(1, mid // groups // 2) * groups, mid, 2 * mid}
        end = self.bottleneck.break_even_mid
        if end is not None:
            wanted |= {end, end + groups}
        return [self.at(mid) for mid in sorted(wanted)]

    def at(self, mid: int) -> Width:
        """The bottleneck with that middle."""
        counted = _recount(replace(self.block, mid_channels=mid), self.bottleneck)
        return Width(mid, counted.params.main, _times(self.plain, counted, "main"))


def lesson(comparison: Comparison) -> Lesson:
    """The lesson that a comparison makes.

    Raises:
        HandoutError: it has no bottleneck to speak of, or no two blocks to compare.
    """
    counts = [block.count for block in comparison.blocks]
    chosen = next((one for one in counts if isinstance(one.block, Bottleneck)), None)
    if chosen is None or len(counts) < 2:
        named = ", ".join(str(one.block) for one in counts)
        raise HandoutError(
            f"a handout sets a bottleneck against another block, and the blocks are {named};"
            " give at least two with --block, one of them a bottleneck"
        )
    return Lesson(comparison, chosen, *_rivals(chosen))


def letter(place: int) -> str:
    """The name of a case: A, B, … Z, AA."""
    return (letter(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def width(bottleneck: Count) -> int:
    """The channels of a bottleneck's middle."""
    return bottleneck.rows[0].output[1]


def filter_weights(row: Row) -> int:
    """Weights of one of a convolution's filters: k·k·(in / groups)."""
    return prod(row.factors[:3])


def _rivals(bottleneck: Count) -> Iterator[Count]:
    """The plain and the basic block with a bottleneck's settings, on the same input."""
    block: Any = bottleneck.block
    for family in (Plain, Basic):
        rival = family(
            block.in_channels,
            block.out_channels,
            stride=block.stride,
            dilation=block.dilation,
            downsample=block.downsample,
            upsample=block.upsample,
        )
        yield _recount(rival, bottleneck)


def _recount(block: Plain | Basic | Bottleneck, like: Count) -> Count:
    batch, _, height, breadth = like.input
    return count(block, (height, breadth), batch)


def _times(of: Count, to: Count, scope: str) -> Fraction:
    return compare([of, to]).ratios[0].params[scope]
