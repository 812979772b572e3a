"""What a bottleneck block costs, against the plain 3×3 residual block it replaces.

>>> from bottlecalc import Bottleneck, Plain, compare, count
>>> plain, bottleneck = count(Plain(64, 128)), count(Bottleneck(64, 128))
>>> plain.params.main, bottleneck.params.main
(73728, 15360)
>>> float(compare([plain, bottleneck]).ratios[0].params["main"])
4.8

``build(block)`` gives the block as an ``nn.Module``; ``measure(module, shape)`` asks torch and
fvcore what it costs; ``count_model(model, *inputs)`` counts any model. Only these load torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bottlecalc.agreement.compare import Comparison, compare
from bottlecalc.blocks.residual import FAMILIES, Basic, Block, BlockError, Bottleneck, Plain, parse
from bottlecalc.errors import BottlecalcError
from bottlecalc.formulas.residual import count
from bottlecalc.layers.count import Count, Measurement, Row
from bottlecalc.models.measure import MeasureError, measure
from bottlecalc.version import __version__ as __version__

if TYPE_CHECKING:
    from torch import nn

    from bottlecalc.models.model import Input, InputError, ModelCount
    from bottlecalc.models.run import Counters, Given
    from bottlecalc.models.target import TargetError
    from bottlecalc.modules.residual import ResidualBlock

OF_MODELS = {
    "Input": "models.model",
    "InputError": "models.model",
    "ModelCount": "models.model",
    "TargetError": "models.target",
}
"""Where the names live that only counting a model needs; each is loaded when it is used."""

__all__ = [
    "FAMILIES",
    "Basic",
    "Block",
    "BlockError",
    "BottlecalcError",
    "Bottleneck",
    "Comparison",
    "Count",
    "Input",
    "InputError",
    "MeasureError",
    "Measurement",
    "ModelCount",
    "Plain",
    "Row",
    "TargetError",
    "build",
    "compare",
    "count",
    "count_model",
    "measure",
    "parse",
]


def __getattr__(name: str) -> Any:
    if name not in OF_MODELS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{OF_MODELS[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *OF_MODELS})


def build(block: Block) -> ResidualBlock:
    """Build a block as a trainable ``nn.Module``; loads torch.

    It takes ``(N, in, H, W)`` and returns ``(N, out, H', W')``; with ``downsample`` a pair of
    that and the indices of the shortcut's max pooling, for ``nn.MaxUnpool2d``.
    """
    from bottlecalc.modules import residual

    return residual.build(block)


def count_model(model: nn.Module, *inputs: Given, counter: Counters = "both") -> ModelCount:
    """Count any model, and leave it exactly as it was; loads torch.

    Args:
        model: in any mode, on any device.
        inputs: one for each positional argument of its forward: a tensor, or dimensions, or
            dimensions and dtype as text (``"1x128:int64"``). Without any, parameters alone are
            counted, unless the forward takes none.
        counter: torch's dispatcher, fvcore, or both.

    Raises:
        TargetError: the model does not run on these inputs.
        InputError: an input is none.
    """
    from bottlecalc.models import run

    return run.count_model(model, *inputs, counter=counter)
