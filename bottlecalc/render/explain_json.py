"""An explanation as JSON, and as rows."""

from __future__ import annotations

from typing import Any

from bottlecalc.render.inputs import input_document
from bottlecalc.render.rows import Rows
from bottlecalc.text.schema import heading
from bottlecalc.tools.explanation import Account, Claim, Explanation, Match

COLUMNS = ("tool", "version", "figure", "calls_it", "says", "factor", "base", "residue", "ran")


def document(explanation: Explanation) -> dict[str, Any]:
    """What the JSON holds: ``bottlecalc.explain/1``, stable, integers exact."""
    return {
        **heading("explain", explanation.versions),
        "target": explanation.target,
        "inputs": [input_document(one) for one in explanation.inputs],
        "macs": explanation.macs,
        "params": explanation.params,
        "tools": [_account(account) for account in explanation.tools],
        "claims": [_claim(claim) for claim in explanation.claims],
        "notes": list(explanation.notes),
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "tool": account.tool,
        "version": account.version,
        "figure": account.figure,
        "calls_it": account.calls_it,
        "says": account.says,
        "factor": account.factor,
        "base": account.base,
        "terms": [
            {"what": line.what, "module": line.module, "count": line.count, "each": line.each,
             "unit": line.unit, "value": line.value, "fault": line.fault}
            for line in account.lines
        ],
        "residue": account.residue,
        "ran": account.ran,
        "sees": account.sees,
        "notes": list(account.notes),
    }  # fmt: skip


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "text": claim.text,
        "figure": claim.figure,
        "is_guessed": claim.is_guessed,
        "matches": [_match(one) for one in claim.matches],
        "tried": claim.tried,
        "distinct": claim.distinct,
        "by_chance": claim.by_chance,
        "nearest": _match(claim.nearest) if claim.nearest else None,
        "otherwise": claim.otherwise,
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "says": match.says,
        "tool": match.tool,
        "calls_it": match.calls_it,
        "factor": match.factor,
        "changes": list(match.changes),
        "input": match.input,
        "why": match.why,
        "cut": match.cut,
    }


def rows(explanation: Explanation) -> Rows:
    """A tool's figure a row."""
    return Rows.of(
        {name: getattr(account, name) for name in COLUMNS} for account in explanation.tools
    )


def headline(explanation: Explanation) -> str:
    """What was counted, and between which numbers."""
    says = [one.says for one in explanation.tools if one.figure == "operations"]
    if not says:
        return explanation.target
    return f"{explanation.target}: {min(says):,} to {max(says):,} operations"
