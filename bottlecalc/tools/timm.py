"""timm's published table: fvcore's total, in billions."""

from __future__ import annotations

from bottlecalc.tools import fvcore_calls

OPERATIONS = fvcore_calls.EVAL._replace(
    name="timm", calls_it="GMACs", package="", version="results/benchmark tables",
    notes=("Published to two decimals, in billions.",),
)  # fmt: skip
PARAMS = fvcore_calls.PARAMS._replace(
    name="timm", calls_it="params", package="", version="results tables"
)
