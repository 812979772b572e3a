"""Calls of public functions: what is wrong with one is a sentence, and no screen of frames."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.suggest import did_you_mean

MOST_LETTERS = 100
"""So much of a value is quoted."""

Function = TypeVar("Function", bound=Callable[..., Any])


class ArgumentError(BottlecalcError, TypeError):
    """An argument of the wrong kind, or one too many or too few; its text says what is taken."""


def public(example: str) -> Callable[[Function], Function]:
    """A function that users call: a wrong call is told how it is called, and where it went wrong
    is where it was called, without the frames below.

    Args:
        example: a call of it.
    """

    def decorate(function: Function) -> Function:
        @wraps(function)
        def call(*arguments: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            try:
                return function(*arguments, **options)
            except BottlecalcError as error:
                raise error.with_traceback(None) from error.__cause__
            except TypeError as error:
                wrong = mistake(function, arguments, options)
                if not wrong:
                    raise
                sentence = f"{function.__name__}(): {wrong}; write {example}"
                raise ArgumentError(sentence) from error.__cause__

        return cast(Function, call)

    return decorate


def mistake(
    function: Callable[..., Any], arguments: Sequence[Any], options: Mapping[str, Any]
) -> str:
    """What is wrong with these arguments, or nothing."""
    parameters = inspect.signature(function).parameters
    try:
        inspect.signature(function).bind(*arguments, **options)
    except TypeError as error:
        unknown = next((name for name in options if name not in parameters), "")
        return f"{error}{did_you_mean(unknown, parameters)}"
    return ""


def quoted(value: object, spell: Callable[[object], str] = repr) -> str:
    """A value in a sentence: as it is written, on one line, and no more of it than fits there."""
    try:
        text = " ".join(spell(value).split())
    except Exception:  # an integer of too many digits, or anybody's own __repr__
        text = f"a value of type {type(value).__name__}"
    return brief(text)


def brief(text: str, most: int = MOST_LETTERS) -> str:
    """As much of a text as fits into a sentence."""
    return text if len(text) <= most else f"{text[:most]}…"


def whole_number(value: Any, least: int = 1) -> int | None:
    """The integer that a value is, numpy's as well; None where it is none, or less: True is none.

    >>> whole_number(56), whole_number(56.0), whole_number(True), whole_number(0)
    (56, None, None, None)
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return None
    try:
        number = int(value.__index__())
    except TypeError:  # arrays and tensors have an __index__, and only those of one element may
        return None
    return number if number >= least else None
