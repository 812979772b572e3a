"""Curves are drawn up of what passes by, one a block."""

from __future__ import annotations

from bottlecalc.explore.curves import Curve, Curves
from bottlecalc.explore.pages import pages
from tests.explore.designs import grid


def curves(cost: str, quantity: str, **axes: str) -> list[Curve]:
    swept = grid("plain", "bottleneck", **axes)
    drawn = Curves(swept, quantity, cost)
    list(drawn.watch(pages(swept)))
    return drawn.drawn()


def test_cost_against_the_swept_key_level_where_a_block_does_not_have_it() -> None:
    """9·64·128 = 73,728; 64·m + 9·m² + 128·m at m = 16 and 32 (CS231n; textbook arithmetic)."""
    plain, bottleneck = curves("params_main", "mid", in_="64", out="128", mid="16,32")
    assert (plain.level, {y for _, y in plain.points}) == (True, {73_728})
    assert (plain.is_baseline, bottleneck.is_baseline) == (True, False)
    assert (bottleneck.level, bottleneck.points) == (False, [(16, 5_376), (32, 15_360)])


def test_cost_against_size_and_batch() -> None:
    plain, _ = curves("macs_main", "size", in_="64", out="128", size="7,14")
    assert plain.points == [(7, 73_728 * 49), (14, 73_728 * 196)]
    plain, _ = curves("macs_main", "batch", in_="64", out="128", size="7", batch="1,3")
    assert plain.points == [(1, 73_728 * 49), (3, 3 * 73_728 * 49)]


def test_a_block_of_which_nothing_passed_has_no_curve() -> None:
    swept = grid("plain", "bottleneck", in_="64", out="128", mid="16,32")
    drawn = Curves(swept, "mid", "params_main")
    only = (page for page in pages(swept) if page.lane is swept.lanes[1])
    list(drawn.watch(only))
    assert [curve.lane.spec for curve in drawn.drawn()] == ["bottleneck"]
