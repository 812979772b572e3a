"""The lock file: what was counted before, read, and written sorted, stable and easy to merge.

A budget is a few lines, of which only those that say what it costs change with it: two branches
that change two budgets merge. What libraries counted is not in it, for figures are exact whoever
counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bottlecalc.budgets.budget import CONVENTION, Budget, Figures
from bottlecalc.budgets.verdict import Baseline, Verdict
from bottlecalc.errors import BottlecalcError
from bottlecalc.text.calls import quoted

SCHEMA = "bottlecalc.lock/2"
DEPTHS: Mapping[str, int | None] = {"bottlecalc.lock/1": None, SCHEMA: 1}
"""By schema, how far down modules are told: all the way, or those at the top with all inside."""


class LockError(BottlecalcError, ValueError):
    """A lock file that cannot be read; its text says why and how to make it anew."""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """What was counted before.

    Attributes:
        baselines: by the budget's name.
    """

    baselines: Mapping[str, Baseline] = field(default_factory=dict)

    def strangers(self, budgets: Sequence[Budget]) -> tuple[str, ...]:
        """Names that no budget has any more."""
        names = {budget.name for budget in budgets}
        gone = (name for name in self.baselines if name not in names)
        return tuple(name for name in gone if not any(one.is_called(name) for one in budgets))

    def kept(self, budgets: Sequence[Budget]) -> Lock:
        """What an update leaves as it is: what still has a budget, under today's convention."""
        gone = self.strangers(budgets)
        baselines = {name: baseline for name, baseline in self.baselines.items()
                if name not in gone and baseline.basis["convention"] == CONVENTION}  # fmt: skip
        return Lock(baselines=baselines)


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
    if not isinstance(schema, str) or schema not in DEPTHS:
        raise LockError(_unreadable(file, f"its schema is {quoted(schema)}, not {SCHEMA!r}"))
    try:
        convention = str(document["convention"])
        entries = document["budgets"].items()
    except (AttributeError, KeyError, TypeError):
        raise LockError(_unreadable(file, "it lacks its convention or budgets")) from None
    depth = DEPTHS[schema]
    return Lock(
        baselines={name: _baseline(name, entry, convention, depth, file) for name, entry in entries}
    )


def _unreadable(file: str, reason: str) -> str:
    remedy = "make it anew with: bottlecalc check --update, without a NAME"
    return f"{file} is no lock file: {reason}; {remedy}"


def _baseline(name: str, entry: Any, convention: str, depth: int | None, file: str) -> Baseline:
    try:
        basis = {str(key): str(value) for key, value in entry["basis"].items()}
        if not {"of", "input", "counter"} <= basis.keys():
            raise KeyError(name)
        modules = {module: _whole(own) for module, own in entry["modules"].items()}
        return Baseline(
            of=basis.pop("of"), basis={**basis, "convention": convention},
            figures=_whole(entry["figures"]), modules=modules, depth=depth,
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
    new = {verdict.budget.name: _of(verdict) for verdict in verdicts if verdict.count}
    baselines = sorted({**kept.baselines, **new}.items())
    budgets = ",\n".join(_entry(name, baseline) for name, baseline in baselines)
    return (
        f'{{\n  "budgets": {{\n{budgets}\n  }},\n'
        f'  "convention": {_json(CONVENTION)},\n  "schema": {_json(SCHEMA)}\n}}\n'
    )


def outdated(
    lock: Lock | None, verdicts: Sequence[Verdict], budgets: Sequence[Budget]
) -> list[str]:
    """Why a lock is not what an update would write; nothing where it is."""
    if lock is None:
        return ["it is not there"]
    gone = [f"no budget is named {name!r}" for name in lock.strangers(budgets)]
    counted = (verdict for verdict in verdicts if verdict.count)
    return [*gone, *(sentence for verdict in counted for sentence in _outdated(lock, verdict))]


def _outdated(lock: Lock, verdict: Verdict) -> Iterator[str]:
    """The first thing in which a baseline is another."""
    name, baseline = verdict.budget.name, lock.baselines.get(verdict.budget.name)
    if baseline is None:
        yield f"{name!r} is not in it"
        return
    now = _of(verdict, baseline.depth)
    for figure in dict.fromkeys((*now.figures, *baseline.figures)):
        was, value = (one.figures.get(figure) for one in (baseline, now))
        if was != value:
            yield f"{name!r} has {_shown(value)} {figure}, there it is {_shown(was)}"
            return
    if (now.of, now.basis) != (baseline.of, baseline.basis):
        yield f"{name!r} is of {now.of} on {now.basis['input'] or 'no input'}, there of another"
    elif _costly(now.modules) != _costly(baseline.modules):
        yield f"the modules of {name!r} are others"


def _shown(value: int | None) -> str:
    return "no" if value is None else f"{value:,}"


def _of(verdict: Verdict, depth: int | None = DEPTHS[SCHEMA]) -> Baseline:
    return Baseline(
        of=verdict.budget.of,
        basis=verdict.budget.basis,
        figures={figure: finding.value for figure, finding in verdict.findings.items()},
        modules=verdict.modules_down_to(depth),
        depth=depth,
    )


def _entry(name: str, baseline: Baseline) -> str:
    """A budget: what it is of, what it costs, and a line a module."""
    basis = baseline.basis
    shared = {key: value for key, value in basis.items() if key != "convention"}
    of = {"of": baseline.of, **shared}
    modules = ",\n".join(
        f"        {_json(module)}: {_json(own)}"
        for module, own in sorted(_costly(_topmost(baseline)).items())
    )
    return (
        f"    {_json(name)}: {{\n"
        f'      "basis": {_json(of)},\n'
        f'      "figures": {_json(dict(baseline.figures))},\n'
        f'      "modules": {{\n{modules}\n      }}\n    }}'
    )


def _topmost(baseline: Baseline) -> Mapping[str, Figures]:
    """The modules at the top, each with all that is inside."""
    sums: dict[str, dict[Any, int]] = {}
    for name, own in baseline.modules.items():
        top = sums.setdefault(name.partition(".")[0], {})
        for figure, value in own.items():
            top[figure] = top.get(figure, 0) + value
    return sums


def _costly(modules: Mapping[str, Figures]) -> dict[str, Figures]:
    """What costs something, and of that what is not 0."""
    found = {name: {f: value for f, value in own.items() if value} for name, own in modules.items()}
    return {name: own for name, own in found.items() if own}


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
