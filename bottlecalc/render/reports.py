"""A check as text, one function a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console

from bottlecalc.budgets.verdict import (
    Against,
    Finding,
    Report,
    Status,
    Verdict,
    allowance_status,
)
from bottlecalc.render.budgets import markdown, summary, table
from bottlecalc.render.sentences import breach, changed, notes, remark
from bottlecalc.render.words import line

if TYPE_CHECKING:
    from bottlecalc.budgets.allowance import Allowance


def document(report: Report) -> dict[str, Any]:
    """What the JSON holds: ``bottlecalc.check/1``."""
    from bottlecalc.text.schema import heading

    return {
        **heading("check", report.versions),
        "budgets": [_budget(verdict) for verdict in report.verdicts],
        "notes": list(report.notes),
        "against": _against(report.against) if report.against else None,
        "exit_code": report.exit_code,
    }


def _json(report: Report) -> str:
    from bottlecalc.render import records

    return records.as_json(document(report))


def github(report: Report) -> str:
    """A workflow command for every budget of which there is something to say: an annotation at
    its entry.
    """
    told = [v for v in report.verdicts if v.status != "pass" or notes(v) or _is_compared(v, report)]
    problem = report.against.problem if report.against else ""
    notices = [
        f"::{'error' if note == problem else 'notice'}::{_data(line(note))}\n"
        for note in report.notes
    ]
    if report.against and report.against.commit:
        notices.append(f"::notice::{_data(summary(report))}\n")
    return "".join([*map(_annotation, told), *notices])


def _junit(report: Report) -> str:
    from bottlecalc.render import junit

    return junit.document(report)


def _sarif(report: Report) -> str:
    from bottlecalc.render import sarif

    return sarif.document(report)


def _pr(report: Report) -> str:
    from bottlecalc.render import pull_request

    return pull_request.document(report)


def _badge(report: Report) -> str:
    from bottlecalc.render import badge

    return badge.document(report)


FORMATS: Mapping[str, Callable[[Report, Console], str]] = {
    "table": table,
    "json": lambda report, _: _json(report),
    "markdown": lambda report, _: markdown(report),
    "github": lambda report, console: f"{github(report)}{table(report, console)}",
    "junit": lambda report, _: _junit(report),
    "sarif": lambda report, _: _sarif(report),
    "pr": lambda report, _: _pr(report),
    "badge": lambda report, _: _badge(report),
}
"""Text of a check by format; the console says how wide and how colourful a table may be."""


ANNOTATIONS: Mapping[Status, str] = {
    "pass": "notice", "warning": "warning", "breach": "error", "error": "error",
    "skipped": "notice",
}  # fmt: skip


def _budget(verdict: Verdict) -> dict[str, Any]:
    budget = verdict.budget
    return {
        "name": budget.name,
        "status": verdict.status,
        "of": budget.of,
        "input": budget.input,
        "counter": budget.basis["counter"],
        "convention": budget.basis["convention"],
        "figures": {figure: _finding(found) for figure, found in verdict.findings.items()},
        "allow": [_allowance(one, verdict) for one in budget.allowances],
        "message": budget.message or None,
        "problem": verdict.problem or None,
        "skipped": verdict.skipped or None,
        "notes": list(notes(verdict)),
        "file": budget.file,
        "line": budget.line,
    }


def _allowance(allowance: Allowance, verdict: Verdict) -> dict[str, Any]:
    return {
        "figure": allowance.figure,
        "to": allowance.to,
        "reason": allowance.reason,
        "until": allowance.until.isoformat() if allowance.until else None,
        "status": allowance_status(allowance, verdict.findings),
    }


def _against(against: Against) -> dict[str, Any]:
    return {
        "ref": against.ref,
        "commit": against.commit or None,
        "new": list(against.new),
        "removed": list(against.removed),
        "problem": against.problem or None,
    }


def _finding(found: Finding) -> dict[str, int | None]:
    return {
        "value": found.value,
        "max": found.limit.most,
        "min": found.limit.least,
        "baseline": found.baseline,
        "allowed": found.allowed,
        "approved": found.approved,
        "over": found.over,
    }


def _annotation(verdict: Verdict) -> str:
    """GitHub's form, and its escapes: ``%``, line ends, and in properties ``:`` and ``,`` too."""
    budget = verdict.budget
    kind = ANNOTATIONS[verdict.status]
    text = remark(verdict) if verdict.status == "pass" else breach(verdict)
    text = "\n".join(filter(None, (text, changed(verdict) if verdict.changed else "")))
    properties = {"file": budget.file, "line": budget.line, "title": f"budget {budget.name}"}
    listed = ",".join(
        f"{key}={_property(str(value))}" for key, value in properties.items() if value
    )
    return f"::{kind} {listed}::{_data(text)}\n"


def _is_compared(verdict: Verdict, report: Report) -> bool:
    """Whether it is known to cost something else than at the revision that it is held against."""
    return report.against is not None and verdict.changed


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(line(text)).replace(":", "%3A").replace(",", "%2C")
