"""The front, the order and the number of designs that are shown."""

from __future__ import annotations

import operator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc.explore.arrange import PAGE, Order, arrange, unbeaten
from bottlecalc.explore.course import Course
from bottlecalc.explore.designs import Design
from bottlecalc.explore.pages import pages
from tests.explore.designs import design, grid, page_of


def shown(designs: list[Design], order: Order) -> list[Design]:
    return [one for page in arrange([page_of(designs)] if designs else [], order) for one in page]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_the_pareto_front_is_what_no_other_beats(costs: list[tuple[int, int]]) -> None:
    designs = [design(*cost) for cost in costs]
    front = shown(designs, Order(front=("params_block", "macs_block")))
    unbeaten = [
        (p, m)
        for p, m in costs
        if not any(a <= p and b <= m and (a, b) != (p, m) for a, b in costs)
    ]
    assert sorted((d.params_block, d.macs_block) for d in front) == sorted(unbeaten)


def test_of_a_ratio_more_is_better_and_none_is_worst() -> None:
    designs = [design(1, 1, ratio) for ratio in (2.0, None, 3.0)]
    front = shown(designs, Order(front=("ratio_params_block",)))
    assert [one.ratio_params_block for one in front] == [3.0]


def test_what_is_not_there_comes_last_either_way() -> None:
    designs = [design(1, 1, ratio) for ratio in (2.0, None, -1.0, 3.0)]
    for key, expected in (("", [-1.0, 2.0, 3.0, None]), ("-", [3.0, 2.0, -1.0, None])):
        found = shown(designs, Order(key=f"{key}ratio_params_block"))
        assert [one.ratio_params_block for one in found] == expected


def test_order_and_number() -> None:
    designs = [design(2, 3), design(1, 5), design(3, 1)]
    assert [d.params_block for d in shown(designs, Order(key="params_block"))] == [1, 2, 3]
    assert [d.params_block for d in shown(designs, Order(key="-macs_block", most=2))] == [1, 2]
    assert [d.params_block for d in shown(designs, Order(most=2))] == [2, 1]
    assert shown([], Order(key="params_block")) == []


def test_pages_are_never_empty_and_no_longer_than_they_may_be() -> None:
    designs = [design(n, n) for n in range(2 * PAGE + 1)]
    found = list(arrange([page_of(designs)], Order(key="-params_block")))
    assert [len(page) for page in found] == [PAGE, PAGE, 1]
    assert found[2].listed("params_block") == [0]
    assert [len(page) for page in arrange([page_of(designs)] * 2, Order(most=2 * PAGE + 3))] == [
        2 * PAGE + 1,
        2,
    ]


def test_nothing_is_held_where_nothing_is_ordered() -> None:
    course = Course()
    endless = pages(grid("bottleneck", in_="64", out="128", mid="1:90000000"), (), course)
    (page,) = arrange(endless, Order(most=1))
    assert [one.spec for one in page] == ["bottleneck:in=64,out=128,mid=1"]
    assert course.visited < 90_000_000


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), max_size=25), st.sampled_from([1, 2, 3]))
def test_the_front_over_any_number_of_columns(rows: list[tuple[int, ...]], width: int) -> None:
    costs = [row[:width] for row in rows]
    unbeaten_rows = [
        row
        for row in costs
        if not any(other != row and all(map(operator.le, other, row)) for other in costs)
    ]
    places = unbeaten(np.array(costs, dtype=int).reshape(-1, width))
    assert [costs[at] for at in places] == sorted(unbeaten_rows)


def test_numbers_beyond_64_bits_and_of_several_blocks_are_put_in_order() -> None:
    designs = [design(n, 1) for n in (2**80, 3, 2**53 + 1, 2**53)]
    ordered = shown(designs, Order(key="-params_block"))
    assert [one.params_block for one in ordered] == [2**80, 2**53 + 1, 2**53, 3]
    swept = pages(grid("plain", "bottleneck", in_="3,64", out="128", mid="8,16"), (), Course())
    specs = [one.spec for page in arrange(swept, Order(key="mid")) for one in page]
    assert [spec.partition(",mid=")[2] for spec in specs] == ["8", "8", "16", "16", "", ""]
