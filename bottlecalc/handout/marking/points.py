"""What each verdict is worth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError
from bottlecalc.handout.marking.verdict import Mark, Verdict
from bottlecalc.text.calls import quoted

DECIMAL = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})?", re.ASCII)
KEYS = ("right", "slip", "slips", "wrong", "unreadable")
ALLOWED = "give a number from 0 to 9999 with at most four decimals, such as slip=0.5"


class Points(NamedTuple):
    """What an answer is worth, by its verdict.

    Attributes:
        right: the right one.
        slip: a usual slip.
        slips: two slips at once.
        wrong: any other number.
        unreadable: what cannot be read, until somebody has looked at it.
    """

    right: Fraction = Fraction(1)
    slip: Fraction = Fraction(0)
    slips: Fraction = Fraction(0)
    wrong: Fraction = Fraction(0)
    unreadable: Fraction = Fraction(0)

    def of(self, mark: Mark) -> Fraction:
        """What an answer is worth."""
        by_verdict: dict[Verdict, Fraction] = {
            "right": self.right,
            "slip": self.slips if len(mark.slips) > 1 else self.slip,
            "wrong": self.wrong,
            "unreadable": self.unreadable,
        }
        return by_verdict.get(mark.verdict, Fraction(0))


def read_points(given: object) -> Points:
    """Points from their text, ``slip=0.5,wrong=0``, or from a mapping; the others as usual.

    Where nobody says what two slips are worth, they are worth what one is.

    Raises:
        HandoutError: there is no such verdict, or its points are no number.
    """
    entries = dict(_entries(given))
    values = {key: _number(key, value) for key, value in entries.items()}
    if "slip" in values:
        values.setdefault("slips", values["slip"])
    return Points(**values)


def _entries(given: object) -> list[tuple[str, object]]:
    if isinstance(given, Mapping):
        parts: list[tuple[object, object]] = list(given.items())
    elif isinstance(given, str):
        parts = [_pair(part) for part in given.split(",")]
    else:
        raise HandoutError(f"{argument('points')} {quoted(given)} are no points; {ALLOWED}")
    seen: dict[str, object] = {}
    for key, value in parts:
        name = key.strip() if isinstance(key, str) else ""
        if name not in KEYS:
            raise HandoutError(
                f"{argument('points')} has {quoted(key)}; the verdicts are {', '.join(KEYS)}"
            )
        if name in seen:
            raise HandoutError(f"{argument('points')} has {name} twice; give it once")
        seen[name] = value
    return list(seen.items())


def _pair(text: str) -> tuple[object, object]:
    key, equals, value = text.partition("=")
    if not equals:
        raise HandoutError(f"{argument('points')} has {quoted(text)}; {ALLOWED}")
    return key, value.strip()


def _number(key: str, value: object) -> Fraction:
    text = str(value) if isinstance(value, str | int | float | Decimal) else ""
    if isinstance(value, bool) or not DECIMAL.fullmatch(text):
        raise HandoutError(f"{argument('points')} has {key}={quoted(value, str)}; {ALLOWED}")
    return Fraction(text)


def decimal(value: Fraction) -> int | float:
    """Points as a number: whole where they are."""
    return int(value) if value.denominator == 1 else float(value)
