"""Which is the largest value of a key (or of the size) that keeps every limit.

Found on the traced closed forms, in integers and exactly, whatever a key does to the cost: a range
of values is passed over only where no value of it can be the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from math import lcm
from typing import Any, Literal, NoReturn

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.spec import Block, keys
from bottlecalc.errors import BottlecalcError, argument
from bottlecalc.explore.cases import TracedFamily, numbers, trace
from bottlecalc.explore.intervals import (
    FALSE,
    INTERVAL_OPERATORS,
    MOST_STEPS,
    TRUE,
    Interval,
    SearchError,
    at_most,
    both,
    hull,
    interval,
    largest,
    no,
    smallest,
)
from bottlecalc.layers.count import Scope, totals
from bottlecalc.layers.expression import Evaluation, Expression
from bottlecalc.text.display import Displayed

SIZE = "size"
QUANTITIES = ("mid", "out", "groups", SIZE)
"""What the command line may seek."""

MARGIN = 64
"""Bits by which the range that is searched is longer than the numbers of a question."""


class SolveError(BottlecalcError, ValueError):
    """A question that has no answer of its kind; its text says why."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most so many of a figure: ``params``, ``macs``, ``flops`` or ``activations``."""

    figure: Literal["params", "macs", "flops", "activations"]
    most: int


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: the largest value of one quantity for which every limit holds.

    Attributes:
        family: of the block.
        values: what is said of the block, by key, without the quantity.
        size: height and width of the input; passed over where the size is what is sought.
        batch: images in the input.
        quantity: what is sought, a key of the family or ``size``.
        limits: all of which must hold.
        scope: of the limits on parameters; MACs and FLOPs are limited on the main path where it
            is ``main``, otherwise for the whole block.
        multiple_of: only multiples of this are answers.
    """

    family: type[Block]
    values: Mapping[str, Any]
    size: tuple[int, int] = (56, 56)
    batch: int = 1
    quantity: str = "mid"
    limits: tuple[Limit, ...] = ()
    scope: Scope = "block"
    multiple_of: int = 1

    def count(self, value: int) -> Count:
        """The block counted with that value of the quantity.

        Raises:
            BlockError: there is no such block.
        """
        if self.quantity == SIZE:
            return closed_form.count(make(self.family, self.values), (value, value), self.batch)
        block = make(self.family, {**self.values, self.quantity: value})
        return closed_form.count(block, self.size, self.batch)

    def column(self, figure: str) -> str:
        """The figure in the scope of the limits: ``params_main``."""
        if figure == "activations":
            return figure
        if figure == "params":
            return f"params_{self.scope}"
        return f"{figure}_{'main' if self.scope == 'main' else 'block'}"

    def cost(self, counted: Count, figure: str) -> int:
        """A figure in the scope of the limits."""
        return int(totals(counted.layers)[self.column(figure)])

    def exceeded(self, counted: Count) -> tuple[Limit, ...]:
        """The limits that a block does not hold."""
        return tuple(
            limit for limit in self.limits if self.cost(counted, limit.figure) > limit.most
        )


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A value of the quantity, and the block counted with it."""

    value: int
    counted: Count


@dataclass(frozen=True, kw_only=True)
class Solution(Displayed):
    """The answer, what is just above it, and the limits that the latter does not hold.

    Attributes:
        question: that was asked.
        below: the largest value that keeps every limit; None where none does.
        above: the next value that is allowed; where none fits the cheapest of the smallest and the
            largest there is; None where nothing larger is allowed.
        binding: the limits that ``above`` does not hold.
    """

    question: Question
    below: Candidate | None
    above: Candidate | None
    binding: tuple[Limit, ...]

    @property
    def value(self) -> int | None:
        """The answer; None where there is none."""
        return self.below.value if self.below else None


def solve(question: Question) -> Solution:
    """The largest value for which every limit holds.

    Raises:
        BlockError: no value makes a block.
        SolveError: every value fits, no multiple does, the family has no such quantity, or the
            answer takes too many steps to find.
    """
    if question.quantity not in (SIZE, *numbers(question.family)):
        raise SolveError(
            f"{question.family.family} has no {question.quantity};"
            f" solve {argument('for')} one of {', '.join(_quantities(question.family))}"
        )
    try:
        below, above = _Search(question).answer()
    except SearchError:
        raise SolveError(
            f"the {question.quantity} could not be found in {MOST_STEPS:,} steps;"
            f" give another {argument('multiple-of')}, or smaller limits"
        ) from None
    binding = question.exceeded(question.count(above)) if above is not None else ()
    return Solution(
        question=question,
        below=_candidate(question, below),
        above=_candidate(question, above),
        binding=binding,
    )


def _quantities(family: type[Block]) -> list[str]:
    return [name for name in QUANTITIES if name == SIZE or name in keys(family)]


def _candidate(question: Question, value: int | None) -> Candidate | None:
    return None if value is None else Candidate(value=value, counted=question.count(value))


class _Search:
    """A question, answered: what is searched are multiples of a step."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.end = 1 << _bits(question)
        self._quantity = Expression(question.quantity)
        self._known = Evaluation(self._values())

    def answer(self) -> tuple[int | None, int | None]:
        """The largest value that fits, and the next one that is allowed."""
        below = largest(1, self._last, self._fits, self._near)
        if below is not None and below * self.step > self.end // 2:
            raise self._endless()
        above = self._smallest_allowed((below or 0) + 1)
        if below is None:
            above = self._cheapest(above) if above else self._refuse()
        return self._value(below), self._value(above)

    def _smallest_allowed(self, low: int) -> int | None:
        return smallest(low, self._last, self._allowed)

    def _endless(self) -> SolveError:
        """What is wrong with a question whose limits no large value exceeds."""
        quantity = self.question.quantity
        beyond = largest(1, self._last, self._exceeds)
        if beyond is None:
            return SolveError(
                f"every {quantity} keeps these limits; add one that depends on it,"
                f" such as {argument('max-macs')}"
            )
        return SolveError(
            f"every {quantity} above {beyond * self.step:,} keeps these limits, and none is the"
            " largest; add a limit that grows with it"
        )

    @cached_property
    def step(self) -> int:
        """What all answers are multiples of: a rule may say that the quantity is one."""
        divisors = (_divisor(rule, self._quantity) for rule in self._broken)
        return lcm(self.question.multiple_of, *divisors)

    @property
    def _last(self) -> int:
        return max(1, self.end // self.step)

    @cached_property
    def traced(self) -> TracedFamily:
        """The closed form over the keys of the question."""
        question = self.question
        flags = {name: on for name, on in question.values.items() if isinstance(on, bool)}
        names = [
            name
            for name in numbers(question.family)
            if name in question.values or name == question.quantity
        ]
        return trace(question.family, flags, names)

    def _values(self) -> dict[str, Any]:
        """What each name of the closed form is: a number, or the quantity."""
        height, width = self.question.size
        known = {"batch": self.question.batch, "height": height, "width": width}
        quantity = self.question.quantity
        sought = ("height", "width") if quantity == SIZE else (quantity,)
        return {**self.question.values, **known, **dict.fromkeys(sought, self._quantity)}

    @cached_property
    def _broken(self) -> list[Any]:
        """The rules, over the quantity alone, up to one that all values break."""
        rules = []
        for rule in self.traced.broken:
            rules.append(self._known(rule))
            if rules[-1] is True:
                break
        return rules

    @cached_property
    def _rules(self) -> list[Any]:
        """The same over multiples of the step."""
        return [_of_multiples(rule, self._quantity, self.step) for rule in self._broken]

    def _value(self, times: int | None) -> int | None:
        return None if times is None else times * self.step

    def _at(self, part: Interval) -> Evaluation:
        values = Interval(part.low * self.step, part.high * self.step)
        return Evaluation({self.question.quantity: values}, INTERVAL_OPERATORS)

    def _allowed(self, part: Interval) -> Interval:
        return self._unbroken(self._at(part), self._rules)

    def _unbroken(self, evaluation: Evaluation, rules: Sequence[Any]) -> Interval:
        verdict = TRUE
        for rule in rules:
            verdict = both(verdict, no(interval(evaluation(rule))))
            if verdict == FALSE:
                break
        return verdict

    def _fits(self, part: Interval) -> Interval:
        evaluation = self._at(part)
        verdict = self._unbroken(evaluation, self._rules)
        return verdict if verdict == FALSE else both(verdict, self._kept(evaluation))

    def _exceeds(self, part: Interval) -> Interval:
        evaluation = self._at(part)
        verdict = self._unbroken(evaluation, self._rules)
        return verdict if verdict == FALSE else both(verdict, no(self._kept(evaluation)))

    def _kept(self, evaluation: Evaluation) -> Interval:
        """Whether every limit holds."""
        verdict = TRUE
        for limit in self.question.limits:
            verdict = both(verdict, at_most(self._cost(limit, evaluation), limit.most))
            if verdict == FALSE:
                break
        return verdict

    def _near(self, part: Interval) -> int | None:
        """Where the first limit is met, by a step of Newton's method from the end of a range."""
        end, before = (self._at(Interval(at, at)) for at in (part.high, part.high - 1))
        guesses = []
        for limit in self.question.limits:
            cost = self._cost(limit, end).high
            slope = cost - self._cost(limit, before).high
            if cost > limit.most and slope > 0:
                guesses.append(part.high + (limit.most - cost) // slope)
        return min(guesses, default=None)

    def _cost(self, limit: Limit, evaluation: Evaluation) -> Interval:
        """What a figure may be, whichever of the cases holds that may."""
        column = self.question.column(limit.figure)
        totals = (self._known(case.totals[column]) for case in self._cases(evaluation))
        return reduce(hull, (interval(evaluation(total)) for total in totals))

    def _cases(self, evaluation: Evaluation) -> Iterator[Any]:
        for case in self.traced.cases:
            holds = interval(evaluation(self._known(case.condition)))
            if holds != FALSE:
                yield case
            if holds == TRUE:
                return

    def _cheapest(self, smallest_allowed: int) -> int:
        """Of the smallest and the largest allowed value, where nothing fits."""
        ends = {smallest_allowed, largest(1, self._last, self._allowed) or smallest_allowed}
        figure = self.question.limits[0]
        return min(
            sorted(ends), key=lambda times: self._cost(figure, self._at(Interval(times, times)))
        )

    def _example(self) -> int:
        """The smallest value that breaks only what every value breaks, if there is one."""
        rules = [rule for rule in self._rules if rule is not True]
        found = smallest(1, self._last, lambda part: self._unbroken(self._at(part), rules))
        return (found or 1) * self.step

    def _refuse(self) -> NoReturn:
        """Say what is wrong with a question of which no value makes a block.

        A value that breaks what all break, and nothing else, is what says it best.
        """
        multiple_of = self.question.multiple_of
        alone = _Search(replace(self.question, multiple_of=1))
        if multiple_of == 1 or alone._smallest_allowed(1) is None:
            self.question.count(alone._example())
        raise SolveError(
            f"no multiple of {multiple_of} is allowed for {self.question.quantity};"
            f" give another {argument('multiple-of')}"
        )


def _divisor(rule: Any, quantity: Expression) -> int:
    """What a rule says that the quantity must be a multiple of."""
    dividend, divisor = _division(rule)
    return divisor if dividend is quantity and isinstance(divisor, int) and divisor > 0 else 1


def _of_multiples(rule: Any, quantity: Expression, step: int) -> Any:
    """A rule as multiples of a step may break it: all do, or none, where that is plain."""
    dividend, divisor = _division(rule)
    if divisor is quantity and isinstance(dividend, int) and dividend % step:
        return True
    return False if _divisor(rule, quantity) > 1 else rule


def _division(rule: Any) -> tuple[Any, Any]:
    """Of a rule that wants something divided without remainder, what by what."""
    match rule:
        case Expression(sign="!=", operands=(Expression(sign="%", operands=(a, b)), int(0))):
            return a, b
    return None, None


def _bits(question: Question) -> int:
    """How long an answer can be at the most: as long as all numbers of the question together."""
    given = (
        *(value for value in question.values.values() if isinstance(value, int)),
        *(limit.most for limit in question.limits),
        *(*question.size, question.batch, question.multiple_of),
    )
    return MARGIN + sum(int(value).bit_length() for value in given)
