"""Block specifications: what the user said about a block, and nothing derived from it.

A spec is written ``family:key=value,…``, for example ``bottleneck:in=64,out=128,mid=32``;
``parse`` reads that spelling and ``str`` writes it, defaults left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, Field, dataclass, fields
from difflib import get_close_matches
from typing import Any

WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+(_[0-9]+)*", re.ASCII)


class BlockError(ValueError):
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
        if self.downsample and self.stride != 1:
            raise BlockError(
                f"downsample halves the size by itself and does not go with stride = {self.stride}"
                f" in {self}; leave one of the two out"
            )
        if self.downsample and self.upsample:
            raise BlockError(
                f"downsample and upsample exclude each other in {self}; leave one of the two out"
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
        said = ((key, getattr(self, field.name), field) for key, field in keys(type(self)).items())
        options = (f"{key}={_text(value)}" for key, value, field in said if value != field.default)
        return f"{self.family}:{','.join(options)}"

    @property
    def family(self) -> str:
        """The name of the block's family in ``FAMILIES``."""
        return next(name for name, cls in FAMILIES.items() if cls is type(self))


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

    def __post_init__(self) -> None:
        super().__post_init__()
        mid = self.out_channels // 4 if self.mid_channels is None else self.mid_channels
        if mid < 1:
            raise BlockError(
                f"mid = {self.out_channels} // 4 = 0 in {self};"
                " give the width of the middle: --mid N, or mid=N in the spec"
            )
        if mid % self.groups:
            raise BlockError(
                f"groups = {self.groups} does not divide mid = {mid} in {self};"
                " give groups that divide mid, or another mid"
            )


FAMILIES: Mapping[str, type[Block]] = {"plain": Plain, "basic": Basic, "bottleneck": Bottleneck}

COMPARED = ("plain", "bottleneck")
"""The families that are compared where none are named."""


def keys(family: type[Block]) -> dict[str, Field[Any]]:
    """The keys that a family's spec may have, and the field that each one sets."""
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
    name, _, options = spec.partition(":")
    family = _family(name.strip(), spec)
    said = _options(options, family, spec)
    known = {key: text for key, text in (defaults or {}).items() if key in keys(family)}
    texts = known | said
    for key in ("in", "out"):
        if key not in texts:
            raise BlockError(f"{spec} has no {key}; give --{key} N, or {key}=N in the spec")
    values: dict[str, Any] = {field.name: _value(key, texts[key], field, spec)
              for key, field in keys(family).items() if key in texts}  # fmt: skip
    return family(**values)


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


def _value(key: str, text: str, field: Field[Any], spec: str) -> int | bool:
    if isinstance(field.default, bool):
        if text not in ("true", "false"):
            raise BlockError(f"{key} = {text!r} for {spec}; write {key}=true or {key}=false")
        return text == "true"
    if not WHOLE_NUMBER.fullmatch(text):
        raise BlockError(f"{key} = {text!r} for {spec}; give a whole number of at least 1")
    return int(text)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
