"""Attention of packed sequences: every sequence costs what its own length does."""

from __future__ import annotations

import pytest
import torch

from bottlecalc.models import varlen


def ends(*places: int) -> torch.Tensor:
    return torch.tensor([0, *places], dtype=torch.int32)


def test_grouped_heads_and_lengths_of_keys() -> None:
    query, key, value = torch.ones(8, 6, 5), torch.ones(10, 2, 5), torch.ones(10, 2, 3)
    flops = varlen.attention(query, key, value, ends(5, 8), ends(6, 10), 5, 6)
    assert flops == 2 * 6 * (5 + 3) * (5 * 6 + 3 * 4)


def test_keys_in_pages_have_no_formula() -> None:
    x = torch.ones(8, 2, 5)
    pages = torch.zeros(2, 1, dtype=torch.int32)
    options = (False, None, None, False, None, pages)
    assert varlen.attention(x, x, x, ends(5, 8), None, 5, 5, *options) is None


def test_nobody_knows_lengths_on_the_meta_device() -> None:
    x = torch.ones(8, 2, 5, device="meta")
    with pytest.raises(varlen.LengthsError, match="which have to be there"):
        varlen.output(None, (x,), {})


def test_what_comes_out_on_the_cpu() -> None:
    out, scores, _ = varlen.output(None, (torch.ones(8, 2, 5),), {})
    assert out.shape == (8, 2, 5)
    assert scores.shape == (2, 8)
