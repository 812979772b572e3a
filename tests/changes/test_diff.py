"""Two counts held beside each other: sums that add up, and renamed modules joined."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc.changes.diff import COSTS, Change, Diff, Side, diff_sides, folded
from bottlecalc.layers.counted import Node
from tests.changes.trees import changed, node, random_tree

CONV, NORM, LINEAR = "Conv2d", "BatchNorm2d", "Linear"


def side(nodes: Iterable[Node], depth: int | None = None) -> Side:
    return Side(name="net", input="", nodes=tuple(nodes), depth=depth, versions={})


def diff(before: Iterable[Node], after: Iterable[Node]) -> Diff:
    return diff_sides(side(before), side(after))


def statuses(found: Diff) -> list[tuple[str, str | None, str]]:
    return [(one.status, one.before_name, one.name) for one in found.modules]


def check(before: tuple[Node, ...], after: tuple[Node, ...]) -> None:
    """The changes of all modules add up to those of the wholes; each is told at most once."""
    found = diff(before, after)
    for cost in COSTS:
        known = [change for one in found.modules if (change := one.figures[cost].change)]
        assert sum(known) == (found.figures[cost].change or 0)
        assert found.sums.get("", {}).get(cost, 0) == (found.figures[cost].change or 0)
    now = [one.name for one in found.modules if one.status != "removed"]
    was = [one.before_name for one in found.modules if one.status != "added"]
    assert len({*now}) == len(now)
    assert len({*was}) == len(was)
    assert {*now} <= {one.name for one in after}
    assert {*was} <= {one.name for one in before}
    assert diff(before, before).modules == ()


@settings(max_examples=500, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_changes_of_modules_add_up_to_the_wholes(random: Random, is_related: bool) -> None:
    before = random_tree(random)
    check(before, changed(random, before) if is_related else random_tree(random))


@pytest.mark.slow
def test_ten_thousand_pairs_add_up() -> None:
    random = Random(14)
    for number in range(10_000):
        before = random_tree(random)
        check(before, changed(random, before) if number % 2 else random_tree(random))


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_folded_modules_have_the_sums_of_what_was_inside(random: Random, depth: int) -> None:
    tree = random_tree(random)
    short = [*folded(tree, depth)]
    assert sum(one.params for one in short) == sum(one.params for one in tree)
    assert max(one.depth for one in short) <= depth
    assert [*folded(tree, 99)] == list(tree)


def test_that_a_lost_module_would_be_seen() -> None:
    found = diff([node(""), node("a", params=5)], [node(""), node("b", CONV, params=7)])
    assert sum(one.figures["params"].change or 0 for one in found.modules[1:]) != 2


def test_a_rename_with_growth_blames_what_grew() -> None:
    """6·6 + 6, and one more of the first: nobody else is told to have grown."""
    before = [
        node(""), node("stages", "Sequential"), node("stages.2", "Block"),
        node("stages.2.conv", CONV, 100, 900), node("stages.2.bn", NORM, 20),
        node("stages.2.shortcut", "Sequential"), node("stages.2.shortcut.0", CONV, 40, 360),
        node("stages.2.shortcut.1", NORM, 20),
    ]  # fmt: skip
    after = [
        node(""), node("stages", "Sequential"), node("stages.2", "Block"),
        node("stages.2.conv", CONV, 100, 900), node("stages.2.bn", NORM, 20),
        node("stages.2.skip", "Sequential"), node("stages.2.skip.0", CONV, 42, 378),
        node("stages.2.skip.1", NORM, 20),
    ]  # fmt: skip
    found = diff(before, after)
    assert statuses(found) == [
        ("renamed", "stages.2.shortcut", "stages.2.skip"),
        ("renamed", "stages.2.shortcut.0", "stages.2.skip.0"),
        ("renamed", "stages.2.shortcut.1", "stages.2.skip.1"),
    ]
    grown = [(one.name, one.figures["params"]) for one in found.modules if one.has_costs]
    assert grown == [("stages.2.skip.0", Change(40, 42))]
    assert found.sums["stages.2"] == {"params": 2, "macs": 18, "activations": 18}


def test_a_layer_put_into_a_sequence_moves_the_others() -> None:
    before = [node("", "Sequential"), node("0", CONV, 10), node("1", NORM, 4), node("2", LINEAR, 7)]
    after = [*before[:2], node("1", CONV, 12), node("2", NORM, 4), node("3", LINEAR, 7)]
    assert statuses(diff(before, after)) == [
        ("added", None, "1"), ("renamed", "1", "2"), ("renamed", "2", "3"),
    ]  # fmt: skip
    assert statuses(diff(after, before)) == [
        ("renamed", "2", "1"), ("renamed", "3", "2"), ("removed", "1", "1"),
    ]  # fmt: skip


def test_a_sequence_of_the_same_things_is_joined_by_name() -> None:
    before = [node("", "Sequential"), node("0", LINEAR, 10), node("1", LINEAR, 12)]
    after = [node("", "Sequential"), node("0", LINEAR, 12), node("1", LINEAR, 10)]
    assert {one.status for one in diff(before, after).modules} == {"changed"}


@pytest.mark.parametrize("now", ["core Block", "inner Other"])
def test_what_moved_takes_along_what_it_is_inside_of(now: str) -> None:
    """Where that has the same type or the same name; the outermost has neither, and stays apart."""
    name, type_ = now.split()
    middle = node("middle", LINEAR, 5)
    before = [node("", "Net"), node("left", "Left"), node("left.inner", "Block"),
              node("left.inner.conv", CONV, 10), node("left.inner.fc", LINEAR, 7),
              middle]  # fmt: skip
    place = f"right.{name}"
    after = [node("", "Net"), middle, node("right", "Right"), node(place, type_),
             node(f"{place}.conv", CONV, 10), node(f"{place}.fc", LINEAR, 9)]  # fmt: skip
    assert statuses(diff(before, after)) == [
        ("added", None, "right"),
        ("renamed", "left.inner", place),
        ("renamed", "left.inner.conv", f"{place}.conv"),
        ("renamed", "left.inner.fc", f"{place}.fc"),
        ("removed", "left", "left"),
    ]


def test_what_is_in_the_same_place_and_built_alike_grew() -> None:
    """Though something else has, elsewhere, what it had."""
    tail = node("tail", LINEAR, 5)
    before = [node("", "Net"), node("a", "Block"), node("a.conv", CONV, 10), tail]
    after = [node("", "Net"), node("b", "Block"), node("b.conv", CONV, 12), tail,
             node("c", "Head"), node("c.conv", CONV, 10)]  # fmt: skip
    assert statuses(diff(before, after)) == [
        ("renamed", "a", "b"), ("renamed", "a.conv", "b.conv"),
        ("added", None, "c"), ("added", None, "c.conv"),
    ]  # fmt: skip


def test_what_costs_nothing_does_not_move() -> None:
    """One activation is like any other: that it went here and came there is no move."""
    before = [node("", "Net"), node("a", "Branch"), node("a.conv", CONV, 10), node("a.act", "ReLU")]
    after = [*before[:3], node("b", "Head"), node("b.fc", LINEAR, 30), node("b.act", "ReLU")]
    assert statuses(diff(before, after)) == [
        ("added", None, "b"), ("added", None, "b.fc"), ("added", None, "b.act"),
        ("removed", "a.act", "a.act"),
    ]  # fmt: skip


def test_all_of_a_model_within_another_module_is_renamed() -> None:
    before = [node("", "Net"), node("stem", CONV, 10), node("body", "Sequential"),
              node("body.0", CONV, 20), node("body.1", LINEAR, 30)]  # fmt: skip
    after = [node("", "Net"), node("core", "Net"), node("core.stem", CONV, 10),
             node("core.body", "Sequential"), node("core.body.0", CONV, 25),
             node("core.body.1", LINEAR, 30)]  # fmt: skip
    found = diff(before, after)
    assert statuses(found) == [
        ("added", None, "core"),
        ("renamed", "stem", "core.stem"),
        ("renamed", "body", "core.body"),
        ("renamed", "body.0", "core.body.0"),
        ("renamed", "body.1", "core.body.1"),
    ]
    assert [one.name for one in found.modules if one.has_costs] == ["core.body.0"]


def test_what_has_another_type_and_name_is_another_module() -> None:
    found = diff([node(""), node("bn", NORM, 4)], [node(""), node("norm", "LayerNorm", 4)])
    assert statuses(found) == [("added", None, "norm"), ("removed", "bn", "bn")]


def test_what_has_another_type_alone_is_changed() -> None:
    (one,) = diff([node(""), node("act", "ReLU")], [node(""), node("act", "GELU")]).modules
    assert (one.status, one.before_type, one.type, one.has_costs) == (
        "changed", "ReLU", "GELU", False,
    )  # fmt: skip


def test_what_was_not_run_is_not_known_to_have_changed() -> None:
    found = diff([node("", params=3, macs=None)], [node("", params=3, macs=9)])
    assert found.figures["macs"] == Change(None, 9)
    assert found.figures["macs"].change is None
    assert found.modules == ()


def test_modules_are_held_together_as_far_down_as_both_are_told() -> None:
    before = side([node("", params=1), node("a", params=5)], depth=1)
    after = side([node("", params=1), node("a", params=2), node("a.b", params=4)])
    found = diff_sides(before, after)
    assert [(one.name, one.figures["params"]) for one in found.modules] == [("a", Change(5, 6))]
    assert found.notes == ("modules are held together down to depth 1, as far as net has them",)


def test_where_something_removed_was_is_told_by_todays_names() -> None:
    before = [node(""), node("old", "Block"), node("old.a", CONV, 9), node("old.b", LINEAR, 7)]
    after = [node(""), node("new", "Block"), node("new.a", CONV, 9)]
    gone = diff(before, after).modules[-1]
    assert (gone.status, gone.name, gone.place) == ("removed", "old.b", "new.b")
