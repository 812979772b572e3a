"""The lock file, written: JSON that is sorted, stable and easy to diff."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bottlecalc.budgets import CONVENTION, Baseline, Verdict
from bottlecalc.counts import Witness
from bottlecalc.render.document import heading


def document(
    verdicts: Sequence[Verdict], kept: Mapping[str, Baseline], versions: Mapping[Witness, str]
) -> str:
    """The lock file of these verdicts' figures, and of the baselines that are kept."""
    new = {verdict.budget.name: _of(verdict) for verdict in verdicts}
    entries = {name: _entry(baseline) for name, baseline in {**kept, **new}.items()}
    found = {**heading("lock", versions), "convention": CONVENTION, "budgets": entries}
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def _of(verdict: Verdict) -> Baseline:
    figures = {figure: finding.value for figure, finding in verdict.findings.items()}
    return Baseline(verdict.budget.basis, figures, verdict.modules)


def _entry(baseline: Baseline) -> dict[str, Any]:
    return {
        "basis": {key: value for key, value in baseline.basis.items() if key != "convention"},
        "figures": dict(baseline.figures),
        "modules": {
            name: own for name, own in sorted(baseline.modules.items()) if any(own.values())
        },
    }
