"""What fvcore finds, what it misses, and that it is said."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn

from bottlecalc import Bottleneck, MeasureError, Plain, build, count_model, measure
from bottlecalc.models.fvcore import fvcore_counts
from bottlecalc.models.trace import dispatcher_counts
from tests import zoo
from tests.models.differ import differ


def test_what_fvcore_adds_is_kept_apart_from_the_macs() -> None:
    module = nn.Sequential(
        nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.LayerNorm(5), nn.Linear(5, 7),
    ).eval()  # fmt: skip
    x = torch.zeros(1, 3, 6, 8)
    found = fvcore_counts(module, [x])
    assert found.figures["macs"] == dict.fromkeys(("", "1", "2", "3", "4"), 0) | {
        "0": 3 * 5 * 9 * 4 * 6,
        "5": 35,
    }
    assert found.total["1"] == 2 * 5 * 4 * 6
    by_torch = dispatcher_counts(module, [x]).figures["macs"]
    assert {name: n for name, n in by_torch.items() if n} == {
        name: n for name, n in found.figures["macs"].items() if n
    }


def test_activations_are_outputs_of_products_layer_by_layer() -> None:
    module = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(120, 7)).eval()
    x = torch.zeros(2, 3, 6, 8)
    found = fvcore_counts(module, [x]).figures["activations"]
    assert {name: n for name, n in found.items() if n} == {"0": 2 * 5 * 4 * 6, "3": 2 * 7}


def test_padding_same_is_missed() -> None:
    counted = count_model(zoo.Same(), (1, 3, 7, 5))
    assert counted.macs == 5 * 3 * 9 * 7 * 5
    assert counted.differences == differ("conv", 4725, 0)
    assert counted.counters["fvcore"].unsupported == {"aten::_convolution_mode": 1}


def test_one_counter_alone_says_what_it_passed_over() -> None:
    counted = count_model(zoo.Same(), (1, 3, 7, 5), counter="fvcore")
    assert counted.remarks == (
        "fvcore does not support aten::_convolution_mode ×1, and counts none of it",
    )


def test_where_fvcore_fails_it_is_left_out() -> None:
    class Vector(nn.Module):
        def forward(self, m: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
            return m @ v

    counted = count_model(Vector(), (5, 7), (7,))
    assert counted.macs == 35
    assert counted.notes[0].startswith("fvcore was left out: fvcore cannot trace Vector on 5×7, 7:")


def test_measuring_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measure(build(Plain(4, 8, downsample=True)), (1, 4, 6, 6))


def test_what_measuring_finds_is_each_counters_own() -> None:
    """64→32→128 at 56²: 73,859,072 MACs by both, and 75,866,112 is what fvcore calls flops."""
    found = measure(build(Bottleneck(64, 128)), (1, 64, 56, 56))
    assert found.others["torch"].sum("macs") == 73_859_072
    assert found.others["fvcore"].sum("macs") == 73_859_072
    assert sum(found.others["fvcore"].total.values()) == 75_866_112
    assert found.others["torch"].total == {}
    assert found.agrees is True
    assert "params" not in found.others["fvcore"].figures


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
