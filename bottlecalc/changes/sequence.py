"""What two sequences have in common, in order.

Source: H. Hyyrö, Bit-parallel LCS-length computation revisited (2004): a row of the table is one
integer, so that thousands of things are held against thousands in a fraction of a second, whatever
they are. difflib takes minutes where most of them are alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

MOST = 10_000
"""So many are held against as many at once; the table has that many bits, squared."""

Places = tuple[int, int]


def common(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Places]:
    """The places of as many as are in both in the same order, each pair of what is equal.

    >>> common("abcd", "xbcyd")
    [(1, 1), (2, 2), (3, 4)]
    """
    start = _equal(before, after)
    end = _equal(before[start:][::-1], after[start:][::-1])
    one, other = before[start : len(before) - end], after[start : len(after) - end]
    return [
        *((place, place) for place in range(start)),
        *((start + first, start + second) for first, second in _inner(one, other)),
        *((len(before) - left, len(after) - left) for left in range(end, 0, -1)),
    ]


def _equal(before: Sequence[Hashable], after: Sequence[Hashable]) -> int:
    """How many are equal from the first on."""
    pairs = enumerate(zip(before, after, strict=False))
    differing = (place for place, (one, other) in pairs if one != other)
    return next(differing, min(len(before), len(after)))


def _inner(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[Places]:
    """The same without what is in one of them alone, which would only take time."""
    both = {*before} & {*after}
    one = [place for place, value in enumerate(before) if value in both]
    other = [place for place, value in enumerate(after) if value in both]
    for start in range(0, min(len(one), len(other)), MOST):
        here, there = one[start : start + MOST], other[start : start + MOST]
        values = [before[place] for place in here], [after[place] for place in there]
        yield from ((here[first], there[second]) for first, second in _longest(*values))


def _longest(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Places]:
    """By the table, of which each row is what was in common up to there: a 0 for one more."""
    rows = [*_rows(before, after)]
    found: list[Places] = []
    here, there = len(before), len(after)
    while here and there:
        bit = 1 << (there - 1)
        if rows[here] & bit:
            there -= 1
        elif rows[here - 1] & bit:
            here, there = here - 1, there - 1
            found.append((here, there))
        else:
            here -= 1
    return found[::-1]


def _rows(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[int]:
    places: dict[Hashable, int] = defaultdict(int)
    for place, value in enumerate(after):
        places[value] |= 1 << place
    row = whole = (1 << len(after)) - 1
    yield row
    for value in before:
        equal = row & places[value]
        row = ((row + equal) | (row - equal)) & whole
        yield row
