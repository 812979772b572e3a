"""What is run where, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy
import pytest
import torch
from torch import nn

from bottlecalc import Bottleneck, Input, InputError, TargetError, build, count_model, measure
from bottlecalc.layers.counted import Counted
from bottlecalc.models import trace
from tests import zoo
from tests.models.differ import differ


def test_two_inputs_of_two_types() -> None:
    counted = count_model(zoo.TwoInputs(), (1, 3, 7, 5), "1x4:int64")
    assert counted.macs == 4 * 3 * 9 * 5 * 3
    assert counted.inputs == (Input((1, 3, 7, 5)), Input((1, 4), "int64"))
    with pytest.raises(TargetError, match=r"does not take 1 input: missing .*'tokens'"):
        count_model(zoo.TwoInputs(), (1, 3, 7, 5))


def test_tensors_are_taken_as_they_are() -> None:
    tokens = torch.tensor([[1, 2, 3]])
    assert count_model(zoo.Tied(), tokens).macs == 3 * 7 * 101


class Alone(nn.Module):
    """Its forward takes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(3, 2)

    def forward(self) -> Any:
        return self.a(torch.zeros(1, 3))


def test_a_forward_that_takes_nothing_is_run() -> None:
    assert count_model(Alone()).macs == 6


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        (("x",), {}, "'x' is no model; give an nn.Module"),
        ((nn.Linear, (1, 3)), {}, "Linear'> is no model; give an nn.Module"),
        ((nn.Linear(3, 2), 5), {}, r"5 is no input; give a tensor, dimensions such as \(1, 3, 22"),
        ((nn.Linear(3, 2), numpy.ones(2)), {}, r"array\(\[1., 1.\]\) is no input; give a tensor"),
        ((nn.Linear(3, 2), (1, 0)), {}, "'1x0' is no input; give its dimensions, .* at least 1"),
        ((nn.Linear(3, 2), (1, 3)), {"counter": "thop"}, "counter = 'thop'; give 'torch', 'fvcor"),
    ],
)
def test_what_is_no_model_or_input_is_refused(arguments: Any, options: Any, sentence: str) -> None:
    with pytest.raises((TargetError, InputError), match=sentence):
        count_model(*arguments, **options)


def test_a_model_on_meta_has_one_counter() -> None:
    with torch.device("meta"):
        model = nn.Linear(3, 2)
    counted = count_model(model, (1, 3))
    assert list(counted.counters) == ["torch"]
    assert counted.notes == (
        "fvcore was left out: Linear is on the meta device, where nothing is computed;"
        " give one with values, or ask torch's dispatcher alone",
    )


def test_what_cannot_run_on_meta_runs_on_real_tensors() -> None:
    """The same parts without the look at values count the same on meta."""
    counted = count_model(zoo.Peeking(), (1, 6, 8))
    parts = (
        count_model(zoo.Encoder(8, 2), (1, 6, 8)),
        count_model(nn.LSTM(8, 5, batch_first=True), (1, 6, 8)),
    )
    assert counted.macs == sum(part.macs or 0 for part in parts)
    assert counted.activations == sum(part.activations or 0 for part in parts)
    (note,) = counted.notes
    assert note.startswith("run on real tensors, torch's fast path of attention off:")
    assert "tests/zoo.py, line" in note


def test_measuring_on_meta_finds_what_it_finds_on_the_cpu() -> None:
    block, shape = Bottleneck(9, 20, groups=5, downsample=True), (2, 9, 6, 10)
    with torch.device("meta"):
        virtual = build(block)
    on_meta, on_cpu = measure(virtual, shape), measure(build(block), shape)
    assert on_meta.others["torch"] == on_cpu.others["torch"]
    assert on_meta.macs == on_cpu.others["fvcore"].sum("macs")
    assert on_meta.params == on_cpu.params
    assert "fvcore" not in on_meta.counters
    assert "meta device" in on_meta.left_out["fvcore"]


def test_any_module_in_any_precision_is_measured() -> None:
    block = Bottleneck(4, 8)
    single, double = build(block), build(block).double()
    shape = (1, 4, 5, 7)
    assert measure(double, shape).others == measure(single, shape).others
    assert measure(double, shape).inputs == (Input(shape, "float64"),)


def test_what_only_meta_takes_is_said() -> None:
    """Position 9 of 5: the meta device has no values to look up."""

    class Positions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.of, self.head = nn.Embedding(5, 3), nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> Any:
            return self.head(self.of(torch.arange(x.shape[1], device=x.device)))

    counted = count_model(Positions(), "1x9:int64")
    assert counted.macs == 9 * 6
    assert "fvcore was left out: Positions itself fails on 1×9:int64: " in counted.remarks[0]
    assert "IndexError: index out of range" in counted.remarks[0]


def test_tampering_with_a_count_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    count = trace.dispatcher_counts

    def tampered(*given: Any) -> Counted:
        found = count(*given)
        macs = found.figures["macs"]
        return replace(found, figures={**found.figures, "macs": {**macs, "2": macs["2"] + 1}})

    model = zoo.mlp(3, 5, 7, 11)
    assert count_model(model, (1, 3)).agrees is True
    monkeypatch.setattr(trace, "dispatcher_counts", tampered)
    counted = count_model(model, (1, 3))
    assert counted.agrees is False
    assert counted.differences == differ("2", 78, 77)
