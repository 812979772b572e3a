"""The kinds of exercises: what each draws, its answer by closed form, and the usual slips.

The words of a kind stand in the templates under the kind's name, those of a slip under the slip's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bottlecalc.handout.bank.bottlenecks import (
    batch_norm,
    inverted,
    macs,
    memory,
    mistake,
    projection,
    stride,
    three_layers,
)
from bottlecalc.handout.bank.convolutions import (
    dilation,
    flops,
    groups,
    pointwise,
    receptive_field,
    transposed,
)
from bottlecalc.handout.bank.counters import convention, tools, which_tool
from bottlecalc.handout.bank.numbers import Numbers
from bottlecalc.handout.bank.reasons import reason
from bottlecalc.handout.bank.widths import break_even, budget, ratio, which
from bottlecalc.handout.exercises import Exercise

Kind = Callable[[Numbers], Exercise]

LEVELS: Mapping[int, tuple[Kind, ...]] = {
    1: (pointwise, flops, dilation, groups, transposed),
    2: (*(three_layers, projection, batch_norm, macs, stride, memory, inverted),
        *(ratio, which, receptive_field, reason)),
    3: (budget, break_even, mistake, tools, convention, which_tool),
}  # fmt: skip
"""Kinds of one layer or one step; of a block; and of several steps."""

BANK: Mapping[str, Kind] = {kind.__name__: kind for kinds in LEVELS.values() for kind in kinds}
"""Every kind of exercise by its name."""

LEVEL: Mapping[str, int] = {
    kind.__name__: level for level, kinds in LEVELS.items() for kind in kinds
}
"""Which level each is of, by its name."""
