"""The lock file, read: what was counted before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bottlecalc.budgets import CONVENTION, Baseline, Budget, Figures
from bottlecalc.errors import BottlecalcError

SCHEMA = "bottlecalc.lock/1"


class LockError(BottlecalcError, ValueError):
    """A lock file that cannot be read; its text says why and how to make it anew."""


class Lock(NamedTuple):
    """What was counted before.

    Attributes:
        baselines: by the budget's name.
        file: where it stands.
    """

    baselines: Mapping[str, Baseline]
    file: str

    def strangers(self, budgets: Sequence[Budget]) -> tuple[str, ...]:
        """Names that no budget has any more."""
        names = {budget.name for budget in budgets}
        return tuple(name for name in self.baselines if name not in names)

    def kept(self, budgets: Sequence[Budget]) -> dict[str, Baseline]:
        """What an update leaves as it is: what still has a budget, under today's convention."""
        gone = self.strangers(budgets)
        return {name: baseline for name, baseline in self.baselines.items()
                if name not in gone and baseline.basis["convention"] == CONVENTION}  # fmt: skip


def read(text: str, file: str) -> Lock:
    """Read a lock file.

    Raises:
        LockError: it is none, or one of another schema.
    """
    try:
        document: Any = json.loads(text)
        if document["schema"] != SCHEMA:
            raise LockError(_unreadable(file, f"its schema is {document['schema']!r}"))
        convention = document["convention"]
        return Lock(
            {name: _baseline(entry, convention) for name, entry in document["budgets"].items()},
            file,
        )
    except json.JSONDecodeError as error:
        raise LockError(_unreadable(file, f"it is no JSON: {error}")) from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, LockError):
            raise
        raise LockError(_unreadable(file, f"something is missing or wrong: {error}")) from None


def _unreadable(file: str, reason: str) -> str:
    return f"{file} is no lock file: {reason}; make it anew with: bottlecalc check --update"


def _baseline(entry: Mapping[str, Any], convention: str) -> Baseline:
    basis = {**{str(k): str(v) for k, v in entry["basis"].items()}, "convention": convention}
    return Baseline(basis, _whole(entry["figures"]),
                    {name: _whole(own) for name, own in entry["modules"].items()})  # fmt: skip


def _whole(figures: Any) -> Figures:
    for figure, value in figures.items():
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{figure} = {value!r} is no whole number")
    return dict(figures)
