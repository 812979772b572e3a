"""What is too large to be asked of whom, and that it is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from bottlecalc import Bottleneck, build, compare, count, count_model, measure
from bottlecalc.models import policy
from bottlecalc.models.policy import decline
from bottlecalc.models.run import run_module
from tests.conftest import run_process


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
        " (compare --insist, or measure='insist' in Python, does it all the same)"
    }
    assert decline(macs=1, activations=100, params=51) == {
        "fvcore": "it would take about 1,004 bytes of memory, and 1,000 are free"
        " (compare --insist, or measure='insist' in Python, does it all the same)"
    }
    reasons = decline(macs=1, activations=0, params=2**61)
    assert set(reasons) == {"torch", "fvcore"}
    assert "9,223,372,036,854,775,808 bytes are more than torch can address" in reasons["torch"]
    assert decline(macs=1, activations=0, params=2**61 - 1).keys() == {"fvcore"}
    assert decline(macs=1, activations=1, params=1, largest=2**63 - 1) == {}
    reason = "9,223,372,036,854,775,808 is more than the 64 bits of torch's numbers hold"
    reasons = decline(macs=1, activations=1, params=1, largest=2**63)
    assert reasons == {"torch": reason, "fvcore": reason}


def test_a_declined_counter_is_named_and_the_others_still_run() -> None:
    result = run_process(
        "compare", "--in", "64", "--out", "128", "--size", "4096", "--block", "plain"
    )
    assert result.code == 0
    assert "✓ MACs          closed form = torch, on every layer" in result.out
    assert "fvcore was left out for plain:in=64,out=128: 1,374,389,534,720 MACs" in result.out


def test_a_counter_that_is_left_out_is_not_asked() -> None:
    counted = count(Bottleneck(4, 8), (5, 7))
    module, x = build(Bottleneck(4, 8)), torch.zeros(counted.input)
    alone = run_module(module, [x], ["fvcore"])
    assert set(alone.counters) == {"fvcore"}
    assert "params" not in alone.counters["fvcore"].figures
    neither = run_module(module, [x], [])
    assert neither.counters == {}
    assert {node.macs for node in neither.nodes} == {None}
    unmeasured = replace(measure(module, counted.input), others=neither.counters)
    assert compare([counted], [unmeasured]).agrees is None


def test_when_fvcore_is_left_out_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "FVCORE_MOST_MACS", 5)
    counted = count_model(nn.Linear(3, 2), (1, 3))
    assert list(counted.counters) == ["torch"]
    assert counted.notes == (
        "fvcore was left out: 6 MACs are more than the 5 that it is run for"
        " (--counter fvcore does it all the same)",
    )
    assert list(count_model(nn.Linear(3, 2), (1, 3), counter="fvcore").counters) == ["fvcore"]
