"""Sweeps: every design of a grid, the same integers as one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc.blocks.grammar import parse
from bottlecalc.explore import pages as sweeping
from bottlecalc.explore.course import Course
from bottlecalc.explore.designs import Design
from bottlecalc.explore.grid import Grid, SweepError
from bottlecalc.explore.pages import pages
from bottlecalc.explore.sweep import sweep
from bottlecalc.layers import ops
from bottlecalc.layers.normalisation import BatchNorm
from bottlecalc.text.ranges import Sizes, parse_sizes
from tests.explore.designs import AWKWARD, allowed_one_by_one, figures, grid, is_exact


def every(swept: Grid, course: Course) -> list[Design]:
    return [design for page in pages(swept, (), course) for design in page]


def test_columns_give_the_same_integers_as_one_by_one() -> None:
    swept = grid("plain", "bottleneck", "basic:stride=1", size="7,9x4", batch="1,3", **AWKWARD)
    course = Course()
    designs = every(swept, course)
    assert len(designs) + course.skipped == course.visited == swept.length
    assert str(course.reason).startswith(
        "groups = 3 does not divide mid_channels = 7 in bottleneck:in=3,out=8"
    )
    assert all(is_exact(design) for design in designs)
    assert all(str(parse(design.spec)) == design.spec for design in designs)
    assert all(str(design.block) == design.spec for design in designs)


def test_the_grid_is_the_product_and_what_is_left_out_is_not_allowed() -> None:
    swept = grid("bottleneck", "plain:stride=2", size="5,7x6", batch="2,1", **AWKWARD)
    found = [(d.spec, d.batch, d.height, d.width) for d in sweep(swept)]
    assert found == allowed_one_by_one(swept)
    assert len(found) < swept.length


LARGE = st.one_of(st.integers(1, 300), st.integers(2**20, 2**70))


@given(st.lists(LARGE, min_size=1, max_size=3), LARGE, LARGE, st.integers(1, 2**40))
@settings(max_examples=60, deadline=None)
def test_no_figure_overflows(ins: list[int], out: int, mid: int, side: int) -> None:
    swept = Grid(
        ("bottleneck", "plain"),
        {"in": ins, "out": [out], "mid": [mid]},
        {},
        Sizes([side], [side + 1]),
        [1, 2],
    )
    assert all(is_exact(design) for design in sweep(swept))


def test_the_last_design_that_fits_64_bits_and_the_first_that_does_not() -> None:
    """FLOPs 2·9·64·128·H² pass 2⁶³ between these two heights, by themselves and in one column."""
    sides = (7_908_000, 7_909_000)
    for size in (*map(str, sides), "7908000,7909000"):
        for design in sweep(grid("plain", size=size, in_="64", out="128")):
            assert design.flops_main == 2 * 9 * 64 * 128 * design.height**2
    assert 2 * 9 * 64 * 128 * sides[0] ** 2 < 2**63 < 2 * 9 * 64 * 128 * sides[1] ** 2


def test_tampering_with_the_columns_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is wrong by one where it is traced, and right with numbers."""
    macs = ops.Conv.macs

    def traced_wrong(self: ops.Conv, x: ops.Shape, y: ops.Shape) -> int:
        return macs(self, x, y) + (not isinstance(y[0], int))

    monkeypatch.setattr(ops.Conv, "macs", traced_wrong)
    designs = list(sweep(grid("bottleneck", in_="64", out="128", mid="8,16")))
    assert designs
    assert not any(is_exact(design) for design in designs)


def test_ratios_are_the_baselines_over_the_designs() -> None:
    designs = list(sweep(grid("plain", "bottleneck", in_="3,64", out="128", mid="16,32")))
    plain = {parse(d.spec).in_channels: d for d in designs if d.spec.startswith("plain")}
    for design in designs:
        baseline = plain[parse(design.spec).in_channels]
        assert design.ratio_params_block == baseline.params_block / design.params_block
        assert design.ratio_macs_block == baseline.macs_block / design.macs_block


def test_a_ratio_to_a_baseline_that_is_swept_otherwise_or_not_allowed_is_none() -> None:
    swept = list(sweep(grid("bottleneck", "plain", in_="6", out="8", mid="2,4")))
    assert [d.ratio_params_block for d in swept if d.spec.startswith("plain")] == [None]
    both = list(sweep(grid("bottleneck:groups=2", "bottleneck", in_="6", out="8", mid="2,3")))
    by_spec = {design.spec: design.ratio_params_block for design in both}
    assert by_spec["bottleneck:in=6,out=8,mid=3"] is None
    assert by_spec["bottleneck:in=6,out=8,mid=2"] is not None


def test_a_ratio_to_a_baseline_that_is_never_allowed_is_none() -> None:
    for axes in ({"mid": "1,2"}, {"mid": "2"}):
        designs = list(sweep(grid("bottleneck:groups=0", "bottleneck", in_="6", out="8", **axes)))
        assert [d.ratio_params_block for d in designs] == [None] * len(designs)
        assert designs
        assert all(is_exact(design) for design in designs)


@given(st.integers(2**53, 2**1100), st.integers(1, 300), st.integers(1, 2**60))
@settings(max_examples=60, deadline=None)
def test_a_ratio_is_the_float_nearest_to_it_or_beyond_floats_the_integer(
    large: int, small: int, side: int
) -> None:
    swept = Grid(("plain", "bottleneck"), {"in": [small], "out": [small, large], "mid": [1]})
    *baselines, _, _ = designs = list(sweep(swept))
    for baseline, design in zip(baselines, designs[2:], strict=True):
        a, b = baseline.params_block, design.params_block
        assert design.ratio_params_block == (a / b if a // b < 2**1023 else round_half_even(a, b))


def round_half_even(a: int, b: int) -> int:
    whole, rest = divmod(a, b)
    return whole + (2 * rest > b or (2 * rest == b and whole % 2 == 1))


def test_switches_and_odd_sizes_hold_for_every_design() -> None:
    swept = Grid(
        ("plain", "bottleneck"),
        {"in": [3, 8], "out": [8]},
        {"downsample": True},
        parse_sizes("6,7,4x5,8x4"),
        [1],
    )
    course = Course()
    designs = every(swept, course)
    assert {(d.height, d.width) for d in designs} == {(6, 6), (8, 4)}
    assert (len(designs), course.skipped) == (8, 8)
    assert "size 7x7 is odd" in str(course.reason)
    assert all(d.spec.endswith("downsample=true") for d in designs)
    assert all(d.keys["downsample"] is True for d in designs)
    assert all(is_exact(design) for design in designs)


def test_numbers_below_one_are_not_allowed_whoever_gives_them() -> None:
    for spec, reason in (
        ("bottleneck:groups=0", "groups = 0 in bottleneck:in=64,out=128,groups=0"),
        ("plain:stride=-2", "stride = -2 in plain:in=64,out=128,stride=-2"),
        ("plain:dilation=-0", "dilation = 0 in plain:in=64,out=128,dilation=0"),
    ):
        course = Course()
        assert every(grid(spec, in_="64", out="128"), course) == []
        assert str(course.reason) == f"{reason}; give a whole number of at least 1"
    course = Course()
    nothing = Grid(("plain",), {"in": [0, 3], "out": [2, -1]}, {}, Sizes([0, 4], [4, 4]), [0, 1])
    (design,) = every(nothing, course)
    assert (design.spec, design.height, design.batch) == ("plain:in=3,out=2", 4, 1)
    assert (course.visited, course.skipped) == (16, 15)


def test_a_wrong_input_alone_says_what_is_wrong() -> None:
    for size, batch, reason in (("0", 1, "height = 0"), ("4", 0, "batch = 0")):
        course = Course()
        sizes = Sizes([int(size)], [4])
        assert every(Grid(("plain:in=3,out=2",), {}, {}, sizes, [batch]), course) == []
        assert str(course.reason) == f"{reason}; give a whole number of at least 1"


def test_a_chunk_ends_where_the_next_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    swept = grid("plain", "bottleneck", in_="3,8", out="8", mid="3:12:3,7", groups="1,3")
    whole = list(sweep(swept))
    for chunk in (1, 7, 64):
        monkeypatch.setattr(sweeping, "CHUNK", chunk)
        course = Course()
        assert every(swept, course) == whole
        assert course.visited == swept.length


def test_nothing_is_counted_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    course = Course()
    swept = grid("bottleneck", in_="64", out="128", mid="1:90000000")
    designs = (design for page in pages(swept, (), course) for design in page)
    assert course.visited == 0
    assert next(designs).spec == "bottleneck:in=64,out=128,mid=1"
    assert course.visited == sweeping.CHUNK


def test_the_formula_is_traced_once_a_case_however_many_designs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[Any] = []
    batch_norm = BatchNorm.params

    def noted(self: Any, x: ops.Shape, y: ops.Shape) -> int:
        calls.append(x)
        return batch_norm(self, x, y)

    monkeypatch.setattr(BatchNorm, "params", noted)
    monkeypatch.setattr(sweeping, "CHUNK", 100)
    designs: list[Design] = list(sweep(grid("plain", in_="1:30", out="1:30")))
    assert len({figures(design) for design in designs}) > 400
    assert len(calls) == 1 + 2  # identity: bn1; projection: bn1 and shortcut.bn


def test_a_grid_of_billions_is_neither_counted_nor_refused() -> None:
    designs = sweep("bottleneck", in_=64, out="64:1000000:64", mid="8:1000000")
    assert next(iter(designs)).spec == "bottleneck:in=64,out=64,mid=8"
    assert designs
    with pytest.raises(SweepError, match=r"^the grid has 15,624,890,625 designs, more than 100,0"):
        len(designs)


def test_nothing_is_false() -> None:
    assert not sweep("plain", in_=64, out=128, where="params<=1")
