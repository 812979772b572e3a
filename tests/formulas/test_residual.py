"""Faults planted in the closed forms of residual blocks are seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bottlecalc import Bottleneck, count
from bottlecalc.agreement.ask import measured
from bottlecalc.formulas import residual, vocabulary
from bottlecalc.formulas.families import FORMULAS
from bottlecalc.layers.layer import Layer
from bottlecalc.tools import check, fvcore
from bottlecalc.tools.base import (
    Tool,
)
from tests.conftest import Run

BLOCK = Bottleneck(14, 26, groups=3, stride=2, upsample=True)


def agrees() -> bool | None:
    return check.agrees([measured(count(BLOCK, (7, 12), 2))])


def _with(**changes: Any) -> Callable[[Callable[..., Layer]], Callable[..., Layer]]:
    """A layer's closed form, called with other arguments than the block's."""
    return lambda conv: lambda *args, **kwargs: conv(*args, **{**kwargs, **changes})


def _op(**changes: Any) -> Callable[[Callable[..., Layer]], Callable[..., Layer]]:
    """A layer whose op is another than the block's."""

    def tamper(layer: Callable[..., Layer]) -> Callable[..., Layer]:
        def tampered(*args: Any, **kwargs: Any) -> Layer:
            right = layer(*args, **kwargs)
            op: Any = right.op
            return right._replace(op=replace(op, **changes))

        return tampered

    return tamper


FAULTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "stride forgotten": ("conv", _with(stride=1)),
    "groups forgotten": ("conv", _with(groups=1)),
    "a wider window": ("conv", _op(kernel=(3, 5))),
    "a bias kept": ("pointwise", _op(bias=True)),
    "transposed convolution at its output size": ("conv_transpose", _op(transposed=False)),
    "no bias at the end": ("conv_transpose", _op(bias=False)),
    "projection forgotten": ("_shortcut", lambda _: lambda block, x, case: ()),
    "the middle as wide as the input": ("middle", lambda _: lambda block: block.in_channels + 1),
    "shape of the input for the output's": (
        "_after",
        lambda after: lambda block, x: after(block, (x[0], x[1], 2 * x[2], x[3])),
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_formulas_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert agrees() is True
    name, tamper = FAULTS[fault]
    monkeypatch.setattr(residual, name, tamper(getattr(residual, name)))
    assert agrees() is False


@pytest.mark.torch
def test_a_fault_in_fvcores_rule_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """In training mode it adds 5 for every normalised element, in eval mode 2."""
    training = Tool("fvcore", (fvcore.BATCH_NORM._replace(each=5),))
    monkeypatch.setattr(fvcore, "FVCORE", training)
    assert agrees() is False
    found = measured(count(BLOCK, (7, 12), 2))
    assert found.agrees is True
    assert {one.figure for one in check.differences(found)} == {"fvcore_total"}
    assert {one.layer for one in check.differences(found)} == {"bn1", "bn2", "bn3", "shortcut.bn"}


@pytest.mark.torch
def test_the_command_shows_a_disagreement_and_fails(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    conv = vocabulary.conv

    def tampered(name: str, x: Any, out: int, *args: Any, **kwargs: Any) -> Layer:
        return conv(name, (1, 64, *x[2:]) if name == "conv2" else x, out, *args, **kwargs)

    monkeypatch.setattr(residual, "conv", tampered)
    arguments = ("compare", "--in", "64", "--out", "128", "--block", "bottleneck")
    sentence = "conv2: MACs by closed form 57,802,752, by fvcore 28,901,376"
    result = run(*arguments)
    assert result.code == 1
    assert sentence in result.out
    assert "✗ MACs          closed form ≠ torch ≠ fvcore" in result.out
    assert "✓ activations   closed form = torch = fvcore, on every layer" in result.out
    for form in ("json", "csv", "markdown"):
        result = run(*arguments, "--format", form)
        assert result.code == 1
        assert sentence in (result.out if form == "markdown" else result.err)


def test_the_last_case_always_holds() -> None:
    for formula in FORMULAS.values():
        assert formula.cases[-1].holds(BLOCK) is True
