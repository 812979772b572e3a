"""Operators that are given functions: loops, conditions, attention with a mask, checkpoints."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

from bottlecalc import count_model
from tests.releases import since

Forward = Callable[..., Any]


class Given(nn.Module):
    """Two layers of 7 to 7 features, and a forward pass that is given."""

    def __init__(self, forward: Forward) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(7, 7, bias=False), nn.Linear(7, 7, bias=False)
        self.way = forward

    def forward(self, *x: torch.Tensor) -> Any:
        return self.way(self, *x)


def operator(module: str, name: str) -> Any:
    """One that some releases do not have."""
    return getattr(importlib.import_module(f"torch._higher_order_ops.{module}"), name)


def looped(m: Any, x: torch.Tensor) -> Any:
    """Three times."""
    start = (torch.zeros((), dtype=torch.int64), x)
    loop = operator("while_loop", "while_loop")
    return loop(lambda i, _: i < 3, lambda i, x: (i + 1, m.a(x)), start)


def scanned(m: Any, x: torch.Tensor) -> Any:
    """Once a row."""
    scan = operator("scan", "scan")
    return scan(lambda carry, row: (m.a(carry + row), row.clone()), x[0], x)


def mapped(m: Any, x: torch.Tensor) -> Any:
    """Once a row."""
    return operator("map", "map")(lambda row: m.a(row), x)


def hinted(m: Any, x: torch.Tensor) -> Any:
    wrapper = torch.ops.higher_order.hints_wrapper
    return wrapper(lambda x: m.b(m.a(x)), (x,), {}, hints={"any": True})


def in_sequence(m: Any, x: torch.Tensor) -> Any:
    checkpoints: Any = checkpoint_sequential
    return checkpoints([m.a, m.b], 2, x, use_reentrant=False)


LOOPS: list[tuple[Forward, int]] = [
    (looped, 3 * 5 * 49),
    (scanned, 5 * 49),
    (mapped, 5 * 49),
    (hinted, 2 * 5 * 49),
    (lambda m, x: checkpoint(m.a, x, use_reentrant=False), 5 * 49),
    (lambda m, x: checkpoint(m.a, x, use_reentrant=True), 5 * 49),
    (in_sequence, 2 * 5 * 49),
]


@since((2, 9), "its operators take no modules")
@pytest.mark.parametrize(("forward", "macs"), LOOPS)
def test_they_count_what_they_run(forward: Forward, macs: int) -> None:
    counted = count_model(Given(forward), (5, 7), counter="torch")
    assert counted.macs == macs
    assert {node.name for node in counted.own if node.macs} <= {"a", "b"}


@since((2, 9), "its operators take no modules")
def test_what_a_scan_carries_is_carried_on() -> None:
    """A sum of four ones is the number of times that the layer is run after it."""

    def forward(m: Any, x: torch.Tensor) -> Any:
        add = lambda carry, one: (carry + one, one.clone())  # noqa: E731
        total, _ = operator("scan", "scan")(add, torch.zeros(()), torch.ones(4))
        return [m.a(x) for _ in range(int(total))]

    assert count_model(Given(forward), (5, 7), counter="torch").macs == 4 * 5 * 49


def nested(m: Any, x: torch.Tensor) -> Any:
    def inner(x: torch.Tensor) -> Any:
        return torch.cond(x.sum() > 1, lambda x: m.b(m.a(x)), lambda x: m.a(x), (x,))

    return torch.cond(x.sum() > 0, inner, lambda x: x.clone(), (x,))


@since((2, 6), "nothing sets its compiler aside")
def test_a_condition_says_what_both_of_its_branches_cost() -> None:
    def forward(m: Any, x: torch.Tensor) -> Any:
        return torch.cond(x.sum() > 0, lambda x: m.a(x), lambda x: m.b(m.a(x)), (x,))

    counted = count_model(Given(forward), (5, 7), counter="torch")
    assert counted.macs == 2 * 5 * 49
    sentence = "torch.cond: its costlier branch is counted, 490 MACs; the other has 245"
    assert sentence in counted.remarks
    inside = count_model(Given(nested), (5, 7), counter="torch")
    other = "torch.cond: its costlier branch is counted, 490 MACs; the other has 0"
    assert inside.macs == 490
    assert {sentence, other} <= set(inside.remarks)


def flex(masked: bool = False, compiled: bool = False, **options: Any) -> Forward:
    """Attention of 3 heads, or with fewer of keys and values."""

    def forward(_: object, q: torch.Tensor, k: torch.Tensor) -> Any:
        module = importlib.import_module("torch.nn.attention.flex_attention")
        attention: Any = module.flex_attention
        attention = torch.compile(attention, backend="eager") if compiled else attention
        mask = (
            module.create_block_mask(
                lambda _, __, i, j: i >= j, None, None, q.shape[2], k.shape[2], device=q.device
            )
            if masked
            else None
        )
        return attention(q, k, k, block_mask=mask, **options)

    return forward


@since((2, 6), "nothing sets its compiler aside")
@pytest.mark.parametrize(
    ("forward", "heads"),
    [
        (flex(), 3),
        (flex(masked=True), 3),
        (flex(compiled=True), 3),
        (flex(enable_gqa=True), 1),
        (flex(score_mod=lambda score, _, __, i, j: score + (i - j)), 3),
    ],
)
def test_flexible_attention_is_dense_and_says_so(forward: Forward, heads: int) -> None:
    """Two products of every query with every key in each of the queries' heads."""
    counted = count_model(Given(forward), (2, 3, 64, 16), (2, heads, 96, 16), counter="torch")
    assert counted.macs == 2 * 2 * 3 * 64 * 96 * 16
    assert "flex_attention is counted dense, whatever its mask leaves out" in counted.remarks


@since((2, 6), "nothing sets its compiler aside")
def test_fvcore_that_cannot_trace_them_is_one_short_line() -> None:
    counted = count_model(Given(flex()), (1, 2, 16, 8), (1, 2, 16, 8))
    (line,) = (remark for remark in counted.remarks if remark.startswith("fvcore was left out"))
    assert "\n" not in line
    assert len(line) < 250


def test_an_exported_model_counts() -> None:
    model = nn.Sequential(nn.Linear(7, 5, bias=False), nn.ReLU())
    exported: Any = torch.export.export(model.eval(), (torch.zeros(3, 7),))
    counted = count_model(exported.module(), (3, 7), counter="torch")
    assert (counted.params.total, counted.macs, counted.uncalled) == (35, 105, ())
