"""Grids: which designs a sweep goes through, and what stands beside each."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from bottlecalc.blocks.spec import BlockError
from bottlecalc.explore.columns import listed
from bottlecalc.explore.grid import Grid, SweepError
from bottlecalc.text.ranges import Sizes
from tests.explore.designs import grid


def test_a_lane_has_the_axes_that_its_spec_leaves_open() -> None:
    swept = grid("plain:out=7", "bottleneck:mid=3", in_="2,4", out="5", mid="1:9", groups="1")
    plain, bottleneck = swept.lanes
    assert [*plain.axes] == ["in", "size", "batch"]
    assert plain.fixed == {"out": 7}
    assert [*bottleneck.axes] == ["in", "out", "groups", "size", "batch"]
    assert bottleneck.first == {"in": 2, "out": 5, "groups": 1, "mid": 3}
    assert (plain.length, bottleneck.length, swept.length) == (2, 2, 4)


def test_the_last_axis_turns_fastest() -> None:
    swept = Grid(("plain",), {"in": [3, 5], "out": [7]}, {}, Sizes([2, 4], [6, 8]), [1, 9])
    (lane,) = swept.lanes
    columns = lane.columns(0, lane.length)
    names = ("in", "out", "height", "width", "batch")
    rows = list(zip(*(listed(columns[name], lane.length) for name in names), strict=True))
    expected = product([3, 5], [7], [(2, 6), (4, 8)], [1, 9])
    assert rows == [(i, o, *size, batch) for i, o, size, batch in expected]


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (3, 9), (11, 12)])
def test_any_part_of_a_lane_is_that_part_of_the_whole(start: int, stop: int) -> None:
    (lane,) = grid("bottleneck", in_="2,4,6", out="5", mid="1,2", size="7,8").lanes
    whole, part = lane.columns(0, 12), lane.columns(start, stop)
    for name, one in whole.items():
        assert listed(part[name], stop - start) == listed(one, 12)[start:stop]


def test_a_lane_of_any_length_is_never_laid_out() -> None:
    (lane,) = grid("plain", in_="1:4000000000000000000", out="1:3", size="7").lanes
    assert lane.length == 12 * 10**18
    at = 9 * 10**18 - 1
    assert {name: listed(one, 2) for name, one in lane.columns(at, at + 2).items()} == {
        "in": [3 * 10**18, 3 * 10**18 + 1], "out": [3, 1], "height": [7, 7], "width": [7, 7],
        "batch": [1, 1],
    }  # fmt: skip


def test_what_is_common_and_what_is_swept() -> None:
    swept = Grid(("plain",), {"in": [3], "out": [4, 5]}, {"upsample": True}, batches=[1, 2])
    assert swept.common == {"in": "3", "upsample": "true"}
    assert swept.swept == ["out", "batch"]
    assert grid("plain", in_="3", out="4", size="7,9").swept == ["size"]


def test_the_usual_input_is_one_image_of_56_by_56() -> None:
    (lane,) = Grid(("plain",), {"in": [3], "out": [4]}).lanes
    columns = lane.columns(0, 1)
    assert [listed(columns[name], 1) for name in ("height", "width", "batch")] == [[56], [56], [1]]


def test_what_a_spec_overrides_is_not_common() -> None:
    swept = Grid(("plain:stride=2", "basic:out=9"), {"in": [3], "out": [4], "stride": [1]})
    assert swept.overridden == {"stride", "out"}
    assert swept.common == {"in": "3"}


def test_a_key_that_no_block_has_is_refused() -> None:
    sentence = r"^groups is given, and no swept block has groups \(plain, basic\); leave it out, or"
    with pytest.raises(SweepError, match=sentence):
        _ = grid("plain", "basic", in_="3", out="4", groups="2").lanes
    with pytest.raises(SweepError, match=r"^mid_channels is given, and no swept block has mid"):
        _ = grid("plain", in_="3", out="4", mid="2").lanes


def test_channels_that_nobody_gives_are_asked_for() -> None:
    with pytest.raises(BlockError, match=r"^bottleneck has no out; give out=N in the spec$"):
        _ = grid("plain:out=3", "bottleneck", in_="3").lanes


def test_what_stands_beside_a_design() -> None:
    plain, bottleneck = grid("plain:stride=2", "bottleneck", in_="3,5", out="7", mid="2,4").lanes
    assert bottleneck.follows(plain)
    assert not plain.follows(bottleneck)
    columns = bottleneck.columns(0, 4)
    beside = plain.beside(columns, bottleneck)
    assert {name: listed(one, 4) for name, one in beside.items()} == {
        "in": [3, 3, 5, 5], "out": [7] * 4, "stride": [2] * 4,
        "height": [56] * 4, "width": [56] * 4, "batch": [1] * 4,
    }  # fmt: skip


def test_an_axis_with_one_value_stands_beside_all() -> None:
    baseline, other = grid("bottleneck", "plain", in_="3,5", out="7", mid="2").lanes
    assert other.follows(baseline)
    beside = baseline.beside(other.columns(0, 2), other)
    assert (beside["mid"], np.ndim(beside["in"])) == (2, 1)
