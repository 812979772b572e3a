"""What a bottleneck block costs, against the plain 3×3 residual block it replaces.

>>> from bottlecalc import Bottleneck, Plain, compare, count
>>> plain, bottleneck = count(Plain(64, 128)), count(Bottleneck(64, 128))
>>> plain.params.main, bottleneck.params.main
(73728, 15360)
>>> float(compare(plain, bottleneck).ratios[0].params["main"])
4.8

``build(block)`` gives the block as an ``nn.Module``; ``compare(…, measure=True)`` asks torch and
fvcore what it costs; ``count_model(model, *inputs)`` counts any model. Only these load torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bottlecalc.version import __version__ as __version__

if TYPE_CHECKING:
    from torch import nn

    from bottlecalc.agreement.agreement import Difference
    from bottlecalc.agreement.ask import MeasureError, count_model, measure
    from bottlecalc.agreement.closed_form import count
    from bottlecalc.agreement.compare import Comparison, compare
    from bottlecalc.agreement.ratios import Ratio
    from bottlecalc.agreement.result import Count, ModelCount
    from bottlecalc.blocks.catalogue import Catalogue, families
    from bottlecalc.blocks.families import FAMILIES
    from bottlecalc.blocks.grammar import parse
    from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
    from bottlecalc.blocks.spec import Block, BlockError
    from bottlecalc.errors import BottlecalcError
    from bottlecalc.explore.break_even import BreakEven, break_even
    from bottlecalc.explore.designs import Design
    from bottlecalc.explore.grid import Grid
    from bottlecalc.explore.solve import Limit, Question, Solution, solve
    from bottlecalc.explore.sweep import sweep
    from bottlecalc.layers.layer import Layer
    from bottlecalc.models.failure import TargetError
    from bottlecalc.text.shapes import Input, InputError

HOMES = {
    "Basic": "blocks.residual",
    "Block": "blocks.spec",
    "BlockError": "blocks.spec",
    "BottlecalcError": "errors",
    "Bottleneck": "blocks.residual",
    "BreakEven": "explore.break_even",
    "Catalogue": "blocks.catalogue",
    "Comparison": "agreement.compare",
    "Count": "agreement.result",
    "Design": "explore.designs",
    "Difference": "agreement.agreement",
    "FAMILIES": "blocks.families",
    "Grid": "explore.grid",
    "Input": "text.shapes",
    "InputError": "text.shapes",
    "Layer": "layers.layer",
    "Limit": "explore.solve",
    "MeasureError": "agreement.ask",
    "ModelCount": "agreement.result",
    "Plain": "blocks.residual",
    "Question": "explore.solve",
    "Ratio": "agreement.ratios",
    "Solution": "explore.solve",
    "TargetError": "models.failure",
    "break_even": "explore.break_even",
    "compare": "agreement.compare",
    "count": "agreement.closed_form",
    "count_model": "agreement.ask",
    "families": "blocks.catalogue",
    "measure": "agreement.ask",
    "parse": "blocks.grammar",
    "solve": "explore.solve",
    "sweep": "explore.sweep",
}
"""Where each public name lives; it is loaded when it is used."""

__all__ = [
    "FAMILIES",
    "Basic",
    "Block",
    "BlockError",
    "BottlecalcError",
    "Bottleneck",
    "BreakEven",
    "Catalogue",
    "Comparison",
    "Count",
    "Design",
    "Difference",
    "Grid",
    "Input",
    "InputError",
    "Layer",
    "Limit",
    "MeasureError",
    "ModelCount",
    "Plain",
    "Question",
    "Ratio",
    "Solution",
    "TargetError",
    "break_even",
    "build",
    "compare",
    "count",
    "count_model",
    "families",
    "measure",
    "parse",
    "solve",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *HOMES})


def build(block: Block) -> nn.Module:
    """Build a block as a trainable ``nn.Module``; loads torch.

    It takes ``(N, in, H, W)`` and returns ``(N, out, H', W')``; with ``downsample`` a pair of
    that and the indices of the shortcut's max pooling, for ``nn.MaxUnpool2d``.
    """
    from bottlecalc.modules import families

    return families.build(block)
