"""Keys that follow another one from design to design: ``mid = out/2``, ``groups = mid``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bottlecalc.blocks.spec import Block, keys, numbers
from bottlecalc.errors import BottlecalcError, argument, key
from bottlecalc.text.calls import quoted

WRITTEN = r"(?a)\s*(?:([0-9]+)\s*\*)?\s*([A-Za-z_]\w*)\s*(?:(\*|//|/)\s*([0-9]+))?\s*"


class TieError(BottlecalcError, ValueError):
    """A tie that cannot be; its text says why and what would do."""


class Tie(NamedTuple):
    """What a key is, told by another one: so many times it, over a number.

    Attributes:
        key: that is followed.
        times: the factor.
        over: what the product is divided by.
        exact: whether it must divide without remainder; otherwise it is rounded down.
    """

    key: str
    times: int = 1
    over: int = 1
    exact: bool = True

    def __str__(self) -> str:
        factor = f"{self.times}*" if self.times != 1 else ""
        divisor = f"{'/' if self.exact else '//'}{self.over}" if self.over != 1 else ""
        return f"{factor}{self.key}{divisor}"

    def of(self, value: Any) -> Any:
        """The value that follows this one of the other key."""
        return value * self.times // self.over

    def uneven(self, value: Any) -> Any:
        """Whether it must divide this value of the other key without remainder, and does not."""
        return value * self.times % self.over != 0 if self.exact else False

    def refusal(self, name: str, value: int) -> str:
        """What is wrong where it does not divide."""
        return (
            f"{key(name)} = {self} is no whole number where {key(self.key)} = {value}; write"
            f" {self._replace(exact=False)} to round down"
        )


def is_tie(text: str) -> bool:
    """Whether a text is meant to be a tie: it names something."""
    return re.search("[A-Za-z_]", text) is not None


def parse_tie(name: str, text: str) -> Tie:
    """Read ``out/2``, ``2*in`` or ``mid``.

    Args:
        name: of the key that follows.
        text: what is read.

    Raises:
        TieError: it is no such text.
    """
    match = re.fullmatch(WRITTEN, text)
    times, followed, sign, number = match.groups() if match else (None,) * 4
    factors = [int(found) for found in (times, number) if found]
    if not followed or 0 in factors or (times and sign == "*"):
        raise TieError(
            f"{argument(name)} {quoted(text)} is neither numbers nor tied to another key; give"
            " numbers such as 8:128:8, or key, N*key, key*N, key/N (which must divide evenly) or"
            " key//N (rounded down), such as out/2"
        )
    factor = int(number) if number and sign == "*" else int(times or 1)
    return Tie(followed, factor, int(number) if number and sign != "*" else 1, sign != "//")


class Following:
    """What the keys of a family are over those that are given, ties followed.

    It can be asked as a spec is, by the names of fields.

    Args:
        family: of the blocks.
        given: what is given, by key.
        ties: of the keys that follow others.
        follows: what a key is that nobody gave.
    """

    def __init__(
        self,
        family: type[Block],
        given: Mapping[str, Any],
        ties: Mapping[str, Tie],
        follows: Mapping[str, Callable[[Any], Any]],
    ) -> None:
        self._family, self._given, self._ties, self._follows = family, given, ties, follows
        self._open: list[str] = []

    def __getattr__(self, field: str) -> Any:
        name = field.removesuffix("_channels")
        known = name in self._given or name in self._ties
        return self.value(name) if known else keys(self._family)[name].default

    def value(self, name: str) -> Any:
        """What a key is, tied, followed or by default.

        Raises:
            TieError: there is no such key, or it follows itself.
        """
        if name in self._given:
            return self._given[name]
        if name in self._open:
            raise self._circle(name)
        self._open.append(name)
        found = self._found(name)
        self._open.pop()
        return found

    def _found(self, name: str) -> Any:
        if name in self._ties:
            return self._ties[name].of(self.source(name))
        if name in self._follows:
            return self._follows[name](self)
        return keys(self._family)[name].default

    def source(self, name: str) -> Any:
        """What the key is that a tied one follows.

        Raises:
            TieError: the family has no such number.
        """
        tie, known = self._ties[name], keys(self._family)
        found = self.value(tie.key) if tie.key in known else None
        if found is None or isinstance(found, bool):
            others = ", ".join(other for other in numbers(self._family) if other != name)
            raise TieError(
                f"{argument(name)} {quoted(str(tie))} follows no number of {self._family.family};"
                f" give numbers such as 16,32 or 8:128:8, or a key to follow: {others}"
            )
        return found

    def _circle(self, name: str) -> TieError:
        names = self._open[self._open.index(name) :]
        circle = " follows ".join((*names, name))
        return TieError(f"{circle}: give one of them a number of its own")
