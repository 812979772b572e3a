"""What counters found of a training step, held against the first of them layer by layer."""

from __future__ import annotations

from bottlecalc.agreement.agreement import Difference, contradictions
from bottlecalc.layers.training import PASSES, Pass, Training


def differences(step: Training) -> tuple[Difference[Pass], ...]:
    """Every layer of which a counter contradicts the first in what a training step costs."""
    return tuple(
        difference
        for name in PASSES
        for difference in contradictions(
            name, {who: found.passes[name] for who, found in step.steps.items()}
        )
    )


def agrees(step: Training) -> bool | None:
    """Whether all counters agree on every layer; None where one was asked."""
    return None if len(step.steps) < 2 else not differences(step)
