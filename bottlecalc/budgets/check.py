"""Budgets held: blocks by their closed form, models by a counter, and against a baseline."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from contextlib import chdir
from dataclasses import replace
from typing import TYPE_CHECKING

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.networks import count_network
from bottlecalc.agreement.result import ClosedForm, Count, ModelCount
from bottlecalc.budgets.budget import FIGURES, NO_LIMIT, Budget, Figure
from bottlecalc.budgets.verdict import Baseline, Finding, Report, Verdict, exit_code
from bottlecalc.errors import SPECS, BottlecalcError
from bottlecalc.networks.spec import Network

if TYPE_CHECKING:
    from bottlecalc.budgets.lock import Lock


def check(
    budgets: Sequence[Budget],
    lock: Lock | None = None,
    *,
    growth: bool = True,
    exit_zero: bool = False,
    progress: Callable[[str], object] = str,
) -> Report:
    """Count the block or the model of every budget, and hold it.

    Args:
        budgets: in the order of the report.
        lock: what was counted before, or None.
        growth: whether ``max_increase`` is held too; not where the baseline is made anew.
        exit_zero: have exceeded budgets fail nothing.
        progress: told what is being checked.
    """
    verdicts = []
    for budget in budgets:
        progress(f"checking {budget.name}")
        limits = budget if growth else replace(budget, max_increase=None)
        verdicts.append(_verdict(limits, lock.baselines.get(budget.name) if lock else None))
    return Report(verdicts=tuple(verdicts), exit_code=exit_code(verdicts, exit_zero))


def hold(
    budget: Budget, count: ClosedForm | ModelCount, baseline: Baseline | None = None
) -> Verdict:
    """Hold what was counted against its budget, on exact integers, limits included."""
    stale = _stale(budget, baseline) if baseline else ""
    usable = None if stale else baseline
    findings = {
        figure: _finding(value, budget, figure, usable) for figure, value in figures(count).items()
    }
    problem = _uncounted(budget, findings) or _ungrowable(budget, findings, baseline, stale)
    notes = [stale] if stale and stale not in problem else []
    if usable and usable.of != budget.of:
        notes.append(f"the baseline is of {usable.of}")
    return Verdict(
        budget=budget, count=count, findings=findings, problem=problem, baseline=usable,
        notes=tuple(notes),
    )  # fmt: skip


def figures(count: ClosedForm | ModelCount) -> dict[Figure, int]:
    """What budgets may limit, of a block (scope block) or of a model."""
    macs: int | None
    if isinstance(count, ClosedForm):
        params = trainable = count.params.block
        macs = count.macs.block
    else:
        params, trainable, macs = count.params.total, count.params.trainable, count.macs
    values: dict[Figure, int | None] = {
        "params": params,
        "trainable_params": trainable,
        "macs": macs,
        "flops": None if macs is None else 2 * macs,
        "activations": count.activations,
    }
    return {figure: value for figure in FIGURES if (value := values[figure]) is not None}


def _verdict(budget: Budget, baseline: Baseline | None) -> Verdict:
    """Whatever keeps a budget from being counted is its verdict."""
    try:
        count = _count(budget)
    except BottlecalcError as error:
        return _failed(budget, error.worded(SPECS), error.__cause__)
    except (ImportError, OSError) as error:
        return _failed(budget, str(error), error.__cause__)
    return hold(budget, count, baseline)


def _failed(budget: Budget, problem: str, cause: BaseException | None) -> Verdict:
    """The traceback as text: the exception itself would keep the user's model alive."""
    from bottlecalc.models.failure import last_lines

    return Verdict(budget=budget, problem=problem, traceback=last_lines(cause) if cause else "")


def _count(budget: Budget) -> ClosedForm | ModelCount:
    if isinstance(budget.block, Network):
        return count_network(budget.block, budget.size)
    if budget.block:
        return closed_form.count(budget.block, budget.size)
    from bottlecalc.agreement.ask import count_target
    from bottlecalc.models.target import Target

    gc.collect()  # the model before, where it holds itself
    target = Target(str(budget.model), budget.arguments)
    with chdir("."):  # the user's code may go elsewhere, and the next budget starts from here
        count = count_target(target, budget.inputs, budget.counter)
    return _as_model(count, budget) if isinstance(count, Count) else count


def _as_model(count: Count, budget: Budget) -> ModelCount:
    """A block that is budgeted as a model is: by the counter named, and no closed form.

    Without an input its parameters alone are held.
    """
    assert count.parameters is not None, "a counter that is named counts, or says why it cannot"
    nodes, others = count.modules, count.others
    if not budget.inputs:
        nodes = tuple(replace(node, macs=None, activations=None) for node in nodes)
        others = {}
    return ModelCount(
        subject=budget.subject, inputs=budget.inputs, others=others, parameters=count.parameters,
        modules=nodes, notes=count.notes,
    )  # fmt: skip


def _uncounted(budget: Budget, findings: Mapping[Figure, Finding]) -> str:
    """Why a limit cannot be held, or empty."""
    missing = [figure for figure in budget.limits if figure not in findings]
    if not missing:
        return ""
    return (
        f"{' and '.join(missing)} cannot be counted without an input;"
        " give input = [1, 3, 224, 224], or what your model takes"
    )


def _ungrowable(
    budget: Budget, findings: Mapping[Figure, Finding], baseline: Baseline | None, stale: str
) -> str:
    """Why ``max_increase`` cannot be held, or empty."""
    missing = [figure for figure, finding in findings.items() if finding.baseline is None]
    if budget.max_increase is None or not missing:
        return ""
    if not baseline:
        reason = "there is no baseline for max_increase"
    else:
        reason = stale or f"the baseline has no {' and no '.join(missing)}"
    return f"{reason}; make one with: bottlecalc check --update"


def _stale(budget: Budget, baseline: Baseline) -> str:
    """Why figures cannot be compared with a baseline's, or empty."""
    changes = [
        f"{key} was {baseline.basis.get(key) or 'none'} and is {value or 'none'}"
        for key, value in budget.basis.items()
        if baseline.basis.get(key) != value
    ]
    return f"the baseline is stale: {', '.join(changes)}" if changes else ""


def _finding(value: int, budget: Budget, figure: Figure, baseline: Baseline | None) -> Finding:
    """FLOPs grow exactly as MACs do, so that these alone are held against the baseline."""
    before = baseline.figures.get(figure) if baseline else None
    allowed = None
    if before is not None and budget.max_increase is not None and figure != "flops":
        allowed = int(before * (1 + budget.max_increase))
    limit = budget.limits.get(figure, NO_LIMIT)
    return Finding(value=value, limit=limit, baseline=before, allowed=allowed)
