"""What is asked of solve, and what comes of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass
from typing import Any, Literal, NamedTuple, get_args

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.arguments import read_batch, read_family, read_size
from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.spec import Block, keys, numbers
from bottlecalc.errors import BottlecalcError, argument, key, remedy
from bottlecalc.layers.count import Scope, totals
from bottlecalc.text.calls import quoted
from bottlecalc.text.display import Displayed

SIZE = "size"

LimitedFigure = Literal["params", "macs", "flops", "activations"]
LIMITED: tuple[LimitedFigure, ...] = get_args(LimitedFigure)


class SolveError(BottlecalcError, ValueError):
    """A question that cannot be asked, or has no answer of its kind; its text says why."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most so many of a figure: ``params``, ``macs``, ``flops`` or ``activations``.

    Raises:
        SolveError: there is no such figure, or the most of it is no whole number.
    """

    figure: LimitedFigure
    most: int

    def __post_init__(self) -> None:
        _check_choice("figure", self.figure, LIMITED)
        _check_whole(argument(f"max-{self.figure}"), self.most, 0)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: the value of one quantity that is best of those that keep every limit.

    The best is the largest, or of a quantity that makes a block cheaper the smallest.

    Attributes:
        family: of the block.
        values: what is said of the block, by key, without the quantity.
        size: height and width of the input [pixels]; passed over where the size is what is sought.
        batch: images in the input.
        quantity: what is sought, a key of the family or ``size``.
        limits: all of which must hold.
        scope: of the limits on parameters; MACs and FLOPs are limited on the main path where it
            is ``main``, otherwise for the whole block.
        multiple_of: only multiples of this are answers.

    Raises:
        SolveError: the family has no such quantity or key, one that it needs is missing, or
            something is of the wrong type.
        ArgumentError: there is no such family, or the size is none.
        BlockError: a side or the batch is less than 1.
    """

    family: type[Block]
    values: Mapping[str, Any]
    size: tuple[int, int] = (56, 56)
    batch: int = 1
    quantity: str = "mid"
    limits: tuple[Limit, ...] = ()
    scope: Scope = "block"
    multiple_of: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "family", read_family(self.family))
        object.__setattr__(self, "size", read_size(self.size))
        object.__setattr__(self, "batch", read_batch(self.batch))
        if not isinstance(self.values, Mapping):
            raise SolveError(f"values = {quoted(self.values)} are none; give them by key")
        check_keys(self.family, self.values, self.quantity)
        for name, value in self.values.items():
            _check_value(name, value, keys(self.family)[name].default)
        for name, field in keys(self.family).items():
            if field.default is MISSING and name not in (*self.values, self.quantity):
                raise SolveError(f"{self.family.family} has no {key(name)}; give {remedy(name)}")
        _check_limits(self.limits)
        _check_whole(argument("multiple-of"), self.multiple_of, 1)
        _check_choice(argument("scope"), self.scope, get_args(Scope))

    @property
    def seeks_fewest(self) -> bool:
        """Whether the smallest value is sought: more of it always costs less."""
        return self.quantity in self.family.CHEAPER_BY

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


class Candidate(NamedTuple):
    """A value of the quantity, and the block counted with it."""

    value: int
    counted: Count


@dataclass(frozen=True, kw_only=True)
class Solution(Displayed):
    """The answer, what is just beyond it, and the limits that the latter does not hold.

    Attributes:
        question: that was asked.
        below: the best value that keeps every limit; None where none does.
        above: the next value that is allowed, larger, or fewer where the fewest are sought; where
            none fits the cheapest of the smallest and the largest there is; None where nothing
            lies beyond.
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


def check_keys(family: type[Block], names: Collection[str], quantity: Any) -> None:
    """Refuse what a question says of a family that has no such key, or that is sought.

    Raises:
        SolveError: there is such a key, or the family has no such quantity.
    """
    quantities = (*numbers(family), SIZE)
    is_known = isinstance(quantity, str) and quantity in quantities
    instead = f"solve {argument('for')} one of {', '.join(quantities)}"
    for name in names:
        if name not in keys(family):
            leave = f"{family.family} has no {key(name)}; leave {argument(name)} out"
            raise SolveError(leave if is_known else f"{leave}, and {instead}")
    if not is_known:
        raise SolveError(f"{family.family} has no {quoted(quantity, str)}; {instead}")
    if quantity in names:
        raise SolveError(
            f"{key(quantity)} is given and sought; leave it out, or seek another with"
            f" {argument('for')}"
        )


def _check_value(name: str, value: object, default: object) -> None:
    """Its type alone: whether there is a block of such values is found out when it is made."""
    if isinstance(default, bool) and not isinstance(value, bool):
        raise SolveError(f"{key(name)} = {quoted(value)} is neither True nor False; give one")
    if not isinstance(default, bool) and type(value) is not int:
        raise SolveError(
            f"{key(name)} = {quoted(value)} is not allowed; give a whole number of at least 1"
        )


def _check_limits(given: Any) -> None:
    is_several = isinstance(given, Iterable)
    if not (is_several and all(isinstance(limit, Limit) for limit in given)):
        raise SolveError(f"limits = {quoted(given)} are no limits; give a Limit for each")


def _check_whole(name: str, value: object, least: int) -> None:
    if type(value) is not int or value < least:
        raise SolveError(
            f"{name} = {quoted(value)} is not allowed; give a whole number of at least {least}"
        )


def _check_choice(name: str, value: object, choices: Collection[str]) -> None:
    if not (isinstance(value, str) and value in choices):
        raise SolveError(
            f"{name} = {quoted(value)} is not allowed; give one of {', '.join(choices)}"
        )
