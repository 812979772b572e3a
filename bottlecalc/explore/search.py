"""The search for an answer: ranges are passed over only where no value of them can be it.

On the traced closed forms, in integers and exactly, whatever a key does to the cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, reduce
from math import gcd
from typing import Any, NoReturn

from bottlecalc.blocks.spec import numbers
from bottlecalc.errors import argument
from bottlecalc.explore.cases import TracedFamily, trace
from bottlecalc.explore.intervals import (
    FALSE,
    INTERVAL_OPERATORS,
    TRUE,
    Interval,
    at_most,
    both,
    hull,
    interval,
    largest,
    no,
    smallest,
)
from bottlecalc.explore.progressions import Progression, division, is_periodic, progressions
from bottlecalc.explore.question import SIZE, Limit, Question, SolveError
from bottlecalc.layers.expression import Evaluation, Expression

MARGIN = 64
"""Bits by which the range that is searched is longer than the numbers of a question."""

Condition = Callable[[Interval], Interval]
"""Whether something holds while the quantity runs through an interval."""


class Search:
    """A question, answered: what is searched are the progressions that its rules leave."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.end = 1 << _bits(question)
        self._quantity = Expression(question.quantity)
        self._known = Evaluation(self._values())

    def answer(self) -> tuple[int | None, int | None]:
        """The best value that fits, and the next one that is allowed.

        Raises:
            BlockError: no value makes a block.
            SolveError: every value fits, or no multiple is allowed.
            SearchError: it takes too many steps.
        """
        best, beyond = self._fewest() if self.question.seeks_fewest else self._most()
        if best is None:
            beyond = self._cheapest()
        return best, beyond

    def _most(self) -> tuple[int | None, int | None]:
        best = self._largest(self._fits, self.end, guessing=self._near)
        if best is not None and best > self.end // 2:
            raise self._endless()
        return best, self._smallest(self._allowed, best + 1) if best else None

    def _fewest(self) -> tuple[int | None, int | None]:
        best = self._smallest(self._fits, 1)
        return best, self._largest(self._allowed, best - 1) if best else None

    def _largest(
        self,
        holds: Condition,
        high: int,
        guessing: Callable[[Progression, Interval], int | None] = lambda progression, places: None,
    ) -> int | None:
        """The largest value up to ``high`` of which a condition holds."""
        found = []
        for each in self.progressions:
            places = each.places(1, high)
            conditions = (_of_places(holds, each), _guess(guessing, each))
            place = largest(places.low, places.high, *conditions)
            found += [] if place is None else [each.value(place)]
        return max(found, default=None)

    def _smallest(self, holds: Condition, low: int) -> int | None:
        """The smallest value from ``low`` of which a condition holds."""
        found = []
        for each in self.progressions:
            places = each.places(low, self.end)
            place = smallest(places.low, places.high, _of_places(holds, each))
            found += [] if place is None else [each.value(place)]
        return min(found, default=None)

    def _endless(self) -> SolveError:
        """What is wrong with a question whose limits no large value exceeds."""
        quantity = self.question.quantity
        beyond = self._largest(self._exceeds, self.end)
        if beyond is None:
            return SolveError(
                f"every {quantity} keeps these limits; add one that depends on it,"
                f" such as {argument('max-macs')}"
            )
        return SolveError(
            f"every {quantity} above {beyond:,} keeps these limits, and none is the"
            " largest; add a limit that grows with it"
        )

    @cached_property
    def progressions(self) -> tuple[Progression, ...]:
        """What all answers are among: a rule may say that the quantity is a multiple."""
        return progressions(self._broken, self._quantity, self.question.multiple_of)

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
        """The same as the progressions may break them: all do, or none, where that is plain."""
        common = gcd(*(number for each in self.progressions for number in each))
        return [self._of_multiples(rule, common) for rule in self._broken]

    def _of_multiples(self, rule: Any, common: int) -> Any:
        dividend, divisor, rest = division(rule)
        evenly = divisor is self._quantity and rest == 0
        if evenly and isinstance(dividend, int) and dividend % common:
            return True
        return False if is_periodic(rule, self._quantity) else rule

    def _at(self, values: Interval) -> Evaluation:
        return Evaluation({self.question.quantity: values}, INTERVAL_OPERATORS)

    def _allowed(self, values: Interval) -> Interval:
        return self._unbroken(self._at(values), self._rules)

    def _unbroken(self, evaluation: Evaluation, rules: Sequence[Any]) -> Interval:
        verdict = TRUE
        for rule in rules:
            verdict = both(verdict, no(interval(evaluation(rule))))
            if verdict == FALSE:
                break
        return verdict

    def _fits(self, values: Interval) -> Interval:
        evaluation = self._at(values)
        verdict = self._unbroken(evaluation, self._rules)
        return verdict if verdict == FALSE else both(verdict, self._kept(evaluation))

    def _exceeds(self, values: Interval) -> Interval:
        evaluation = self._at(values)
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

    def _near(self, progression: Progression, places: Interval) -> int | None:
        """Where the first limit is met, by a step of Newton's method from the end of a range."""
        values = (progression.value(places.high - back) for back in (0, 1))
        end, before = (self._at(Interval(value, value)) for value in values)
        guesses = []
        for limit in self.question.limits:
            cost = self._cost(limit, end).high
            slope = cost - self._cost(limit, before).high
            if cost > limit.most and slope > 0:
                guesses.append(places.high + (limit.most - cost) // slope)
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

    def _cheapest(self) -> int:
        """Of the smallest and the largest allowed value, where nothing fits."""
        least = self._smallest(self._allowed, 1)
        if least is None:
            self._refuse()
        ends = {least, self._largest(self._allowed, self.end) or least}
        figure = self.question.limits[0]
        return min(
            sorted(ends), key=lambda value: self._cost(figure, self._at(Interval(value, value)))
        )

    def _example(self) -> int:
        """The smallest value that breaks only what every value breaks, if there is one."""
        rules = [rule for rule in self._rules if rule is not True]
        found = self._smallest(lambda values: self._unbroken(self._at(values), rules), 1)
        return found or self.progressions[0].first

    def _refuse(self) -> NoReturn:
        """Say what is wrong with a question of which no value makes a block.

        A value that breaks what all break, and nothing else, is what says it best.
        """
        multiple_of = self.question.multiple_of
        alone = Search(replace(self.question, multiple_of=1))
        if multiple_of == 1 or alone._smallest(alone._allowed, 1) is None:
            self.question.count(alone._example())
        raise SolveError(
            f"no multiple of {multiple_of} is allowed for {self.question.quantity};"
            f" give another {argument('multiple-of')}"
        )


def _of_places(holds: Condition, progression: Progression) -> Condition:
    return lambda places: holds(progression.values(places))


def _guess(
    guessing: Callable[[Progression, Interval], int | None], progression: Progression
) -> Callable[[Interval], int | None]:
    return lambda places: guessing(progression, places)


def _bits(question: Question) -> int:
    """How long an answer can be at the most: as long as all numbers of the question together."""
    given = (
        *(value for value in question.values.values() if isinstance(value, int)),
        *(limit.most for limit in question.limits),
        *(*question.size, question.batch, question.multiple_of),
    )
    return MARGIN + sum(int(value).bit_length() for value in given)
