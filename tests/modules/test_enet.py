"""ENet's bottlenecks: what is pooled on the way down goes back to its place on the way up."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from bottlecalc.blocks.enet import ENetDown, ENetUp
from bottlecalc.blocks.spec import BlockError
from bottlecalc.modules.families import build

DOWN, UP = ENetDown(5, 12, mid_channels=3), ENetUp(12, 5)


def test_indices_are_those_of_the_maxima() -> None:
    x = torch.randn(2, 5, 6, 10)
    y, indices = build(DOWN).eval()(x)
    expected = functional.max_pool2d(x, 2, 2, return_indices=True)[1]
    assert y.shape == (2, 12, 3, 5)
    assert torch.equal(indices, expected)


def test_values_go_back_to_where_the_maxima_stood() -> None:
    module = build(UP).eval()
    y, indices = torch.randn(2, 12, 3, 5), torch.randint(0, 2, (2, 5, 3, 5)) * 11
    indices = indices + torch.arange(3).view(3, 1) * 20 + torch.arange(5) * 2
    seen = unpooled(module)
    assert module(y, indices).shape == (2, 5, 6, 10)
    assert torch.equal(seen["y"].flatten(2).gather(2, indices.flatten(2)), seen["x"].flatten(2))
    assert seen["y"].count_nonzero() == seen["x"].count_nonzero()


def test_without_indices_every_value_has_a_place_of_its_own() -> None:
    module = build(UP).eval()
    seen = unpooled(module)
    assert module(torch.randn(2, 12, 3, 5)).shape == (2, 5, 6, 10)
    assert torch.equal(seen["y"][..., ::2, ::2], seen["x"])


def unpooled(module: nn.Module) -> dict[str, Tensor]:
    """What will go into the unpooling, and what comes out."""
    seen: dict[str, Tensor] = {}
    unpool = module.get_submodule("shortcut.unpool")
    unpool.register_forward_hook(lambda _module, given, output: seen.update(x=given[0], y=output))
    return seen


def test_channels_that_are_missing_on_the_shortcut_are_zeros() -> None:
    x = torch.randn(1, 5, 4, 4)
    padded, _ = build(DOWN).get_submodule("shortcut")(x)
    assert torch.equal(padded[:, :5], functional.max_pool2d(x, 2, 2))
    assert not padded[:, 5:].any()


@pytest.mark.parametrize("size", [(5, 4), (4, 5)])
def test_an_odd_size_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(BlockError, match=f"size {size[0]}x{size[1]} is odd"):
        build(DOWN)(torch.zeros(1, 5, *size))
    with pytest.raises(BlockError, match=f"size {size[0]}x{size[1]} is odd"):
        DOWN.check_input(*size)
