"""The lock file, written: JSON that is sorted, stable and easy to diff."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bottlecalc.budgets.budget import CONVENTION, Baseline, Verdict, versions
from bottlecalc.budgets.lock import Lock
from bottlecalc.render.schema import heading


def document(verdicts: Sequence[Verdict], kept: Lock) -> str:
    """The lock file of these verdicts' figures, and of the baselines that are kept."""
    baselines = {**kept.baselines, **{verdict.budget.name: _of(verdict) for verdict in verdicts}}
    found = {
        **heading("lock", {**kept.versions, **versions(verdicts)}),
        "convention": CONVENTION,
        "budgets": {name: _entry(baseline) for name, baseline in baselines.items()},
    }
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _of(verdict: Verdict) -> Baseline:
    figures = {figure: finding.value for figure, finding in verdict.findings.items()}
    return Baseline(verdict.budget.of, verdict.budget.basis, figures, verdict.modules)


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
