"""Formulas that are asked of tensors say what torch's own say of shapes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc.models.operators import TENSORS, formulas
from bottlecalc.models.registry import is_torchs, registry

aten = torch.ops.aten
SIZE = st.integers(1, 7)


def meta(*shape: int) -> torch.Tensor:
    return torch.zeros(shape, device="meta")


def check(packet: Any, out: Any, *given: Any) -> int:
    """The same by ours as by torch's, which it is for."""
    theirs = registry()[packet]
    assert is_torchs(theirs)
    flops = formulas()[packet](*given, out_val=out)
    assert flops == theirs(*given, out_val=out)
    return int(flops or 0)


@settings(deadline=None, max_examples=25)
@given(st.tuples(*[SIZE] * 4))
def test_matrices(sizes: tuple[int, ...]) -> None:
    """b products of m × k by k × n: b · m · k · n MACs, and the first of them m · k · n."""
    b, m, k, n = sizes
    one, other, out = meta(b, m, k), meta(b, k, n), meta(b, m, n)
    assert check(aten.bmm, out, one, other) == 2 * b * m * k * n
    assert check(aten.baddbmm, out, out, one, other) == 2 * b * m * k * n
    assert check(aten.mm, out[0], one[0], other[0]) == 2 * m * k * n
    assert check(aten.addmm, out[0], meta(n), one[0], other[0]) == 2 * m * k * n


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(5, 9), st.integers(1, 3)), min_size=1, max_size=3),
    st.tuples(SIZE, SIZE, SIZE, st.integers(1, 3)),
    st.booleans(),
)
def test_convolutions(
    sides: list[tuple[int, int]], sizes: tuple[int, int, int, int], is_transposed: bool
) -> None:
    """In one to three dimensions, grouped, and the other way round."""
    (batch, i, o, groups), kernel = sizes, [k for _, k in sides]
    channels = (groups * i, o) if is_transposed else (groups * o, i)
    x, weight = meta(batch, groups * i, *(side for side, _ in sides)), meta(*channels, *kernel)
    ones = [1] * len(sides)
    arguments = (x, weight, None, [2] * len(sides), ones, ones, is_transposed, [0] * len(sides))
    out = torch.convolution(*arguments, groups)
    positions = (x if is_transposed else out)[:, 0].numel()
    assert check(aten.convolution, out, *arguments, groups) == 2 * positions * weight.numel()


@settings(deadline=None, max_examples=25)
@given(st.tuples(*[SIZE] * 6))
def test_attention(sizes: tuple[int, ...]) -> None:
    """Scores and their weighted sum, of values as wide as they like."""
    b, h, queries, keys, width, values = sizes
    shapes = ((b, h, queries, width), (b, h, keys, width), (b, h, keys, values))
    expected = 2 * b * h * queries * keys * (width + values)
    out = (meta(b, h, queries, values), meta(b, h, queries))
    for name in TENSORS:
        packet = getattr(aten, name.removeprefix("aten::"), None)
        if "attention" in name and packet in registry():
            assert check(packet, out, *(meta(*shape) for shape in shapes)) == expected


def test_a_formula_that_somebody_registered_is_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours stand in for torch's own alone; a replaced one is asked."""
    replaced = {**registry(), aten.mm: lambda *_, **__: 17}
    monkeypatch.setattr("bottlecalc.models.operators.registry", lambda: replaced)
    assert formulas()[aten.mm](meta(2, 3), meta(3, 5), out_val=meta(2, 5)) == 17
    assert formulas()[aten.bmm](meta(1, 2, 3), meta(1, 3, 5), out_val=meta(1, 2, 5)) == 60
