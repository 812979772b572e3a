"""What a family's closed form is: its cases, and in each case its layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Shape

Layers = tuple[Layer, ...]


class Case(NamedTuple):
    """A way in which blocks of a family are built.

    Attributes:
        name: what the formula calls it.
        holds: of a spec, whether it is built so; arithmetic that does not mind what it is given,
            numbers, columns or expressions.
    """

    name: str
    holds: Callable[[Any], Any]


ALWAYS = Case("always", lambda block: True)


NOTHING_FOLLOWS: Mapping[str, Callable[[Any], Any]] = {}
NO_FORKS: Mapping[str, str] = {}


class Formula(NamedTuple):
    """A family's closed form.

    Attributes:
        layers: of a spec, its input's shape and the name of its case, the layers in the order in
            which the block is read. It is arithmetic, and runs on expressions as on numbers: what
            depends on a number depends on the case, or is ``largest`` or ``smallest``.
        cases: the first that holds is the spec's; the last holds of every spec.
        follows: by key, what a number is where nobody says it.
        forks: layers that begin a branch inside of the block, each with the layer that it reads; a
            branch that is not here begins at the block's input.
    """

    layers: Callable[[Any, Shape, str], Layers]
    cases: tuple[Case, ...] = (ALWAYS,)
    follows: Mapping[str, Callable[[Any], Any]] = NOTHING_FOLLOWS
    forks: Mapping[str, str] = NO_FORKS

    def __call__(self, block: Any, x: Shape) -> Layers:
        """The layers of a block for an input of shape ``x``."""
        for case in self.cases:
            if case.holds(block):
                return self.layers(block, x, case.name)
        raise AssertionError(f"no case of {block} holds")
