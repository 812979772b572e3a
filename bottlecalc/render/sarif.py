"""A check as SARIF 2.1.0, one rule a budget and one result a breach."""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from bottlecalc.budgets import Report, Verdict
from bottlecalc.render.breaches import breach, sentences
from bottlecalc.version import __version__

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def document(report: Report) -> str:
    """The JSON text, ASCII only."""
    unchecked = [verdict for verdict in report.verdicts if verdict.status == "error"]
    run = {
        "tool": {"driver": _driver(report)},
        "invocations": [
            {
                "executionSuccessful": not unchecked,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": [_notification(v) for v in unchecked],
            }
        ],
        "results": [_result(v, n) for n, v in enumerate(report.verdicts) if v.breaches],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(report: Report) -> dict[str, Any]:
    return {
        "name": "bottlecalc",
        "version": __version__,
        "rules": [_rule(v) for v in report.verdicts],
    }


def _rule(verdict: Verdict) -> dict[str, Any]:
    budget = verdict.budget
    return {
        "id": _plain(budget.name),
        "shortDescription": {"text": f"The budget of {_plain(budget.subject)}"},
        **({"help": {"text": budget.message}} if budget.message else {}),
        "defaultConfiguration": {"level": _level(verdict)},
    }


def _result(verdict: Verdict, index: int) -> dict[str, Any]:
    return {
        "ruleId": _plain(verdict.budget.name),
        "ruleIndex": index,
        "level": _level(verdict),
        "message": {"text": breach(verdict)},
        "locations": [_location(verdict)],
        "partialFingerprints": {"budget/v1": _plain(verdict.budget.name)},
    }


def _notification(verdict: Verdict) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"{verdict.budget.name}: {'; '.join(sentences(verdict))}"},
        "associatedRule": {"id": _plain(verdict.budget.name)},
        "locations": [_location(verdict)],
    }


def _location(verdict: Verdict) -> dict[str, Any]:
    path = PurePath(verdict.budget.file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    line = verdict.budget.line
    region = {"region": {"startLine": line}} if line else {}
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}


def _level(verdict: Verdict) -> str:
    return "warning" if verdict.budget.level == "warn" else "error"


def _plain(text: str) -> str:
    """The text without control characters, each spelled out."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
