"""Whatever is counted, the model is left exactly as it was."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import numpy
import pytest
import torch
from torch import nn

from bottlecalc import Bottleneck, TargetError, build, count_model, measure
from bottlecalc.models import run
from tests import zoo


def test_the_model_is_left_exactly_as_it_was() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(), nn.Flatten())
    model.train()
    model[1].eval()
    model[0].weight.requires_grad_(False)
    model[0].register_forward_hook(lambda *_: None)
    model(torch.ones(2, 3, 5, 5)).sum().backward()
    grads = {name: p.grad for name, p in model.named_parameters()}
    kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    hooks = [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in model.modules()]
    counted = count_model(model, (2, 3, 5, 5))
    assert [m.training for m in model.modules()] == [True, True, False, True, True]
    assert [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in model.modules()] == hooks
    assert all(torch.equal(tensor, kept[name]) for name, tensor in model.state_dict().items())
    assert {name: p.grad for name, p in model.named_parameters()} == grads
    assert (counted.params.trainable, counted.params.frozen) == (4 + 8, 108)


def test_measuring_leaves_the_module_as_it_was() -> None:
    module = build(Bottleneck(4, 8)).train()
    module.get_submodule("bn1").eval()
    before, after = (lambda *_: None), (lambda *_: None)
    module.get_submodule("bn2").register_forward_pre_hook(before)
    module.get_submodule("bn2").register_forward_hook(after)
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    measure(module, (2, 4, 5, 3))
    assert module.training
    assert not module.get_submodule("bn1").training
    assert all(torch.equal(tensor, state[name]) for name, tensor in module.state_dict().items())
    hooks = [(layer._forward_pre_hooks, layer._forward_hooks) for layer in module.modules()]
    assert [list(each.values()) for pair in hooks for each in pair if each] == [[before], [after]]


class Counting(nn.Module):
    """A forward that changes a buffer and an attribute, and holds what cannot be copied."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("steps", torch.zeros(1))
        self.head = nn.Linear(3, 2)
        self.calls = 0
        self.lock = threading.Lock()

    def forward(self, x: torch.Tensor) -> Any:
        with self.lock:
            self.calls += 1
        self.steps += 1  # type: ignore[assignment, operator]
        return self.head(x)


def test_even_where_its_forward_changes_it() -> None:
    model = Counting()
    assert count_model(model, (1, 3)).macs == 6
    assert (model.calls, float(model.steps)) == (0, 0)  # type: ignore[arg-type]


def test_after_an_error_too() -> None:
    model = zoo.Same()
    with pytest.raises(TargetError):
        count_model(model, (1, 4, 7, 5))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert model.training


class Closure(nn.Module):
    """Its forward runs through functions that no copy of it has: they hold the model itself."""

    def __init__(self) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(3)
        self.steps: list[Any] = [lambda x: self.bn(x)]

    def forward(self, x: torch.Tensor) -> Any:
        for step in self.steps:
            x = step(x)
        return x


class Switching(Closure):
    """It switches what the model itself is in."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = [lambda x: self.bn.eval()(x)]


class Clamping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> Any:
        self.a.weight.data.clamp_(-0.01, 0.01)
        return self.a(x)


@pytest.mark.parametrize("counter", ["torch", "fvcore", "both"])
@pytest.mark.parametrize(
    ("build", "given"),
    [
        (Closure, (1, 3, 4, 4)),
        (Switching, (1, 3, 4, 4)),
        (Clamping, (1, 3)),
        (lambda: nn.Embedding(10, 4, max_norm=0.1), "2x3:int64"),
    ],
)
def test_values_are_put_back(build: Callable[[], nn.Module], given: Any, counter: Any) -> None:
    torch.manual_seed(0)
    model = build().train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with suppress(TargetError):  # fvcore cannot trace the closure; the model is put back then too
        count_model(model, given, counter=counter)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(module.training for module in model.modules())


class Merging(nn.Linear):
    """As LoRA's layers are: eval merges, so that counting must not call it."""

    def train(self, mode: bool = True) -> Any:
        with torch.no_grad():
            self.weight.data += 0 if mode else 1
        return super().train(mode)


def test_a_model_in_hand_is_not_switched() -> None:
    model = Merging(3, 2)
    before = model.weight.detach().clone()
    counters: tuple[Any, ...] = ("torch", "fvcore", "both")
    for counter in counters:
        count_model(model, (1, 3), counter=counter)
        assert torch.equal(model.weight, before)
        assert model.training


@pytest.mark.parametrize("layout", [torch.Tensor.to_sparse, torch.Tensor.to_sparse_csr])
@pytest.mark.filterwarnings("ignore:Sparse")
def test_buffers_that_cannot_be_compared(layout: Callable[..., torch.Tensor]) -> None:
    class Adjacent(nn.Module):
        times: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("adjacency", layout(torch.eye(3)))
            self.steps: list[Any] = [lambda x: self.count(x)]
            self.register_buffer("times", torch.zeros(1))
            self.head = nn.Linear(3, 2)

        def count(self, x: torch.Tensor) -> torch.Tensor:
            self.times = self.times + 1
            return x

        def forward(self, x: torch.Tensor) -> Any:
            return self.head(self.steps[0](x))

    model = Adjacent()
    assert count_model(model, (1, 3)).macs == 6
    assert float(model.times) == 0
    assert torch.equal(model.adjacency.to_dense(), torch.eye(3))  # type: ignore[operator]


def test_that_test_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks at values is run on real tensors here, and not in a process of its own."""

    class Looking(nn.Embedding):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x + x.sum().item())

    monkeypatch.setattr(run, "values_kept", nullcontext)
    model = Looking(10, 4, max_norm=0.1)
    before = model.weight.detach().clone()
    count_model(model, "2x3:int64", counter="torch")
    assert not torch.equal(model.weight, before)


def test_random_numbers_go_on_as_if_nothing_had_been_drawn() -> None:
    class Drawing(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            random.random(), numpy.random.rand(), torch.rand(3)
            return x

    def draw() -> tuple[float, float, float]:
        return random.random(), float(numpy.random.rand()), float(torch.rand(1))

    def seed() -> None:
        random.seed(1), numpy.random.seed(1), torch.manual_seed(1)

    seed()
    expected = draw()
    seed()
    count_model(Drawing(), (1, 3))
    assert draw() == expected


def bits(model: nn.Module) -> list[bytes]:
    return [p.detach().numpy().tobytes() for p in model.parameters()]


class Negating(nn.Module):
    """0.0 turned into -0.0, which is equal to it."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(3, 2)
        nn.init.zeros_(self.a.weight)

    def forward(self, x: torch.Tensor) -> Any:
        self.a.weight.data.neg_()
        return self.a(x)


class Itself(nn.Module):
    """Its copy is itself, and its forward changes it."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(3, 2)
        self.calls = 0

    def __deepcopy__(self, _: object) -> nn.Module:
        return self

    def forward(self, x: torch.Tensor) -> Any:
        self.calls += 1
        self.a.weight.data.add_(1)
        return self.a(x)


class Retyping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> Any:
        torch.set_default_dtype(torch.float64)
        return self.a(x)


def hooked() -> nn.Module:
    """A hook that holds the model, not the copy that runs."""
    model: Any = nn.Sequential(nn.Linear(3, 2))

    def change(*_: object) -> None:
        model[0].weight.data.mul_(-2)
        model.eval().half()
        model.calls = 1

    model[0].register_forward_pre_hook(change)
    made: nn.Module = model
    return made


@pytest.mark.parametrize("counter", ["torch", "fvcore", "both"])
@pytest.mark.parametrize("build", [Negating, Itself, Retyping, hooked])
def test_bit_for_bit_whatever_it_does(build: Callable[[], nn.Module], counter: Any) -> None:
    model = build()
    before, attributes = bits(model), [dict(vars(m)) for m in model.modules()]
    with suppress(TargetError):  # fvcore cannot trace that hook
        assert count_model(model, (1, 3), counter=counter).macs == 6
    assert bits(model) == before
    assert [dict(vars(m)) for m in model.modules()] == attributes
    assert {p.dtype for p in model.parameters()} == {torch.get_default_dtype()} == {torch.float32}
