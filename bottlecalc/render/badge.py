"""A check as a badge: what shields.io reads from an endpoint.

Source: https://shields.io/badges/endpoint-badge.
"""

from __future__ import annotations

from bottlecalc.budgets.verdict import Report, Status, Verdict
from bottlecalc.render.records import as_json
from bottlecalc.render.sentences import NAMES
from bottlecalc.render.words import line

COLOURS: dict[Status, str] = {
    "error": "lightgrey", "breach": "red", "warning": "yellow", "pass": "brightgreen",
    "skipped": "lightgrey",
}  # fmt: skip


def document(report: Report) -> str:
    """The JSON text: how many budgets hold; of one its name, and what it costs."""
    alone = report.verdicts[0] if len(report.verdicts) == 1 else None
    badge = {
        "schemaVersion": 1,
        "label": line(alone.budget.name) if alone else "budgets",
        "message": _message(report),
        "color": COLOURS[_status(report)],
    }
    return as_json(badge)


def _status(report: Report) -> Status:
    """The worst of the budgets, or of what is of none."""
    if report.exit_code == 2:
        return "error"
    return "breach" if report.exit_code else report.worst


def _message(report: Report) -> str:
    if report.is_unheld:
        return "not held against what it was"
    if report.exit_code == 1 and report.worst != "breach":
        return "baseline out of date"
    return _cost(report.verdicts[0]) if len(report.verdicts) == 1 else _numbers(report)


def _cost(verdict: Verdict) -> str:
    """The first of the figures that have a limit."""
    limited = [figure for figure in verdict.findings if figure in verdict.budget.limits]
    for figure in (*limited, *verdict.findings):
        return f"{verdict.findings[figure].value:,} {NAMES[figure]}"
    return "not checked"


def _numbers(report: Report) -> str:
    holding = sum(1 for verdict in report.verdicts if verdict.status == "pass")
    number = len(report.verdicts)
    return f"all {number:,} hold" if holding == number else f"{holding:,} of {number:,} hold"
