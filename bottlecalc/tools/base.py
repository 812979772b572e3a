"""What a tool says of layers beside their MACs: terms, each so many for every element or weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    def __str__(self) -> str:
        return f"{self.each} per element {'into' if self.taken else 'of'} {self.what}"

    def of(self, layer: Layer) -> int:
        """What the tool adds for a layer."""
        if not self.is_of(layer):
            return 0
        return self.each * elements(layer.input if self.taken else layer.output)

    def is_of(self, layer: Layer) -> bool:
        """Whether it is of such a layer."""
        return isinstance(layer.op, self.op)


class Tool(NamedTuple):
    """How a tool counts: the MACs, and its terms.

    Attributes:
        name: of the tool, and of its mode where that matters.
        terms: that it adds to the MACs.
    """

    name: str
    terms: tuple[Term, ...]

    def sum_of(self, layers: Sequence[Layer]) -> str:
        """What its total of these layers is made of: ``MACs + 2 per element of batch norm``."""
        terms = [str(term) for term in self.terms if any(map(term.is_of, layers))]
        return " + ".join(["MACs", *terms])

    def totals(self, layers: Iterable[Layer]) -> ByLayer:
        """What the tool says of each layer."""
        return {
            layer.name: layer.macs + sum(term.of(layer) for term in self.terms) for layer in layers
        }
