"""The comparison as JSON: ``bottlecalc.compare/1``, stable, integers exact."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from bottlecalc.agreement.compare import Compared, Comparison
from bottlecalc.layers.count import FIGURES, Count, Figure, Row
from bottlecalc.render.schema import heading


def document(comparison: Comparison) -> str:
    """The JSON text, ASCII only, so that it reads the same in every encoding."""
    return json.dumps(_comparison(comparison), indent=2) + "\n"


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        **heading("compare", comparison.versions),
        "input": _common([block.count.input for block in comparison.blocks]),
        "blocks": [_block(block) for block in comparison.blocks],
        "ratios": [
            {"of": of, "to": to, "params": _floats(params), "macs": _floats(macs)}
            for of, to, params, macs in comparison.ratios
        ],
        "break_even_mid": comparison.break_even_mid,
    }


def _common(shapes: list[tuple[int, ...]]) -> list[int | None]:
    """Each dimension where all inputs share it, else null; a block has its own beside."""
    return [sizes[0] if len(set(sizes)) == 1 else None for sizes in zip(*shapes, strict=True)]


def _block(block: Compared) -> dict[str, Any]:
    count = block.count
    return {
        "spec": str(count.block),
        "family": str(count.block).partition(":")[0],
        "input": count.input,
        "output": count.output,
        "params": count.params._asdict(),
        "macs": count.macs._asdict(),
        "flops": count.flops._asdict(),
        "fvcore_total": count.fvcore_total,
        "activations": count.activations,
        "relus": count.relus,
        "rows": [_row(row) for row in count.rows],
        "witnesses": {figure: _witnesses(figure, block) for figure in FIGURES},
        "agrees": block.agrees,
        "left_out": dict(block.left_out),
        "differences": [difference._asdict() for difference in block.differences],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "op": row.op,
        "path": row.path,
        "in_channels": row.input[1],
        "out_channels": row.output[1],
        "output": row.output[1:],
        "formula": row.formula,
        "params": row.params,
        "macs": row.macs,
    }


def _witnesses(figure: Figure, block: Compared) -> dict[str, int]:
    others = {str(witness): found for witness, found in block.witnesses.get(figure, {}).items()}
    return {"closed_form": _total(block.count, figure), **others}


def _total(count: Count, figure: Figure) -> int:
    return sum(count.layers(figure).values())


def _floats(ratios: Mapping[str, Fraction]) -> dict[str, float]:
    return {scope: _float(value) for scope, value in ratios.items()}


def _float(value: Fraction) -> float:
    """A float, or the nearest integer where the ratio is beyond all floats."""
    try:
        return float(value)
    except OverflowError:
        return round(value)
