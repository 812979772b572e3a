"""Keras, whose summary counts what is not trained too."""

from __future__ import annotations

from bottlecalc.layers.calls import Norm
from bottlecalc.layers.normalisation import BatchNorm
from bottlecalc.layers.ops import Conv
from bottlecalc.tools.base import (
    Term,
    Tool,
)
from bottlecalc.tools.sight import (
    is_batch_norm,
)

PARAMS = Tool(
    "keras",
    (
        Term("batch norm: running mean and variance, of every channel", (BatchNorm, Norm), 2,
             per=lambda call: call.input[1], unit="channel",
             where=is_batch_norm),
        Term("biases of convolutions that stand before batch norm", Conv, 1,
             per=lambda call: call.output[1], unit="channel",
             where=lambda call: not call.biases),
    ),
    "total params", figure="params", version="keras.applications",
    sees="its own layers",
    notes=(
        "keras.applications' ResNets have biases before batch norm; its MobileNets, EfficientNets"
        " and DenseNets have none.",
    ),
)  # fmt: skip
"""Source: ``keras.applications.resnet``, ``keras.layers.BatchNormalization``."""
