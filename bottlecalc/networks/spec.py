"""What a network is: stages of blocks as the user says them, and nothing derived from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.spec import keys as keys_of
from bottlecalc.errors import BottlecalcError
from bottlecalc.text.numbers import scale


class NetworkError(BottlecalcError, ValueError):
    """A network that cannot be; its text says why and what would do."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Blocks one after the other.

    Attributes:
        name: of the stage.
        blocks: specs of blocks without their channels, and elements, as text.
        depth: how often all of them are repeated; None for once, whatever the network's depth.
        out: channels that each puts out [channels, before the network's width]; None where that
            follows, or is said of each.
        stride: of the first.
    """

    name: str
    blocks: tuple[str, ...]
    depth: int | None = None
    out: int | None = None
    stride: int = 1


@dataclass(frozen=True, kw_only=True)
class Network:
    """Stages, and the knobs that turn all of them.

    Attributes:
        name: of the network.
        stages: stem and head among them.
        size: of the input where nobody says it [pixels].
        classes: of the last linear layer.
        width: by which channels are multiplied.
        depth: by which depths are multiplied, rounded up.
        divisor: that widths are rounded to multiples of, as MobileNetV2's code does; 1 for down
            to whole channels.
        keys: of its blocks, by name as text; ``block`` is another family in their place.
        usual: width, depth and classes of the network that bears the name.
    """

    name: str
    stages: tuple[Stage, ...]
    size: int = 224
    classes: int = 1000
    width: Fraction = Fraction(1)
    depth: Fraction = Fraction(1)
    divisor: int = 1
    keys: Mapping[str, str] = field(default_factory=dict)
    usual: tuple[Fraction, Fraction, int] = (Fraction(1), Fraction(1), 1000)

    in_channels = 3

    def __str__(self) -> str:
        texts = [f"{name}={_text(value)}" for name, value in self.turned.items()]
        return f"{self.name}:{','.join(texts)}" if texts else self.name

    @property
    def turned(self) -> dict[str, Fraction | int | str]:
        """What is not as in the network that bears the name: knobs, and keys of its blocks."""
        now = (self.width, self.depth, self.classes)
        knobs: Any = zip(("width", "depth", "classes"), now, self.usual, strict=True)
        return {**{name: one for name, one, usual in knobs if one != usual}, **self.keys}

    def texts(self, stage: Stage) -> tuple[str, ...]:
        """A stage's blocks as they are written, with the keys that hold for all blocks."""
        keys = tuple(self.keys.items())
        return tuple(_with(text, keys) for text in stage.blocks)


def _text(value: Fraction | int | str) -> str:
    return scale(value) if isinstance(value, Fraction) else str(value)


@lru_cache
def _with(text: str, settings: tuple[tuple[str, str], ...]) -> str:
    """A block's spec, another family in its place where ``block`` says so, and its other keys."""
    if text.partition(":")[0] not in FAMILIES:
        return text
    keys = dict(settings)
    name, _, instead = keys.get("block", text).partition(":")
    if name not in FAMILIES:
        return f"{name}:{instead}" if instead else name
    family = FAMILIES[name]
    values = {**_values(text), **_values(f"{name}:{instead}"), **keys}
    named = {family.ALIASES.get(key, key): value for key, value in values.items()}
    kept = [f"{key}={value}" for key, value in named.items() if key in keys_of(family)]
    return f"{name}:{','.join(kept)}" if kept else name


def _values(text: str) -> dict[str, str]:
    parts = filter(None, text.partition(":")[2].split(","))
    return dict(part.partition("=")[::2] for part in parts)
