"""timm's published table: fvcore's total, in billions."""

from __future__ import annotations

from bottlecalc.tools import fvcore_calls

OPERATIONS = fvcore_calls.EVAL._replace(
    name="timm", calls_it="MACs", package="", version="results/benchmark tables",
    notes=("Published in billions, to two decimals.",),
)  # fmt: skip
PARAMS = fvcore_calls.PARAMS._replace(
    name="timm", calls_it="params", package="", version="results tables"
)
