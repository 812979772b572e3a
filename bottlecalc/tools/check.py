"""Whether all that was found of a block agrees: its counters, and what fvcore calls its total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bottlecalc.agreement.agreement import Difference
from bottlecalc.agreement.result import ClosedForm, OwnCount
from bottlecalc.layers.count import Counter
from bottlecalc.tools import fvcore

Checked = ClosedForm | OwnCount
"""What has a closed form, or is compared with what has."""

FIGURES = ("params", "macs", "fvcore_total", "activations")
"""In the order in which they are shown."""


def by_counter(count: Checked) -> dict[str, Mapping[Counter, int]]:
    """Every figure of the whole block, by each counter that has it."""
    counts: dict[str, Mapping[Counter, int]] = {
        figure: {
            name: counted.sum(figure)
            for name, counted in count.counters.items()
            if figure in counted.figures
        }
        for figure in ClosedForm.compared
    }
    counts["fvcore_total"] = {
        name: sum(layers.values()) for name, layers in fvcore.totals(count).items()
    }
    return {figure: counts[figure] for figure in FIGURES}


def compared(count: Checked) -> tuple[str, ...]:
    """The figures in which counters must agree; without a closed form there is no other total."""
    return FIGURES if isinstance(count, ClosedForm) else count.compared


def differences(count: Checked) -> tuple[Difference[Any], ...]:
    """Every layer on which something that was found contradicts the first counter."""
    contradictions: list[Difference[Any]] = [*count.differences, *fvcore.differences(count)]
    return tuple(sorted(contradictions, key=lambda one: FIGURES.index(one.figure)))


def agrees(counts: Iterable[Checked]) -> bool | None:
    """Whether nothing contradicts the first counter of these blocks; None where none was asked."""
    verdicts = [not differences(count) for count in counts if len(count.counters) > 1]
    return all(verdicts) if verdicts else None
