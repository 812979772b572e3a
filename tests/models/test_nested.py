"""Nested tensors: every sequence costs what its own length does."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from bottlecalc import count_model
from bottlecalc.models import nested_products
from bottlecalc.models.nested import ragged_attention
from tests.releases import since

pytestmark = [
    since((2, 6), "nested tensors of it lack what is used here"),
    pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors"),
]

LENGTHS = (3, 5, 1)


def jagged(x: torch.Tensor) -> Any:
    ends = torch.tensor([0, *LENGTHS]).cumsum(0)
    return torch.nested.nested_tensor_from_jagged(x, ends)


class Ragged(nn.Module):
    """Attention of two heads of 4 features, in sequences of 3, 5 and 1."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(6, 24, bias=False)

    def forward(self, x: torch.Tensor) -> Any:
        parts = self.project(jagged(x)).chunk(3, -1)
        q, k, v = (part.unflatten(-1, [2, 4]).transpose(1, 2) for part in parts)
        return functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).values()


def test_attention_of_sequences_costs_the_squares_of_their_lengths(
    capfd: pytest.CaptureFixture[str],
) -> None:
    counted = count_model(Ragged(), (9, 6), counter="torch")
    assert counted.macs == 9 * 6 * 24 + 2 * 2 * (3 * 3 + 5 * 5 + 1 * 1) * 4
    assert not any("depends on values" in remark for remark in counted.remarks)
    assert capfd.readouterr().err == ""


def test_it_is_the_attention_of_each() -> None:
    x = torch.randn(9, 2, 4)
    out: Any = ragged_attention(*3 * [jagged(x).transpose(1, 2)], is_causal=True)
    alone = [
        functional.scaled_dot_product_attention(*3 * (part.transpose(0, 1)[None],), is_causal=True)
        for part in torch.split(x, [*LENGTHS])
    ]
    expected = torch.cat([part[0].transpose(0, 1) for part in alone])
    assert torch.allclose(out.transpose(1, 2).values(), expected)


def test_a_strided_product_is_its_tensors_products() -> None:
    a = torch.nested.nested_tensor([torch.ones(5, 7), torch.ones(3, 7)])
    b = torch.nested.nested_tensor([torch.ones(7, 2), torch.ones(7, 11)])
    assert nested_products.pairs(a, b) == 2 * 7 * (5 * 2 + 3 * 11)
    assert nested_products.linear(a, torch.ones(4, 7)) == 2 * 7 * 4 * (5 + 3)


def test_a_strided_tensor_that_no_formula_takes_is_named() -> None:
    a = torch.nested.nested_tensor([torch.ones(5, 7), torch.ones(3, 7)])
    assert nested_products.guarded(torch.ops.aten.mm, lambda *_, **__: 1)(a, a) is None
    assert nested_products.guarded(torch.ops.aten.mm, lambda *_, **__: 1)(torch.ones(2)) == 1
