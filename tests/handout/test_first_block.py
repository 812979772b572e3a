"""The block as first described: it is ours but for three faults, each of which occurs."""

from __future__ import annotations

import inspect
import re
from importlib.resources import files
from typing import Any

import pytest
import torch

from bottlecalc import Bottleneck, count

SIGNATURE = "(in_channels, out_channels, dilation=1, downsample=False, upsample=False, stride=1)"


@pytest.fixture(scope="module")
def block() -> Any:
    """The class, as a reader of the sheet runs it."""
    names: dict[str, Any] = {}
    source = files("bottlecalc.handout") / "templates/first_block.py"
    exec(source.read_text("utf-8"), names)
    return names["FirstBlock"]


def run(module: Any, channels: int, size: int) -> Any:
    return module.eval()(torch.zeros(1, channels, size, size))


def test_it_takes_what_was_described(block: Any) -> None:
    assert str(inspect.signature(block)) == SIGNATURE


@pytest.mark.parametrize(
    "options", [{}, {"stride": 2}, {"dilation": 2}, {"upsample": True}], ids=str
)
def test_elsewhere_it_is_a_bottleneck(block: Any, options: dict[str, Any]) -> None:
    """As many parameters, and an output of the same shape."""
    ours = count(Bottleneck(20, 36, **options), (9, 9))
    theirs = block(20, 36, **options)
    assert sum(one.numel() for one in theirs.parameters()) == ours.params.block
    assert run(theirs, 20, 9).shape == ours.output


def test_downsampling_halves_the_shortcut_twice(block: Any) -> None:
    with pytest.raises(
        RuntimeError, match=re.escape("tensor a (28) must match the size of tensor b (14)")
    ):
        run(block(64, 128, downsample=True), 64, 56)


@pytest.mark.parametrize("size", [3, 4, 5])
def test_small_inputs_hide_it(block: Any, size: int) -> None:
    """A 1×1 identity is added to every position."""
    module = block(8, 8, downsample=True)
    identity = module.eval().project(module.pool(torch.zeros(1, 8, size, size))[0])
    assert identity.shape[2:] == (1, 1)
    assert run(module, 8, size)[0].shape[2:] == (-(-size // 2),) * 2 != (1, 1)


def test_upsampling_keeps_an_identity_that_a_stride_forbids(block: Any) -> None:
    with pytest.raises(
        RuntimeError, match=re.escape("tensor a (28) must match the size of tensor b (56)")
    ):
        run(block(64, 64, upsample=True, stride=2), 64, 56)
    assert run(block(64, 64, stride=2), 64, 56).shape == (1, 64, 28, 28)
    assert run(block(64, 128, upsample=True, stride=2), 64, 56).shape == (1, 128, 56, 56)


def test_both_at_once_lack_an_attribute(block: Any) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'pool'"):
        run(block(64, 128, downsample=True, upsample=True), 64, 56)
