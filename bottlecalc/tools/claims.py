"""Every convention that gives somebody's number, and how many would by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import log

from bottlecalc.layers.calls import Call, Evidence
from bottlecalc.layers.ops import Op
from bottlecalc.tools.base import (
    Figure,
    Term,
    Tool,
)
from bottlecalc.tools.claim import Sought
from bottlecalc.tools.explanation import Claim, Match
from bottlecalc.tools.predict import prediction
from bottlecalc.tools.subject import Subject
from bottlecalc.tools.variants import Variant, variants

PLAIN: Mapping[Figure, Tool] = {
    "operations": Tool("MACs", (), "MACs"),
    "params": Tool("parameters", (), "parameters", figure="params"),
}
"""What is counted where nobody adds anything."""

Kinds = Mapping[type[Op], Sequence[tuple[Call, int]]]
"""Calls, each with how often it is made, by the type of what is done."""

ORDER = {"exact": 0, "rounded": 1, "cut off": 2}


def judged(
    wanted: Sequence[Sought], subject: Subject, tools: Sequence[Tool], figure: Figure
) -> Iterator[Claim]:
    """Each claim, held against all that can be tried; where nothing is it, the other figure too."""
    tried: dict[Figure, list[Match]] = {}

    def judged_as(sought: Sought, figure: Figure) -> Claim:
        if figure not in tried:
            tried[figure] = candidates(subject, tools, figure)
        return judge(sought, tried[figure], figure)

    for sought in wanted:
        own: Figure = "params" if sought.of_params else figure
        claim = judged_as(sought, own)
        if not claim.matches:
            other: Figure = "params" if own == "operations" else "operations"
            claim = replace(claim, otherwise=len(judged_as(sought, other).matches))
        yield claim


def candidates(subject: Subject, tools: Sequence[Tool], figure: Figure) -> list[Match]:
    """Every number that is tried, by the convention that gives it."""
    wanted = [PLAIN[figure], *(tool for tool in tools if tool.figure == figure)]
    return list(_candidates(subject, wanted, figure))


def judge(sought: Sought, tried: Sequence[Match], figure: Figure) -> Claim:
    """Hold a claim against all that was tried: no match is left out, and none is chosen.

    Exact ones come first, then those of which least is unusual.
    """
    fits = [(sought.fit(one.says), one) for one in tried]
    matches = [replace(one, cut=fit == "cut off") for fit, one in fits if fit != "no"]
    matches.sort(key=lambda one: (ORDER[sought.fit(one.says)], len(one.changes)))
    values = {one.says for one in tried}
    return Claim(
        text=sought.text,
        figure=figure,
        is_guessed=sought.is_guessed,
        matches=tuple(matches),
        tried=len(tried),
        distinct=len(values),
        by_chance=_by_chance(sought, values),
        nearest=None if matches else _nearest(sought, tried),
    )


def _nearest(sought: Sought, tried: Sequence[Match]) -> Match | None:
    return min(tried, key=lambda one: (sought.distance(one.says), len(one.changes)), default=None)


def _candidates(subject: Subject, tools: Sequence[Tool], figure: Figure) -> Iterator[Match]:
    """Every number that is tried."""
    for variant in variants(subject, figure):
        kinds = _kinds(variant.evidence)
        for tool in tools:
            if tool.per_image and variant.is_batch:
                continue  # it says the same of all
            yield from _by_factor(variant, tool, _says(tool, variant.evidence, kinds))


def _says(tool: Tool, evidence: Evidence, kinds: Kinds) -> int:
    """By the sum over calls that are alike, where no call has to be looked at by itself."""
    is_divided = tool.per_image and evidence.batch > 1
    is_repeated = tool.repeats and any(
        call.places != 1 for calls in kinds.values() for call, _ in calls
    )
    if tool.figure == "params" or is_divided or is_repeated:
        return prediction(tool, evidence)
    return tool.factor * evidence.macs + sum(_added(term, kinds) for term in tool.terms)


def _added(term: Term, kinds: Kinds) -> int:
    return sum(
        term.of(call) * often
        for kind, calls in kinds.items()
        if issubclass(kind, term.op)
        for call, often in calls
    )


def _kinds(evidence: Evidence) -> Kinds:
    """Calls that are alike, and how often, by what they do; of names the depth alone matters."""
    alike = Counter(call._replace(name="." * call.name.count(".")) for call in evidence.calls)
    kinds: dict[type[Op], list[tuple[Call, int]]] = {}
    for call, often in alike.items():
        kinds.setdefault(type(call.op), []).append((call, often))
    return kinds


def _by_factor(variant: Variant, tool: Tool, says: int) -> Iterator[Match]:
    """As the tool says it, and doubled or halved, as people do with it."""
    yield _match(variant, tool, says, "1", ())
    if tool.figure != "operations":
        return
    if tool.factor == 1:
        yield _match(variant, tool, 2 * says, "2", ("doubled",))
    elif says % 2 == 0:
        yield _match(variant, tool, says // 2, "1/2", ("halved",))


def _match(variant: Variant, tool: Tool, value: int, factor: str, more: tuple[str, ...]) -> Match:
    return Match(
        says=value,
        tool=tool.name,
        calls_it=tool.calls_it,
        factor=factor,
        input=variant.input,
        changes=(*variant.changes, *more),
    )


def _by_chance(sought: Sought, values: set[int]) -> float:
    """How many of so many numbers would match, spread as widely but without meaning."""
    positive = [value for value in values if value > 0]
    if len(positive) < 2:
        return 0.0
    spread = log(max(positive) / min(positive))
    width = sum(
        log(float(max(top, high) + Fraction(1, 2)) / float(low - Fraction(1, 2)))
        for low, high, top in sought.intervals
        if low > 1 and min(positive) <= top and low <= max(positive)
    )
    return round(len(positive) * width / spread, 2) if spread else 0.0
