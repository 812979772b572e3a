"""One entry of a budget file into a budget, every mistake one sentence with its file and line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bottlecalc.blocks.grammar import parse
from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.budgets.budget import DEFAULT_SIZE, FIGURES, NO_LIMIT, Budget, Figure, Limit
from bottlecalc.budgets.increase import PERCENT, Growth, IncreaseError, read_increase
from bottlecalc.errors import SPECS, BottlecalcError
from bottlecalc.networks.grammar import parse as parse_network
from bottlecalc.networks.spec import Network
from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.numbers import QuantityError, parse_quantity
from bottlecalc.text.shapes import Input, InputError, parse_sides
from bottlecalc.text.suggest import did_you_mean

LIMITS = tuple(f"{end}_{figure}" for figure in FIGURES for end in ("max", "min"))
INCREASES = ("max_increase", *(f"max_increase_{figure}" for figure in FIGURES))
COMMON = ("name", *LIMITS, *INCREASES, "warn_at", "level", "message", "allow")
OF_MODELS = ("counter", "input")
DEFAULTS = (*INCREASES, "warn_at", "level", *OF_MODELS)
"""What all budgets of a file may have in common; a block's are without those of models."""

BLOCK_KEYS = ("block", "size", *COMMON)
NETWORK_KEYS = ("network", "size", *COMMON)
MODEL_KEYS = ("model", "args", "input", "counter", *COMMON)

SUBJECTS = {"block": BLOCK_KEYS, "model": MODEL_KEYS, "network": NETWORK_KEYS}
"""What a budget may be of, and the keys that go with it."""

TABLE = re.compile(r"\s*\[{1,2}\s*[A-Za-z_\"'][^,\]]*\]{1,2}\s*$")
EXACT = 2**53
"""Up to here a float is exactly the whole number that was written."""


class BudgetError(BottlecalcError, ValueError):
    """Budgets that cannot be read; its text says where, what was got and what is allowed."""


@dataclass(frozen=True)
class Entry:
    """One entry of a budget file, being read.

    Attributes:
        values: by key.
        file: that it stands in, for errors; empty where it is none.
        start: its first line, or None.
        code: the file, its comments and long texts left blank.
        place: which entry of the file it is.
    """

    values: Any
    file: str = ""
    start: int | None = None
    code: str = ""
    place: int = 1

    def budget(self) -> Budget:
        """The budget.

        Raises:
            BudgetError: a key is unknown, missing or of the wrong type, or two exclude each other.
        """
        self._check_keys()
        block = self._block()
        name = self._text("name", required=True)
        if not name.strip():
            raise self.error("name is empty; give one", "name")
        return Budget(
            name=name,
            block=block,
            size=self._size(block),
            model=None if block else self._text("model"),
            arguments=self._table("args"),
            inputs=self._inputs(),
            counter=self._choice("counter", "torch", "fvcore"),
            limits=self._limits(),
            max_increase=self._increase("max_increase"),
            increases=self._increases(),
            warn_at=self._warning(),
            level=self._choice("level", "error", "warn"),
            message=self._text("message"),
            file=self.file,
            line=self.start,
        )

    def error(self, sentence: str, key: str = "") -> BudgetError:
        """What is wrong, and where."""
        line = self._line(key)
        where = f"{self.file}, line {line}" if line else self.file
        named = self.values.get("name") if isinstance(self.values, dict) else None
        whose = f"budget {quoted(named)}" if isinstance(named, str) else f"budget {self.place}"
        return BudgetError(": ".join(filter(None, (where, whose, sentence))))

    def _line(self, key: str) -> int | None:
        """The line of a key, or the entry's first."""
        if self.start is None or not key:
            return self.start
        for number, line in enumerate(self.code.split("\n")[self.start :], self.start + 1):
            if TABLE.match(line):
                break
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
                return number
        return self.start

    def _check_keys(self) -> None:
        if not isinstance(self.values, dict):
            raise self.error(f"{quoted(self.values)} is no table; write [[tool.bottlecalc.budget]]")
        subjects = [name for name in SUBJECTS if name in self.values]
        if len(subjects) != 1:
            got = " and ".join(subjects) or "neither block, model nor network"
            raise self.error(f"it has {got}; give one of block, model and network")
        allowed = SUBJECTS[subjects[0]]
        for key in self.values:
            if key not in allowed:
                raise self.error(self._stranger(key, subjects[0]), key)
        if not any(key in self.values for key in (*LIMITS, *INCREASES)):
            raise self.error("it limits nothing; give a max_…, a min_… or max_increase")

    def _stranger(self, key: str, subject: str) -> str:
        for other, allowed in SUBJECTS.items():
            if key in allowed:
                return f"{key!r} goes with a {other}, and this has none; leave it out"
        return unknown(key, SUBJECTS[subject])

    def _text(self, key: str, required: bool = False) -> str:
        value = self.values.get(key, None if required else "")
        if not isinstance(value, str):
            got = "is missing" if value is None else f"= {quoted(value)} is no text"
            raise self.error(f'{key} {got}; give {key} = "…"', key)
        return value

    def _choice(self, key: str, *choices: Any) -> Any:
        value = self.values.get(key, choices[0])
        if value not in choices:
            allowed = " or ".join(f'"{choice}"' for choice in choices)
            raise self.error(f"{key} = {quoted(value)}; give {allowed}", key)
        return value

    def _table(self, key: str) -> Mapping[str, object]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"{key} = {quoted(value)} is no table; give {{ name = value }}", key)
        return value

    def _block(self) -> Block | Network | None:
        if "network" in self.values:
            return self._network()
        value = self.values.get("block")
        if value is None or isinstance(value, Block):
            return value
        try:
            return parse(self._text("block"))
        except BlockError as error:
            raise self.error(error.worded(SPECS), "block") from None

    def _network(self) -> Network:
        value = self.values["network"]
        try:
            return value if isinstance(value, Network) else parse_network(self._text("network"))
        except BottlecalcError as error:
            raise self.error(error.worded(SPECS), "network") from None

    def _size(self, subject: Block | Network | None) -> tuple[int, int]:
        usual = [subject.size] * 2 if isinstance(subject, Network) else list(DEFAULT_SIZE)
        value = self.values.get("size", usual)
        sides = parse_sides(value) if isinstance(value, str) else value
        sides = sides if isinstance(sides, (list, tuple)) else [sides, sides]
        if len(sides) != 2 or not all(_is_positive(side) for side in sides):
            raise self.error(
                f'size = {quoted(value)}; give [height, width], such as [56, 56], or "56x56"',
                "size",
            )
        return int(sides[0]), int(sides[1])

    def _inputs(self) -> tuple[Input, ...]:
        value = self.values.get("input", [])
        if isinstance(value, str) or (value and isinstance(value, list) and _is_shape(value)):
            value = [value]
        try:
            if isinstance(value, list):
                return tuple(map(_input, value))
        except InputError as error:
            raise self.error(error.sentence, "input") from None
        except TypeError:
            pass
        raise self.error(
            f"input = {quoted(value)}; give [1, 3, 224, 224], or [[…], […]] for several inputs,"
            ' or "1x128:int64" for another dtype',
            "input",
        )

    def _limits(self) -> dict[Figure, Limit]:
        limits = {
            figure: Limit(least=self._number(f"min_{figure}"), most=self._number(f"max_{figure}"))
            for figure in FIGURES
        }
        for figure, limit in limits.items():
            least, most = limit.least, limit.most
            if least is not None and most is not None and least > most:
                raise self.error(
                    f"min_{figure} = {least:,} is more than max_{figure} = {most:,};"
                    " give a range that holds something",
                    f"min_{figure}",
                )
        return {figure: limit for figure, limit in limits.items() if limit != NO_LIMIT}

    def _number(self, key: str) -> int | None:
        if key not in self.values:
            return None
        try:
            return read_limit(key.partition("_")[2], self.values[key])
        except BudgetError as error:
            raise self.error(f"{key} = {error}", key) from None

    def _increase(self, key: str) -> Growth | None:
        if key not in self.values:
            return None
        try:
            return read_increase(self.values[key])
        except IncreaseError as error:
            raise self.error(f"{key} = {error}", key) from None

    def _warning(self) -> Fraction | None:
        """From what share of a limit on a note says so."""
        if "warn_at" not in self.values:
            return None
        value = self.values["warn_at"]
        match = PERCENT.fullmatch(value) if isinstance(value, str) else None
        share = Fraction(match[1]) / 100 if match else Fraction(0)
        if not 0 < share <= 1:
            raise self.error(
                f'warn_at = {quoted(value)}; give percent of a limit, such as "90%"', "warn_at"
            )
        return share

    def _increases(self) -> dict[Figure, Growth]:
        read = {figure: self._increase(f"max_increase_{figure}") for figure in FIGURES}
        return {figure: growth for figure, growth in read.items() if growth is not None}


def with_defaults(entry: Any, defaults: Mapping[str, Any]) -> Any:
    """An entry with what all have in common, where it says nothing itself."""
    if not isinstance(entry, dict):
        return entry  # which whoever reads it says
    fitting = {k: v for k, v in defaults.items() if k not in OF_MODELS or "model" in entry}
    return {**fitting, **entry}


def of_each(entry: Any) -> list[Any]:
    """An entry of several models as one of each, named by the model too."""
    models = entry.get("model") if isinstance(entry, dict) else None
    if not isinstance(models, list) or not models:
        return [entry]
    name = entry.get("name")
    names = [f"{name} {model}" if isinstance(name, str) else model for model in models]
    if name is not None and not isinstance(name, str):
        names = [name] * len(models)  # which whoever reads it refuses
    return [{**entry, "model": m, "name": n} for m, n in zip(models, names, strict=True)]


def unknown(key: str, allowed: Sequence[str]) -> str:
    """What is wrong with a key that there is not."""
    if key.lower() in ("flops", "flop", "macs", "mac", "max_flop", "max_mac", "gflops"):
        return (
            f"{key!r} does not say what is meant: MACs or FLOPs (2 × MACs), most or least;"
            " give max_macs, max_flops, min_macs or min_flops"
        )
    hint = did_you_mean(key, allowed)
    return f"unknown key {key!r}; the keys are {', '.join(allowed)}{hint}"


def read_limit(figure: str, value: object) -> int:
    """Read a limit of a figure.

    Raises:
        BudgetError: it is none.
    """
    return read_number(value)


def read_number(value: object) -> int:
    """Read a limit: ``25_000``, ``"25k"``, ``"4.2M"``, ``"25e3"``, which TOML reads as a float.

    Raises:
        BudgetError: it is none.

    >>> read_number("4.2M")
    4200000
    """
    if (number := whole_number(value, 0)) is not None:
        return number
    if isinstance(value, float) and value.is_integer() and 0 <= value <= EXACT:
        return int(value)
    if not isinstance(value, str):
        raise BudgetError(
            f"{quoted(value)} is no limit; give a whole number or one with a unit: 25000,"
            ' "25k", "4.2M", or "25e3"'
        )
    try:
        return parse_quantity(value)
    except QuantityError as error:
        raise BudgetError(str(error)) from None


def _input(value: object) -> Input:
    if isinstance(value, str):
        return Input.parse(value)
    if isinstance(value, list) and value and _is_shape(value):
        return Input(tuple(value))
    raise TypeError(value)


def _is_shape(value: Sequence[object]) -> bool:
    return all(_is_positive(side) for side in value)


def _is_positive(value: object) -> bool:
    return whole_number(value) is not None
