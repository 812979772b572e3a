"""The lock file: what was counted before, read, and written sorted, stable and easy to diff."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bottlecalc.budgets.budget import CONVENTION, Budget, Figures
from bottlecalc.budgets.verdict import Baseline, Verdict, versions
from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.count import Counter
from bottlecalc.text.calls import quoted
from bottlecalc.text.schema import heading

COUNTERS: tuple[Counter, ...] = ("torch", "fvcore")
SCHEMA = "bottlecalc.lock/1"


class LockError(BottlecalcError, ValueError):
    """A lock file that cannot be read; its text says why and how to make it anew."""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """What was counted before.

    Attributes:
        baselines: by the budget's name.
        versions: of the libraries that counted.
    """

    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    versions: Mapping[Counter, str] = field(default_factory=dict)

    def strangers(self, budgets: Sequence[Budget]) -> tuple[str, ...]:
        """Names that no budget has any more."""
        names = {budget.name for budget in budgets}
        return tuple(name for name in self.baselines if name not in names)

    def kept(self, budgets: Sequence[Budget]) -> Lock:
        """What an update leaves as it is: what still has a budget, under today's convention."""
        gone = self.strangers(budgets)
        baselines = {name: baseline for name, baseline in self.baselines.items()
                if name not in gone and baseline.basis["convention"] == CONVENTION}  # fmt: skip
        return Lock(baselines=baselines, versions=self.versions if baselines else {})


def read(text: str, file: str) -> Lock:
    """Read a lock file; ``file`` is its name, for errors.

    Raises:
        LockError: it is none, or one of another schema.
    """
    try:
        document: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise LockError(_unreadable(file, f"it is no JSON: {error}")) from None
    except RecursionError:
        raise LockError(_unreadable(file, "it is nested too deeply")) from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise LockError(_unreadable(file, f"its schema is {quoted(schema)}, not {SCHEMA!r}"))
    try:
        convention = str(document["convention"])
        versions = {name: _version(document["versions"][name]) for name in COUNTERS}
        entries = document["budgets"].items()
    except (AttributeError, KeyError, TypeError):
        raise LockError(_unreadable(file, "it lacks its convention, versions or budgets")) from None
    baselines = {name: _baseline(name, entry, convention, file) for name, entry in entries}
    return Lock(
        baselines=baselines,
        versions={name: version for name, version in versions.items() if version},
    )


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
        basis = {str(key): str(value) for key, value in entry["basis"].items()}
        if not {"of", "input", "counter"} <= basis.keys():
            raise KeyError(name)
        modules = {module: _whole(own) for module, own in entry["modules"].items()}
        return Baseline(
            of=basis.pop("of"), basis={**basis, "convention": convention},
            figures=_whole(entry["figures"]), modules=modules,
        )  # fmt: skip
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = str(error) if isinstance(error, ValueError) else "something is missing or wrong"
        raise LockError(_unreadable(file, f"of the budget {name!r}, {reason}")) from None


def _whole(figures: Any) -> Figures:
    for figure, value in figures.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{figure} = {value!r} is no count")
    return dict(figures)


def document(verdicts: Sequence[Verdict], kept: Lock) -> str:
    """The lock file of these verdicts' figures, and of the baselines that are kept."""
    baselines = {**kept.baselines, **{verdict.budget.name: _of(verdict) for verdict in verdicts}}
    lock = {
        **heading("lock", {**kept.versions, **versions(verdicts)}),
        "convention": CONVENTION,
        "budgets": {name: _entry(baseline) for name, baseline in baselines.items()},
    }
    return json.dumps(lock, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _of(verdict: Verdict) -> Baseline:
    return Baseline(
        of=verdict.budget.of,
        basis=verdict.budget.basis,
        figures={figure: finding.value for figure, finding in verdict.findings.items()},
        modules=verdict.modules,
    )


def _entry(baseline: Baseline) -> dict[str, Any]:
    modules = {
        name: {figure: value for figure, value in own.items() if value}
        for name, own in baseline.modules.items()
    }
    basis = baseline.basis
    return {
        "basis": {"of": baseline.of, "input": basis["input"], "counter": basis["counter"]},
        "figures": dict(baseline.figures),
        "modules": {name: own for name, own in modules.items() if own},
    }
