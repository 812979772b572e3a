"""Who is asked, who is left out and why, and what cannot be asked at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest
import torch
from torch import nn

from bottlecalc import (
    BlockError,
    Count,
    Input,
    InputError,
    MeasureError,
    Plain,
    TargetError,
    count,
    count_model,
    measure,
)
from bottlecalc.agreement.ask import count_target, measured
from bottlecalc.models.target import Target

LARGE = count(Plain(5000, 7000, stride=3))
"""More than fvcore is run for: 19·19·(9·5000·7000 + 5000·7000) MACs."""

VAST = count(Plain(10**12, 10**12))


def of_spec(text: str, *inputs: str, **arguments: Any) -> Count:
    found = count_target(Target(text, arguments), [Input.parse(one) for one in inputs])
    assert isinstance(found, Count)
    return found


def test_whoever_takes_too_much_is_left_out_unless_they_are_insisted_on() -> None:
    without = measured(LARGE)
    assert list(without.others) == ["torch"]
    assert list(without.left_out) == ["fvcore"]
    assert without.left_out["fvcore"].startswith("126,350,000,000 MACs are more than the 100,000")
    assert without.left_out["fvcore"].endswith(
        "(compare --insist, or measure='insist' in Python, does it all the same)"
    )
    assert without.agrees is True


def test_nothing_is_said_of_whoever_was_not_asked() -> None:
    alone = measured(LARGE, counter="torch")
    assert (list(alone.others), alone.left_out) == (["torch"], {})
    small = count(Plain(3, 4), (5, 7))
    for name in ("torch", "fvcore"):
        assert list(measured(small, counter=name).others) == [name]
    assert list(measured(small).others) == list(measured(small, insist=True).others)


def test_what_torch_cannot_hold_leaves_both_out_or_is_refused() -> None:
    without = measured(VAST)
    assert (without.others, without.parameters, without.modules) == ({}, None, ())
    assert list(without.left_out) == ["torch", "fvcore"]
    assert list(measured(VAST, counter="fvcore").left_out) == ["fvcore"]
    mend = "can address; give a smaller block, size or batch$"
    with pytest.raises(MeasureError, match=f"^{VAST.block} cannot be measured: .* {mend}"):
        measured(VAST, insist=True)


def test_memory_is_that_of_input_and_outputs_twice_and_of_parameters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An input of 2·3·5·7, outputs of two convolutions of 2·4·5·7, and 9·3·4 + 3·4 + 2·8."""
    needed = 4 * (2 * (210 + 2 * 280) + 136)
    subject = count(Plain(3, 4), (5, 7), 2)

    def free(memory: int) -> Count:
        monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=memory))
        return measured(subject)

    assert free(needed).left_out == {}
    assert free(needed - 1).left_out["fvcore"].startswith(f"it would take about {needed:,} bytes")


def test_a_module_on_the_meta_device_is_not_for_fvcore() -> None:
    with torch.device("meta"):
        module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    found = measure(module, (2, 3, 5, 7))
    assert (found.macs, list(found.others)) == (2 * 9 * 3 * 4 * 3 * 5, ["torch"])
    reason = "the module is on the meta device, and fvcore does arithmetic"
    assert found.left_out == {"fvcore": reason}
    assert [one.dimensions for one in found.inputs] == [(2, 3, 5, 7)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_module_is_measured_in_its_own_dtype(dtype: torch.dtype) -> None:
    found = measure(nn.Conv2d(3, 4, 3, dtype=dtype), (2, 3, 5, 7))
    assert (found.agrees, found.left_out) == (True, {})
    assert [one.dtype for one in found.inputs] == [str(dtype).removeprefix("torch.")]


@pytest.mark.parametrize("given", ["1x5:int64", torch.zeros(1, 5, dtype=torch.int64)])
def test_an_input_of_another_dtype_is_that(given: Any) -> None:
    found = measure(nn.Sequential(nn.Embedding(10, 3), nn.Linear(3, 7)), given)
    assert found.macs == 5 * 3 * 7
    assert [str(one) for one in found.inputs] == ["1×5:int64"]


def test_a_module_without_parameters_is_measured() -> None:
    assert measure(nn.ReLU(), (2, 3)).macs == 0


class Fails(nn.Module):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise self.error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("the first line\nthe second"), "the first line"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_whatever_a_forward_raises_is_one_sentence(error: Exception, told: str) -> None:
    with pytest.raises(MeasureError) as raised:
        measure(Fails(error), (1, 3))
    assert str(raised.value) == f"Fails on an input of shape (1, 3) could not be measured: {told}"
    assert isinstance(raised.value.__cause__, type(error))


def test_a_spec_is_counted_on_the_size_and_the_batch_of_its_input() -> None:
    found = of_spec("plain:in=3,out=4", "2x3x5x7")
    assert found.input == (2, 3, 5, 7)
    assert found.agrees is True
    assert of_spec("plain:in=3,out=4").input == (1, 3, 56, 56)


@pytest.mark.parametrize(
    "inputs",
    [
        ("1x4x5x7",),
        ("1x3x5",),
        ("1x3x5x7x9",),
        ("1x3x5x7:float16",),
        ("1x3x5x7", "1x3x5x7"),
    ],
)
def test_what_is_no_input_of_a_block_is_said(inputs: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as raised:
        of_spec("plain:in=3,out=4", *inputs)
    got, wanted = str(raised.value).split(" is no input of plain:in=3,out=4; give one, ")
    assert got == ", ".join(inputs).replace("x", "×")
    assert wanted == "float32, of batch, its 3 channels, height and width, such as 1x3x56x56"


def test_a_spec_takes_no_arguments_and_is_told_in_its_own_keys() -> None:
    with pytest.raises(TargetError, match="plain:in=3 is a block and takes no arguments; leave"):
        of_spec("plain:in=3", width=5)
    with pytest.raises(BlockError, match=r"^groups = 5 does not divide mid = 2 in bott"):
        of_spec("bottleneck:in=3,out=8,groups=5")


@pytest.mark.parametrize(
    "given", [torch.zeros(2, 3), (2, 3), [2, 3], "2x3", Input.parse("2x3")], ids=type
)
def test_an_input_is_given_in_any_form(given: Any) -> None:
    assert count_model(nn.Linear(3, 5), given).macs == 2 * 3 * 5


@pytest.mark.parametrize("given", [5, None, {2, 3}])
def test_what_is_no_input_is_refused(given: object) -> None:
    with pytest.raises(InputError, match=r"^\S.* is no input; give a tensor, dimensions such as"):
        count_model(nn.Linear(3, 5), cast(Any, given))


@pytest.mark.parametrize("name", ["torch", "fvcore", "both"])
def test_the_counter_that_is_named_counts(name: Any) -> None:
    found = count_model(nn.Linear(3, 5), (2, 3), counter=name)
    assert list(found.others) == (["torch", "fvcore"] if name == "both" else [name])
    assert found.macs == 30


def test_what_is_no_model_and_no_counter_is_refused() -> None:
    with pytest.raises(TargetError, match=r"^5 is no model; give an nn\.Module"):
        count_model(cast(Any, 5))
    with pytest.raises(InputError, match=r"^counter = 'thop'; give 'torch', 'fvcore', 'both'"):
        count_model(nn.ReLU(), counter=cast(Any, "thop"))
