"""How many times as much one block costs as another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bottlecalc.agreement.result import AnyCount, Count

Costs = Mapping[str, int]
"""Of one figure, by scope."""


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """The baseline's cost divided by another block's.

    Of a block of the user's own the whole block is known, and no other scope.

    Attributes:
        of: the baseline.
        to: the other block.
        params: how many times the parameters, by each scope that both have.
        macs: how many times the MACs, and the FLOPs, by each scope that both have.
    """

    of: str
    to: str
    params: Mapping[str, Fraction]
    macs: Mapping[str, Fraction]


def ratio(baseline: AnyCount, other: AnyCount) -> Ratio:
    """How many times as much the baseline costs."""
    return Ratio(
        of=str(baseline.block),
        to=str(other.block),
        params=_by_scope(params(baseline), params(other)),
        macs=_by_scope(macs(baseline), macs(other)),
    )


def params(count: AnyCount) -> Costs:
    """Parameters in each scope that is known [parameters]."""
    if isinstance(count, Count):
        return count.params._asdict()
    return {"block": count.params.total}


def macs(count: AnyCount) -> Costs:
    """Multiply-accumulates in each scope that is known [MACs]."""
    if isinstance(count, Count):
        return count.macs._asdict()
    return {"block": count.macs or 0}


def _by_scope(of: Costs, to: Costs) -> dict[str, Fraction]:
    return {scope: Fraction(cost, to[scope]) for scope, cost in of.items() if to.get(scope)}
