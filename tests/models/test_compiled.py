"""Models that are compiled: counted as they are written, and as able to compile as before."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from bottlecalc import count_model
from tests.releases import since

pytestmark = since((2, 6), "nothing sets its compiler aside")


class Compiler:
    """A backend that counts what it is given, and runs it."""

    def __init__(self) -> None:
        self.graphs = 0

    def __call__(self, graph: Any, _: object) -> Any:
        self.graphs += 1
        return graph.forward


@pytest.fixture
def compiler() -> Iterator[Compiler]:
    torch.compiler.reset()
    yield Compiler()
    torch.compiler.reset()


def layers() -> nn.Sequential:
    return nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 3))


@pytest.mark.parametrize("before", [False, True])
def test_a_compiled_model_is_compiled_once_whenever_it_was_counted(
    compiler: Compiler, before: bool
) -> None:
    plain = layers().eval()
    model: Any = torch.compile(plain, backend=compiler, fullgraph=True)
    x = torch.randn(2, 7)
    if before:
        model(x)
    with warnings.catch_warnings(record=True) as warned:
        assert count_model(model, (2, 7)).macs == 2 * (35 + 15)
    assert not warned
    assert compiler.graphs == before
    assert torch.equal(model(x), plain(x))
    assert torch.equal(model(x), plain(x))
    assert compiler.graphs == 1


class Inside(nn.Module):
    """One of its modules is compiled, and a function as it runs."""

    def __init__(self, compiler: Compiler) -> None:
        super().__init__()
        self.layers = torch.compile(layers(), backend=compiler)
        self.compiler = compiler
        self.head = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> Any:
        def head(x: torch.Tensor) -> Any:
            return self.head(x).relu()

        return torch.compile(head, backend=self.compiler)(self.layers(x))


def test_what_is_compiled_inside_of_a_model_counts_and_compiles(compiler: Compiler) -> None:
    model = Inside(compiler)
    counted = count_model(model, (2, 7), counter="torch")
    assert counted.macs == 2 * (35 + 15 + 6)
    assert compiler.graphs == 0
    with torch.no_grad():
        model(torch.randn(2, 7))
    assert compiler.graphs == 2


def test_in_place_too(compiler: Compiler) -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = layers()

        def forward(self, x: torch.Tensor) -> Any:
            return self.layers(x)

    model = Net()
    model.compile(backend=compiler)
    assert count_model(model, (2, 7), counter="torch").macs == 2 * (35 + 15)
    model(torch.randn(2, 7))
    assert compiler.graphs == 1


def test_one_that_is_compiled_by_value_counts(compiler: Compiler) -> None:
    """On real tensors too."""

    class Net(Inside):
        def forward(self, x: torch.Tensor) -> Any:
            return super().forward(x * x.sum().item())

    model = Net(compiler)
    assert count_model(model, (2, 7), counter="torch").macs == 2 * (35 + 15 + 6)
    assert compiler.graphs == 0
