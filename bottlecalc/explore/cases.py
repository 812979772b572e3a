"""A family's closed form, traced once for each of its cases into expressions over its keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from bottlecalc.blocks.spec import Block
from bottlecalc.explore.figures import INPUT
from bottlecalc.explore.ties import Following, Tie
from bottlecalc.formulas.families import formula
from bottlecalc.layers.count import totals
from bottlecalc.layers.expression import Expression

NO_TIES: Mapping[str, Tie] = {}


class TracedCase(NamedTuple):
    """One case.

    Attributes:
        condition: whether it holds, if none before it does.
        totals: every figure in every scope, by names such as ``params_main``.
    """

    condition: Any
    totals: Mapping[str, Any]


class TracedFamily(NamedTuple):
    """What there is to know of a family's designs, as expressions.

    Attributes:
        cases: those that may hold.
        broken: of each of its rules, and of what holds of all numbers, whether it is broken; a
            rule may take it that none before it is.
        follows: what a key is that nobody gave.
        tied: what a key is that follows another one.
    """

    cases: tuple[TracedCase, ...]
    broken: tuple[Any, ...]
    follows: Mapping[str, Any]
    tied: Mapping[str, Any]


def trace(
    family: type[Block],
    values: Mapping[str, Any],
    names: Collection[str],
    ties: Mapping[str, Tie] = NO_TIES,
) -> TracedFamily:
    """Run the closed form of a family on names in the place of numbers.

    Args:
        family: of the blocks.
        values: by key, what is the same for all; switches must be here.
        names: of the keys that are left open.
        ties: of the keys that follow others.

    Raises:
        NotImplementedError: the family has no closed form.
        TieError: a tie names no key, or goes in a circle.
        TraceError: the closed form compares what it is given.
    """
    closed_form = formula(family)
    said = {**values, **{name: Expression(name) for name in names}}
    following = Following(family, said, ties, closed_form.follows)
    tied = {name: following.value(name) for name in ties}
    given = {**said, **tied}
    block: Any = family.unchecked(given)
    batch, height, width = map(Expression, INPUT)
    x: Any = (batch, block.in_channels, height, width)
    return TracedFamily(
        cases=tuple(
            TracedCase(
                condition=case.holds(block), totals=totals(closed_form.layers(block, x, case.name))
            )
            for case in closed_form.cases
            if case.holds(block) is not False
        ),
        broken=(
            *(Expression(name) < 1 for name in (*names, *INPUT)),
            *(tie.uneven(following.source(name)) for name, tie in ties.items()),
            *(expression < 1 for expression in tied.values()),
            *(rule.broken(block) for rule in family.RULES),
            *(rule.broken(block, height, width) for rule in family.INPUT_RULES),
        ),
        follows={
            name: value(block) for name, value in closed_form.follows.items() if name not in given
        },
        tied=tied,
    )
