"""The budgets of another revision: counted in its tree, and what they allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bottlecalc.budgets.budget import NO_LIMIT, OF_TRAINING, Budget, Figure, Limit
from bottlecalc.budgets.counting import figures, models_of
from bottlecalc.budgets.file import CONFIGS, has_budgets, read
from bottlecalc.budgets.increase import spelled
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.budgets.verdict import Baseline, Verdict
from bottlecalc.layers.counted import Node
from bottlecalc.text.files import read_text
from bottlecalc.text.values import from_json, to_json


@dataclass(frozen=True, kw_only=True)
class BaseBudget:
    """A budget of another revision.

    Attributes:
        limits: that it had, by figure.
        rules: what else it said, as text: by how much figures may grow, what was approved, without
            what it is skipped, its level.
        baseline: what was counted of it there, or None.
        problem: why it could not be counted, or empty.
    """

    limits: Mapping[Figure, Limit] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    baseline: Baseline | None = None
    problem: str = ""


def question(config: str, budgets: Mapping[str, Budget]) -> dict[str, Any]:
    """What the other revision's process is asked.

    Args:
        config: the file of the budgets, as seen from where they are counted.
        budgets: that are held against its.
    """
    return {"config": config, "budgets": {name: _basis(one) for name, one in budgets.items()}}


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Every budget that there is there; those that are asked for are counted.

    Raises:
        BudgetError: they cannot be read.
    """
    file = _config(Path(asked["config"]))
    budgets = read(read_text(file, BudgetError), str(file), models_of) if file else ()
    wanted = asked["budgets"]
    return {one.name: _told(one, wanted.get(one.name)) for one in budgets}


def base_budgets(answered: Mapping[str, Any], revision: str) -> dict[str, BaseBudget]:
    """What the process answered of that revision."""
    return {name: _base(told, revision) for name, told in answered.items()}


def rules(budget: Budget) -> dict[str, str]:
    """What a budget says beside its limits, as text."""
    taken = {"optimizer": budget.optimizer} if budget.optimizer else {}
    texts = {f"max_increase_{figure}": spelled(one) for figure, one in budget.increases.items()}
    general = {} if budget.max_increase is None else {"max_increase": spelled(budget.max_increase)}
    approved = defaultdict[str, list[str]](list)  # of a figure there may be several
    for allowance in budget.allowances:
        approved[f"allow ({allowance.figure})"].append(str(allowance))
    lists: dict[str, Sequence[str]] = {**approved, "skip_without": budget.skip_without}
    joined = {key: ", ".join(listed) for key, listed in lists.items() if listed}
    return {**general, **texts, **joined, **taken, "level": budget.level}


def raises(budget: Budget, base: BaseBudget) -> Iterator[str]:
    """What a change makes of a budget itself, a sentence each."""
    for figure in dict.fromkeys((*base.limits, *budget.limits)):
        was, now = base.limits.get(figure, NO_LIMIT), budget.limits.get(figure, NO_LIMIT)
        yield from _moved(f"max_{figure}", was.most, now.most)
        yield from _moved(f"min_{figure}", was.least, now.least)
    texts = rules(budget)
    for key in dict.fromkeys((*base.rules, *texts)):
        yield from _changed(key, base.rules.get(key), texts.get(key), "changed")


def _moved(key: str, was: int | None, now: int | None) -> Iterator[str]:
    verb = "raised" if (now or 0) > (was or 0) else "lowered"
    texts = [None if one is None else f"{one:,}" for one in (was, now)]
    yield from _changed(key, texts[0], texts[1], verb)


def _changed(key: str, was: str | None, now: str | None, verb: str) -> Iterator[str]:
    if was == now:
        return
    if was is None:
        yield f"{key} = {now} is new with this change"
    elif now is None:
        yield f"{key} = {was} was dropped by this change"
    else:
        yield f"{key} was {verb} from {was} to {now} by this change"


def _config(path: Path) -> Path | None:
    """The file of the budgets: where it is today, or by the other name."""
    for each in (path, *(path.with_name(name) for name in CONFIGS)):
        if each.is_file() and (each.name != CONFIGS[1] or has_budgets(each.read_text("utf-8-sig"))):
            return each
    return None


def _basis(budget: Budget) -> dict[str, Any]:
    """What figures must share to be compared."""
    trained = [one for one in OF_TRAINING if budget.holds(one)]
    step = {"trained": trained, "optimizer": budget.optimizer}
    if budget.block:
        return {"size": budget.size, **step}
    return {
        **step,
        "inputs": to_json(budget.inputs), "keywords": to_json(budget.keywords),
        "source": budget.source, "dtype": budget.dtype, "seed": budget.seed,
        "counter": budget.counter,
    }  # fmt: skip


def _told(budget: Budget, wanted: Mapping[str, Any] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "limits": {figure: asdict(limit) for figure, limit in budget.limits.items()},
        "rules": rules(budget), "baseline": None, "problem": "",
    }  # fmt: skip
    if wanted is None:
        return told
    verdict = _counted(budget, wanted)
    return {**told, "baseline": _baseline(verdict), "problem": verdict.problem}


def _counted(budget: Budget, wanted: Mapping[str, Any]) -> Verdict:
    """On what today's is counted on, so that the two can be compared."""
    from bottlecalc.budgets.check import count_one

    trained = dict.fromkeys(wanted.get("trained", ()), NO_LIMIT)
    taken = wanted.get("optimizer", "")
    unlimited = replace(budget, limits=trained, optimizer=taken).ungrown()
    if budget.block and "size" in wanted:
        return count_one(replace(unlimited, size=tuple(wanted["size"])))
    if budget.model and "inputs" in wanted:
        inputs, keywords = from_json(wanted["inputs"]), from_json(wanted["keywords"])
        same = {key: wanted[key] for key in ("source", "dtype", "seed", "counter")}
        return count_one(replace(unlimited, inputs=tuple(inputs), keywords=keywords, **same))
    return count_one(unlimited)


def _baseline(verdict: Verdict) -> dict[str, Any] | None:
    if not verdict.count:
        return None
    return {
        "of": verdict.budget.of,
        "basis": verdict.budget.basis,
        "figures": figures(verdict.count, with_size=True),
        "modules": verdict.modules,
        "nodes": [asdict(node) for node in verdict.count.own],
    }


def _base(told: Mapping[str, Any], revision: str) -> BaseBudget:
    found = told["baseline"]
    nodes = tuple(Node(**node) for node in found["nodes"]) if found else ()
    return BaseBudget(
        limits={figure: Limit(**limit) for figure, limit in told["limits"].items()},
        rules=told["rules"],
        baseline=Baseline(**{**found, "nodes": nodes, "revision": revision}) if found else None,
        problem=told["problem"],
    )
