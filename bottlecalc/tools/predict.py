"""What a tool says of a model, by its rules: the exact sum that leads from the MACs to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bottlecalc.layers.calls import Call, Evidence, Weights
from bottlecalc.tools.base import (
    Quantity,
    Term,
    Tool,
)

SEVERAL = "modules that the model holds under several names: counted again"
NAMELESS = "modules that the model holds under no name: not found"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One term of a tool's sum.

    Attributes:
        what: it is.
        count: how many were counted.
        each: how many for every one.
        unit: what was counted, in words.
        fault: whether the tool is wrong there by its own rule.
        module: in which, where terms are told module by module.
    """

    what: str
    count: int
    each: int
    unit: str = "element"
    fault: bool = False
    module: str = ""

    @property
    def value(self) -> int:
        """What it adds."""
        return self.count * self.each


def base(tool: Tool, evidence: Evidence) -> int:
    """What the tool's figure is of where it agrees with ours."""
    if tool.figure == "params":
        return evidence.params
    return evidence.macs if tool.figure == "operations" else evidence.activations


def lines(tool: Tool, evidence: Evidence, by_module: bool = False) -> tuple[Line, ...]:
    """All that a tool adds or leaves out; what is none at all is left out here too."""
    calls = list(_counted(tool, evidence))
    found = [
        _line(term, place, count)
        for term in tool.terms
        for place, count in _places(term, calls, by_module).items()
    ]
    if tool.repeats:
        found += _repeated(tool, tool.repeats, calls)
    if tool.per_image and evidence.batch > 1 and evidence.inputs == 1:
        found.append(_divided(sum(_hooked(tool, call) for call in calls), evidence.batch))
    return tuple(line for line in found if line.value)


def _repeated(tool: Tool, repeats: Quantity, calls: Iterable[Call]) -> Iterator[Line]:
    """What is counted again where the model holds a module under several names, or under none."""
    more = less = 0
    for call in calls:
        times = repeats(call) - 1
        if times > 0:
            more += times * _alone(tool, call)
        elif times < 0:
            less += _alone(tool, call)
    unit = "parameter" if tool.figure == "params" else "operation"
    yield Line(what=SEVERAL, count=more, each=1, unit=unit, fault=True)
    yield Line(what=NAMELESS, count=less, each=-1, unit=unit, fault=True)


def _alone(tool: Tool, call: Call) -> int:
    """What is counted of a call by the rule that is repeated."""
    if tool.figure == "params":
        own = call.op.held if isinstance(call.op, Weights) else 0
        return own + sum(term.of(call) for term in tool.terms)
    if tool.per_image:
        return _hooked(tool, call, once=True)
    return tool.factor * call.macs + sum(term.of(call) for term in tool.terms)


def _hooked(tool: Tool, call: Call, once: bool = False) -> int:
    """What is divided by the batch: the MACs but of some calls, and the terms that share this."""
    is_whole = tool.per_image is not None and tool.per_image(call)
    own = 0 if is_whole else tool.factor * call.macs
    alone = own + sum(term.of(call) for term in tool.terms if term.shared)
    return alone if once or not tool.repeats else alone * tool.repeats(call)


def _places(term: Term, calls: Iterable[Call], by_module: bool) -> Counter[str]:
    """How many are counted, in all or in each module."""
    places: Counter[str] = Counter()
    for call in calls:
        if count := term.count(call):
            places[call.name if by_module else ""] += count
    return places


def _line(term: Term, place: str, count: int) -> Line:
    return Line(
        what=term.what, count=count, each=term.each, unit=term.unit, fault=term.fault, module=place
    )


def _divided(whole: int, batch: int) -> Line:
    """What is left out where a sum is divided by the batch."""
    return Line(
        what=f"divided by the batch, {batch}: what modules do",
        count=whole - whole // batch, each=-1, unit="operation",
    )  # fmt: skip


def _counted(tool: Tool, evidence: Evidence) -> Iterable[Call]:
    """Calls, or for parameters what modules hold, and every layer once."""
    if tool.figure != "params":
        return evidence.calls
    layers = {call.name: call for call in evidence.calls if not isinstance(call.op, Weights)}
    return (*evidence.weights, *layers.values())


def prediction(tool: Tool, evidence: Evidence) -> int:
    """What the tool says, by its rules."""
    return tool.factor * base(tool, evidence) + sum(line.value for line in lines(tool, evidence))
