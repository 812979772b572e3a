"""Which is the largest width (or size) that a budget allows, and where two blocks break even.

Everything is found on the closed forms, in integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import lcm
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple, get_args

from bottlecalc.blocks.residual import Block, BlockError, Plain, family_name, keys, make
from bottlecalc.errors import BottlecalcError
from bottlecalc.formulas.residual import break_even_mid, count, layers
from bottlecalc.layers.count import Count

Quantity = Literal["mid", "out", "groups", "size"]
Scope = Literal["main", "convs", "block"]

BEYOND = 2**80
"""A quantity of this size is no answer: the limits do not depend on it."""


class SolveError(BottlecalcError, ValueError):
    """A question that has no answer of its kind; its text says why."""


class Limit(NamedTuple):
    """At most so many of a figure: ``params``, ``macs``, ``flops`` or ``activations``."""

    figure: str
    most: int


@dataclass(frozen=True)
class Question:
    """What is asked: the largest value of one quantity for which every limit holds.

    Attributes:
        family: of the block.
        values: what is said of the block, by key, without the quantity.
        size: height and width of the input; passed over where the size is what is sought.
        batch: images in the input.
        quantity: what is sought.
        limits: all of which must hold.
        scope: of the limits on parameters; MACs and FLOPs are limited on the main path where it
            is ``main``, otherwise for the whole block.
        multiple_of: only multiples of this are answers.
    """

    family: type[Block]
    values: Mapping[str, Any]
    size: tuple[int, int]
    batch: int
    quantity: Quantity
    limits: tuple[Limit, ...]
    scope: Scope = "block"
    multiple_of: int = 1

    def count(self, value: int) -> Count:
        """The block counted with that value of the quantity.

        Raises:
            BlockError: there is no such block.
        """
        if self.quantity == "size":
            return count(make(self.family, self.values), (value, value), self.batch)
        block = make(self.family, {**self.values, self.quantity: value})
        return count(block, self.size, self.batch)

    def allows(self, value: int) -> bool:
        """Whether there is such a block."""
        try:
            self.count(value)
        except BlockError:
            return False
        return value % self.multiple_of == 0

    def cost(self, counted: Count, figure: str) -> int:
        """A figure in the scope of the limits."""
        if figure == "activations":
            return counted.activations
        if figure == "params":
            return int(getattr(counted.params, self.scope))
        operations = counted.macs if figure == "macs" else counted.flops
        return operations.main if self.scope == "main" else operations.block

    def exceeded(self, counted: Count) -> tuple[Limit, ...]:
        """The limits that a block does not hold."""
        return tuple(
            limit for limit in self.limits if self.cost(counted, limit.figure) > limit.most
        )

    def holds(self, value: int) -> bool:
        """Whether every limit holds with that value."""
        return not self.exceeded(self.count(value))


class Candidate(NamedTuple):
    """A value of the quantity, and the block counted with it."""

    value: int
    counted: Count


class Solution(NamedTuple):
    """The answer, what is just above it, and the limits that the latter does not hold.

    ``below`` is None where no value fits, and then ``above`` is the smallest there is; ``above``
    is None where nothing larger is allowed.
    """

    question: Question
    below: Candidate | None
    above: Candidate | None
    binding: tuple[Limit, ...]


def solve(question: Question) -> Solution:
    """The largest value for which every limit holds.

    Raises:
        BlockError: no value makes a block.
        SolveError: every value fits, or the family has no such quantity.
    """
    if question.quantity != "size" and question.quantity not in keys(question.family):
        raise SolveError(
            f"{family_name(question.family)} has no {question.quantity};"
            f" solve --for one of {', '.join(_quantities(question.family))}"
        )
    below, above = _groups(question) if question.quantity == "groups" else _search(question)
    binding = question.exceeded(question.count(above)) if above else ()
    return Solution(question, _candidate(question, below), _candidate(question, above), binding)


def _quantities(family: type[Block]) -> list[str]:
    return [name for name in get_args(Quantity) if name == "size" or name in keys(family)]


def _candidate(question: Question, value: int | None) -> Candidate | None:
    return None if value is None else Candidate(value, question.count(value))


def _groups(question: Question) -> tuple[int | None, int | None]:
    """More groups cost less, and the most there can be are the channels that they divide."""
    grouped = next(row for row in question.count(1).rows if row.kernel > 1 and row.path == "main")
    most = grouped.input[1]
    if most % question.multiple_of:
        raise SolveError(
            f"no groups that divide {most} are a multiple of {question.multiple_of};"
            " give another --multiple-of"
        )
    return (most, None) if question.holds(most) else (None, most)


def _search(question: Question) -> tuple[int | None, int | None]:
    """Cost grows with the quantity, but for one dip: with out = in there is no projection."""
    step = _step(question)
    _allowed_above(question, 0)  # refuses what no value makes a block of
    low, high = 0, step
    while _fits(question, high):
        low, high = high, 2 * high
        if high > BEYOND:
            raise SolveError(
                f"every {question.quantity} keeps these limits; add one that depends on it,"
                " such as --max-macs"
            )
    while high - low > step:
        middle = (low + high) // 2 // step * step
        low, high = (middle, high) if _fits(question, middle) else (low, middle)
    below = _allowed_below(question, low)
    dip = question.values.get("in", 0) if question.quantity == "out" else 0
    if dip > (below or 0) and question.allows(dip) and question.holds(dip):
        below = dip
    return below, _allowed_above(question, below or 0)


def _step(question: Question) -> int:
    """How far apart answers are at the least."""
    groups = question.values.get("groups", 1) if question.quantity == "mid" else 1
    return lcm(question.multiple_of, max(1, groups))


def _fits(question: Question, value: int) -> bool:
    """Whether the largest allowed value up to this one holds; so does none at all."""
    allowed = _allowed_below(question, value)
    return allowed is None or question.holds(allowed)


def _allowed_below(question: Question, value: int) -> int | None:
    step = _step(question)
    near = range(value // step * step, max(0, value - _period(question)), -step)
    return next((candidate for candidate in near if question.allows(candidate)), None)


def _allowed_above(question: Question, value: int) -> int:
    step = _step(question)
    near = range((value // step + 1) * step, value + _period(question) + step, step)
    found = next((candidate for candidate in near if question.allows(candidate)), None)
    if found is None:
        question.count(near[-1])  # says what is wrong with it
        raise SolveError(
            f"no multiple of {step} is allowed for {question.quantity}; give another --multiple-of"
        )
    return found


def _period(question: Question) -> int:
    """How far apart answers are at the most: groups must divide out // 4, downsampling the size."""
    return 4 * max(1, int(question.values.get("groups", 1))) * max(2, question.multiple_of)


class BreakEven(NamedTuple):
    """Where a block's main path and the plain block's have equally many parameters.

    Attributes:
        equation: in m, the width; Cin and Cout, the channels.
        root: where both sides are equal, to six digits.
        below: the largest width that is cheaper; None where none is.
        above: the next width.
        baseline: the plain block.
    """

    equation: str
    root: str
    below: Candidate | None
    above: Candidate
    baseline: Count


def break_even(
    family: type[Block], values: Mapping[str, Any], size: tuple[int, int], batch: int = 1
) -> BreakEven:
    """Solve for the width at which a block breaks even with the plain one, with the algebra.

    Args:
        family: of the block.
        values: what is said of it, by key, without ``mid``.
        size: height and width of the input.
        batch: images in the input.

    Raises:
        SolveError: the family has no ``mid``.
    """
    if "mid" not in keys(family):
        raise SolveError(f"{family_name(family)} has no mid and never breaks even; use another")
    groups = int(values.get("groups", 1))
    widest = break_even_mid(make(family, {**values, "mid": max(1, groups)}))
    shared = {key: value for key, value in values.items() if key in keys(Plain)}

    def candidate(mid: int) -> Candidate:
        return Candidate(mid, count(make(family, {**values, "mid": mid}), size, batch))

    return BreakEven(
        *_algebra(family, values, groups),
        candidate(widest) if widest else None,
        candidate((widest or 0) + groups),
        count(make(Plain, shared), size, batch),
    )


def _algebra(family: type[Block], values: Mapping[str, Any], groups: int) -> tuple[str, str]:
    """The equation as text, and its positive root, from the closed forms on symbols."""
    import sympy

    m, k = sympy.Symbol("m", positive=True), sympy.Symbol("k", integer=True, positive=True)
    c_in, c_out = sympy.symbols("Cin Cout", integer=True, positive=True)
    symbols = {"in_channels": c_in, "out_channels": c_out}
    middle = {"mid_channels": groups * k, "groups": groups}
    ours = sympy.Poly(_main_weights(family, symbols | middle).subs(k, m / groups), m)
    theirs = _main_weights(Plain, symbols)
    square, linear, _ = ours.all_coeffs()
    leading = f"{square}" if square.is_Integer else f"{square}·"
    equation = f"{leading}m² + ({_text(linear)})·m = {_text(theirs)}"
    known = {c_in: values["in"], c_out: values["out"]}
    root = max(sympy.real_roots((ours.as_expr() - theirs).subs(known), m))
    return equation, str(root.evalf(6))


def _main_weights(family: type[Block], symbols: Mapping[str, Any]) -> Any:
    fields: dict[str, Any] = {field.name: field.default for field in keys(family).values()}
    rows = layers.dispatch(family)(
        SimpleNamespace(**{**fields, **symbols}), (1, symbols["in_channels"], 1, 1)
    )
    return sum(row.weights for row in rows if row.path == "main")


def _text(expression: Any) -> str:
    return str(expression).replace("*", "·")
