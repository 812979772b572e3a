"""What a model holds, in all and module by module, and that the tree of modules adds up."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from bottlecalc import MeasureError, TargetError, count_model, measure
from bottlecalc.models.parameters import by_module
from tests import zoo
from tests.releases import since


def test_parameters_are_each_modules_own() -> None:
    module = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Linear(4, 5, bias=False)))
    assert by_module(module) == {"": 0, "0": 16, "1": 0, "1.0": 20}


def test_trainable_parameters_are_known_by_module() -> None:
    model = zoo.mlp(3, 5, 7)
    model[0].requires_grad_(False)
    counted = count_model(model, (1, 3), counter="torch")
    assert [(m.name, m.params, m.trainable) for m in counted.tree() if m.params] == [
        ("", 62, 42), ("0", 20, 0), *((m.name, 42, 42) for m in counted.own if m.params == 42),
    ]  # fmt: skip


def test_bytes_are_each_parameters_own_and_buffers_are_no_parameters() -> None:
    """20 in 32 bits and 42 in 64; a batch norm's statistics, and its counter."""
    model = nn.Sequential(nn.Linear(3, 5), nn.Linear(5, 7).double(), nn.BatchNorm1d(7))
    held = count_model(model).params
    assert (held.total, held.bytes, held.buffers) == (62 + 14, 4 * 20 + 8 * 42 + 4 * 14, 15)


@pytest.mark.parametrize("depth", [0, 1, 2, None])
def test_the_tree_adds_up(depth: int | None) -> None:
    model = zoo.ViT(width=24, depth=2, heads=3)
    counted = count_model(model, (1, 3, 224, 224), counter="torch")
    tree = {module.name: module for module in counted.tree(depth)}
    assert tree[""].params == counted.params.total
    assert tree[""].macs == counted.macs
    assert depth is None or all(module.depth <= depth for module in tree.values())
    if depth is None:
        assert sum(module.macs or 0 for module in counted.own) == counted.macs
        inside = tree["blocks.0.attention"]
        parts = (tree["blocks.0.attention.qkv"], tree["blocks.0.attention.out"])
        products = 2 * 197 * 197 * 24  # q·k and its product with v
        assert inside.macs == sum(part.macs or 0 for part in parts) + products


class MaybeGiven(nn.Module):
    """Its forward takes an input, and need not be given one."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor | None = None) -> Any:
        return self.a(x)


@pytest.mark.parametrize("model", [MaybeGiven(), nn.ModuleList([nn.Linear(3, 2)])])
def test_parameters_need_no_input(model: nn.Module) -> None:
    counted = count_model(model)
    assert (counted.params.total, counted.macs) == (8, None)


def test_what_no_input_is_given_for_is_not_run() -> None:
    counted = count_model(zoo.Same())
    assert (counted.params.total, counted.macs, counted.agrees) == (140, None, None)
    assert (counted.differences, counted.remarks) == ((), ())


@since((2, 5), "LazyBatchNorm2d cannot be built on the meta device")
def test_a_lazy_model_is_counted_once_it_is_run() -> None:
    def build() -> nn.Module:
        return nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(),
                             nn.LazyLinear(2))  # fmt: skip

    model = build()
    counted = count_model(model, (1, 3, 5, 7))
    assert (counted.params.total, counted.macs) == (112 + 8 + 122, 4 * 27 * 15 + 120)
    assert counted.agrees is True
    assert isinstance(model[0], nn.LazyConv2d)  # type: ignore[index]
    with pytest.raises(TargetError, match=r"Sequential has lazy parameters \(0.weight, 0.bias"):
        count_model(model)


class Spare(MaybeGiven):
    """One of its modules is lazy, and never called."""

    def __init__(self) -> None:
        super().__init__()
        self.spare = nn.LazyLinear(3)


class PeekingSpare(Spare):
    """It cannot be run on the meta device either."""

    def forward(self, x: torch.Tensor | None = None) -> Any:
        assert x is not None
        assert float(x.sum()) > -99
        return super().forward(x)


@pytest.mark.parametrize("counter", ["torch", "fvcore", "both"])
@pytest.mark.parametrize("model", [Spare, PeekingSpare])
def test_a_lazy_module_that_is_never_called_is_refused(
    model: type[nn.Module], counter: Any
) -> None:
    with pytest.raises(TargetError, match=r"lazy parameters \(spare.weight, spare.bias\), and"):
        count_model(model(), (1, 3), counter=counter)
    with pytest.raises(MeasureError, match=r"lazy parameters \(spare.weight, spare.bias\), and"):
        measure(model(), (1, 3))


def test_a_lazy_model_that_meta_does_not_take_is_counted() -> None:
    class Peeking(MaybeGiven):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.LazyLinear(2)

        def forward(self, x: torch.Tensor | None = None) -> Any:
            assert x is not None
            assert float(x.sum()) > -99
            return self.a(x)

    counted = count_model(Peeking(), (1, 3), counter="torch")
    assert (counted.params.total, counted.macs) == (8, 6)
