"""Results in one line each: what an interpreter shows of them, and the captions of tables."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING

from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.result import Count, ModelCount
from bottlecalc.blocks.catalogue import Catalogue
from bottlecalc.budgets.verdict import Report
from bottlecalc.render.budgets import summary
from bottlecalc.text.display import Displayed
from bottlecalc.text.numbers import number, ratio

if TYPE_CHECKING:
    from bottlecalc.agreement.networks import NetworkComparison
    from bottlecalc.changes.diff import Diff
    from bottlecalc.explore.network_sweep import NetworkSweep
    from bottlecalc.explore.sweep import Sweep


def comparison(result: Comparison) -> str:
    """How many times the first's parameters are the second's."""
    first, more = str(result.blocks[0].block), len(result.ratios) - 1
    if not result.ratios:
        return first
    other = result.ratios[0]
    rest = f", and {more} more" if more else ""
    scope = next(iter(other.params), None)
    if scope is None:
        return f"{first}, {other.to}{rest}"
    times = ratio(other.params[scope])
    return f"{first} has {times} the parameters ({scope}) of {other.to}{rest}"


def networks(result: NetworkComparison) -> str:
    """How many times the first's parameters are the second's; of one network what it costs."""
    first, more = result.networks[0], len(result.ratios) - 1
    if not result.ratios:
        return f"{first.network}: {number(first.params.total)} parameters"
    other = result.ratios[0]
    rest = f", and {more} more" if more else ""
    if other.params is None:
        return f"{other.of}, {other.to}{rest}"
    return f"{other.of} has {ratio(other.params)} the parameters of {other.to}{rest}"


def block(result: Count) -> str:
    """Its parameters and MACs."""
    params, macs = number(result.params.block), number(result.macs.block)
    return f"{result.block}: {params} parameters, {macs} MACs (block)"


def model(result: ModelCount) -> str:
    """Its parameters, and MACs where it was run."""
    macs = "" if result.macs is None else f", {number(result.macs)} MACs"
    return f"{result.target}: {number(result.params.total)} parameters{macs}"


def diff(result: Diff) -> str:
    """By how much the parameters grew, and how many modules are not as they were."""
    grown, modules = result.figures["params"].change or 0, len(result.modules)
    names = f"{result.before.name} → {result.after.name}"
    return f"{names}: {grown:+,} parameters, {number(modules)} modules changed"


def report(result: Report) -> str:
    """How many budgets hold."""
    return summary(result)


def answer(result: Displayed) -> str:
    """What was sought, and what it is."""
    document = result.to_dict()
    return f"{document['for']} = {document['value']}"


def sweep(result: Sweep) -> str:
    """What is swept; not how many designs, which would have to be counted."""
    said = ", ".join(f"{name}={text}" for name, text in result.grid.common.items())
    return ": ".join(filter(None, (f"of {', '.join(result.grid.specs)}", said)))


def network_sweep(result: NetworkSweep) -> str:
    """What is swept."""
    said = ", ".join(f"{name}={','.join(values)}" for name, values in result.axes.items())
    return ": ".join(filter(None, (f"of {result.network}", said)))


def catalogue(result: Catalogue) -> str:
    """The families by name."""
    return f"of {', '.join(family.name for family in result.families)}"


def length(result: Displayed) -> str:
    """How many it holds, where it says so."""
    return f"of {len(result):,}" if isinstance(result, Sized) else ""
