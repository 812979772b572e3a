"""One entry of a budget file into a budget, every mistake one sentence with its file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bottlecalc.blocks.grammar import parse
from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.budgets.budget import DEFAULT_SIZE, FIGURES, OF_TRAINING, Budget, Figure, Limit
from bottlecalc.budgets.increase import PERCENT, Growth, IncreaseError, read_increase
from bottlecalc.budgets.limits import BudgetError, read_limit
from bottlecalc.errors import SPECS, BottlecalcError
from bottlecalc.layers.training import OPTIMIZERS
from bottlecalc.networks.grammar import parse as parse_network
from bottlecalc.networks.spec import Network
from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.numbers import LARGEST_SEED
from bottlecalc.text.objects import ObjectError, in_table
from bottlecalc.text.shapes import FLOATS, InputError, parse_sides
from bottlecalc.text.suggest import did_you_mean
from bottlecalc.text.values import EXAMPLES, is_shape, read_constant, read_named, read_value

LIMITS = tuple(f"{end}_{figure}" for figure in FIGURES for end in ("max", "min"))
ENDS: Mapping[Figure, frozenset[str]] = {
    figure: frozenset((f"max_{figure}", f"min_{figure}")) for figure in FIGURES
}
GROWTHS = frozenset(f"max_increase_{figure}" for figure in FIGURES)
INCREASES = ("max_increase", *(f"max_increase_{figure}" for figure in FIGURES))
COMMON = (
    *("name", "module", *LIMITS, *INCREASES, "warn_at", "level", "message", "allow"),
    *("skip_without", "optimizer"),
)
OF_MODELS = ("counter", "input", "inputs_from", "kwargs", "dtype", "seed")
OF_STEPS = frozenset(
    f"{limit}_{figure}" for figure in OF_TRAINING for limit in ("max", "min", "max_increase")
)
OF_PEAKS = frozenset(key for key in OF_STEPS if key.endswith("peak_bytes"))
DEFAULTS = (*INCREASES, "warn_at", "level", *OF_MODELS)
"""What all budgets of a file may have in common; a block's are without those of models."""

BLOCK_KEYS = ("block", "size", *COMMON)
NETWORK_KEYS = ("network", "size", *COMMON)
MODEL_KEYS = ("model", "args", *OF_MODELS, *COMMON)

SUBJECTS = {"block": BLOCK_KEYS, "model": MODEL_KEYS, "network": NETWORK_KEYS}
"""What a budget may be of, and the keys that go with it."""

TABLE = re.compile(r"\s*\[{1,2}\s*[A-Za-z_\"'][^,\]]*\]{1,2}\s*$")


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
            arguments=self._arguments(),
            inputs=self._inputs(),
            keywords=self._keywords(),
            source=self._source(),
            dtype=self._choice("dtype", "", *FLOATS),
            seed=self._seed(),
            module=self._text("module"),
            skip_without=self._needs(),
            counter=self._choice("counter", "torch", "fvcore"),
            optimizer=self._optimizer(),
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

    def _arguments(self) -> Mapping[str, object]:
        """For the class or function, objects among them."""
        try:
            return {key: in_table(value) for key, value in self._table("args").items()}
        except ObjectError as error:
            raise self.error(f"args: {error.sentence}", "args") from None

    def _source(self) -> str:
        """The function that gives the inputs, or empty."""
        if "input" in self.values and "inputs_from" in self.values:
            raise self.error("it has input and inputs_from; give one of the two", "inputs_from")
        return self._text("inputs_from")

    def _seed(self) -> int:
        value = self.values.get("seed", 0)
        seed = whole_number(value, 0)
        if seed is None or seed > LARGEST_SEED:
            raise self.error(
                f"seed = {quoted(value)}; give a whole number from 0 to {LARGEST_SEED:,}", "seed"
            )
        return seed

    def _inputs(self) -> tuple[Any, ...]:
        """Those that are given by place."""
        value = self.values.get("input", [])
        if isinstance(value, dict):
            return ()
        if isinstance(value, str) or (value and isinstance(value, list) and is_shape(value)):
            value = [value]
        if not isinstance(value, list):
            raise self.error(f"input = {quoted(value)}; give {EXAMPLES}", "input")
        return tuple(self._value(read_value, one, value) for one in value)

    def _keywords(self) -> dict[str, Any]:
        """What is given by name: inputs, and whatever else."""
        given = self.values.get("input")
        named = given if isinstance(given, dict) else {}
        constants = self._table("kwargs")
        if not (named or constants):
            return {}
        if twice := named.keys() & constants.keys():
            raise self.error(f"{min(twice)!r} is both in input and in kwargs; give one", "kwargs")
        inputs = {key: self._value(read_named, one, one) for key, one in named.items()}
        return {**inputs, **{key: read_constant(one) for key, one in constants.items()}}

    def _value(self, read: Callable[[object], Any], one: object, whole: object) -> Any:
        try:
            return read(one)
        except InputError as error:
            sentence = error.sentence
            if not isinstance(one, str):
                sentence = f"input = {quoted(whole)}; give {EXAMPLES}"
            raise self.error(sentence, "input") from None

    def _needs(self) -> tuple[str, ...]:
        """What has to be there, or the budget is skipped."""
        value = self.values.get("skip_without", [])
        names = [value] if isinstance(value, str) else value
        if isinstance(names, list) and all(isinstance(n, str) and n.strip() for n in names):
            return tuple(names)
        raise self.error(
            f'skip_without = {quoted(value)}; give a device or a package, such as "cuda", or a'
            " list of these",
            "skip_without",
        )

    def _optimizer(self) -> str:
        """Empty where nothing is said."""
        if self.values.get("module") and not OF_PEAKS.isdisjoint(self.values):
            raise self.error(
                "peak_bytes is of the whole, and module is a part of it; leave one of the two out",
                "module",
            )
        if "optimizer" not in self.values:
            return ""
        if OF_STEPS.isdisjoint(self.values):
            raise self.error(
                "optimizer goes with a limit of a training step, and there is none; give"
                " max_train_macs or max_peak_bytes, or leave it out",
                "optimizer",
            )
        value = self.values["optimizer"]
        if not (isinstance(value, str) and value in OPTIMIZERS):
            hint = did_you_mean(value, OPTIMIZERS) if isinstance(value, str) else ""
            names = ", ".join(OPTIMIZERS)
            raise self.error(f"optimizer = {quoted(value)}; give {names}{hint}", "optimizer")
        return value

    def _limits(self) -> dict[Figure, Limit]:
        limits = {
            figure: Limit(least=self._number(f"min_{figure}"), most=self._number(f"max_{figure}"))
            for figure, ends in ENDS.items()
            if not ends.isdisjoint(self.values)
        }
        for figure, limit in limits.items():
            least, most = limit.least, limit.most
            if least is not None and most is not None and least > most:
                raise self.error(
                    f"min_{figure} = {least:,} is more than max_{figure} = {most:,};"
                    " give a range that holds something",
                    f"min_{figure}",
                )
        return limits

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
        if GROWTHS.isdisjoint(self.values):
            return {}
        read = {figure: self._increase(f"max_increase_{figure}") for figure in FIGURES}
        return {figure: growth for figure, growth in read.items() if growth is not None}


def with_defaults(entry: Any, defaults: Mapping[str, Any]) -> Any:
    """An entry with what all have in common, where it says nothing itself."""
    if not isinstance(entry, dict):
        return entry  # which whoever reads it says
    fitting = {k: v for k, v in defaults.items() if k not in OF_MODELS or "model" in entry}
    return {**fitting, **entry}


def of_each(entry: Any, find: Callable[[str], list[str]]) -> list[Any]:
    """An entry of several models as one of each, named by the model too.

    Args:
        entry: as it stands in the file.
        find: gives the models that a pattern is of.
    """
    given = entry.get("model") if isinstance(entry, dict) else None
    listed = given if isinstance(given, list) else [given]
    models = [each for one in listed for each in (find(one) if isinstance(one, str) else [one])]
    if given is None or not models or models == [given]:
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


def _is_positive(value: object) -> bool:
    return whole_number(value) is not None
