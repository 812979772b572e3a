"""What a forward is given, as Python gives it and as it is told; torch is never imported here."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bottlecalc.text.calls import quoted
from bottlecalc.text.shapes import Input
from bottlecalc.text.values import is_shape, mapped, placed, read_inside, spelled


def described(given: Any) -> Input:
    """What an input is, or a tensor, its values apart."""
    if isinstance(given, Input):
        return given
    return Input(tuple(given.shape), str(given.dtype).removeprefix("torch."))


@dataclass(frozen=True)
class Given:
    """What forward is given.

    Attributes:
        by_place: inputs, tensors, and lists and tables of these.
        by_name: likewise, by the names of arguments; constants too.
    """

    by_place: Sequence[Any] = ()
    by_name: Mapping[str, Any] = field(default_factory=dict)

    @property
    def described(self) -> tuple[Input, ...]:
        """Those that have a shape, and what each is called where it is no argument by place."""
        by_place = mapped(list(self.by_place), _described)
        by_name = mapped(dict(self.by_name), _described)
        plain = [one for one in by_place if isinstance(one, Input)]
        if len(plain) == len(by_place):
            return (*plain, *placed(by_name))
        named = [
            [one] if isinstance(one, Input) else [*placed(one, str(place))]
            for place, one in enumerate(by_place)
        ]
        return (*(one for several in named for one in several), *placed(by_name))

    @property
    def text(self) -> str:
        """All of it as text: ``1×3×8×8, mask=1×9:int64, n=3``."""
        by_place = [_text(one) for one in self.by_place]
        return ", ".join([*by_place, *(f"{key}={_text(one)}" for key, one in self.by_name.items())])


def _text(value: Any) -> str:
    return spelled(mapped(value, _described), quoted)


def _described(one: Any) -> Any:
    return described(one) if is_tensor(one) else one


def read_python(given: object, others: str = "a tensor, ") -> Any:
    """An argument by place as Python gives it: a tensor, dimensions, text, or several in a list or
    a table.

    Args:
        given: one of these.
        others: what may be given beside dimensions and text, for the error.

    Raises:
        InputError: it is none of these.
    """
    if is_tensor(given):
        return given
    if isinstance(given, dict) or (isinstance(given, list | tuple) and _holds(given)):
        return _inside(given)
    return Input.of(given, others)


def read_keywords(given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by name.

    Raises:
        InputError: as of one.
    """
    return {name: read_keyword(one) for name, one in given.items()}


def read_keyword(given: object) -> Any:
    """An argument by name: likewise, or any other value.

    Raises:
        InputError: dimensions are less than 1, or a text is meant for an input and is none.
    """
    is_dimensions = isinstance(given, list | tuple) and given and _are_integers(given)
    return Input.of(given) if is_dimensions else _inside(given)


def _inside(given: Any) -> Any:
    """What is inside of one: there a tuple of integers is dimensions, and a list is a list."""
    if isinstance(given, dict):
        return {key: _inside(one) for key, one in given.items()}
    if isinstance(given, tuple) and given and is_shape(given):
        return Input(tuple(map(int, given)))
    if isinstance(given, list):
        return [_inside(one) for one in given]
    if isinstance(given, tuple):
        items = [_inside(one) for one in given]
        return type(given)(*items) if hasattr(given, "_fields") else tuple(items)
    return read_inside(given)


def is_tensor(given: object) -> bool:
    """Whether it is a tensor of torch's."""
    torch = sys.modules.get("torch")  # without which there are no tensors
    return torch is not None and isinstance(given, torch.Tensor)


def _holds(given: Sequence[object]) -> bool:
    """Whether these are inputs rather than dimensions."""
    return any(
        isinstance(one, str | list | tuple | dict | Input) or is_tensor(one) for one in given
    )


def _are_integers(given: Sequence[object]) -> bool:
    return all(hasattr(one, "__index__") and not isinstance(one, bool) for one in given)
