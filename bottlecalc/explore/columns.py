"""Expressions evaluated over columns of designs, exactly.

A column is of 64-bit integers where the same expressions in floating point show that nothing comes
near their end, and of Python's own integers, exact at any size, where it does.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from typing import Any

import numpy as np

from bottlecalc.explore.cases import TracedFamily
from bottlecalc.layers.expression import OPERATORS, Evaluation

Columns = dict[str, Any]
"""Values by key or figure: arrays of one length, and numbers that hold for the whole length."""

SAFE = 2**62
"""Half of what 64 bits hold: floating point, which here never subtracts, errs by far less."""


def _elementwise(python: Callable[..., Any], numpy: Callable[..., Any]) -> Callable[..., Any]:
    """Numpy's function of columns and Python's of two numbers, which numpy would cut to 64 bits."""
    return lambda a, b: numpy(a, b) if np.ndim(a) or np.ndim(b) else python(a, b)


COLUMN_OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    **OPERATORS,
    "largest": _elementwise(max, np.maximum),
    "smallest": _elementwise(min, np.minimum),
}


def _magnitude(rule: Callable[[float, float], float]) -> Callable[[float, float], float]:
    return lambda a, b: float(rule(abs(a), abs(b)))


MAGNITUDES: Mapping[str, Callable[[float, float], float]] = {
    **dict.fromkeys(OPERATORS, lambda a, b: 1.0),
    "+": _magnitude(operator.add),
    "-": _magnitude(operator.add),
    "*": _magnitude(operator.mul),
    "//": _magnitude(max),
    "%": _magnitude(max),
    "largest": _magnitude(max),
    "smallest": _magnitude(max),
}
"""How large, without its sign, the result of an operation can be, and what it is applied to.

Nothing is subtracted: the difference of two rounded numbers would say nothing of the exact one.
"""


def column(values: Sequence[int], places: Any) -> Any:
    """The values at these places: an array, or the number where there is but one."""
    if len(values) == 1:
        return values[0]
    if isinstance(values, range):
        return values.start + values.step * places.astype(_kind(max(values[0], values[-1])))
    return np.array(values, dtype=_kind(max(map(abs, values))))[places]


def allowed(traced: TracedFamily, values: Columns, length: int) -> Any:
    """Of each design, whether it breaks no rule; one that breaks one is not asked the next."""
    left = np.arange(length)
    for rule in traced.broken:
        if not len(left):
            break
        fine = ~_truths(rule, values, len(left))
        if not fine.all():
            left, values = left[fine], select(values, fine)
    kept = np.zeros(length, dtype=bool)
    kept[left] = True
    return kept


def totals(traced: TracedFamily, values: Columns, length: int) -> Columns:
    """Every figure of so many designs, all allowed, each counted by the case that holds of it."""
    columns: Columns = {}
    left = np.arange(length)
    for case in traced.cases:
        holds = _truths(case.condition, values, len(left))
        if holds.all() and not columns:
            return _evaluated(case.totals, values)
        if holds.any():
            _place(_evaluated(case.totals, select(values, holds)), left[holds], columns, length)
        if holds.all():
            break
        left, values = left[~holds], select(values, ~holds)
    return columns


def follows(traced: TracedFamily, values: Columns) -> Columns:
    """What the keys are that nobody gave."""
    return _evaluated(traced.follows, values)


def tied(traced: TracedFamily, values: Columns) -> Columns:
    """What the keys are that follow others."""
    return _evaluated(traced.tied, values)


def bounds(expressions: Mapping[str, Any], largest: Mapping[str, int]) -> dict[str, float]:
    """What none of these results exceeds while no name exceeds its largest value."""
    try:
        evaluation = Evaluation({n: float(most) for n, most in largest.items()}, MAGNITUDES)
        return {name: float(evaluation(one)) for name, one in expressions.items()}
    except OverflowError:
        return dict.fromkeys(expressions, inf)


def select(columns: Mapping[str, Any], which: Any) -> Columns:
    """The same columns at these places."""
    return {name: one[which] if np.ndim(one) else one for name, one in columns.items()}


def listed(one: Any, length: int) -> list[Any]:
    """A column as a list of Python's own numbers."""
    return list(one.tolist()) if np.ndim(one) else [one] * length


def _place(found: Columns, places: Any, columns: Columns, length: int) -> None:
    for name, one in found.items():
        values = one if np.ndim(one) else np.array([one], dtype=_kind(abs(one)))
        whole = columns.setdefault(name, np.empty(length, dtype=values.dtype))
        if values.dtype == object and whole.dtype != object:
            whole = columns[name] = whole.astype(object)
        whole[places] = values


def _truths(condition: Any, values: Columns, length: int) -> Any:
    """Of so many designs, whether a condition holds."""
    (holds,) = _evaluated({"": condition}, values).values()
    return np.broadcast_to(np.asarray(holds, dtype=bool), length)


def _evaluated(expressions: Mapping[Any, Any], values: Columns) -> Columns:
    kind = _kind(_largest(expressions.values(), values))
    given = {name: one.astype(kind) if np.ndim(one) else one for name, one in values.items()}
    evaluation = Evaluation(given, COLUMN_OPERATORS)
    with np.errstate(all="raise"):
        return {name: evaluation(expression) for name, expression in expressions.items()}


def _kind(largest: float) -> Any:
    return np.int64 if largest < SAFE else object


def _largest(expressions: Iterable[Any], values: Columns) -> float:
    """The largest number on the way to these results, or a larger one, in floating point."""
    try:
        sizes = {name: float(np.max(np.abs(one), initial=0)) for name, one in values.items()}
        evaluation = Evaluation(sizes, MAGNITUDES)
        for expression in expressions:
            evaluation(expression)
    except OverflowError:
        return inf
    return max((*sizes.values(), *evaluation.results.values()), default=0)
