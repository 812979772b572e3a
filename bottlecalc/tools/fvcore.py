"""fvcore, whose "flops" are MACs and something more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bottlecalc.agreement.agreement import Difference, contradictions
from bottlecalc.agreement.result import ClosedForm, OwnCount
from bottlecalc.layers.count import ByLayer, Counter
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm
from bottlecalc.layers.pooling import GlobalAveragePool
from bottlecalc.tools.base import (
    Term,
    Tool,
)

BATCH_NORM = Term("batch norm", BatchNorm, 2)
LAYER_NORM = Term("layer norm", LayerNorm, 5)
GLOBAL_AVERAGE_POOL = Term("global average pool", GlobalAveragePool, 1, taken=True)
FVCORE = Tool(
    "fvcore", (BATCH_NORM, LAYER_NORM, GLOBAL_AVERAGE_POOL), "flops", package="fvcore",
    version="0.1.5.post20221221", sees="operators, in torch's trace",
)  # fmt: skip
"""Of layers, in eval mode. Source: ``batchnorm_flop_jit``, ``norm_flop_counter`` and
``elementwise_flop_counter`` of ``fvcore.nn.jit_handles``."""

Total = Literal["fvcore_total"]


def total(layers: Iterable[Layer]) -> int:
    """What fvcore would call the flops of these layers."""
    return sum(FVCORE.totals(layers).values())


def totals(count: ClosedForm | OwnCount) -> dict[Counter, ByLayer]:
    """fvcore's total of every layer: by its rule, and as it was found where it was asked."""
    found = count.others.get("fvcore")
    by_tool: dict[Counter, ByLayer] = {"fvcore": found.total} if found else {}
    if not isinstance(count, ClosedForm):
        return by_tool
    return {"closed form": FVCORE.totals(count.layers), **by_tool}


def differences(count: ClosedForm | OwnCount) -> tuple[Difference[Total], ...]:
    """The layers of which fvcore says something else than its rule."""
    return tuple(contradictions("fvcore_total", totals(count)))
