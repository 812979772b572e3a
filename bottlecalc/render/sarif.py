"""A check as SARIF 2.1.0, one rule a budget and one result a breach."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from bottlecalc.budgets.verdict import Report, Verdict
from bottlecalc.render.records import as_json
from bottlecalc.render.sentences import breach, notes, sentences
from bottlecalc.render.words import line, visible
from bottlecalc.version import __version__

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def document(report: Report) -> str:
    """The JSON text, ASCII only."""
    unchecked = [verdict for verdict in report.verdicts if verdict.status == "error"]
    noted = [verdict for verdict in report.verdicts if verdict.status == "pass" and notes(verdict)]
    skipped = [verdict for verdict in report.verdicts if verdict.skipped]
    run = {
        "tool": {"driver": _driver(report)},
        "invocations": [
            {
                "executionSuccessful": not unchecked and not report.is_unheld,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": [
                    *(_notification(v, "error", "; ".join(sentences(v))) for v in unchecked),
                    *(_notification(v, "note", "; ".join(sentences(v))) for v in skipped),
                    *(_notification(v, "note", "; ".join(notes(v))) for v in noted),
                    *(
                        {"level": _note_level(note, report), "message": {"text": visible(note)}}
                        for note in report.notes
                    ),
                ],
            }
        ],
        "results": [_result(v, n) for n, v in enumerate(report.verdicts) if v.breaches],
    }
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _note_level(note: str, report: Report) -> str:
    return "error" if report.against and note == report.against.problem else "note"


def _driver(report: Report) -> dict[str, Any]:
    return {
        "name": "bottlecalc",
        "version": __version__,
        "rules": [_rule(v) for v in report.verdicts],
    }


def _rule(verdict: Verdict) -> dict[str, Any]:
    budget = verdict.budget
    return {
        "id": _id(verdict),
        "shortDescription": {"text": visible(f"The budget of {budget.of}")},
        **({"help": {"text": visible(budget.message)}} if budget.message else {}),
        "defaultConfiguration": {"level": _level(verdict)},
    }


def _result(verdict: Verdict, index: int) -> dict[str, Any]:
    return {
        "ruleId": _id(verdict),
        "ruleIndex": index,
        "level": _level(verdict),
        "message": {"text": breach(verdict)},
        "locations": [_location(verdict)],
        "partialFingerprints": {"budget/v1": _id(verdict)},
    }


def _notification(verdict: Verdict, level: str, text: str) -> dict[str, Any]:
    return {
        "level": level,
        "message": {"text": visible(f"{verdict.budget.name}: {text}")},
        "associatedRule": {"id": _id(verdict)},
        "locations": [_location(verdict)],
    }


def _location(verdict: Verdict) -> dict[str, Any]:
    path = PurePath(verdict.budget.file)
    uri = path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()))
    line = verdict.budget.line
    region = {"region": {"startLine": line}} if line else {}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}


def _level(verdict: Verdict) -> str:
    return "warning" if verdict.budget.level == "warn" else "error"


def _id(verdict: Verdict) -> str:
    """The budget's name on one line; no two names are spelled the same."""
    return line(verdict.budget.name.replace("\\", r"\\"))
