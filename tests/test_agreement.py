"""The promise: derivations written apart agree to the last integer, and tampering is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from bottlecalc.agreement.compare import Compared, compare
from bottlecalc.blocks.residual import Basic, Block, Bottleneck, Plain
from bottlecalc.formulas import residual as formulas
from bottlecalc.formulas.residual import count
from bottlecalc.layers.count import Measurement, Row, Shape
from bottlecalc.models.measure import measure, parameters
from bottlecalc.modules import residual as modules
from bottlecalc.modules.residual import build
from tests.cases import GRID, Case
from tests.conftest import Run


def confront(case: Case) -> Compared:
    counted = count(case.block, case.size, case.batch)
    measured = measure(build(case.block), counted.input)
    return compare([counted], [measured]).blocks[0]


def test_the_grid_is_wide_enough() -> None:
    assert len(set(GRID)) >= 200


@pytest.mark.parametrize("case", GRID, ids=str)
def test_all_witnesses_agree_layer_by_layer(case: Case) -> None:
    compared = confront(case)
    assert {figure: set(found) for figure, found in compared.witnesses.items()} == {
        "params": {"torch"},
        "macs": {"torch", "fvcore"},
        "fvcore_total": {"fvcore"},
        "activations": {"fvcore"},
    }
    assert compared.differences == ()
    assert compared.agrees is True


@pytest.mark.parametrize("case", GRID, ids=str)
def test_every_layer_has_the_promised_shape(case: Case) -> None:
    counted = count(case.block, case.size, case.batch)
    module = build(case.block).eval()
    seen: dict[str, Shape] = {}

    def watch(name: str) -> Callable[..., None]:
        def note(_module: nn.Module, _inputs: Any, output: Any) -> None:
            tensor: Tensor = output[0] if isinstance(output, tuple) else output
            n, c, h, w = tensor.shape
            seen[name] = (n, c, h, w)

        return note

    for name, layer in module.named_modules():
        if not list(layer.children()) and not isinstance(layer, modules.Shortcut):
            layer.register_forward_hook(watch(name))
    result = module(torch.zeros(counted.input))
    output = result[0] if isinstance(result, tuple) else result
    assert seen == {row.name: row.output for row in counted.rows}
    assert tuple(output.shape) == counted.output
    assert counted.relus == sum(isinstance(layer, nn.ReLU) for layer in module.modules())


CHANNELS = st.integers(1, 2000)
SETTINGS = st.one_of(
    st.fixed_dictionaries({"stride": st.integers(1, 5), "upsample": st.booleans()}),
    st.just({"downsample": True}),
)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    shared: dict[str, Any] = {"dilation": draw(st.integers(1, 4)), **draw(SETTINGS)}
    family = draw(st.sampled_from((Plain, Basic, Bottleneck)))
    if family is not Bottleneck:
        return family(draw(CHANNELS), draw(CHANNELS), **shared)
    groups = draw(st.integers(1, 32))
    mid = groups * draw(st.integers(1, 60))
    return Bottleneck(draw(CHANNELS), draw(CHANNELS), mid_channels=mid, groups=groups, **shared)


@given(blocks())
@settings(max_examples=300, deadline=None)
def test_parameters_agree_for_any_block(block: Block) -> None:
    with torch.device("meta"):
        built = parameters(build(block))
    closed_form = count(block, (2, 2)).layers("params")
    assert {layer: n for layer, n in built.items() if n} == {
        layer: n for layer, n in closed_form.items() if n
    }


@given(CHANNELS, st.integers(4, 2000))
@settings(max_examples=100, deadline=None)
def test_the_default_middle_is_a_quarter_rounded_down(i: int, o: int) -> None:
    with torch.device("meta"):
        assert parameters(build(Bottleneck(i, o)))["conv1"] == i * (o // 4)
    assert count(Bottleneck(i, o)).layers("params")["conv1"] == i * (o // 4)


SUBJECT = Case(Bottleneck(14, 26, groups=3, stride=2, upsample=True), (7, 12), 2)


TESTIMONIES = [
    *(("params", "torch"), ("macs", "torch"), ("macs", "fvcore")),
    *(("fvcore_total", "fvcore"), ("activations", "fvcore")),
]


@pytest.mark.parametrize(("figure", "witness"), TESTIMONIES)
def test_one_off_in_any_witness_is_seen_and_its_layer_named(figure: str, witness: str) -> None:
    counted = count(SUBJECT.block, SUBJECT.size, SUBJECT.batch)
    found: Any = measure(build(SUBJECT.block), counted.input)
    layers = found.figures[figure][witness]
    tampered = {**layers, "conv2": layers.get("conv2", 0) + 1}
    figures = {**found.figures, figure: {**found.figures[figure], witness: tampered}}
    compared = compare([counted], [Measurement(figures, found.versions, {})]).blocks[0]
    assert compared.agrees is False
    (difference,) = compared.differences
    assert (difference.layer, difference.figure, difference.witness) == ("conv2", figure, witness)
    assert difference.found == difference.closed_form + 1


def test_a_layer_that_only_the_module_has_is_seen() -> None:
    module = build(SUBJECT.block)
    module.add_module("extra", nn.Linear(2, 3))
    counted = count(SUBJECT.block, SUBJECT.size)
    found = Measurement({"params": {"torch": parameters(module)}}, {}, {})
    (difference,) = compare([counted], [found]).blocks[0].differences
    assert (difference.layer, difference.closed_form, difference.found) == ("extra", 0, 9)


def test_equal_totals_do_not_hide_layers_that_differ() -> None:
    counted = count(SUBJECT.block, SUBJECT.size)
    layers = dict(counted.layers("params"))
    layers["conv1"] += 5
    layers["conv3"] -= 5
    compared = compare([counted], [Measurement({"params": {"torch": layers}}, {}, {})]).blocks[0]
    assert sum(layers.values()) == counted.params.block
    assert [difference.layer for difference in compared.differences] == ["conv1", "conv3"]


def _with(**changes: Any) -> Callable[[Callable[..., Row]], Callable[..., Row]]:
    """A layer's closed form, called with other arguments than the block's."""
    return lambda conv: lambda *args, **kwargs: conv(*args, **{**kwargs, **changes})


def _scaled(**factors: int) -> Callable[[Callable[..., Row]], Callable[..., Row]]:
    """A layer's closed form with some of its figures multiplied."""

    def tamper(layer: Callable[..., Row]) -> Callable[..., Row]:
        def tampered(*args: Any, **kwargs: Any) -> Row:
            row = layer(*args, **kwargs)
            return row._replace(**{name: n * getattr(row, name) for name, n in factors.items()})

        return tampered

    return tamper


FAULTS = {
    "stride forgotten": ("conv", _with(stride=1)),
    "groups forgotten": ("conv", _with(groups=1)),
    "batch norm with running statistics": ("batch_norm", _scaled(params=2)),
    "batch norm in training mode": ("batch_norm", _scaled(fvcore_total=2)),
    "transposed convolution at its output size": ("conv_transpose", _scaled(macs=4)),
    "FLOPs for MACs": ("conv", _scaled(macs=2)),
    "activations doubled": ("conv", _scaled(activations=2)),
    "projection forgotten": ("_shortcut", lambda _: lambda block, x: ()),
    "shape of the input for the output's": (
        "_after",
        lambda after: lambda block, x: after(block, (x[0], x[1], 2 * x[2], x[3])),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_formulas_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert confront(SUBJECT).agrees is True
    name, tamper = FAULTS[fault]
    monkeypatch.setattr(formulas, name, tamper(getattr(formulas, name)))
    assert confront(SUBJECT).agrees is False


MODULE_FAULTS: dict[str, dict[str, nn.Module]] = {
    "bias kept": {"conv1": nn.Conv2d(14, 6, 1)},
    "stride on the 1×1": {
        "conv1": nn.Conv2d(14, 6, 1, stride=2, bias=False),
        "conv2": nn.Conv2d(6, 6, 3, padding=1, groups=3, bias=False),
    },
    "batch norm forgotten": {"bn2": nn.Identity()},
    "no bias at the end": {"upsample": nn.ConvTranspose2d(26, 26, 2, stride=2, bias=False)},
    "norm without scale": {"bn3": nn.BatchNorm2d(26, affine=False)},
}


@pytest.mark.parametrize("fault", MODULE_FAULTS)
def test_a_fault_in_the_module_is_seen(fault: str) -> None:
    module = build(SUBJECT.block)
    for name, layer in MODULE_FAULTS[fault].items():
        module.set_submodule(name, layer)
    counted = count(SUBJECT.block, SUBJECT.size, SUBJECT.batch)
    assert compare([counted], [measure(module, counted.input)]).agrees is False


def test_the_command_shows_a_disagreement_and_fails(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    conv = formulas.conv

    def tampered(name: str, *args: Any, **kwargs: Any) -> Row:
        row = conv(name, *args, **kwargs)
        return row._replace(macs=row.macs + 1) if name == "conv2" else row

    monkeypatch.setattr(formulas, "conv", tampered)
    arguments = ("compare", "--in", "64", "--out", "128", "--block", "bottleneck")
    sentence = "conv2: MACs by closed form 28,901,377, by fvcore 28,901,376"
    result = run(*arguments)
    assert result.code == 1
    assert sentence in result.out
    assert "✗ MACs          closed form ≠ torch ≠ fvcore" in result.out
    assert "✓ parameters    closed form = torch, on every layer" in result.out
    for form in ("json", "csv", "markdown"):
        result = run(*arguments, "--format", form)
        assert result.code == 1
        assert sentence in result.err


def test_a_wider_middle_is_another_block() -> None:
    counted = count(replace(SUBJECT.block, upsample=False), SUBJECT.size)
    measured = measure(build(SUBJECT.block), counted.input)
    assert compare([counted], [measured]).agrees is False
