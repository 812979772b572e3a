"""What runs and is not registered, and what runs without being called: named, never falsely."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from bottlecalc import count_model


def linear(inputs: int, outputs: int) -> nn.Linear:
    return nn.Linear(inputs, outputs, bias=False)


class Unregistered(nn.Module):
    """It registers one layer of 5 to 7 features, and keeps the rest elsewhere."""

    def __init__(self, kept: Any, find: Callable[[Any], list[nn.Module]]) -> None:
        super().__init__()
        self.first, self.kept, self.find = linear(5, 7), kept, find

    def forward(self, x: torch.Tensor) -> Any:
        x = self.first(x)
        for layer in self.find(self.kept):
            x = layer(x)
        return x


@dataclass
class Holder:
    """No module."""

    layers: list[nn.Module] = field(default_factory=lambda: [linear(7, 3), linear(3, 3)])


KEPT: list[tuple[Callable[[], Any], Callable[[Any], list[nn.Module]]]] = [
    (lambda: [linear(7, 3), linear(3, 3)], lambda kept: kept),
    (lambda: (linear(7, 3), nn.ReLU(), linear(3, 3)), lambda kept: [*kept]),
    (lambda: {"a": [linear(7, 3)], "b": linear(3, 3)}, lambda kept: [*kept["a"], kept["b"]]),
    (Holder, lambda kept: kept.layers),
    (lambda: [nn.Sequential(linear(7, 3), linear(3, 3))], lambda kept: kept),
    (lambda: [linear(7, 3), *2 * [linear(3, 3)]], lambda kept: kept),
]


@pytest.mark.parametrize(("build", "find"), KEPT)
def test_layers_that_run_and_are_not_registered_are_named(
    build: Callable[[], Any], find: Callable[[Any], list[nn.Module]]
) -> None:
    """7·3 + 3·3 parameters, each once however often it is used, beside the 5·7."""
    counted = count_model(Unregistered(build(), find), (2, 5), counter="torch")
    assert counted.params.total == 35
    sentence = "2 layers that run are not registered: 30 parameters beside the 35"
    assert sentence in counted.remarks
    assert not any("real tensors" in remark for remark in counted.remarks)


def test_one_of_them_is_one() -> None:
    counted = count_model(Unregistered([linear(7, 3)], lambda kept: kept), (2, 5))
    assert "1 layer that runs is not registered: 21 parameters beside the 35" in counted.remarks


def test_parameters_in_a_plain_list_are_named_too() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weights = [nn.Parameter(torch.zeros(3, 5)), nn.Parameter(torch.zeros(2, 3))]

        def forward(self, x: torch.Tensor) -> Any:
            for weight in self.weights:
                x = functional.linear(x, weight)
            return x

    sentence = "2 parameter tensors in use are not registered: 21 parameters beside the 0"
    assert sentence in count_model(Net(), (2, 5), counter="torch").remarks


def test_what_never_runs_or_is_made_as_it_runs_and_holds_nothing_is_not() -> None:
    def find(kept: list[nn.Module]) -> list[nn.Module]:
        return [nn.ReLU(), nn.Flatten()]

    assert not count_model(Unregistered([linear(7, 3)], find), (2, 5), counter="torch").remarks


class Direct(nn.Module):
    """It calls what computes, not the modules."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.spare = linear(5, 7), linear(7, 3), linear(3, 3)

    def forward(self, x: torch.Tensor) -> Any:
        return functional.linear(self.a.forward(x), self.b.weight)


def test_modules_whose_parameters_are_used_are_not_never_called() -> None:
    counted = count_model(Direct(), (2, 5), counter="torch")
    assert counted.uncalled == ("spare",)
    assert counted.remarks == (
        "used without being called: a, b (their MACs are their callers')",
        "never called by the forward pass: spare (its MACs, if any, are its parent's)",
    )


def test_the_projection_of_an_attention_is_used() -> None:
    attention = nn.MultiheadAttention(12, 3, batch_first=True)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = attention

        def forward(self, x: torch.Tensor) -> Any:
            return self.attention(x, x, x)

    assert count_model(Net(), (2, 5, 12)).uncalled == ()


def pair() -> nn.Sequential:
    return nn.Sequential(linear(5, 7), linear(7, 3))


def closed() -> Any:
    model: Any = pair()
    old = model.forward
    model.forward = lambda x: old(x)
    return model


def wrapped() -> Any:
    model: Any = pair()
    old = model[0].forward

    @functools.wraps(old)
    def new(*given: Any, **named: Any) -> Any:
        return old(*given, **named)

    model[0].forward = new
    return model


def nested_closures() -> Any:
    model: Any = closed()
    inner = model.forward

    def outer(x: torch.Tensor) -> Any:
        return inner(x)

    model.forward = outer
    return model


def partially() -> Any:
    model: Any = pair()
    old = model.forward

    def new(module: nn.Module, x: torch.Tensor) -> Any:
        return old(x)

    part = functools.update_wrapper(functools.partial(new, model), old)
    model.forward = part
    return model


def method() -> Any:
    model: Any = pair()
    new = types.MethodType(lambda self, x: self[1](self[0](x)), model)
    model.forward = new
    return model


def in_a_hook() -> nn.Module:
    last: Any = linear(7, 3)
    model = nn.Sequential(linear(5, 7), nn.Identity(), last)
    last.forward = lambda x: x
    model[1].register_forward_hook(lambda *given: functional.linear(given[2], last.weight))
    return model


FAR: Any = pair()
OLD = FAR.forward


def of_the_file() -> Any:
    """A function that finds the original by a global name."""
    FAR.forward = lambda x: OLD(x)
    return FAR


@pytest.mark.parametrize("build", [closed, wrapped, nested_closures, partially, method])
def test_a_replaced_forward_runs_the_copys_own_modules(build: Callable[[], nn.Module]) -> None:
    model = build()
    counted = count_model(model, (2, 5), counter="torch")
    assert {node.name: node.macs for node in counted.own} == {"": 0, "0": 70, "1": 42}
    assert (counted.uncalled, counted.remarks) == ((), ())
    assert model(torch.zeros(2, 5)).shape == (2, 3)


def test_where_a_copy_is_bypassed_the_originals_names_are_known() -> None:
    counted = count_model(of_the_file(), (2, 5), counter="torch")
    assert {node.name: node.macs for node in counted.own} == {"": 0, "0": 70, "1": 42}
    assert counted.uncalled == ()


def test_a_closure_in_a_hook_holds_the_copys_own_parameters() -> None:
    counted = count_model(in_a_hook(), (2, 5), counter="torch")
    assert (counted.macs, counted.uncalled) == (70 + 42, ())
    assert not any("real tensors" in remark for remark in counted.remarks)
