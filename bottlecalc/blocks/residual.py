"""Block specifications: what the user said about a block, and nothing derived from it.

A spec is written ``family:key=value,…``, for example ``bottleneck:in=64,out=128,mid=32``;
``parse`` reads that spelling and ``str`` writes it, defaults left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import KW_ONLY, Field, dataclass, fields
from difflib import get_close_matches
from functools import cache
from typing import Any

from bottlecalc.errors import BottlecalcError
from bottlecalc.text.numbers import WHOLE_NUMBER

SIGNED_NUMBER = re.compile(rf"[+-]?{WHOLE_NUMBER.pattern}", re.ASCII)


Fault = tuple[Any, Callable[[], str]]
"""Whether something is wrong, and the sentence that says so."""


class BlockError(BottlecalcError, ValueError):
    """A block, or an input size for it, that cannot be; its text says why and what would do."""


@dataclass(frozen=True)
class Block:
    """What every family of residual blocks takes.

    Args:
        in_channels: channels of the input [at least 1].
        out_channels: channels of the output [at least 1].
        stride: of the first 3×3 convolution and of the projection [at least 1].
        dilation: of every 3×3 convolution, and its padding [at least 1].
        downsample: halve height and width, max pooling (with indices) on the shortcut.
        upsample: double height and width by a transposed convolution after the last ReLU.

    Raises:
        BlockError: a value is of the wrong type or out of range, or two exclude each other.
    """

    in_channels: int
    out_channels: int
    _: KW_ONLY
    stride: int = 1
    dilation: int = 1
    downsample: bool = False
    upsample: bool = False

    def __post_init__(self) -> None:
        for key, field in keys(type(self)).items():
            self._check_value(key, getattr(self, field.name), field.default)
        for broken, sentence in self.faults():
            if broken:
                raise BlockError(sentence())

    def faults(self) -> Iterator[Fault]:
        """What can be wrong with numbers that are right by themselves.

        The conditions are arithmetic that does not mind what it is given: for columns of numbers
        instead of numbers they say of each whether it is broken.
        """
        yield (
            self.downsample and self.stride != 1,
            lambda: (
                f"downsample halves the size by itself and does not go with stride = {self.stride}"
                f" in {self}; leave one of the two out"
            ),
        )
        yield (
            self.downsample and self.upsample,
            lambda: (
                f"downsample and upsample exclude each other in {self}; leave one of the two out"
            ),
        )

    def size_faults(self, height: int, width: int) -> Iterator[Fault]:
        """What can be wrong with the size of the block's input; see ``faults``."""
        yield (
            self.downsample and (height % 2) | (width % 2),
            lambda: (
                f"size {height}x{width} is odd, and {self} halves it; give an even height and width"
            ),
        )

    def _check_value(self, key: str, value: object, default: object) -> None:
        if value is default:
            return
        if isinstance(default, bool):
            if not isinstance(value, bool):
                raise BlockError(f"{key} = {value!r} is neither True nor False in {self}; give one")
        elif isinstance(value, bool) or not isinstance(value, int) or value < 1:
            shown = value if isinstance(value, int) else repr(value)
            raise BlockError(f"{key} = {shown} in {self}; give a whole number of at least 1")

    def __str__(self) -> str:
        said = (
            (k, getattr(self, field.name), field.default) for k, field in keys(type(self)).items()
        )
        return f"{self.family}:{','.join(spell(*each) for each in said if each[1] != each[2])}"

    @property
    def family(self) -> str:
        """The name of the block's family in ``FAMILIES``."""
        return family_name(type(self))


@dataclass(frozen=True)
class Plain(Block):
    """One 3×3 convolution with a shortcut: the block that a bottleneck replaces."""


@dataclass(frozen=True)
class Basic(Block):
    """Two 3×3 convolutions with a shortcut: the block of ResNet-18 and ResNet-34.

    Source: He et al., Deep Residual Learning, arXiv:1512.03385, figure 5, left.
    """


@dataclass(frozen=True)
class Bottleneck(Block):
    """1×1, 3×3, 1×1 with a shortcut: narrow in the middle.

    Args:
        mid_channels: width of the 3×3 [at least 1]; ``out_channels // 4`` when None.
        groups: of the 3×3; must divide its width.

    Source: He et al., arXiv:1512.03385, figure 5, right; groups from Xie et al.,
    Aggregated Residual Transformations, arXiv:1611.05431.
    """

    mid_channels: int | None = None
    groups: int = 1

    def faults(self) -> Iterator[Fault]:
        """What can be wrong with a bottleneck; see ``Block.faults``."""
        yield from Block.faults(self)
        mid = self.out_channels // 4 if self.mid_channels is None else self.mid_channels
        yield (
            mid < 1,
            lambda: (
                f"mid = {self.out_channels} // 4 = 0 in {self};"
                " give the width of the middle: --mid N, or mid=N in the spec"
            ),
        )
        yield (
            mid % self.groups != 0,
            lambda: (
                f"groups = {self.groups} does not divide mid = {mid} in {self};"
                " give groups that divide mid, or another mid"
            ),
        )


FAMILIES: Mapping[str, type[Block]] = {"plain": Plain, "basic": Basic, "bottleneck": Bottleneck}

COMPARED = ("plain", "bottleneck")
"""The families that are compared where none are named."""


def family_name(family: type[Block]) -> str:
    """The name of a family in ``FAMILIES``."""
    return next(name for name, cls in FAMILIES.items() if cls is family)


def keys(family: type[Block]) -> Mapping[str, Field[Any]]:
    """The keys that a family's spec may have, and the field that each one sets."""
    return _keys(family)  # type: ignore[arg-type]  # a class hashes as itself, not as a block


@cache
def _keys(family: type[Block]) -> dict[str, Field[Any]]:
    return {field.name.removesuffix("_channels"): field for field in fields(family)}


def parse(spec: str, defaults: Mapping[str, str] | None = None) -> Block:
    """Read a spec such as ``bottleneck:in=64,out=128,mid=32``.

    Args:
        spec: family, and after a colon what is said of the block.
        defaults: values, as text, for keys that the spec leaves out; a key that the family does
            not have is passed over.

    Raises:
        BlockError: the spec is not of that form, or no such block can be.

    >>> str(parse("bottleneck:mid=16", {"in": "64", "out": "128"}))
    'bottleneck:in=64,out=128,mid=16'
    """
    family, said = read(spec)
    known = {key: text for key, text in (defaults or {}).items() if key in keys(family)}
    values = {key: value_of(key, text, family, spec) for key, text in known.items()} | said
    require(values, spec)
    return make(family, values)


def read(spec: str) -> tuple[type[Block], dict[str, int | bool]]:
    """The family that a spec names, and the values that it gives, by key.

    Raises:
        BlockError: the spec is not of the form ``family:key=value,…``.
    """
    name, _, options = spec.partition(":")
    family = _family(name.strip(), spec)
    texts = _options(options, family, spec)
    return family, {key: value_of(key, text, family, spec) for key, text in texts.items()}


def require(known: Container[str], spec: str) -> None:
    """Refuse a spec whose channels nobody has said.

    Raises:
        BlockError: ``in`` or ``out`` is not among what is known.
    """
    for key in ("in", "out"):
        if key not in known:
            raise BlockError(f"{spec} has no {key}; give --{key} N, or {key}=N in the spec")


def make(family: type[Block], values: Mapping[str, Any]) -> Block:
    """A block of that family from values by key.

    Raises:
        BlockError: no such block can be.
    """
    return family(**{keys(family)[key].name: value for key, value in values.items()})


def value_of(key: str, text: str, family: type[Block], spec: str) -> int | bool:
    """The value of a key, from its text; ``spec`` is what an error names.

    Raises:
        BlockError: it is no value for that key.
    """
    if isinstance(keys(family)[key].default, bool):
        if text not in ("true", "false"):
            raise BlockError(f"{key} = {text!r} for {spec}; write {key}=true or {key}=false")
        return text == "true"
    if not SIGNED_NUMBER.fullmatch(text):
        raise BlockError(f"{key} = {text!r} for {spec}; give a whole number of at least 1")
    return int(text)


def _family(name: str, spec: str) -> type[Block]:
    if name not in FAMILIES:
        near = get_close_matches(name.lower(), FAMILIES, n=1, cutoff=0.5)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise BlockError(
            f"unknown family {name!r} in {spec!r}; the families are {', '.join(FAMILIES)}{hint}"
        )
    return FAMILIES[name]


def _options(text: str, family: type[Block], spec: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for part in text.split(",") if text.strip() else ():
        key, _, value = (piece.strip() for piece in part.partition("="))
        if key not in keys(family):
            raise BlockError(
                f"unknown key {key!r} in {spec!r}; the keys are {', '.join(keys(family))}"
            )
        if key in said:
            raise BlockError(f"{key} is given twice in {spec!r}; give it once")
        if not value:
            raise BlockError(f"{key} has no value in {spec!r}; write {_example(key, family)}")
        said[key] = value
    return said


def _example(key: str, family: type[Block]) -> str:
    return f"{key}=true" if isinstance(keys(family)[key].default, bool) else f"{key}=N"


def spell(key: str, value: object, default: object) -> str:
    """A key and its value as a spec has them; nothing where the value is the default."""
    if value == default:
        return ""
    return f"{key}={str(value).lower() if isinstance(value, bool) else value}"
