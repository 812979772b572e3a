"""What a tool says of layers beside their MACs: terms, each so many for every element or weight."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bottlecalc.layers.count import ByLayer
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Op, elements


class Term(NamedTuple):
    """Something that a tool adds to the MACs.

    Attributes:
        what: it is called.
        op: the layers that it is of.
        each: how many for every element that such a layer puts out.
        taken: whether it is for every element that it takes in.
    """

    what: str
    op: type[Op]
    each: int
    taken: bool = False

    def of(self, layer: Layer) -> int:
        """What the tool adds for a layer."""
        if not isinstance(layer.op, self.op):
            return 0
        return self.each * elements(layer.input if self.taken else layer.output)


class Tool(NamedTuple):
    """How a tool counts: the MACs, and its terms.

    Attributes:
        name: of the tool, and of its mode where that matters.
        terms: that it adds to the MACs.
    """

    name: str
    terms: tuple[Term, ...]

    def totals(self, layers: Iterable[Layer]) -> ByLayer:
        """What the tool says of each layer."""
        return {
            layer.name: layer.macs + sum(term.of(layer) for term in self.terms) for layer in layers
        }
