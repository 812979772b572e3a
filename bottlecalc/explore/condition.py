"""Conditions on designs: ``params<=20k``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bottlecalc.errors import argument
from bottlecalc.explore.figures import NUMBERS, SHORT
from bottlecalc.explore.grid import SweepError
from bottlecalc.layers.expression import OPERATORS
from bottlecalc.text.calls import quoted
from bottlecalc.text.numbers import parse_quantity

SIGNS = ("<=", ">=", "==", "<", ">")
PATTERN = re.compile(r"\s*(\w+)\s*(<=|>=|==|<|>)\s*(\S+)\s*")
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?", re.ASCII)


class Condition(NamedTuple):
    """A column, a sign, and a number: ``params<=20k``."""

    key: str
    sign: str
    number: float

    def met(self, columns: Mapping[str, Any]) -> Any:
        """Of each design, whether it meets the condition; none does where it has no such column."""
        if self.key not in columns:
            return False
        return np.asarray(OPERATORS[self.sign](columns[self.key], self.number), dtype=bool)


def parse_condition(text: str, keys: Sequence[str]) -> Condition:
    """Read ``params<=20k``; the number of a ratio may have decimals.

    Args:
        text: what is read.
        keys: of blocks, that may be named beside the figures.

    Raises:
        SweepError: it is no such condition.
        QuantityError: its number is none.
    """
    where = argument("where")
    match = PATTERN.fullmatch(text)
    if not match:
        raise SweepError(
            f"{where} {quoted(text)} is no condition; give a key, one of {' '.join(SIGNS)}, and a"
            " number, such as 'params<=20k'"
        )
    name, sign, number = match.groups()
    key = figure(name, "where", (*NUMBERS, *keys))
    if key.startswith("ratio") and DECIMAL.fullmatch(number):
        return Condition(key, sign, float(number))
    return Condition(key, sign, parse_quantity(number, f"{where} {quoted(text)}:"))


def figure(name: str, option: str, allowed: Sequence[str] = NUMBERS) -> str:
    """The column that a name means; without a scope the block's.

    Raises:
        SweepError: there is no such column.
    """
    column = SHORT.get(name, name)
    if column not in allowed:
        known = ", ".join((*SHORT, *allowed))
        raise SweepError(f"{argument(option)} has no key {quoted(name)}; the keys are {known}")
    return column
