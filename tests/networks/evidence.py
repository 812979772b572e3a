"""What all who count say of a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pytest
import torch
from torch import nn

from bottlecalc.agreement.ask import measure
from bottlecalc.agreement.networks import NetworkCount, count_network
from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.count import Counter
from bottlecalc.layers.counted import Counted
from bottlecalc.layers.ops import Shape
from bottlecalc.networks import formula, module
from bottlecalc.networks.spec import Network
from bottlecalc.networks.table import NETWORKS
from tests.conformance import told

SORTS = (
    *("resnet18", "resnet20", "resnext50_32x4d", "preact_resnet50", "se_resnet50"),
    *("densenet121", "mobilenet_v1", "mobilenet_v2", "efficientnet_b0", "efficientnet_v2_s"),
    *("squeezenet1_1", "shufflenet_v2_x0_5", "convnext_tiny", "repvgg_a0", "enet"),
    *("regnet_x_400mf", "regnet_y_400mf", "vgg11", "vgg11_bn", "wrn_28_10"),
)
"""One of every sort."""

SLOW = pytest.mark.slow
EVERY = [pytest.param(name, marks=() if name in SORTS else SLOW) for name in NETWORKS]
"""Every network, those that are but others of a sort left to whoever asks for what is slow."""

LIKE_OTHERS = (
    *("resnet1202", "wrn_16_8", "wrn_40_2", "wrn_40_4", "se_resnet18", "se_resnet34"),
    *("preact_resnet18", "preact_resnet34", "efficientnet_v2_m", "efficientnet_v2_l"),
    *("repvgg_a1", "repvgg_a2", "repvgg_b0", "repvgg_b1", "repvgg_b2", "repvgg_b3"),
)
TRACED = [one for one in EVERY if one.values[0] not in LIKE_OTHERS]
"""Those that fvcore is asked about, and at odd sizes: the others have but other widths and depths,
and a thousand blocks it traces in minutes.
"""


def evidence(network: Network, size: tuple[int, int]) -> NetworkCount:
    """Counted by closed form, by torch and by fvcore.

    Weights are whatever the memory held: no counter looks at them.
    """
    with torch.device("meta"):
        built = module.build(network)
    count = count_network(network, size)
    found = measure(built.to_empty(device="cpu").eval(), count.input)
    return replace(count, others=found.others)


class Built(NamedTuple):
    """What a built network is seen to do.

    Attributes:
        module: itself.
        others: what torch counts.
        outputs: what each stage puts out.
    """

    module: nn.Module
    others: Mapping[Counter, Counted]
    outputs: Mapping[str, Shape]


def observe(network: Network, size: tuple[int, int]) -> Built:
    """A network built and run, without memory or arithmetic."""
    outputs: dict[str, Shape] = {}
    with torch.device("meta"):
        built = module.build(network).eval()
    for name, stage in built.named_children():
        stage.register_forward_hook(
            lambda _stage, _given, output, name=name: outputs.update({name: (*output.shape,)})
        )
    return Built(built, measure(built, (1, network.in_channels, *size)).others, outputs)


def agrees(network: Network, found: Built, size: tuple[int, int]) -> bool:
    """Whether what was seen is what the closed form says of a network; a block may refuse it."""
    try:
        count = count_network(network, size)
    except BottlecalcError:
        return False
    outputs = {stage.name: stage.output for stage in count.stages}
    counted = replace(count, others=found.others).agrees is True
    return counted and outputs == found.outputs and told(count, found.module)


@cache
def genuine(name: str, size: tuple[int, int]) -> Built:
    """What is seen of a network as it is."""
    return observe(NETWORKS[name], size)


def forget() -> None:
    """Count what was counted before again."""
    formula._stage.cache_clear()
    formula._part.cache_clear()
