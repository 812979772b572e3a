"""What has to be said of a count beside its figures, a sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bottlecalc.agreement.result import ModelCount, Result

MOST_NAMES = 5
"""So many modules are named in a remark."""


def remarks(count: Result) -> tuple[str, ...]:
    """All of them; begins with how it was counted."""
    return (*count.notes, *_misses(count), *passed_over(count), *_uncalled(count))


def passed_over(count: Result) -> Iterator[str]:
    """What a counter met and did not count, where nobody else did or the other found more."""
    for name, counted in count.others.items():
        alone = len(count.counters) == 1 or count.differences
        if counted.unsupported and (name == "torch" or alone):
            listed = ", ".join(f"{op} ×{n}" for op, n in sorted(counted.unsupported.items()))
            yield f"{name} does not support {listed}, and counts none of it"


def _misses(count: Result) -> Iterator[str]:
    """What each counter missed where they differ, and which figure stands."""
    if not isinstance(count, ModelCount) or not count.differences:
        return
    by_torch, by_fvcore = (counted.sum("macs") for counted in count.others.values())
    why = ", for it sees every operator that runs" if by_torch > by_fvcore else ""
    yield f"torch counts {by_torch:,} MACs and fvcore {by_fvcore:,}; torch's stands{why}"
    gaps = {one.layer: one.expected - one.found for one in count.differences}
    less = {name: gap for name, gap in gaps.items() if gap > 0}
    more = {name: -gap for name, gap in gaps.items() if gap < 0}
    if less:
        yield f"fvcore missed {_sum(less)} MACs in {_few(list(less))}"
    if less and not count.others["fvcore"].unsupported:
        yield "fvcore supports every operator that it met: it counts them otherwise"
    if more:
        yield f"torch counts {_sum(more)} MACs fewer in {_few(list(more))}"


def _uncalled(count: Result) -> Iterator[str]:
    if count.uncalled:
        aside = "(their MACs, if any, are their parents')"
        yield f"never called by the forward pass: {_few(count.uncalled)} {aside}"


def _sum(gaps: Mapping[str, int]) -> str:
    return f"{sum(gaps.values()):,}"


def _few(names: Sequence[str]) -> str:
    listed = ", ".join(name or "(the model itself)" for name in names[:MOST_NAMES])
    rest = len(names) - MOST_NAMES
    return f"{listed} and {rest} more" if rest > 0 else listed
