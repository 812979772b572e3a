"""Solving: the answer is the largest, seen by brute force, whatever is sought."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc import Basic, Block, BlockError, BottlecalcError, Bottleneck, Plain, count, solve
from bottlecalc.explore.question import Limit, Question, SolveError
from bottlecalc.layers import ops
from bottlecalc.layers.count import totals
from tests.conftest import Run
from tests.strategies import examples


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
@settings(max_examples=examples(100, 300), deadline=None)
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
    bound = 40 * groups * multiple if quantity == "size" else 400
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


def test_groups_are_the_fewest_that_fit() -> None:
    """2,048 + 4,096 + 8,192 + 640 parameters beside the 3×3's 9·32·32/g: 19,584 with 2 groups."""
    asked = question(Bottleneck, "params", 20_000, quantity="groups", in_=64, out=128)
    solution = solve(asked)
    assert solution.above is not None
    assert (solution.value, solution.above.value) == (2, 1)
    assert solution.binding == asked.limits
    exact = changed(asked, limits=(Limit(figure="params", most=14_976 + 9 * 32 * 32 // 8),))
    assert (solve(exact).value, solve(exact).above.value) == (8, 4)  # type: ignore[union-attr]
    with pytest.raises(SolveError, match=r"^no multiple of 3 is allowed for groups; give another"):
        solve(changed(asked, multiple_of=3))
    loose = solve(changed(asked, limits=(Limit(figure="params", most=10**6),)))
    assert (loose.value, loose.above, loose.binding) == (1, None, ())
    cheapest = solve(changed(asked, limits=(Limit(figure="params", most=1),)))
    assert cheapest.value is None
    assert cheapest.above is not None
    assert cheapest.above.value == 32


@given(
    st.integers(1, 40), st.integers(1, 40), st.integers(1, 72), st.integers(1, 3),
    st.integers(1, 30_000), st.sampled_from(("params", "macs", "activations")), SCOPES, MODES,
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_the_fewest_groups_are_what_brute_force_finds(
    i: int, o: int, mid: int, multiple: int, most: int, figure: Any, scope: Any,
    mode: dict[str, Any],
) -> None:  # fmt: skip
    asked = Question(
        family=Bottleneck, values={"in": i, "out": o, "mid": mid, **mode}, size=(2, 4),
        quantity="groups", scope=scope, limits=(Limit(figure=figure, most=most),),
        multiple_of=multiple,
    )  # fmt: skip
    allowed = [groups for groups in range(1, mid + 1) if fits(changed(asked, limits=()), groups)]
    if not allowed:
        with pytest.raises(SolveError, match="no multiple of"):
            solve(asked)
        return
    solution, fewest = solve(asked), min((g for g in allowed if fits(asked, g)), default=None)
    above = solution.above.value if solution.above else None
    assert solution.value == fewest
    if fewest is not None:
        assert above == max((g for g in allowed if g < fewest), default=None)
        assert above is None or not fits(asked, above)
    else:
        assert above in (allowed[0], allowed[-1])


def test_a_quotient_that_must_be_divided_is_found_at_once() -> None:
    """out // 4 a multiple of 60,013 and out one of 60,017: they repeat every 4·60,013·60,017.

    Those of one period are found by going through it, the largest that fits by halving.
    """
    groups, multiple = 60_013, 60_017
    asked = question(Bottleneck, "params", 10**21, quantity="out", in_=64, groups=groups)
    asked = changed(asked, multiple_of=multiple)
    period = [multiple * t for t in range(4 * groups) if multiple * t // 4 % groups == 0]
    values = [4 * groups * multiple * turn + each for turn in range(20) for each in period]
    allowed = sorted(value for value in values if value >= 4)
    fitting = [value for value in allowed if not asked.exceeded(asked.count(value))]
    solution = solve(asked)
    assert 0 < len(fitting) < len(allowed)
    assert solution.value == fitting[-1]
    assert solution.above is not None
    assert solution.above.value == allowed[len(fitting)]


def test_it_is_asked_in_python_as_on_the_command_line(run: Run) -> None:
    """9·26·26 + 26·(64 + 128) + 8,192 + 2·(2·26 + 2·128) = 19,884 parameters, and 20,567 at 27."""
    assert 9 * 26 * 26 + 26 * 192 + 8192 + 2 * (2 * 26 + 2 * 128) == 19_884
    for block in ("bottleneck", Bottleneck, "bottleneck:out=128"):
        others = {} if isinstance(block, str) and ":" in block else {"out": 128}
        answer: Any = solve
        solution = answer(block, in_=64, **others, max_params=20_000)
        assert solution.value == 26
        assert solution.below.counted.params.block == 19_884
    words = "solve --in 64 --out 128 --stride 2 --max-params 20k --max-macs 16M --size 56x28"
    more = "--batch 2 --scope convs --multiple-of 3"
    same = solve(
        "bottleneck", in_=64, out=128, stride=2, max_params="20k", max_macs="16M", size=(56, 28),
        batch=2, scope="convs", multiple_of=3,
    )  # fmt: skip
    assert str(same) == run(*words.split(), *more.split()).out
    assert solve(Plain, in_=3, for_="out", max_params=100).value == 3


MISUSE: list[tuple[dict[str, Any], str]] = [
    ({"max_param": 20_000}, "solve has no argument 'max_param'; its arguments are in_, out, mid,"),
    ({}, "no limit is given; give max_params, max_macs, max_flops or max_activations"),
    ({"max_params": -1}, "max_params = -1 is not allowed; give a whole number of at least 0"),
    ({"max_params": 1.5}, "max_params = 1.5 is not allowed; give a whole number of at least 0"),
    ({"max_params": True}, "max_params = True is not allowed; give a whole number of at least 0"),
    ({"max_params": "20x"}, "max_params '20x' has the unknown unit 'x'; the units are k (10³), M"),
    ({"in_": "64"}, "in_channels = '64' is not allowed; give a whole number of at least 1"),
    ({"in_": -64, "max_params": 1}, "in_channels = -64 in bottleneck:in=-64,out=128,mid=1; give a"),
    ({"in_": None}, "bottleneck has no in_channels; give in_channels=N"),
    ({"in_channels": 3}, "in_channels is given twice; give it once"),
    ({"downsample": 1}, "downsample = 1 is neither True nor False; give one"),
    (
        {"for_": "depth"},
        "bottleneck has no depth; solve for_ one of"
        " in, out, stride, dilation, se, mid, groups, size",
    ),
    ({"for_": "out"}, "out_channels is given and sought; leave it out, or seek another with for_"),
    ({"for_": "size", "size": (7, 9)}, "size (7, 9) is given and sought; leave it out"),
    ({"size": "7by9"}, "size = '7by9' is no size; give one number, or height and width: (56, 112)"),
    ({"for_": "size", "size": 56}, "size 56 is given and sought; leave it out"),
    ({"batch": 0}, "batch = 0; give a whole number of at least 1"),
    ({"scope": "all"}, "scope = 'all' is not allowed; give one of main, convs, block"),
    ({"multiple_of": 0}, "multiple_of = 0 is not allowed; give a whole number of at least 1"),
    ({"block": "bottlneck"}, "unknown family 'bottlneck' (did you mean bottleneck?)"),
    ({"block": Bottleneck(3, 4)}, "bottleneck:in=3,out=4 leaves nothing to be sought; give a fam"),
    ({"block": ["bottleneck"]}, "['bottleneck'] is no block; give a family (\"bottleneck\"), a sp"),
    ({"block": "plain", "mid": 3}, "plain has no mid_channels; leave mid_channels out, and solve "),
]


@pytest.mark.parametrize(("wrong", "sentence"), MISUSE, ids=lambda value: str(value)[:30])
def test_misuse_in_python_is_one_sentence(wrong: dict[str, Any], sentence: str) -> None:
    needs_limit = "max_params" not in wrong and wrong
    asked = {"in_": 64, "out": 128, **({"max_params": 20_000} if needs_limit else {}), **wrong}
    answer: Any = solve
    with pytest.raises(BottlecalcError) as error:
        answer(asked.pop("block", "bottleneck"), **asked)
    assert str(error.value).startswith(sentence)
    assert len(str(error.value)) < 400


def test_a_question_is_asked_alone() -> None:
    asked = question(Bottleneck, "params", 20_000, in_=64, out=128)
    for beside in ({"max_params": 1}, {"out": 3}, {"scope": "main"}, {"size": 28}):
        answer: Any = solve
        with pytest.raises(SolveError, match=r"^a Question says everything by itself; give noth"):
            answer(asked, **beside)


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
    with pytest.raises(SolveError, match=r"^plain has no mid; solve for_ one of in, out, stride,"):
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
