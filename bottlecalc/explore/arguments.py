"""What Python asks a question with, read: a block in any of its forms, a size, limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter, signature
from typing import Any

from bottlecalc.blocks.arguments import by_key, key_named, plain_number
from bottlecalc.blocks.grammar import read
from bottlecalc.blocks.spec import Block, keys
from bottlecalc.errors import argument, key
from bottlecalc.explore.question import LIMITED, Limit, SolveError
from bottlecalc.text.calls import quoted
from bottlecalc.text.numbers import parse_quantity
from bottlecalc.text.suggest import did_you_mean

FORMS = 'give a family ("bottleneck"), a spec with some of its keys ("bottleneck:groups=4"), or the'
FORMS += " family's class"


def family_and_values(
    block: object, said: Mapping[str, object]
) -> tuple[type[Block], dict[str, Any]]:
    """The family that is meant, and by key what is said of the block.

    Args:
        block: a family's name, a spec with some of its keys, or a family's class.
        said: what is said beside it, by argument: ``in_``, ``in_channels`` or ``mid``; None where
            nothing is.

    Raises:
        BlockError: a text names no family, or says of it what is not a key.
        SolveError: it is none of these, or something is given twice.
    """
    family, known = _family(block)
    beside = by_key({name: value for name, value in said.items() if value is not None})
    for name in known.keys() & beside.keys():
        raise SolveError(f"{key(name)} is given twice, for {quoted(block, str)}; give it once")
    return family, {**known, **{name: plain_number(value) for name, value in beside.items()}}


def _family(block: object) -> tuple[type[Block], dict[str, Any]]:
    if isinstance(block, str):
        family, values = read(block)
        return family, dict(values)
    if isinstance(block, type) and issubclass(block, Block) and hasattr(block, "family"):
        return block, {}
    if isinstance(block, Block):
        raise SolveError(
            f"{block} leaves nothing to be sought; {FORMS}, and the other keys beside it"
        )
    raise SolveError(f"{quoted(block)} is no block; {FORMS}")


def refuse_unknown(block: object, names: Iterable[str], function: Callable[..., object]) -> None:
    """Refuse arguments that a function does not have, unless they are keys of the family.

    Raises:
        SolveError: there is one.
    """
    family, _ = _family(block)
    known = signature(function).parameters.values()
    arguments = [one.name for one in known if one.kind == Parameter.KEYWORD_ONLY]
    called = getattr(function, "__name__", "this")
    for name in names:
        if key_named(name) not in keys(family):
            raise SolveError(
                f"{called} has no argument {quoted(name)}; its arguments are {', '.join(arguments)}"
                f"{did_you_mean(name, arguments)}"
            )


def limits(most: Mapping[str, object]) -> tuple[Limit, ...]:
    """The limits by figure; None where there is none.

    Raises:
        QuantityError: a text is no number.
        SolveError: a limit is neither text nor a whole number.
    """
    return tuple(
        Limit(figure=figure, most=_most(figure, most[figure]))
        for figure in LIMITED
        if most[figure] is not None
    )


def _most(figure: str, value: Any) -> int:
    """Of anything but text ``Limit`` says what is wrong with it."""
    name = argument(f"max-{figure}")
    return parse_quantity(value, name) if isinstance(value, str) else plain_number(value)
