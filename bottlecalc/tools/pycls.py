"""pycls, which counts its networks by closed form as they are written down."""

from __future__ import annotations

from bottlecalc.layers.ops import Conv, Linear
from bottlecalc.layers.pooling import AveragePool, MaxPool
from bottlecalc.tools.base import (
    Term,
    Tool,
)
from bottlecalc.tools.sight import (
    is_biased,
)

OPERATIONS = Tool(
    "pycls",
    (
        Term("biases of convolutions", Conv, 1, where=is_biased),
        Term("biases of linear layers", Linear, 1, where=is_biased),
    ),
    "flops", version="its models as published", sees="its own networks, by closed form",
)  # fmt: skip
"""Source: ``conv2d_cx`` and ``linear_cx`` of ``pycls/models/blocks.py``."""

ACTIVATIONS = OPERATIONS._replace(
    terms=(Term("max and average pools", (MaxPool, AveragePool), 1),),
    calls_it="acts",
    figure="activations",
)
"""Source: ``pool2d_cx``; the global pool has none, by ``gap2d_cx``."""

PARAMS = OPERATIONS._replace(terms=(), calls_it="params", figure="params")
