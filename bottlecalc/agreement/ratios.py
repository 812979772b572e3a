"""How many times as much one block costs as another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bottlecalc.agreement.result import Count
from bottlecalc.layers.count import Operations, Params


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """The baseline's cost divided by another block's.

    Attributes:
        of: the baseline.
        to: the other block.
        params: how many times the parameters, by scope.
        macs: how many times the MACs, and the FLOPs, by scope.
    """

    of: str
    to: str
    params: Mapping[str, Fraction]
    macs: Mapping[str, Fraction]


def ratio(baseline: Count, other: Count) -> Ratio:
    """How many times as much the baseline costs."""
    return Ratio(
        of=str(baseline.block),
        to=str(other.block),
        params=_by_scope(baseline.params, other.params),
        macs=_by_scope(baseline.macs, other.macs),
    )


def _by_scope(of: Params | Operations, to: Params | Operations) -> dict[str, Fraction]:
    costs = to._asdict()
    return {scope: Fraction(cost, costs[scope]) for scope, cost in of._asdict().items()}
