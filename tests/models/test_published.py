"""Whole models against figures from outside: papers, collections, and sums by hand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import nn

from bottlecalc import count_model
from tests import zoo
from tests.models.differ import differ

IMAGE = (1, 3, 224, 224)

PUBLISHED: list[tuple[Callable[[], nn.Module], int, str]] = [
    # torchvision's tables of weights: num_params, and _ops [GMACs] to as many digits.
    (zoo.resnet18, 11_689_512, "1.814"),
    (zoo.resnet34, 21_797_672, "3.664"),
    (zoo.resnet50, 25_557_032, "4.089"),
    (zoo.resnext50, 25_028_904, "4.230"),
    (zoo.mobilenet_v2, 3_504_872, "0.301"),
    (zoo.vgg16, 138_357_544, "15.470"),
    (zoo.ViT, 86_567_656, "17.564"),
    # v1: three times 372,506,624 - 295,436,288 fewer, the stride being on the first 1×1.
    (zoo.resnet50_v1, 25_557_032, "3.858"),
]


@pytest.mark.parametrize(
    ("model", "params", "gmacs"),
    PUBLISHED,
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_published_figures(model: Callable[[], nn.Module], params: int, gmacs: str) -> None:
    with torch.device("meta"):
        built = model()
    counted = count_model(built, IMAGE, counter="torch")
    assert counted.params.total == params
    assert counted.macs is not None
    assert f"{counted.macs / 1e9:.3f}" == gmacs
    assert counted.flops == 2 * counted.macs


def test_resnet_50_exactly_by_both_counters() -> None:
    """4,089,184,256 MACs; 4,111,512,576 by fvcore; 53,120 running statistics, 53 counters."""
    counted = count_model(zoo.resnet50(), IMAGE)
    assert counted.macs == 4_089_184_256
    assert counted.agrees is True
    assert sum(counted.counters["fvcore"].total.values()) == 4_111_512_576
    assert counted.params.buffers == 53_120 + 53
    assert counted.params.bytes == 4 * 25_557_032
    assert counted.activations == counted.counters["fvcore"].sum("activations")
    assert not counted.notes


def test_a_recurrent_network() -> None:
    """torch's manual, nn.LSTM: 4·h·(i + h) weights and 8·h biases a layer, at every step."""
    counted = count_model(zoo.LSTMClassifier(), "2x19:int64")
    weights = 4 * 17 * (13 + 17) + 4 * 17 * (17 + 17)
    assert counted.params.total == 1009 * 13 + weights + 2 * 8 * 17 + 17 * 3 + 3
    assert counted.macs == 2 * 19 * weights + 2 * 17 * 3
    assert counted.agrees is False
    assert counted.differences == differ("lstm", 2 * 19 * weights, 0)
    assert counted.counters["fvcore"].unsupported["aten::lstm"] == 1


SEVENTY_BILLION = """
import resource, torch
from bottlecalc.agreement.ask import count_target
from bottlecalc.models.target import Target
from bottlecalc.text.shapes import Input
found = count_target(Target("tests.zoo:Llama70B"), [Input((1, 4096), "int64")])
print(found.params.total, found.macs, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_seventy_billion_parameters_in_little_memory() -> None:
    """MACs by hand: every weight but the embedding's at each position, and attention twice."""
    done = subprocess.run(
        [sys.executable, "-c", SEVENTY_BILLION], capture_output=True, text=True, check=True
    )
    params, macs, kilobytes = map(int, done.stdout.split())
    assert params == 68_976_648_192
    layer = 8192 * (2 * 8192 + 2 * 1024 + 3 * 28_672)
    assert macs == 4096 * (80 * (layer + 2 * 4096 * 8192) + 8192 * 32_000)
    assert kilobytes < 1.5 * 10**6
