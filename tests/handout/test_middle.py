"""The middle of a bottleneck: where it breaks even, and the picture of that."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc import Bottleneck, Plain, compare, parse
from bottlecalc.explore.break_even import Mids
from bottlecalc.handout.curve import GAP, cost_figure, spread
from bottlecalc.handout.lesson import Lesson, make_lesson
from tests.strategies import examples


def lesson(spec: str, size: Any = 56) -> Lesson:
    block = parse(spec)
    plain = Plain(block.in_channels, block.out_channels)  # type: ignore[attr-defined]
    return make_lesson(compare(plain, block, size=size, measure=False))


ENDS = {
    "bottleneck:in=64,out=128": Mids(80, 80),
    "bottleneck:in=64,out=128,downsample=true": Mids(80, 71),
    "bottleneck:in=64,out=128,stride=2": Mids(80, 71),
    "bottleneck:in=64,out=128,stride=2,v1=true": Mids(80, 80),
    "bottleneck:in=64,out=128,groups=4": Mids(140, 140),
    "bottleneck:in=64,out=128,mid=384,groups=384": Mids(366, 366),
    "bottleneck:in=1,out=5,mid=600,groups=60": Mids(None, None),
}
"""By hand: 9·80² + 192·80 = 72,960 < 73,728 < 74,601 at 81; with four groups 9/4·140² + 192·140 =
70,980, and 143 would satisfy it too, but is no multiple of 4; depthwise (9 + 192)·366 = 73,566."""


@pytest.mark.parametrize("spec", ENDS)
def test_where_it_breaks_even(spec: str) -> None:
    assert lesson(spec).middle.ends == ENDS[spec]


@st.composite
def bottlenecks(draw: st.DrawFn) -> Bottleneck:
    groups = draw(st.integers(1, 6))
    mid = groups * draw(st.integers(1, 9))
    return Bottleneck(
        draw(st.integers(1, 23)), draw(st.integers(1, 23)), mid=mid,
        groups=draw(st.sampled_from([1, groups, mid])), stride=draw(st.integers(1, 3)),
    )  # fmt: skip


@settings(max_examples=examples(20, 60), deadline=None)
@given(bottlenecks())
def test_the_ends_are_the_largest_that_save(block: Bottleneck) -> None:
    """Every multiple tried, one after the other."""
    middle = lesson(str(block), (7, 10)).middle
    mids = range(middle.unit, 120, middle.unit)
    points = [middle.at(mid) for mid in mids]
    params = max((one.mid for one in points if one.ratio > 1), default=None)
    macs = max((one.mid for one in points if one.macs_ratio > 1), default=None)
    assert middle.ends == Mids(params, macs)
    assert (middle.at(middle.unit).macs_ratio <= 1) == middle.never_saves_macs == (macs is None)
    if middle.is_even:
        assert all(one.ratio == one.macs_ratio for one in points)


SHAPES = {
    "bottleneck:in=64,out=128": "squeeze",
    "bottleneck:in=64,out=256,mid=64": "between",
    "bottleneck:in=64,out=64,mid=64": "equal",
    "bottleneck:in=64,out=128,mid=256": "expand",
}


@pytest.mark.parametrize("spec", SHAPES)
def test_its_shape(spec: str) -> None:
    assert lesson(spec).middle.shape == SHAPES[spec]


CURVES = [
    *ENDS,
    *SHAPES,
    "bottleneck:in=64,out=128,mid=79,downsample=true",
    "bottleneck:in=64,out=128,mid=100000,stride=2",
    "bottleneck:in=3,out=1,mid=1",
]


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("spec", CURVES)
def test_the_chart_is_never_empty(spec: str, language: Any) -> None:
    one = lesson(spec)
    curve = one.middle.curve
    assert 3 <= len(curve) <= 500
    assert curve[0].mid == one.middle.unit
    assert curve[-1].mid > max(one.mid, *(end or 0 for end in one.middle.ends))
    found = texts(cost_figure(one, language))
    for mid in {one.mid, *one.middle.ends} - {None}:
        assert sum(text.startswith(f"m = {mid:,}") for text in found) == 1


def test_both_figures_have_their_curve_and_their_end() -> None:
    found = texts(cost_figure(lesson("bottleneck:in=64,out=128,downsample=true"), "en"))
    assert {"m = 32", "m = 71 (MACs)", "m = 80 (parameters)"} <= {*found}
    assert {"bottleneck, parameters", "bottleneck, MACs", "one 3×3: 73,728"} <= {*found}
    found = texts(cost_figure(lesson("bottleneck:in=64,out=128"), "zh"))
    assert {"m = 32", "m = 80", "瓶颈结构", "一个 3×3 卷积：73,728"} <= {*found}


@given(st.lists(st.tuples(st.floats(0, 430), st.floats(1, 120)), min_size=1, max_size=3))
def test_labels_never_collide(labels: list[tuple[float, float]]) -> None:
    wanted, breadths = zip(*sorted(labels), strict=True)
    places = spread(wanted, breadths, 432)
    edges = [(at - wide / 2, at + wide / 2) for at, wide in zip(places, breadths, strict=True)]
    assert edges[0][0] >= -1e-6
    assert edges[-1][1] <= 432 + 1e-6
    assert all(b[0] - a[1] >= GAP - 1e-6 for a, b in pairwise(edges))


def test_labels_of_large_numbers_are_small_enough_to_fit() -> None:
    svg = cost_figure(lesson("bottleneck:in=1000000000000000,out=2000000000000000,stride=2"), "en")
    sizes = re.findall(r"font-size: ([\d.]+)px[^>]*>m = ", svg)
    assert len(sizes) == 3
    assert all(float(size) < 9 for size in sizes)
