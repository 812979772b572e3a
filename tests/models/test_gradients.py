"""Gradients that a forward pass takes: what they cost, and that they are on where they must be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from bottlecalc import count_model
from bottlecalc.models.gradients import CORRECTED

Forward = Callable[[Any, torch.Tensor], Any]


class Taking(nn.Module):
    """A layer, and a forward pass that is given."""

    def __init__(self, layer: nn.Module, forward: Forward) -> None:
        super().__init__()
        self.layer, self.way = layer, forward

    def forward(self, x: torch.Tensor) -> Any:
        return self.way(self.layer, x)


def gradient(*of: str) -> Forward:
    """Of the output's sum of squares, as to the input ``x`` or the weights ``w``."""

    def forward(layer: Any, x: torch.Tensor) -> Any:
        tensors = {"x": x.requires_grad_(), "w": layer.weight}
        return torch.autograd.grad(layer(x).pow(2).sum(), [tensors[one] for one in of])

    return forward


@pytest.mark.parametrize("of", ["x", "w", "xw"])
@given(
    groups=st.integers(1, 3), each=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    sides=st.tuples(st.integers(3, 7), st.integers(3, 7)), batch=st.integers(1, 2),
    transposed=st.booleans(),
)  # fmt: skip
def test_each_gradient_of_a_convolution_costs_what_it_does(
    of: str, groups: int, each: tuple[int, int], sides: tuple[int, int], batch: int,
    transposed: bool,
) -> None:  # fmt: skip
    """Every connection of a position to a position is a MAC, once in each of the three."""
    height, width = sides
    kind = nn.ConvTranspose2d if transposed else nn.Conv2d
    layer = kind(groups * each[0], groups * each[1], (3, 2), groups=groups, bias=False)
    positions = height * width if transposed else (height - 2) * (width - 1)
    macs = batch * groups * each[0] * each[1] * 6 * positions
    x = (batch, groups * each[0], height, width)
    counted = count_model(Taking(layer, gradient(*of)), x, counter="torch")
    assert counted.macs == (1 + len(of)) * macs
    assert (CORRECTED in counted.remarks) == (groups > 1 and "w" in of)
    assert any("run with gradients on" in remark for remark in counted.remarks)


def test_their_outputs_are_activations_each() -> None:
    """The convolution's output, the input's gradient and the weights' own."""
    layer = nn.Conv1d(4, 6, 3, groups=2, bias=False)
    counted = count_model(Taking(layer, gradient("w", "x")), (1, 4, 9), counter="torch")
    assert counted.activations == 6 * 7 + 4 * 9 + 6 * 2 * 3


def test_the_gradient_of_a_bias_is_no_product() -> None:
    def forward(layer: Any, x: torch.Tensor) -> Any:
        return torch.autograd.grad(layer(x).pow(2).sum(), [layer.bias])

    counted = count_model(Taking(nn.Conv1d(4, 6, 3), forward), (1, 4, 9), counter="torch")
    assert (counted.macs, counted.activations) == (6 * 7 * 4 * 3, 6 * 7)


def asserting(layer: Any, x: torch.Tensor) -> Any:
    y = layer(x)
    assert y.requires_grad
    return torch.autograd.grad(y.sum(), layer.weight)


def back(layer: Any, x: torch.Tensor) -> Any:
    y = layer(x)
    y.sum().backward()
    return y


def by_value(layer: Any, x: torch.Tensor) -> Any:
    x.sum().item()
    return gradient("x")(layer, x)


LINEAR: list[tuple[Forward, int]] = [
    (gradient("x"), 2),
    (gradient("w"), 2),
    (gradient("x", "w"), 3),
    (asserting, 2),
    (back, 2),
    (by_value, 2),
    (lambda layer, x: torch.func.grad(lambda y: layer(y).sum())(x), 2),
    (lambda layer, x: torch.func.vjp(layer, x)[1](torch.ones_like(x[:, :5])), 2),
    (lambda layer, x: torch.func.vmap(layer)(x), 1),
]


@pytest.mark.parametrize(("forward", "products"), LINEAR)
def test_products_of_a_linear_layers_gradients_count_as_they_run(
    forward: Forward, products: int
) -> None:
    counted = count_model(Taking(nn.Linear(7, 5, bias=False), forward), (3, 7), counter="torch")
    assert counted.macs == products * 3 * 7 * 5


def test_what_fails_for_another_reason_fails_once() -> None:
    calls = []

    def forward(_: Any, x: torch.Tensor) -> Any:
        calls.append(x.is_meta)
        raise ArithmeticError("no such number")

    with pytest.raises(Exception, match="no such number"):
        count_model(Taking(nn.Linear(7, 5), forward), (3, 7), counter="torch")
    assert calls == [True, False]


def test_an_inner_step_counts_in_its_own_module() -> None:
    """The convolution, its weights' gradient, and the convolution by the new ones."""

    def forward(layer: Any, x: torch.Tensor) -> Any:
        with torch.enable_grad():
            w = layer.weight.detach().requires_grad_()
            (step,) = torch.autograd.grad(functional.conv2d(x, w).pow(2).sum(), w)
        return functional.conv2d(x, w - step)

    layer = nn.Conv2d(3, 5, 2, bias=False)
    assert count_model(Taking(layer, forward), (2, 3, 6, 7)).macs == 3 * 2 * 5 * 12 * 5 * 6
