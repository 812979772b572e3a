"""How other tools count: the MACs, and terms, each so many for every element, weight or MAC."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from bottlecalc.layers.count import ByLayer
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Op, elements

if TYPE_CHECKING:  # who compares blocks has no calls, and does not wait for them
    from bottlecalc.layers.calls import Call, Evidence

Figure = Literal["operations", "params", "activations"]
Quantity = Callable[[Any], int]
"""How many there are at a call."""

Condition = Callable[[Any], bool]
"""Whether a call is one of those that are meant."""


class Term(NamedTuple):
    """Something that a tool adds to the MACs, or leaves out of them.

    Attributes:
        what: it is called.
        op: the layers or calls that it is of.
        each: how many for every one that is counted; negative for what is left out.
        taken: whether elements are counted that go in, rather than those that come out.
        per: how many are counted at a call, where they are no elements.
        unit: what is counted then, in words.
        where: the calls that it is of, among those of these ops.
        fault: whether the tool is wrong there by its own rule.
        shared: whether the tool divides it by the batch afterwards.
    """

    what: str
    op: type[Op] | tuple[type[Op], ...]
    each: int
    taken: bool = False
    per: Quantity | None = None
    unit: str = "element"
    where: Condition | None = None
    fault: bool = False
    shared: bool = False

    def __str__(self) -> str:
        return f"{self.each} per {self.unit} {'into' if self.taken else 'of'} {self.what}"

    def of(self, layer: Layer | Call) -> int:
        """What the tool adds for a layer, or a call."""
        return self.each * self.count(layer)

    def count(self, layer: Layer | Call) -> int:
        """How many are counted of a layer, or a call."""
        if not self.is_of(layer):
            return 0
        if self.per:
            return self.per(layer)
        return elements(layer.input if self.taken else layer.output)

    def is_of(self, layer: Layer | Call) -> bool:
        """Whether it is of such a layer, or call."""
        if not isinstance(layer.op, self.op):
            return False
        return self.where is None or (not isinstance(layer, Layer) and self.where(layer))


class Caveat(NamedTuple):
    """Where a tool fails, or says what these rules do not know.

    Attributes:
        where: of which models.
        sentence: that says so.
    """

    where: Callable[[Evidence], bool]
    sentence: str


class Tool(NamedTuple):
    """How a tool counts one figure: so many for every MAC or parameter, and its terms.

    Attributes:
        name: of the tool, and of its mode where that matters.
        terms: that it adds.
        calls_it: its own word for the figure.
        factor: for every MAC.
        figure: operations, parameters or activations.
        package: by which it is installed; empty for what is a convention alone.
        version: whose rules these are.
        sees: how it sees what a model does.
        per_image: where it divides by the batch what it counts, the calls whose MACs it does not.
        repeats: how often it counts what a module does that the model holds under some names.
        notes: what else has to be known, a sentence each.
        caveats: what its rules do not reach.
    """

    name: str
    terms: tuple[Term, ...]
    calls_it: str = "FLOPs"
    factor: int = 1
    figure: Figure = "operations"
    package: str = ""
    version: str = ""
    sees: str = ""
    per_image: Condition | None = None
    repeats: Quantity | None = None
    notes: tuple[str, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    def remarks(self, evidence: Evidence) -> tuple[str, ...]:
        """What has to be known, and of this model what the rules do not reach, a sentence each."""
        return (*self.notes, *(one.sentence for one in self.caveats if one.where(evidence)))

    def sum_of(self, layers: Sequence[Layer]) -> str:
        """What its total of these layers is made of: ``MACs + 2 per element of batch norm``."""
        terms = [str(term) for term in self.terms if any(map(term.is_of, layers))]
        return " + ".join(["MACs", *terms])

    def totals(self, layers: Iterable[Layer]) -> ByLayer:
        """What the tool says of each layer."""
        return {
            layer.name: layer.macs + sum(term.of(layer) for term in self.terms) for layer in layers
        }
