"""Solving: the answer is the largest, seen by brute force, whatever is sought."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc import Basic, Block, BlockError, Bottleneck, Plain, count, solve
from bottlecalc.explore.solve import Limit, Question, SolveError
from bottlecalc.layers import ops
from bottlecalc.layers.count import totals
from tests.conftest import Run


def question(
    family: type[Block], figure: Any, most: int, *, quantity: str = "mid", **values: Any
) -> Question:
    named = {name.rstrip("_"): value for name, value in values.items()}
    limits = (Limit(figure=figure, most=most),)
    return Question(family=family, values=named, quantity=quantity, limits=limits)


def changed(question: Question, **changes: Any) -> Question:
    return Question(**{**vars(question), **changes})


def fits(question: Question, value: int) -> bool:
    try:
        counted = question.count(value)
    except BlockError:
        return False
    figures = totals(counted.layers)
    scope = question.scope
    for limit in question.limits:
        operations = "main" if scope == "main" else "block"
        column = {"params": f"params_{scope}", "activations": "activations"}.get(
            limit.figure, f"{limit.figure}_{operations}"
        )
        if figures[column] > limit.most:
            return False
    return value % question.multiple_of == 0


QUANTITIES = st.sampled_from(("mid", "out", "size"))
SCOPES = st.sampled_from(("main", "convs", "block"))
MODES = st.sampled_from(({}, {"stride": 2}, {"downsample": True}, {"upsample": True}))


@given(
    QUANTITIES, SCOPES, st.integers(1, 40), st.integers(1, 40), st.integers(1, 4),
    st.integers(1, 3), st.integers(1, 30_000), st.sampled_from(("params", "macs", "flops")), MODES,
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_the_answer_is_the_largest(
    quantity: str, scope: Any, i: int, o: int, groups: int, multiple: int, most: int,
    figure: Any, mode: dict[str, Any],
) -> None:  # fmt: skip
    values: dict[str, Any] = {"in": i, "out": o, "mid": 4 * groups, "groups": groups, **mode}
    values.pop(quantity, None)
    if quantity == "out":
        values.pop("mid")
    if quantity == "size" and figure == "params":
        figure = "macs"
    asked = Question(
        family=Bottleneck, values=values, size=(2, 4), quantity=quantity, scope=scope,
        limits=(Limit(figure=figure, most=most),), multiple_of=multiple,
    )  # fmt: skip
    solution = solve(asked)
    bound = (40 if quantity == "size" else 400) * groups * multiple
    largest = max((value for value in range(1, bound) if fits(asked, value)), default=None)
    assert solution.value == largest
    assert solution.binding == asked.limits
    assert solution.above is not None
    assert asked.exceeded(solution.above.counted) == asked.limits
    between = range((largest or 0) + 1, solution.above.value)
    loose = changed(asked, limits=())
    assert not any(fits(loose, value) for value in between)
    assert fits(loose, solution.above.value)


def test_the_identity_is_a_dip_that_is_not_missed() -> None:
    """At out = in there is no projection: 67 is cheaper than its neighbours."""
    limit = count(Plain(67, 67)).params.block
    assert solve(question(Plain, "params", limit, quantity="out", in_=67)).value == 67
    assert count(Plain(67, 66)).params.block > limit
    assert count(Plain(67, 68)).params.block > limit


def test_a_tampered_formula_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer moves with the closed form: nothing is cached or typed in."""
    asked = changed(question(Bottleneck, "params", 20_000, in_=64, out=128), scope="main")
    before = solve(asked).value
    weights = ops.Conv.weights
    monkeypatch.setattr(ops.Conv, "weights", lambda self, x, y: 2 * weights(self, x, y))
    after = solve(asked).value
    assert before is not None
    assert after is not None
    assert after < before


def test_groups_are_the_most_there_can_be() -> None:
    asked = question(Bottleneck, "params", 20_000, quantity="groups", in_=64, out=128)
    solution = solve(asked)
    assert (solution.value, solution.above) == (32, None)
    with pytest.raises(SolveError, match=r"^no multiple of 3 is allowed for groups; give another"):
        solve(changed(asked, multiple_of=3))
    cheapest = solve(changed(asked, limits=(Limit(figure="params", most=1),)))
    assert cheapest.value is None
    assert cheapest.above is not None
    assert cheapest.above.value == 32


def test_what_every_size_keeps_has_no_answer() -> None:
    asked = question(Bottleneck, "params", 30_000, quantity="size", in_=64, out=128)
    with pytest.raises(SolveError, match=r"^every size keeps these limits; add one that depends"):
        solve(asked)


def test_what_every_multiple_keeps_has_no_answer_either() -> None:
    asked = question(Bottleneck, "params", 30_000, quantity="size", in_=64, out=128)
    with pytest.raises(SolveError, match=r"^every size keeps these limits; add one that depends"):
        solve(changed(asked, multiple_of=10**6))


def test_every_limit_is_held() -> None:
    """Of 60 million MACs mid = 25 is the most, of 20,000 parameters 26 (9·m² + 192·m + norms)."""
    limits = (Limit(figure="params", most=20_000), Limit(figure="macs", most=60_000_000))
    asked = question(Bottleneck, "params", 1, in_=64, out=128)
    for order in (limits, limits[::-1]):
        solution = solve(changed(asked, size=(56, 56), limits=order))
        assert solution.value == 25
        assert [limit.figure for limit in solution.binding] == ["macs"]


@pytest.mark.parametrize(
    ("family", "quantity", "values", "example"),
    [
        (Bottleneck, "out", {}, "bottleneck:in=8,out=4,downsample=true"),
        (
            Bottleneck,
            "mid",
            {"out": 9, "groups": 3},
            "bottleneck:in=8,out=9,downsample=true,mid=3,",
        ),
        (Plain, "out", {}, "plain:in=8,out=1,downsample=true"),
    ],
)
@pytest.mark.parametrize("multiple", [1, 5])
def test_what_every_value_breaks_is_named(
    family: type[Block], quantity: str, values: dict[str, Any], example: str, multiple: int
) -> None:
    """By the smallest value that breaks nothing else: a middle of 1, three groups, 1 channel."""
    asked = question(family, "params", 10**6, quantity=quantity, in_=8, downsample=True, **values)
    with pytest.raises(BlockError, match=f"^size 3x3 is odd, and {example}"):
        solve(changed(asked, size=(3, 3), multiple_of=multiple))


def test_what_all_but_a_few_keep_has_none_either() -> None:
    """A larger stride costs less: at 56×56 a stride of s leaves ⌈56 / s⌉² positions."""
    asked = question(Plain, "macs", 73_728 * 100, quantity="stride", in_=64, out=128)
    asked = changed(asked, scope="main")
    with pytest.raises(SolveError, match=r"^every stride above 5 keeps these limits, and none is"):
        solve(asked)
    assert not fits(asked, 5)
    assert all(fits(asked, stride) for stride in range(6, 100))


def test_any_number_of_a_family_can_be_sought() -> None:
    """9·n·128 weights within 100,000: 86 channels."""
    asked = changed(question(Plain, "params", 100_000, quantity="in", out=128), scope="main")
    assert solve(asked).value == 100_000 // (9 * 128) == 86
    with pytest.raises(SolveError, match=r"^plain has no mid; solve for_? one of out, size$"):
        solve(question(Plain, "params", 1, in_=3, out=4))


def test_other_blocks_have_their_widths() -> None:
    asked = changed(
        question(Basic, "macs", 10**6, quantity="out", in_=64), size=(8, 8), scope="main"
    )
    value = solve(asked).value
    assert value is not None
    assert fits(asked, value)
    assert not fits(asked, value + 1)


def test_many_groups_are_no_trouble() -> None:
    asked = question(Bottleneck, "params", 10**11, in_=64, out=128, groups=10**6)
    value = solve(changed(asked, multiple_of=7)).value
    assert value is not None
    assert value % (7 * 10**6) == 0


def test_it_prints_as_the_commands_table_and_becomes_its_json(run: Run) -> None:
    arguments = ("solve", "--in", "64", "--out", "128", "--max-params", "20k")
    solution = solve(question(Bottleneck, "params", 20_000, in_=64, out=128))
    assert str(solution) == run(*arguments).out
    document = json.loads(run(*arguments, "--format", "json").out)
    assert json.loads(json.dumps(solution.to_dict())) == document
