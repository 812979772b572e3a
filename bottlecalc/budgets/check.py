"""Budgets held: blocks by their closed form, models by a counter, and against a baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bottlecalc.agreement.result import ClosedForm, ModelCount
from bottlecalc.budgets.budget import NO_LIMIT, Budget, Figure
from bottlecalc.budgets.counting import Absent, count_if_there, figures
from bottlecalc.budgets.increase import allowed
from bottlecalc.budgets.verdict import (
    Baseline,
    Finding,
    Report,
    Verdict,
    allowance_status,
    exit_code,
)
from bottlecalc.errors import SPECS, BottlecalcError
from bottlecalc.text.numbers import share_of_limit

if TYPE_CHECKING:
    from bottlecalc.budgets.allowance import AllowanceStatus
    from bottlecalc.budgets.base import BaseBudget
    from bottlecalc.budgets.lock import Lock

Counting = Callable[[Budget], "ClosedForm | ModelCount | Absent"]


def check(
    budgets: Sequence[Budget],
    lock: Lock | None = None,
    *,
    growth: bool = True,
    exit_zero: bool = False,
    progress: Callable[[str], object] = str,
    base: Mapping[str, BaseBudget] | None = None,
    counting: Counting = count_if_there,
) -> Report:
    """Count the block or the model of every budget, and hold it.

    Args:
        budgets: in the order of the report.
        lock: what was counted before, or None.
        base: the budgets of another revision, which the lock stands back for, or None.
        counting: counts what a budget is of.
        growth: whether ``max_increase`` is held too; not where the baseline is made anew.
        exit_zero: have exceeded budgets fail nothing.
        progress: told what is being checked.
    """
    verdicts = []
    for budget in budgets:
        progress(f"checking {budget.name}")
        limits = budget if growth else budget.ungrown()
        if base is not None:
            verdicts.append(_against(limits, base.get(budget.name), counting))
        else:
            baseline = lock.baselines.get(budget.name) if lock else None
            verdicts.append(_verdict(limits, baseline, counting))
    return Report(verdicts=tuple(verdicts), exit_code=exit_code(verdicts, exit_zero))


def hold(
    budget: Budget, count: ClosedForm | ModelCount, baseline: Baseline | None = None
) -> Verdict:
    """Hold what was counted against its budget, on exact integers, limits included.

    Args:
        budget: to be held.
        count: of its block or model.
        baseline: what was counted of it before, or None; one that is stale is told and not used.
    """
    stale = _stale(budget, baseline) if baseline else ""
    usable = None if stale else baseline
    findings = {
        figure: _finding(value, budget, figure, usable)
        for figure, value in figures(count, budget.holds("size")).items()
    }
    problem = _uncounted(budget, findings) or _ungrowable(budget, findings, baseline, stale)
    notes = [stale] if stale and stale not in problem else []
    if usable and usable.of != budget.of:
        notes.append(_other_subject(usable))
    notes += [*_approved(budget, findings), *_near(budget, findings)]
    return Verdict(
        budget=budget, count=count, findings=findings, problem=problem, baseline=usable,
        notes=tuple(notes),
    )  # fmt: skip


def count_one(budget: Budget) -> Verdict:
    """Count the block or the model of one budget, and hold it."""
    return _verdict(budget, None, count_if_there)


def _against(budget: Budget, base: BaseBudget | None, counting: Counting) -> Verdict:
    """Held against another revision's, where it has one that can be compared."""
    if base is None:
        return _verdict(budget.ungrown(), None, counting)
    from bottlecalc.budgets.base import raises

    other = _other_basis(budget, base.baseline) if base.baseline else ""
    usable = None if other else base.baseline
    verdict = _verdict(budget if usable else budget.ungrown(), usable, counting)
    notes = (*raises(budget, base), *filter(None, [other]), *verdict.notes)
    return replace(verdict, budget=budget, notes=notes)


def _verdict(budget: Budget, baseline: Baseline | None, counting: Counting) -> Verdict:
    """Whatever keeps a budget from being counted is its verdict."""
    try:
        count = counting(budget)
    except BottlecalcError as error:
        return _failed(budget, error.worded(SPECS), error.__cause__)
    except (ImportError, OSError) as error:
        return _failed(budget, str(error), error.__cause__)
    if isinstance(count, Absent):
        return Verdict(budget=budget, skipped=f"{count.name} is not there")
    return hold(budget, count, baseline)


def _failed(budget: Budget, problem: str, cause: BaseException | None) -> Verdict:
    """The traceback as text: the exception itself would keep the user's model alive."""
    from bottlecalc.models.failure import last_lines

    return Verdict(budget=budget, problem=problem, traceback=last_lines(cause) if cause else "")


def _uncounted(budget: Budget, findings: Mapping[Figure, Finding]) -> str:
    """Why a limit cannot be held, or empty."""
    absent = [figure for figure in budget.limits if figure not in findings]
    if not absent:
        return ""
    return (
        f"{' and '.join(absent)} cannot be counted without an input;"
        " give input = [1, 3, 224, 224], or what your model takes"
    )


def _approved(budget: Budget, findings: Mapping[Figure, Finding]) -> Iterator[str]:
    """What was approved beyond the limits, and what has become of it."""
    for allowance in budget.allowances:
        texts: dict[AllowanceStatus, str] = {
            "expired": f"expired: {allowance} was approved ({allowance.reason}); renew it or take"
            " it out",
            "used": f"approved: {allowance} ({allowance.reason})",
            "unused": f"approved and not needed: {allowance} ({allowance.reason}); take it out",
        }
        yield texts[allowance_status(allowance, findings)]


def _near(budget: Budget, findings: Mapping[Figure, Finding]) -> Iterator[str]:
    """What holds and is near its limit, where that is to be said."""
    if budget.warn_at is None:
        return
    for figure, finding in findings.items():
        most = finding.most
        if most is None or finding.over:
            continue
        if finding.value >= budget.warn_at * most:
            share = share_of_limit(finding.value, most)
            yield f"{figure} has used {share} of its limit, {most:,}"


def _ungrowable(
    budget: Budget, findings: Mapping[Figure, Finding], baseline: Baseline | None, stale: str
) -> str:
    """Why ``max_increase`` cannot be held, or empty."""
    absent = [
        figure for figure, finding in findings.items()
        if finding.baseline is None and (budget.growth(figure) is not None)
    ]  # fmt: skip
    if not absent:
        return ""
    if not baseline:
        reason = "there is no baseline for max_increase"
    else:
        reason = stale or f"the baseline has no {' and no '.join(absent)}"
    return f"{reason}; make one with: bottlecalc check --update"


def _stale(budget: Budget, baseline: Baseline) -> str:
    """Why figures cannot be compared with a baseline's, or empty."""
    changes = _differing(budget, baseline)
    return f"the baseline is stale: {changes}" if changes else ""


def _other_subject(baseline: Baseline) -> str:
    if baseline.revision:
        return f"at {baseline.revision} it was of {baseline.of}"
    return f"the baseline is of {baseline.of}"


def _other_basis(budget: Budget, baseline: Baseline) -> str:
    """Why figures cannot be compared with another revision's, or empty."""
    changes = _differing(budget, baseline)
    return f"it is not held against what it was: {changes}" if changes else ""


def _differing(budget: Budget, baseline: Baseline) -> str:
    """What of the basis differs."""
    return ", ".join(
        f"{key} was {baseline.basis.get(key) or 'none'} and is {value or 'none'}"
        for key, value in budget.basis.items()
        if baseline.basis.get(key) != value
    )


def _finding(value: int, budget: Budget, figure: Figure, baseline: Baseline | None) -> Finding:
    """One figure beside its limits, of which what was is one where there is a baseline."""
    before = baseline.figures.get(figure) if baseline else None
    growth = budget.growth(figure)
    most = None if before is None or growth is None else allowed(growth, before)
    limit = budget.limits.get(figure, NO_LIMIT)
    return Finding(
        value=value, limit=limit, baseline=before, allowed=most, approved=budget.approved(figure)
    )
