"""Figures from outside: papers, other tools' printed tables, a second counter."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils import flop_counter

from bottlecalc import Basic, Block, Bottleneck, Plain, build, count, measure
from bottlecalc.layers.count import Count
from bottlecalc.models.measure import MeasureError, decline, fvcore_counts, parameters
from bottlecalc.models.trace import dispatcher_counts
from tests.conftest import run_process

Figure = Callable[[Count], object]

PUBLISHED: list[tuple[str, Block, int, Figure, object]] = [
    # CS231n's listing of VGGNet has the 73,728; MACs are 56·56 times it.
    ("CS231n, one 3×3", Plain(64, 128), 56, lambda c: c.params.main, 73_728),
    ("CS231n, one 3×3", Plain(64, 128), 56, lambda c: c.macs.main, 231_211_008),
    ("textbook arithmetic", Bottleneck(64, 128), 56, lambda c: c.params.main, 15_360),
    ("textbook arithmetic", Bottleneck(64, 128), 56, lambda c: c.macs.main, 48_168_960),
    ("ptflops, aten backend", Bottleneck(64, 128), 56, lambda c: c.macs.block, 73_859_072),
    ("FlopCounterMode", Bottleneck(64, 128), 56, lambda c: c.flops.block, 147_718_144),
    ("fvcore", Bottleneck(64, 128), 56, lambda c: c.fvcore_total, 75_866_112),
    # ResNeXt (arXiv:1611.05431): "≈ 70k" (equation 4), "≈ 0.22 billion FLOPs" (table 2).
    ("ResNeXt eq. 4", Bottleneck(256, 256), 56, lambda c: c.params.convs, 69_632),
    ("ResNeXt table 2", Bottleneck(256, 256), 56, lambda c: c.macs.main, 218_365_952),
    ("torchinfo, mmpretrain", Bottleneck(256, 256), 56, lambda c: c.params.block, 70_400),
    # ResNeXt, equation 4 at C = 32, d = 4: as many as the above, nearly.
    (
        "ResNeXt eq. 4 at C = 32",
        Bottleneck(256, 256, mid_channels=128, groups=32),
        56,
        lambda c: c.params.main,
        70_144,
    ),
    # ResNet-50, layer1.0 and layer2.0, of torchvision and mmpretrain.
    ("ResNet-50", Bottleneck(64, 256), 56, lambda c: c.params.block, 75_008),
    ("ResNet-50", Bottleneck(64, 256), 56, lambda c: c.macs.block, 231_211_008),
    (
        "ResNet-50",
        Bottleneck(256, 512, stride=2),
        56,
        lambda c: (c.params.block, c.macs.block),
        (379_392, 372_506_624),
    ),
    ("two 3×3", Basic(256, 256), 56, lambda c: c.params.main, 1_179_648),
    ("two 3×3", Basic(256, 256), 56, lambda c: c.macs.main, 3_699_376_128),
    ("ResNet-18", Basic(64, 64), 56, lambda c: c.params.block, 73_984),
    ("ResNet-18", Basic(64, 64), 56, lambda c: c.macs.block, 231_211_008),
    (
        "ResNet-34",
        Basic(64, 128, stride=2),
        56,
        lambda c: (c.params.block, c.macs.block),
        (230_144, 179_830_784),
    ),
]


@pytest.mark.parametrize(
    ("block", "size", "figure", "published"),
    [pytest.param(*rest, id=f"{source}-{rest[0]}") for source, *rest in PUBLISHED],
)
def test_published_figures(block: Block, size: int, figure: Figure, published: object) -> None:
    assert figure(count(block, (size, size))) == published


def resnet(family: type[Basic] | type[Bottleneck], depths: tuple[int, ...]) -> list[Count]:
    """The blocks of a ResNet for 224×224 images (He et al. 2015, table 1)."""
    counts, channels, size = [], 64, 56
    for stage, depth in enumerate(depths):
        out = 64 * 2**stage * (4 if family is Bottleneck else 1)
        for place in range(depth):
            stride = 2 if stage and not place else 1
            counts.append(count(family(channels, out, stride=stride), (size, size)))
            channels, size = out, size // stride
    return counts


@pytest.mark.parametrize(
    ("family", "depths", "params"),
    [
        (Basic, (2, 2, 2, 2), 11_689_512),
        (Basic, (3, 4, 6, 3), 21_797_672),
        (Bottleneck, (3, 4, 6, 3), 25_557_032),
        (Bottleneck, (3, 4, 23, 3), 44_549_160),
        (Bottleneck, (3, 8, 36, 3), 60_192_808),
    ],
    ids=["ResNet-18", "ResNet-34", "ResNet-50", "ResNet-101", "ResNet-152"],
)
def test_torchvisions_resnets(
    family: type[Basic] | type[Bottleneck], depths: tuple[int, ...], params: int
) -> None:
    """Published: torchvision's table of weights; stem and classifier added here by hand."""
    counts = resnet(family, depths)
    stem, classifier = 7 * 7 * 3 * 64 + 2 * 64, (counts[-1].output[1] + 1) * 1000
    assert sum(c.params.block for c in counts) + stem + classifier == params


def test_resnet_50s_macs_and_fvcore_total() -> None:
    """4.089 GMACs (torchvision), 4,111,512,576 by fvcore, at 224×224."""
    counts = resnet(Bottleneck, (3, 4, 6, 3))
    stem, classifier = 7 * 7 * 3 * 64 * 112 * 112, 2048 * 1000
    macs = sum(c.macs.block for c in counts) + stem + classifier
    assert macs == 4_089_184_256
    extras = 2 * 64 * 112 * 112 + 2048 * 7 * 7  # the stem's batch norm, the average pooling
    total = sum(c.fvcore_total for c in counts) + stem + classifier + extras
    assert total == 4_111_512_576


def test_the_four_ratios_people_quote() -> None:
    plain, basic, narrow = count(Plain(64, 128)), count(Basic(64, 128)), count(Bottleneck(64, 128))
    assert round(plain.params.main / narrow.params.main, 1) == 4.8
    assert round(basic.params.main / narrow.params.main, 1) == 14.4
    assert round(basic.params.convs / narrow.params.convs, 1) == 9.7
    assert round(basic.params.block / narrow.params.block, 1) == 9.5


def test_a_transposed_convolution_counts_its_input_positions() -> None:
    """3×3, stride 2, 64→64 at 56×56: 115,605,504 MACs; thop and torchinfo say four times that."""
    layer = nn.ConvTranspose2d(64, 64, 3, stride=2).eval()
    assert sum(dispatcher_counts(layer, torch.zeros(1, 64, 56, 56)).macs.values()) == 115_605_504


def test_the_second_counter_on_meta_agrees_with_the_first_on_cpu() -> None:
    block, shape = Bottleneck(9, 20, groups=5, downsample=True), (2, 9, 6, 10)
    with torch.device("meta"):
        virtual = build(block)
    on_meta, on_cpu = measure(virtual, shape), measure(build(block), shape)
    assert on_meta.figures["macs"]["torch"] == on_cpu.figures["macs"]["torch"]
    assert on_meta.figures["params"] == on_cpu.figures["params"]
    assert "fvcore" not in on_meta.figures["macs"]
    assert "meta device" in on_meta.left_out["fvcore"]


COUNT_WITHOUT_DYNAMO = """
import sys, torch
from torch.utils import flop_counter
from bottlecalc import Bottleneck, build, measure
if {broken}:
    del flop_counter._FlopCounterMode.__torch_dispatch__.__wrapped__
found = measure(build(Bottleneck(64, 128)), (1, 64, 56, 56))
print(sum(found.figures["macs"]["torch"].values()), "torch._dynamo" in sys.modules)
"""


@pytest.mark.parametrize("broken", [False, True])
def test_the_dispatcher_counts_without_dynamo_and_with_it(broken: bool) -> None:
    import subprocess

    code = COUNT_WITHOUT_DYNAMO.format(broken=broken)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["73859072", str(broken)]


def test_measuring_leaves_the_module_as_it_was() -> None:
    module = build(Bottleneck(4, 8)).train()
    module.get_submodule("bn1").eval()
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    measure(module, (2, 4, 5, 3))
    assert module.training
    assert not module.get_submodule("bn1").training
    assert all(torch.equal(tensor, state[name]) for name, tensor in module.state_dict().items())
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in module.modules())


def test_measuring_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measure(build(Plain(4, 8, downsample=True)), (1, 4, 6, 6))


def test_what_fvcore_adds_is_kept_apart_from_the_macs() -> None:
    module = nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.LayerNorm(5), nn.Linear(5, 7),
    ).eval()  # fmt: skip
    x = torch.zeros(1, 3, 6, 8)
    found = fvcore_counts(module, x)
    assert found.macs == dict.fromkeys(("", "1", "2", "3", "4"), 0) | {
        "0": 3 * 5 * 9 * 4 * 6,
        "5": 35,
    }
    assert found.total["1"] == 2 * 5 * 4 * 6
    assert {name: n for name, n in dispatcher_counts(module, x).macs.items() if n} == {
        name: n for name, n in found.macs.items() if n
    }


def test_parameters_are_each_layers_own() -> None:
    module = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Linear(4, 5, bias=False)))
    assert parameters(module) == {"": 0, "0": 16, "1": 0, "1.0": 20}


def test_what_is_too_large_is_declined(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    class Memory:
        available = 1000

    def memory() -> Any:
        return Memory()

    monkeypatch.setattr(psutil, "virtual_memory", memory)
    assert decline(macs=10**11, activations=100, params=50) == {}
    assert decline(macs=10**11 + 1, activations=1, params=1) == {
        "fvcore": "100,000,000,001 MACs are more than the 100,000,000,000 that it is run for"
        " (compare --measure does it all the same)"
    }
    assert decline(macs=1, activations=100, params=51) == {
        "fvcore": "it would take about 1,004 bytes of memory, and 1,000 are free"
        " (compare --measure does it all the same)"
    }
    reasons = decline(macs=1, activations=0, params=2**61)
    assert set(reasons) == {"torch", "fvcore"}
    assert "9,223,372,036,854,775,808 bytes are more than torch can address" in reasons["torch"]


def test_a_declined_witness_is_named_and_the_others_still_run() -> None:
    result = run_process(
        "compare", "--in", "64", "--out", "128", "--size", "4096", "--block", "plain"
    )
    assert result.code == 0
    assert "✓ MACs          closed form = torch, on every layer" in result.out
    assert "fvcore was left out for plain:in=64,out=128: 1,374,389,534,720 MACs" in result.out


def test_the_flop_counter_is_where_it_is_expected() -> None:
    assert hasattr(flop_counter._FlopCounterMode.__torch_dispatch__, "__wrapped__")


def test_any_module_in_any_precision_is_measured() -> None:
    block = Bottleneck(4, 8)
    single, double = build(block), build(block).double()
    shape = (1, 4, 5, 7)
    assert measure(double, shape).figures == measure(single, shape).figures


def test_a_witness_that_is_left_out_is_not_asked() -> None:
    from bottlecalc import compare

    counted = count(Bottleneck(4, 8), (5, 7))
    module = build(Bottleneck(4, 8))
    alone = measure(module, counted.input, {"torch": "not wanted"})
    assert set(alone.figures["macs"]) == {"fvcore"}
    assert "params" not in alone.figures
    neither = measure(module, counted.input, {"torch": "not wanted", "fvcore": "neither"})
    assert compare([counted], [neither]).agrees is None


def test_whatever_a_forward_raises_is_named_and_leaves_no_hooks() -> None:
    class Failing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if torch._C._get_tracing_state() is not None:
                raise KeyError("missing")
            y: torch.Tensor = self.conv(x)
            return y

    module = Failing()
    with pytest.raises(
        MeasureError, match=r"shape \(1, 3, 4, 4\) could not be measured: 'missing'"
    ):
        measure(module, (1, 3, 4, 4))
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in module.modules())
    assert module.training
