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
    """

    what: str
    op: type[Op]
    each: int

    def of(self, layer: Layer) -> int:
        """What the tool adds for a layer."""
        return self.each * elements(layer.output) if isinstance(layer.op, self.op) else 0


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
