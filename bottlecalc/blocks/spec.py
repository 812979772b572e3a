"""What a specification is: what the user said about a block, and nothing derived from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from functools import cache, partial
from inspect import Parameter, Signature, signature
from typing import Any, ClassVar, NamedTuple, Self

from bottlecalc.errors import BottlecalcError, key
from bottlecalc.text.calls import ArgumentError, mistake, quoted, whole_number


class BlockError(BottlecalcError, ValueError):
    """A block, or an input size for it, that cannot be; its text says why and what would do."""


class Rule(NamedTuple):
    """Something that a family may not do.

    Attributes:
        key: what it is about, as a spec names it.
        broken: of a spec, or of a spec and its input's height and width, whether it is broken;
            arithmetic that does not mind what it is given, numbers, columns or expressions.
        sentence: what is wrong with such a spec, and what would mend it.
        law: what holds of every block of the family.
    """

    key: str
    broken: Callable[..., Any]
    sentence: Callable[..., str]
    law: str = ""


@dataclass(frozen=True)
class Block:
    """What every family has; a family's fields are what its users may say.

    Its docstring says what the block is, in ``Args`` what each field is, and in ``Source`` which
    paper it is from; where it is silent, its base class speaks (``blocks/catalogue.py``).

    A field ``mid_channels`` is the key ``mid``. One that is ``None`` where nothing is said may be
    a number; a field that is ``True`` or ``False`` is a switch.

    Attributes:
        in_channels: channels of the input [at least 1].
        family: its name.
        RULES: what it may not be, each a condition on the spec alone.
        INPUT_RULES: what it may not take, each a condition on the spec, a height and a width.
        CHEAPER_BY: keys of which more always costs less, or as much: the fewest that fit are what
            is worth seeking.
        ALIASES: what its paper calls a key, where that name is taken by the input's.
        REFINEMENTS: keys that are off by default, of which designs have a column only where they
            are said.

    Raises:
        BlockError: a value is of the wrong type or out of range, or a rule is broken.
    """

    in_channels: int

    family: ClassVar[str]
    RULES: ClassVar[tuple[Rule, ...]] = ()
    INPUT_RULES: ClassVar[tuple[Rule, ...]] = ()
    CHEAPER_BY: ClassVar[tuple[str, ...]] = ()
    ALIASES: ClassVar[Mapping[str, str]] = {}
    REFINEMENTS: ClassVar[tuple[str, ...]] = ()

    def __new__(cls, *values: object, **options: object) -> Self:
        names, required = _arguments(cls)  # type: ignore[arg-type]  # as in keys
        known = options.keys() <= names
        if not known or len(values) + len(required & options.keys()) != len(required):
            _refuse(cls, values, options)
        return object.__new__(cls)

    def __post_init__(self) -> None:
        for name, field in keys(type(self)).items():
            _check_value(self, name, field)
        for rule in self.RULES:
            if rule.broken(self):
                raise BlockError(rule.sentence(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled as it was made."""
        return partial(type(self), **vars(self)), ()

    def check_input(self, height: int, width: int) -> None:
        """Refuse an input of a size that the block does not take.

        Raises:
            BlockError: it does not.
        """
        for rule in self.INPUT_RULES:
            if rule.broken(self, height, width):
                raise BlockError(rule.sentence(self, height, width))

    def __str__(self) -> str:
        texts = (
            spell(name, getattr(self, field.name), field.default)
            for name, field in keys(type(self)).items()
        )
        return f"{self.family}:{','.join(filter(None, texts))}"

    @classmethod
    def unchecked(cls, values: Mapping[str, Any]) -> Self:
        """A block whose numbers are expressions or columns of them, which say nothing yet.

        Args:
            values: by key; what is left out is what it is by default.
        """
        block = object.__new__(cls)
        for name, field in keys(cls).items():
            object.__setattr__(block, field.name, values.get(name, field.default))
        return block


@cache
def _arguments(family: Any) -> tuple[frozenset[str], frozenset[str]]:
    """What a family takes, and what of it has to be given."""
    arguments = signature(family).parameters
    needed = (name for name, one in arguments.items() if one.default is Parameter.empty)
    return frozenset(arguments), frozenset(needed)


def _refuse(family: type[Block], values: Sequence[object], options: Mapping[str, object]) -> None:
    """Say what the family takes."""
    if wrong := mistake(family, values, options):
        arguments = signature(family).parameters.values()
        plain = signature(family).replace(
            parameters=[one.replace(annotation=Parameter.empty) for one in arguments],
            return_annotation=Signature.empty,
        )
        raise ArgumentError(f"{family.__name__}(): {wrong}; write {family.__name__}{plain}")


def _check_value(block: Block, name: str, field: Field[Any]) -> None:
    value, default = getattr(block, field.name), field.default
    if value is default:
        return
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise BlockError(
                f"{key(name)} = {quoted(value)} is neither True nor False in {quoted(block, str)};"
                " give one"
            )
        return
    number = whole_number(value)
    if number is None:
        raise BlockError(
            f"{key(name)} = {quoted(value)} in {quoted(block, str)};"
            " give a whole number of at least 1"
        )
    object.__setattr__(block, field.name, number)


def keys(family: type[Block]) -> Mapping[str, Field[Any]]:
    """The keys that a family's spec may have, and the field that each one sets."""
    return _keys(family)  # type: ignore[arg-type]  # a class hashes as itself, not as a block


def numbers(family: type[Block]) -> list[str]:
    """The keys of a family that are numbers."""
    return [name for name, field in keys(family).items() if not isinstance(field.default, bool)]


@cache
def _keys(family: type[Block]) -> dict[str, Field[Any]]:
    return {field.name.removesuffix("_channels"): field for field in fields(family)}


def spell(name: str, value: object, default: object) -> str:
    """A key and its value as a spec has them; nothing where the value is the default."""
    if value == default:
        return ""
    return f"{name}={str(value).lower() if isinstance(value, bool) else value}"
