"""A training step by closed form and by torch, held against each other layer by layer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode, flop_registry

from bottlecalc import count_training
from bottlecalc.agreement.steps import agrees, differences
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import parse
from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.formulas import families
from bottlecalc.layers.training import PASSES, Training
from bottlecalc.models import operators
from bottlecalc.models.parameters import by_module
from bottlecalc.modules.families import build
from bottlecalc.networks.module import build as build_network
from bottlecalc.networks.table import NETWORKS
from bottlecalc.text.calls import ArgumentError
from bottlecalc.text.shapes import InputError
from tests.families import FAMILY_TESTS
from tests.strategies import FEW_CHANNELS, examples

EVERY = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
RANDOM = partial(settings, deadline=None)
SIZE = (16, 14)


def trained(subject: Any, **how: Any) -> Training:
    """Of a block or a network, by both."""
    step = count_training(subject, **how).training
    assert step is not None
    assert list(step.steps) == ["closed form", "torch"]
    return step


@EVERY
@RANDOM(max_examples=examples(4, 40))
@given(data=st.data())
def test_both_agree_of_every_family(family: type[Block], data: st.DataObject) -> None:
    block = data.draw(FAMILY_TESTS[family].specs(FEW_CHANNELS))
    leaves = [name for name, own in by_module(build(block)).items() if own]
    frozen = data.draw(st.lists(st.sampled_from(leaves), unique=True, max_size=len(leaves) - 1))
    step = trained(block, size=SIZE, batch=2, frozen=frozen)
    assert differences(step) == (), block
    assert agrees(step) is True
    assert step.steps["torch"].unsupported == {}


NAMED = ("resnet18", "preact_resnet18", "mobilenet_v2", "squeezenet1_0", "shufflenet_v2_x0_5")


@pytest.mark.parametrize(
    "name", [*NAMED, *(pytest.param(n, marks=pytest.mark.slow) for n in ("densenet121",
    "convnext_tiny", "efficientnet_b0", "repvgg_a0", "regnet_y_400mf", "vgg11_bn", "enet"))]
)  # fmt: skip
def test_both_agree_of_networks(name: str) -> None:
    step = trained(NETWORKS[name], size=(64, 96), batch=2)
    assert differences(step) == ()
    first = next(iter(step.step.passes["forward"]))
    assert step.step.passes["backward_activations"][first] == 0
    assert step.step.sum("backward_weights") == step.step.sum("forward")


def test_both_agree_where_a_stem_is_frozen() -> None:
    step = trained("resnet18", size=64, batch=2, frozen=["stem", "stage1.0.conv1"])
    assert differences(step) == ()
    assert step.step.passes["backward_activations"]["stage1.0.conv1"] == 0
    assert step.step.passes["backward_activations"]["stage1.0.conv2"] > 0


def test_a_fork_that_is_forgotten_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    fire = families.FORMULAS["fire"]
    assert agrees(trained("fire:in=8,out=16")) is True
    monkeypatch.setitem(families.FORMULAS, "fire", fire._replace(forks={}))
    (difference,) = differences(trained("fire:in=8,out=16"))
    assert (difference.layer, difference.figure) == ("expand1x1", "backward_activations")
    assert (difference.expected, difference.found) == (0, 2 * 8 * 56 * 56)


def test_torchs_own_weight_gradient_of_groups_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ``groups`` times too high (pytorch #183405)."""
    aten = torch.ops.aten
    right = operators.formulas()
    wrong = {**right, aten.convolution_backward: flop_registry[aten.convolution_backward]}
    monkeypatch.setattr(operators, "formulas", lambda: wrong)
    found = differences(trained("bottleneck:in=12,out=24,groups=3", size=(7, 5)))
    assert [(one.layer, one.figure, one.found // one.expected) for one in found] == [
        ("conv2", "backward_weights", 3)
    ]


@pytest.mark.parametrize("name", PASSES)
def test_a_pass_that_is_another_is_caught(name: Any) -> None:
    step = trained("plain:in=5,out=7", size=(15, 14))
    own = {**step.steps["torch"].passes[name]}
    own["conv1"] = own.get("conv1", 0) + 1
    passes = {**step.steps["torch"].passes, name: own}
    torchs = replace(step.steps["torch"], passes=passes)
    other = replace(step, steps={**step.steps, "torch": torchs})
    assert [(one.layer, one.figure) for one in differences(other)] == [("conv1", name)]
    assert agrees(other) is False


@pytest.mark.parametrize(
    "spec", ["basic:in=5,out=7,stride=2", "c2f:in=8,out=12", "enet-up:in=8,out=12"]
)
def test_torchs_counter_agrees_where_it_is_right(spec: str) -> None:
    """Of what has no groups, on real tensors; it counts 2 for a MAC."""
    block = parse(spec)
    x = torch.zeros(2, block.in_channels, 15, 14)
    with FlopCounterMode(display=False) as counter:
        build(block).train()(x).sum().backward()
    assert counter.get_total_flops() == 2 * trained(block, size=(15, 14), batch=2).macs


def test_stored_bytes_by_hand() -> None:
    """Input, what batch norms take, their means and deviations, and what the ReLU puts out."""
    memory = trained("plain:in=5,out=7", size=(15, 14), batch=2, optimizer="adam").memory
    assert memory is not None
    x, y = 2 * 5 * 15 * 14, 2 * 7 * 15 * 14
    assert memory.stored == 4 * (x + 2 * y + y + 2 * 2 * 7)
    parameters = 9 * 5 * 7 + 5 * 7 + 2 * 2 * 7
    assert memory.parameters == memory.gradients == 4 * parameters
    assert memory.optimizer == 4 * (2 * parameters + 6)
    assert memory.buffers == 4 * 2 * 2 * 7 + 2 * 8  # a counter of batches is an int64
    assert memory.peak >= memory.parameters + memory.buffers + memory.optimizer + memory.stored


@pytest.mark.filterwarnings("ignore:TF32 acceleration on top of oneDNN")  # torch's own switch
def test_what_torchs_profiler_sees_is_near() -> None:
    """The most that tensors take at once, as torch's allocator on the CPU is asked for it.

    oneDNN's work space is none of theirs, and depends on the processor: it is left out.
    """
    counted = trained("resnet18", size=(64, 48), batch=4).memory
    assert counted is not None
    assert 0.999 * counted.peak <= profiled("resnet18", 4, (64, 48)) <= 1.02 * counted.peak


def profiled(name: str, batch: int, size: tuple[int, int]) -> int:
    """The peak of a real step, parameters included [bytes]."""
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU]
    with (
        torch.backends.mkldnn.flags(enabled=False),
        profile(activities=activities, profile_memory=True) as profiler,
    ):
        module = build_network(NETWORKS[name]).train()
        x = torch.zeros(batch, 3, *size)
        loss = module(x).sum()
        loss.backward()
    events = profiler.profiler.kineto_results.events()
    memory = sorted((e.start_ns(), e.nbytes()) for e in events if e.name() == "[memory]")
    total = most = 0
    for _, change in memory:
        total += change
        most = max(most, total)
    return most


def test_the_closed_form_alone_tells_no_bytes() -> None:
    step = count_training("resnet50", counter=None).training
    assert step is not None
    assert list(step.steps) == ["closed form"]
    assert step.memory is None
    assert agrees(step) is None
    forward, stem = 4_089_184_256, 112 * 112 * 64 * 3 * 49  # torchvision's, and its first layer
    assert step.macs == 3 * forward - stem


@pytest.mark.parametrize(
    ("subject", "how", "error", "sentence"),
    [
        (
            "resnet18",
            {"optimizer": "adma"},
            InputError,
            "optimizer = 'adma'; give .*mean adam",
        ),
        ("resnet18", {"optimizer": 3}, InputError, "optimizer = 3; give sgd, sgd-momentum, adam"),
        ("resnet18", {"frozen": ["stem", "stag1"]}, InputError, "no part 'stag1' to be frozen"),
        ("plain:in=5,out=7", {"frozen": [3]}, InputError, "frozen = .*; give names of layers"),
        ("plain:in=5,out=7", {"counter": "fvcore"}, InputError, "give 'torch', or None"),
        ("plain:in=5", {}, BlockError, "out"),
        (nn.Linear(3, 4), {"counter": None}, InputError, "a model has no closed form"),
    ],
)
def test_what_is_refused(subject: Any, how: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        count_training(subject, **how)


def test_a_block_takes_no_inputs() -> None:
    with pytest.raises(ArgumentError, match=r"takes no inputs, .*; give size=56, batch=32"):
        count_training("plain:in=5,out=7", (1, 5, 8, 8))
    with pytest.raises(ArgumentError, match=r"'siz' \(did you mean size\?\); write count_tr"):
        count_training("plain:in=5,out=7", siz=7)


class Named(nn.Module):
    """Of a table and of what is given by name alone."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(5, 3)

    def forward(self, table: Any, *, times: int, ids: torch.Tensor) -> Any:
        return [self.layer(table["x"]) for _ in range(times)], self.layer(ids)


def test_inputs_by_name() -> None:
    """Two of 7 rows and one of 2; each gives its weights' gradient, and no input's."""
    count = count_training(Named(), {"x": (7, 5)}, ids="2x5", times=2, optimizer="adam")
    assert count.training is not None
    assert count.training.macs == 2 * (2 * 7 + 2) * 15
    half = count_training(Named(), {"x": (7, 5)}, ids=(2, 5), times=2, dtype="bfloat16").training
    assert half is not None
    assert half.memory is not None
    assert half.memory.parameters == 2 * (15 + 3)
    assert half.memory.stored == 2 * (7 * 5 + 2 * 5)  # both inputs, each once


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"id": (2, 5)}, r"count_training\(\): .*'id' \(did you mean ids\?\)"),
        ({"optimiser": "adam"}, r"'optimiser' \(did you mean optimizer\?\); write count_training"),
        ({"size": 7}, "a model has no size and no batch"),
        ({"batch": 2}, "a model has no size and no batch"),
    ],
)
def test_what_no_model_takes(how: Any, sentence: str) -> None:
    with pytest.raises(ArgumentError, match=sentence):
        count_training(Named(), {"x": (7, 5)}, **how)


def test_enet_is_a_network_and_a_family() -> None:
    assert str(count_training("enet", size=64, counter=None).subject) == "enet"
    assert str(count_training("enet:in=8", counter=None).subject) == "enet:in=8"
