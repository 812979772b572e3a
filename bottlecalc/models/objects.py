"""Objects that a model is built with, made by their names; and calls that lack something."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Any

from bottlecalc.models.failure import TargetError, naming
from bottlecalc.models.imports import find
from bottlecalc.text.calls import brief
from bottlecalc.text.objects import Object, made

MOST_TAKEN = 400
"""Letters of a signature that an error repeats."""


def construct(value: Any) -> Any:
    """A value with each object in it made, from where it is importable.

    Raises:
        TargetError: there is none of its name, or it cannot be called so.
    """
    return made(value, _make)


def _make(one: Object, by_place: tuple[Any, ...], by_name: dict[str, Any]) -> Any:
    found = find(one.name)
    if not one.is_call:
        return found
    if not callable(found):
        raise TargetError(f"{one.name} cannot be called; write {one.name} without brackets")
    mend = f"write {one.name}(KEY=VALUE, …)"
    return called(one.name, found, by_place, by_name, mend)


def called(
    name: str, function: Callable[..., object], by_place: Sequence[Any],
    by_name: Mapping[str, Any], mend: str = "",
) -> Any:  # fmt: skip
    """What a function of the user's returns.

    Args:
        name: of the function or class.
        function: it.
        by_place: what it is called with.
        by_name: likewise by name.
        mend: how arguments are given; empty where it is by option or in a budget.

    Raises:
        TargetError: it raises; where it lacks an argument, or is given one that it does not take,
            the text lists what it takes, and how to give it.
    """
    with naming(f"{name} cannot be built"):
        try:
            return function(*by_place, **by_name)
        except TypeError:
            _check_call(name, function, by_place, by_name, mend)
            raise


def _check_call(
    name: str, function: Callable[..., object], by_place: Sequence[Any],
    by_name: Mapping[str, Any], mend: str,
) -> None:  # fmt: skip
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # of what is not written in Python
        return
    try:
        signature.bind(*by_place, **by_name)
    except TypeError as error:
        names = missing(signature, by_place, by_name)
        several = f"missing required arguments: {', '.join(map(repr, names))}"
        wrong = several if len(names) > 1 else error
        raise TargetError(
            f"{name} cannot be built: {wrong}; what it takes is ({takes(signature)}):"
            f" {mend or _options(signature, names)}"
        ) from None


def missing(
    signature: Signature, by_place: Sequence[Any], by_name: Mapping[str, Any]
) -> tuple[str, ...]:
    """The arguments without a default that a call does not give."""
    known = {
        name: one for name, one in by_name.items() if name not in strangers(signature, by_name)
    }
    try:
        bound = signature.bind_partial(*by_place, **known).arguments
    except TypeError:
        return ()
    various = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return tuple(
        name
        for name, one in signature.parameters.items()
        if one.default is Parameter.empty and one.kind not in various and name not in bound
    )


def strangers(signature: Signature, by_name: Iterable[str]) -> tuple[str, ...]:
    """The names that a call gives, and nobody takes."""
    if any(one.kind is Parameter.VAR_KEYWORD for one in signature.parameters.values()):
        return ()
    return tuple(name for name in by_name if name not in signature.parameters)


def takes(signature: Signature) -> str:
    """What a function takes, as it is written: ``x, *, mask=None``; so much as an error repeats."""
    plain = signature.replace(return_annotation=Signature.empty)
    return brief(str(plain).removeprefix("(").removesuffix(")"), MOST_TAKEN)


def _options(signature: Signature, names: Sequence[str]) -> str:
    if not signature.parameters:
        return "leave its arguments out"
    if not names:
        return "give --arg KEY=VALUE, or in a budget args = { KEY = VALUE }"
    options = " ".join(f"--arg {name}=…" for name in names)
    entries = ", ".join(f"{name} = …" for name in names)
    return f"give {options}, or in a budget args = {{ {entries} }}"
