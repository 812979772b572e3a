"""What has to be said of a count beside its figures, a sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bottlecalc.agreement.result import ModelCount, OwnCount, Result
from bottlecalc.layers.count import Counter

MOST_NAMES = 5
"""So many modules are named in a remark."""


def remarks(count: Result) -> tuple[str, ...]:
    """All of them; begins with how it was counted."""
    return (*count.notes, *omissions(count), *_findings(count))


def about_own(counts: Iterable[Result]) -> Iterator[str]:
    """What has to be said of blocks of the user's own, but for counters that were left out."""
    own = [count for count in counts if isinstance(count, OwnCount)]
    yield from dict.fromkeys(no_closed_form(count) for count in own)
    for count in own:
        yield from (f"{count.block}: {text}" for text in (*count.notes, *_findings(count)))


def no_closed_form(count: OwnCount) -> str:
    """Who counts a block of the user's own."""
    return (
        f"{count.block.target} has no closed form: it is counted by {' and '.join(count.others)}"
        " alone"
    )


def _findings(count: Result) -> Iterator[str]:
    """What the counters have to say."""
    yield from _misses(count)
    yield from passed_over(count)
    yield from _uncalled(count)


def omissions(*counts: Result) -> Iterator[str]:
    """A sentence for every counter that was left out, and why; one where that holds of all."""
    subjects: dict[tuple[Counter, str], list[str]] = {}
    for count in counts:
        for omission in count.left_out.items():
            subjects.setdefault(omission, []).append(str(count.subject))
    for (counter, reason), names in subjects.items():
        of = "" if len(names) == len(counts) > 1 else f" for {', '.join(names)}"
        yield f"{counter} was left out{of}: {reason}"


def passed_over(count: Result) -> Iterator[str]:
    """What a counter met and did not count, where nobody else did or the other found more."""
    for name, counted in count.others.items():
        alone = len(count.counters) == 1 or count.differences
        if counted.unsupported and (name == "torch" or alone):
            yield f"{name} does not support {_often(counted.unsupported)}, and counts none of it"
        if counted.free:
            yield f"0 MACs by convention: {_often(counted.free)}"
        if counted.deciding:
            yield f"what is counted depends on values: {_often(counted.deciding)}"
        yield from counted.remarks


def _often(operators: Mapping[str, int]) -> str:
    return ", ".join(f"{operator} ×{times}" for operator, times in sorted(operators.items()))


def _misses(count: Result) -> Iterator[str]:
    """What each counter missed where they differ, and which figure stands."""
    if not isinstance(count, ModelCount) or not count.differences:
        return
    first, *others = count.counters
    for other in others:
        gaps = {
            one.layer: one.expected - one.found for one in count.differences if one.counter == other
        }
        if gaps:
            yield from _missed(count, first, other, gaps)


def _missed(
    count: Result, first: Counter, other: Counter, gaps: Mapping[str, int]
) -> Iterator[str]:
    """What one counter missed against the first."""
    stands, found = (count.counters[name].sum("macs") for name in (first, other))
    why = ", for it sees every operator that runs" if first == "torch" and stands > found else ""
    yield f"{first} counts {stands:,} MACs and {other} {found:,}; {first}'s stands{why}"
    less = {name: gap for name, gap in gaps.items() if gap > 0}
    more = {name: -gap for name, gap in gaps.items() if gap < 0}
    if less:
        yield f"{other} missed {_sum(less)} MACs in {_few(list(less))}"
    if less and not count.counters[other].unsupported:
        aside = "it counts them otherwise, or has not met them all"
        yield f"{other} supports every operator that it met: {aside}"
    if more:
        yield f"{first} counts {_sum(more)} MACs fewer in {_few(list(more))}"


def _uncalled(count: Result) -> Iterator[str]:
    if count.uncalled:
        one, several = (
            "its MACs, if any, are its parent's",
            "their MACs, if any, are their parents'",
        )
        aside = several if count.uncalled[1:] else one
        yield f"never called by the forward pass: {_few(count.uncalled)} ({aside})"


def _sum(gaps: Mapping[str, int]) -> str:
    return f"{sum(gaps.values()):,}"


def _few(names: Sequence[str]) -> str:
    listed = ", ".join(name or "(the model itself)" for name in names[:MOST_NAMES])
    rest = len(names) - MOST_NAMES
    return f"{listed} and {rest} more" if rest > 0 else listed
