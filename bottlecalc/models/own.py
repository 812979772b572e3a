"""A block of the user's own: what its class takes, and the module that it is.

torch is loaded by the user's code, or when the block is built; importing this costs nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from inspect import Parameter
from typing import TypeGuard

from bottlecalc.blocks.own import OwnBlock, is_own, spellings
from bottlecalc.blocks.spec import BlockError
from bottlecalc.models.failure import TargetError, naming
from bottlecalc.models.imports import find
from bottlecalc.models.target import Target
from bottlecalc.text.calls import quoted, whole_number

EXAMPLE = 64
"""Channels in an example."""


def target(block: OwnBlock) -> Target:
    """The model that a block is."""
    mend = f"give them as {block.target}:KEY=VALUE,KEY=VALUE"
    return Target(block.target, block.arguments, mend)


def written_out(named: Target) -> Target:
    """A target whose name says arguments as a block's does, with these among its own.

    Raises:
        BlockError: they cannot be read.
        TargetError: one is given twice.
    """
    if "=" not in named.name or not is_own(named.name):
        return named
    block = OwnBlock.parse(named.name)
    for key in named.arguments:
        if key in block.arguments:
            raise TargetError(f"{key} is given twice, in {block} and by --arg; give it once")
    return replace(target(block), arguments={**block.arguments, **named.arguments})


def filled(block: OwnBlock, options: Mapping[str, str]) -> tuple[OwnBlock, set[str]]:
    """A block that also takes what is said of all blocks where its class has such an argument.

    Args:
        block: what it says itself overrides the options.
        options: values, as text, by key of blocks: ``in``, ``stride``.

    Returns:
        The block, and the keys that its class has.

    Raises:
        TargetError: there is no such class, or its file cannot be imported.
    """
    if not options:
        return block, set()
    parameters = _parameters(block)
    taken = {key: name for key in options if (name := _named(key, (*block.arguments, *parameters)))}
    more = {name: options[key] for key, name in taken.items() if name not in block.arguments}
    return block.and_also(more), {*taken}


def in_channels(block: OwnBlock) -> int:
    """Channels of the block's input: its ``in_channels`` or ``in``, or what that is by default.

    Raises:
        BlockError: it says nothing of them, or no whole number.
        TargetError: there is no such class, or its file cannot be imported.
    """
    arguments = block.arguments
    name = _named("in", arguments)
    if name is None:
        return _default_channels(block)
    return _channels(block, name, arguments[name])


def _default_channels(block: OwnBlock) -> int:
    parameters = _parameters(block)
    name = _named("in", parameters)
    if name is None:
        raise BlockError(
            f"{block.target} takes neither in_channels nor in, by which the channels of its input"
            " are known; name a class or function that takes one of the two"
        )
    default = parameters[name].default
    if default is Parameter.empty:
        raise BlockError(
            f"{block} has no {name}; give the channels of its input:"
            f" {block.and_also({name: str(EXAMPLE)})}"
        )
    return _channels(block, name, default)


def _channels(block: OwnBlock, name: str, value: object) -> int:
    channels = whole_number(value)
    if channels is None:
        raise BlockError(
            f"{name} = {quoted(value)} in {block} is no number of channels; give a whole number of"
            " at least 1"
        )
    return channels


def _named(key: str, names: Iterable[str]) -> str | None:
    """How a key of blocks is called among these names."""
    known = {*names}
    return next((name for name in spellings(key) if name in known), None)


def _parameters(block: OwnBlock) -> Mapping[str, Parameter]:
    """What its class, or function, takes by name; an instance takes nothing."""
    it = target(block)
    with naming(f"{block.target} cannot be found"), it.importable():
        found = find(block.target)
    try:
        taken = inspect.signature(found).parameters if _is_builder(found) else {}
    except (TypeError, ValueError):  # of what is not written in Python
        return {}
    by_name = (Parameter.KEYWORD_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return {name: one for name, one in taken.items() if one.kind in by_name}


def _is_builder(found: object) -> TypeGuard[Callable[..., object]]:
    from torch import nn

    return callable(found) and not isinstance(found, nn.Module)
