"""How a spec is written, and read: ``bottleneck:in=64,out=128,mid=32``."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import MISSING
from typing import Any

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.own import refuse_own
from bottlecalc.blocks.spec import Block, BlockError, keys
from bottlecalc.errors import entry
from bottlecalc.text.calls import ArgumentError, brief, public, quoted
from bottlecalc.text.numbers import WHOLE_NUMBER
from bottlecalc.text.suggest import did_you_mean

EXAMPLE = '"bottleneck:in=64,out=128"'
SIGNED_NUMBER = rf"[+-]?{WHOLE_NUMBER.pattern}"


@public(f"parse({EXAMPLE})")
def parse(spec: str, defaults: Mapping[str, str] | None = None) -> Block:
    """Read a spec such as ``bottleneck:in=64,out=128,mid=32``.

    Args:
        spec: family, and after a colon what is said of the block.
        defaults: values, as text, for keys that the spec leaves out; a key that the family does
            not have is passed over.

    Raises:
        ArgumentError: it is no text.
        BlockError: the spec is not of that form, or no such block can be.

    >>> str(parse("bottleneck:mid=16", {"in": "64", "out": "128"}))
    'bottleneck:in=64,out=128,mid=16'
    """
    if not isinstance(defaults, Mapping | None):
        raise ArgumentError(f"defaults = {quoted(defaults)} are none; give them as text, by key")
    family, values = read(spec, {name: str(text) for name, text in (defaults or {}).items()})
    require(values, spec)
    return make(family, values)


def read(
    spec: str, defaults: Mapping[str, str] | None = None
) -> tuple[type[Block], dict[str, int | bool]]:
    """The family that a spec names, and the values that it gives, by key; see ``parse``.

    Raises:
        BlockError: the spec is not of the form ``family:key=value,…``.
    """
    if not isinstance(spec, str):
        raise ArgumentError(f"{quoted(spec)} is no text; give a spec, such as {EXAMPLE}")
    name, _, options = spec.partition(":")
    spec = brief(spec)
    family = family_named(name.strip(), spec)
    texts = {name: text for name, text in (defaults or {}).items() if name in keys(family)}
    texts |= _options(options, family, spec)
    return family, {name: _value(name, text, family, spec) for name, text in texts.items()}


def is_spec(text: str) -> bool:
    """Whether this is a block's spec rather than the name of a model."""
    family, _, options = text.partition(":")
    return family.strip() in FAMILIES and not options.strip().isidentifier()


def require(known: Container[str], spec: str) -> None:
    """Refuse a spec that leaves out what every block of its family must say.

    Raises:
        BlockError: it does.
    """
    family = family_named(spec.partition(":")[0].strip(), spec)
    for name, field in keys(family).items():
        if _is_required(field) and name not in known:
            raise BlockError(f"{spec} has no {name}; give {entry(name)}")


def make(family: type[Block], values: Mapping[str, Any]) -> Block:
    """A block of that family from values by key.

    Raises:
        BlockError: no such block can be.
    """
    return family(**{keys(family)[name].name: value for name, value in values.items()})


def _is_required(field: Any) -> bool:
    return field.default is MISSING


def _value(name: str, text: str, family: type[Block], spec: str) -> int | bool:
    if isinstance(keys(family)[name].default, bool):
        if text not in ("true", "false"):
            raise BlockError(
                f"{name} = {brief(text)!r} for {spec}; write {name}=true or {name}=false"
            )
        return text == "true"
    if not re.fullmatch(SIGNED_NUMBER, text):
        raise BlockError(f"{name} = {brief(text)!r} for {spec}; give a whole number of at least 1")
    return int(text)


def family_named(name: str, spec: str = "") -> type[Block]:
    """The family of that name.

    Raises:
        BlockError: there is none, or the block is the user's own, which has no closed form.
    """
    if name not in FAMILIES:
        refuse_own(spec or name)
        shown = brief(name)
        where = f" in {spec!r}" if spec not in ("", shown) else ""
        raise BlockError(f"unknown family {shown!r}{where}{_instead_of(name)}")
    return FAMILIES[name]


def _instead_of(name: str) -> str:
    """The family that was meant, or where none is near all of them."""
    near = did_you_mean(name.lower(), FAMILIES, 0.5)
    return near or f"; the families are {', '.join(FAMILIES)}"


def _options(text: str, family: type[Block], spec: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in text.split(",") if text.strip() else ():
        name, _, value = (piece.strip() for piece in part.partition("="))
        name = family.ALIASES.get(name, name)
        if name not in keys(family):
            raise BlockError(
                f"unknown key {brief(name)!r} in {spec!r}; the keys are {', '.join(keys(family))}"
            )
        if name in options:
            raise BlockError(f"{name} is given twice in {spec!r}; give it once")
        if not value:
            raise BlockError(f"{name} has no value in {spec!r}; write {_example(name, family)}")
        options[name] = value
    return options


def _example(name: str, family: type[Block]) -> str:
    return f"{name}=true" if isinstance(keys(family)[name].default, bool) else f"{name}=N"
