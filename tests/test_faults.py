"""Faults planted in every family, one at a time: in its closed form, in its module, in an op.

A fault that costs anything is seen by those who count, and names its layer; one that costs
nothing is seen where the layers of the module are held against those of the closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any, cast

import pytest
import torch
from torch import nn

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.ask import MeasureError, measure, measured
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.grammar import make, parse
from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.formulas.families import FORMULAS, layers
from bottlecalc.layers.activation import PReLU
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm, Scale
from bottlecalc.layers.ops import Conv, Linear
from bottlecalc.modules.families import build
from bottlecalc.tools import check, fvcore
from tests.conformance import EVERY, told
from tests.families import FAMILY_TESTS, said
from tests.strategies import examples

SIZE = (6, 4)

FURTHER = (
    *("plain:in=6,out=10,upsample=true", "plain:in=6,out=10,downsample=true"),
    *("basic:in=6,out=10,upsample=true", "basic:in=6,out=10,downsample=true,se=2"),
    *("bottleneck:in=6,out=12,upsample=true", "bottleneck:in=6,out=12,downsample=true,se=2"),
    *("shuffle:in=6,out=6", "ghost:in=6,out=10,stride=2,ratio=3,kernel=3"),
    *("enet:in=12,relu=true", "enet:in=12,dilation=2", "c2f:in=6,out=8,n=2"),
    *("repvgg:in=6,out=6,groups=2", "repvgg:in=6,out=6,deploy=true"),
    *("convnext:in=6", "mbconv:in=6,out=6,expand=1", "fused-mbconv:in=6,out=6,expand=1"),
)
"""What the published blocks of their families do not have."""


def subjects(family: type[Block]) -> tuple[Block, ...]:
    """The blocks that were published, with few channels where the family may have these."""
    published = (_few(family, figure.block) for figure in FAMILY_TESTS[family].published)
    some = [*dict.fromkeys(published)][: examples(3, 4)]
    further = (block for block in map(parse, FURTHER) if type(block) is family)
    return tuple(dict.fromkeys((*some, *further)))


def _few(family: type[Block], block: Block) -> Block:
    for channels in ({"in": 6, "out": 10}, {"in": 6, "out": 6}):
        try:
            return make(family, {**said(block), **channels})
        except BlockError:
            continue
    return block


@cache
def genuine(block: Block) -> Count:
    """Counted by all who count, before anything is planted."""
    return measured(closed_form.count(block, SIZE))


def patched(formula: Any, fault: Callable[[Layer], Layer | None]) -> Any:
    """A closed form of which some layers are others, or none."""

    def wrong(*arguments: Any) -> tuple[Layer, ...]:
        found = map(fault, formula.layers(*arguments))
        return tuple(layer for layer in found if layer is not None)

    return type(formula)(layers=wrong, cases=formula.cases, follows=formula.follows)


Tampered = tuple[str, nn.Module, nn.Module]
Plant = Callable[[Block, Callable[[Layer], Layer | None]], Count]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """What all say of a block whose closed form has a fault."""

    def plant(block: Block, fault: Callable[[Layer], Layer | None]) -> Count:
        right = genuine(block)
        with monkeypatch.context() as here:
            here.setitem(FORMULAS, block.family, patched(FORMULAS[block.family], fault))
            return replace(closed_form.count(block, SIZE), others=right.others)

    return plant


@EVERY
def test_without_a_fault_all_agree(family: type[Block]) -> None:
    for block in subjects(family):
        assert check.differences(genuine(block)) == ()
        assert genuine(block).agrees is True
        assert told(genuine(block), build(block))


@EVERY
def test_a_layer_that_is_forgotten_is_seen(family: type[Block], plant: Plant) -> None:
    """Of every layer that costs anything, one by one."""
    for block in subjects(family):
        for forgotten in layers(block, SIZE, 1):
            count = plant(block, partial(_exchange, forgotten.name, None))
            named = {one.layer for one in check.differences(count)}
            assert named == ({forgotten.name} if any(costs(forgotten)) else set())


def wrong_layers(layer: Layer) -> Iterator[Layer]:
    """A layer with one thing wrong."""
    op: Any = layer.op
    if isinstance(op, Conv | Linear):
        yield layer._replace(op=replace(op, bias=not op.bias))
    if isinstance(op, Conv):
        yield layer._replace(op=replace(op, kernel=(op.kernel[0], op.kernel[1] + 1)))
        yield layer._replace(op=replace(op, groups=op.groups + 1))
    for side in ("input", "output"):
        for place in range(1, len(getattr(layer, side))):
            shape = list(getattr(layer, side))
            shape[place] += 1
            yield cast(Layer, cast(Any, layer)._replace(**{side: tuple(shape)}))


def costs(layer: Layer) -> tuple[int, ...]:
    return layer.params, layer.macs, layer.activations, fvcore.total([layer])


@EVERY
def test_a_layer_that_is_wrong_is_seen(family: type[Block], plant: Plant) -> None:
    """A bias, a kernel, groups, each dimension of what goes in and comes out, one by one."""
    for block in subjects(family):
        for right in layers(block, SIZE, 1):
            for wrong in wrong_layers(right):
                count = plant(block, partial(_exchange, wrong.name, wrong))
                named = {one.layer for one in check.differences(count)}
                assert named == ({right.name} if costs(wrong) != costs(right) else set())


def _exchange(name: str, wrong: Layer | None, layer: Layer) -> Layer | None:
    """What stands in a layer's place where it has this name."""
    return wrong if layer.name == name else layer


OPS: dict[str, tuple[type[Any], str, Callable[[int], int]]] = {
    "a weight more": (Conv, "weights", lambda n: n + 1),
    "a parameter more": (Conv, "params", lambda n: n + 1),
    "FLOPs for MACs": (Conv, "macs", lambda n: 2 * n),
    "batch norm with running statistics": (BatchNorm, "params", lambda n: 2 * n),
    "layer norm without its shift": (LayerNorm, "params", lambda n: n // 2),
    "layer scale forgotten": (Scale, "params", lambda n: 0),
    "a PReLU's parameter for each of two": (PReLU, "params", lambda n: n + 1),
    "FLOPs for MACs of a linear layer": (Linear, "macs", lambda n: 2 * n),
}


@EVERY
@pytest.mark.parametrize("fault", OPS)
def test_a_fault_in_an_op_is_seen(
    family: type[Block], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    op, figure, wrong = OPS[fault]
    right = getattr(op, figure)
    counts = [genuine(block) for block in subjects(family)]
    monkeypatch.setattr(op, figure, lambda self, x, y: wrong(right(self, x, y)))
    for count in counts:
        again = replace(closed_form.count(count.block, SIZE), others=count.others)
        assert again.agrees is not any(isinstance(layer.op, op) for layer in count.layers)


def costly(layer: nn.Module) -> Iterator[nn.Module]:
    """In place of a layer what costs more, or less."""
    if list(layer.parameters()):
        yield nn.Identity()
    match layer:
        case nn.Conv2d():
            has_bias = layer.bias is not None
            yield convolution(layer, bias=not has_bias)
            (height, width), (top, left) = layer.kernel_size, _padding(layer)
            wider, shifted = (height, width + 2), (top, left + layer.dilation[1])
            yield convolution(layer, kernel_size=wider, padding=shifted)
            if layer.groups > 1:
                yield convolution(layer, groups=1)
            elif layer.in_channels % 2 == layer.out_channels % 2 == 0:
                yield convolution(layer, groups=2)
        case nn.ConvTranspose2d():
            yield convolution(layer, bias=layer.bias is None)
        case nn.Linear(in_features=i, out_features=o):
            yield nn.Linear(i, o, bias=layer.bias is None)
        case nn.BatchNorm2d(num_features=features):
            yield nn.BatchNorm2d(features, affine=False)
        case nn.PReLU():
            yield nn.PReLU(2)


def free(layer: nn.Module) -> Iterator[nn.Module]:
    """In place of a layer what costs no more by itself."""
    yield nn.Softsign()
    if isinstance(layer, nn.Conv2d):
        yield convolution(layer, stride=tuple(side + 1 for side in layer.stride))
        dilation = tuple(side + 1 for side in layer.dilation)
        yield convolution(layer, dilation=dilation)


def convolution(layer: nn.Conv2d | nn.ConvTranspose2d, **changed: Any) -> nn.Module:
    """One like this, but for what is changed."""
    names = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "groups")
    settings = {name: getattr(layer, name) for name in (*names, "dilation")}
    return type(layer)(**{**settings, "bias": layer.bias is not None, **changed})


def _padding(layer: nn.Conv2d) -> tuple[int, int]:
    assert not isinstance(layer.padding, str)
    top, left = layer.padding
    return top, left


def tampered(
    block: Block, faults: Callable[[nn.Module], Iterator[nn.Module]]
) -> Iterator[Tampered]:
    """A block's module with one layer exchanged, for every layer and every fault."""
    with torch.device("meta"):
        module = build(block).eval()
        for name, layer in [*module.named_modules()]:
            if name and not list(layer.children()):
                parent, _, child = name.rpartition(".")
                for fault in faults(layer):
                    setattr(module.get_submodule(parent), child, fault)
                    yield name, fault, module
                setattr(module.get_submodule(parent), child, layer)


def counted(block: Block, module: nn.Module) -> bool:
    """Whether torch counts of a module what the closed form says."""
    count = genuine(block)
    try:
        found = measure(module, count.input)
    except MeasureError:
        return False
    return replace(count, others=found.others).agrees is True


@EVERY
def test_a_fault_in_a_module_that_costs_is_seen(family: type[Block]) -> None:
    for block in subjects(family):
        for name, fault, module in tampered(block, costly):
            assert not counted(block, module), f"{block}: {name} is {fault}"


@EVERY
def test_a_fault_in_a_module_that_costs_nothing_is_seen(family: type[Block]) -> None:
    """Another stride, dilation or function of every layer; an identity is none."""
    for block in subjects(family):
        names = {layer.name for layer in genuine(block).layers}
        for name, fault, module in tampered(block, free):
            assert name not in names or not told(genuine(block), module), (
                f"{block}: {name} is {fault}"
            )
