"""The lock file, read: what was counted before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

from bottlecalc.budgets.budget import CONVENTION, Baseline, Budget, Figures
from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.count import Witness

SCHEMA = "bottlecalc.lock/1"


class LockError(BottlecalcError, ValueError):
    """A lock file that cannot be read; its text says why and how to make it anew."""


class Lock(NamedTuple):
    """What was counted before.

    Attributes:
        baselines: by the budget's name.
        versions: of the libraries that counted.
    """

    baselines: Mapping[str, Baseline]
    versions: Mapping[Witness, str]

    def strangers(self, budgets: Sequence[Budget]) -> tuple[str, ...]:
        """Names that no budget has any more."""
        names = {budget.name for budget in budgets}
        return tuple(name for name in self.baselines if name not in names)

    def kept(self, budgets: Sequence[Budget]) -> Lock:
        """What an update leaves as it is: what still has a budget, under today's convention."""
        gone = self.strangers(budgets)
        kept = {name: baseline for name, baseline in self.baselines.items()
                if name not in gone and baseline.basis["convention"] == CONVENTION}  # fmt: skip
        return Lock(kept, self.versions if kept else {})


def read(text: str, file: str) -> Lock:
    """Read a lock file; ``file`` is its name, for errors.

    Raises:
        LockError: it is none, or one of another schema.
    """
    try:
        document: Any = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise LockError(_unreadable(file, f"it is no JSON: {error}")) from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise LockError(_unreadable(file, f"its schema is {schema!r}, not {SCHEMA!r}"))
    try:
        convention = str(document["convention"])
        versions = {name: _version(document["versions"][name]) for name in get_args(Witness)}
        entries = document["budgets"].items()
    except (AttributeError, KeyError, TypeError):
        raise LockError(_unreadable(file, "it lacks its convention, versions or budgets")) from None
    baselines = {name: _baseline(name, entry, convention, file) for name, entry in entries}
    return Lock(baselines, {name: version for name, version in versions.items() if version})


def _version(value: Any) -> str:
    """A library's version; empty where it was not used."""
    if value is not None and not isinstance(value, str):
        raise TypeError(value)
    return value or ""


def _unreadable(file: str, reason: str) -> str:
    remedy = "make it anew with: bottlecalc check --update, without a NAME"
    return f"{file} is no lock file: {reason}; {remedy}"


def _baseline(name: str, entry: Any, convention: str, file: str) -> Baseline:
    try:
        basis = {**{str(k): str(v) for k, v in entry["basis"].items()}, "convention": convention}
        if not {"of", "input", "counter"} <= basis.keys():
            raise KeyError(name)
        modules = {module: _whole(own) for module, own in entry["modules"].items()}
        return Baseline(basis.pop("of"), basis, _whole(entry["figures"]), modules)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = str(error) if isinstance(error, ValueError) else "something is missing or wrong"
        raise LockError(_unreadable(file, f"of the budget {name!r}, {reason}")) from None


def _whole(figures: Any) -> Figures:
    for figure, value in figures.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{figure} = {value!r} is no count")
    return dict(figures)
