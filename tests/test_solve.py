"""Solving: the answer is the largest, seen by brute force; ResNeXt's table is retold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc.blocks.residual import Basic, BlockError, Bottleneck, Plain
from bottlecalc.explore.solve import Limit, Question, SolveError, break_even, solve
from bottlecalc.formulas.residual import count
from bottlecalc.text.numbers import QuantityError, parse_quantity
from tests.conftest import Run

PAIR = ("solve", "--in", "64", "--out", "128")
RESNEXT = [
    (1, 64, 69_632, 65),
    (2, 39, None, 40),
    (4, 23, None, 24),
    (8, 13, None, 14),
    (32, 3, None, 4),
]
PUBLISHED = {2: 69_760, 4: 69_888, 8: 71_456, 32: 70_144}


@pytest.mark.parametrize(("groups", "below", "exact", "above"), RESNEXT)
def test_resnexts_table_of_equal_complexity(
    groups: int, below: int, exact: int | None, above: int, run: Run
) -> None:
    """Xie et al. 2016, section 3.4 and table 2: widths 64, 40, 24, 14, 4 at about 70k each.

    The parameters at those widths are arithmetic on the paper's widths.
    """
    arguments = (
        *("solve", "--in", "256", "--out", "256", "--groups", str(groups)),
        *("--max-params", "69632", "--scope", "main"),
    )
    document = json.loads(run(*arguments, "--format", "json").out)
    assert document["value"] == document["below"]["value"] == groups * below
    assert document["above"]["value"] == groups * above
    assert document["binding"] == ["max_params"]
    if exact is not None:
        assert document["below"]["params"]["main"] == exact
        assert document["below"]["over"] == {"max_params": 0}
    else:
        assert document["above"]["params"]["main"] == PUBLISHED[groups]
        assert document["above"]["over"] == {"max_params": PUBLISHED[groups] - 69_632}
    text = run(*arguments).out
    if groups > 1:
        assert f"= {groups} groups × {below}" in text
    assert f"{document['above']['params']['main']:,}" in text
    assert f"({document['above']['over']['max_params']:+,}" in text
    assert f"({document['below']['over']['max_params']:+,}" in text


def brute(question: Question, most: int) -> int | None:
    """The largest value up to ``most``, by counting every one."""
    (limit,) = question.limits
    figure = {"params": "params", "macs": "macs", "flops": "flops"}[limit.figure]
    scope = question.scope
    if figure != "params" and scope == "convs":
        scope = "block"
    best = None
    for value in range(question.multiple_of, most, question.multiple_of):
        size = (value, value) if question.quantity == "size" else question.size
        key = {"mid": "mid_channels", "out": "out_channels"}.get(question.quantity)
        names = {"in": "in_channels", "out": "out_channels", "mid": "mid_channels"}
        fields: dict[str, Any] = {names.get(k, k): v for k, v in question.values.items()}
        try:
            if key:
                fields[key] = value
            counted = count(Bottleneck(**fields), size)
        except BlockError:
            continue
        if getattr(getattr(counted, figure), scope) <= limit.most:
            best = value
    return best


QUANTITIES = st.sampled_from(("mid", "out", "size"))
SCOPES = st.sampled_from(("main", "convs", "block"))


@given(
    QUANTITIES, SCOPES, st.integers(1, 40), st.integers(1, 40), st.integers(1, 4),
    st.integers(1, 3), st.integers(1, 30_000), st.sampled_from(("params", "macs", "flops")),
    st.sampled_from(({}, {"stride": 2}, {"downsample": True}, {"upsample": True})),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_the_answer_is_the_largest(
    quantity: Any, scope: Any, i: int, o: int, groups: int,
    multiple: int, most: int, figure: str, mode: dict[str, Any],
) -> None:  # fmt: skip
    values: dict[str, Any] = {"in": i, "out": o, "mid": 4 * groups, "groups": groups, **mode}
    values.pop(quantity, None)
    if quantity == "out":
        values.pop("mid")
    if quantity == "size" and figure == "params":
        figure = "macs"
    limits = (Limit(figure, most),)
    question = Question(Bottleneck, values, (2, 4), 1, quantity, limits, scope, multiple)
    solution = solve(question)
    bound = 40 if quantity == "size" else 400
    largest = brute(question, bound * groups * multiple)
    if largest is None:
        assert solution.below is None
        assert solution.binding == limits
        return
    assert solution.below is not None
    assert solution.below.value == largest
    assert solution.above is not None
    assert question.exceeded(solution.above.counted) == solution.binding == limits
    between = range(largest + 1, solution.above.value)
    assert not any(question.allows(value) for value in between)


def test_the_identity_is_a_dip_that_is_not_missed() -> None:
    """At out = in there is no projection: 67 is cheaper than its neighbours."""
    limit = count(Plain(67, 67)).params.block
    solution = solve(Question(Plain, {"in": 67}, (5, 5), 1, "out", (Limit("params", limit),)))
    assert solution.below is not None
    assert solution.below.value == 67
    assert count(Plain(67, 66)).params.block > limit
    assert count(Plain(67, 68)).params.block > limit


def test_a_tampered_formula_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer moves with the closed form: nothing is cached or typed in."""
    from bottlecalc.formulas import residual as formulas

    question = Question(
        Bottleneck, {"in": 64, "out": 128}, (56, 56), 1, "mid", (Limit("params", 20_000),), "main"
    )
    before = solve(question).below
    conv = formulas.conv
    monkeypatch.setattr(
        formulas, "conv", lambda *a, **k: conv(*a, **k)._replace(weights=2 * conv(*a, **k).weights)
    )
    after = solve(question).below
    assert before is not None
    assert after is not None
    assert after.value < before.value


def test_groups_are_the_most_there_can_be() -> None:
    question = Question(
        Bottleneck, {"in": 64, "out": 128}, (56, 56), 1, "groups", (Limit("params", 20_000),)
    )
    solution = solve(question)
    assert solution.below is not None
    assert (solution.below.value, solution.above) == (32, None)
    with pytest.raises(SolveError, match="no groups that divide 32 are a multiple of 3"):
        solve(Question(**{**vars(question), "multiple_of": 3}))


def test_what_every_size_keeps_has_no_answer() -> None:
    question = Question(
        Bottleneck, {"in": 64, "out": 128}, (56, 56), 1, "size", (Limit("params", 30_000),)
    )
    with pytest.raises(SolveError, match="every size keeps these limits; add one that depends"):
        solve(question)


def test_where_nothing_fits_the_cheapest_is_shown(run: Run) -> None:
    arguments = (*PAIR, "--max-params", "100")
    result = run(*arguments)
    assert result.code == 1
    assert "No mid keeps these limits; the smallest is above them." in result.out
    assert "above   bottleneck:in=64,out=128,mid=1" in result.out
    document = json.loads(run(*arguments, "--format", "json").out)
    assert (document["fits"], document["value"], document["below"]) == (False, None, None)
    assert document["above"]["value"] == 1


def test_which_limit_binds(run: Run) -> None:
    arguments = (*PAIR, "--max-params", "20k", "--max-macs", "60M", "--format", "json")
    document = json.loads(run(*arguments).out)
    assert document["schema"] == "bottlecalc.solve/1"
    assert (document["for"], document["value"], document["fits"]) == ("mid", 25, True)
    assert document["binding"] == ["max_macs"]
    assert document["above"]["over"]["max_params"] < 0 < document["above"]["over"]["max_macs"]
    loose = json.loads(run(*PAIR, "--max-params", "20k", "--format", "json").out)
    assert loose["binding"] == ["max_params"]
    assert loose["value"] == 26


def test_golden(run: Run, golden: Any) -> None:
    golden("solve.txt", run(*PAIR, "--max-params", "20k", "--max-macs", "60M").out)
    golden("solve-break-even.txt", run(*PAIR, "--break-even").out)


@pytest.mark.parametrize("groups", [1, 2, 5])
@pytest.mark.parametrize(("i", "o"), [(64, 128), (7, 13), (300, 20)])
def test_break_even_is_where_the_algebra_says(i: int, o: int, groups: int) -> None:
    even = break_even(Bottleneck, {"in": i, "out": o, "groups": groups}, (5, 5))
    square = {1: "9m²", 2: "9/2·m²", 5: "9/5·m²"}[groups]
    assert even.equation == f"{square} + (Cin + Cout)·m = 9·Cin·Cout"
    root = float(even.root)
    assert abs(9 * root**2 / groups + (i + o) * root - 9 * i * o) < 1e-3 * 9 * i * o
    assert even.below is not None
    assert even.below.value <= root < even.above.value
    limit = even.baseline.params.main
    assert even.below.counted.params.main < limit <= even.above.counted.params.main


def test_break_even_in_json(run: Run) -> None:
    document = json.loads(run(*PAIR, "--break-even", "--format", "json").out)
    assert document["equation"] == "9m² + (Cin + Cout)·m = 9·Cin·Cout"
    assert (document["value"], document["above"]["value"]) == (80, 81)
    assert document["baseline"]["params"]["main"] == 73_728


def test_a_width_that_never_breaks_even(run: Run) -> None:
    result = run("solve", "--in", "1", "--out", "1", "--break-even")
    assert result.code == 0
    assert "bottleneck:in=1,out=1,mid=1" in result.out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "no limit is given; give --max-params, --max-macs, --max-flops or --max-act"),
        (("--max-params", "20x"), "--max-params '20x' has the unknown unit 'x'; the units are k"),
        (("--max-params", "1.5"), "--max-params '1.5' is no whole number; give one, such as 25k"),
        (("--max-params", "1k", "--mid", "3"), "mid is given and sought; leave it out, or seek"),
        (("--max-params", "1k", "--for", "depth"), "Invalid value for '--for': 'depth' is not one"),
        (
            ("--max-params", "1k", "--block", "basic"),
            "basic has no mid; solve --for one of out, size",
        ),
        (
            ("--max-params", "1k", "--groups", "2", "--block", "plain"),
            "--groups 2 is given, and no",
        ),
        (("--max-params", "1k", "--multiple-of", "0"), "--multiple-of '0' is not allowed; give a"),
        (("--max-params", "1M", "--for", "size"), "every size keeps these limits; add one that"),
        (("--break-even", "--block", "basic"), "basic has no mid and never breaks even; use"),
        (("--break-even", "--max-params", "1k"), "--break-even takes no limits, --multiple-of"),
        (("--max-macs", "1G", "--for", "size", "--size", "112"), "--size 112 is given and sought"),
    ],
)
def test_bad_input_gets_one_sentence(arguments: tuple[str, ...], text: str, run: Run) -> None:
    result = run(*PAIR, *arguments)
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith(f"Error: {text}")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25k", 25_000),
        ("4.2M", 4_200_000),
        ("1.5G", 1_500_000_000),
        ("25_000", 25_000),
        ("2T", 2 * 10**12),
    ],
)
def test_quantities(text: str, value: int) -> None:
    assert parse_quantity(text) == value


@pytest.mark.parametrize("text", ["", "k", "25K", "25 kilo", "1e6", "-5", "0.0001k", "25kk", "٣"])
def test_no_quantities(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(text)


def test_other_blocks_have_their_widths() -> None:
    solution = solve(Question(Basic, {"in": 64}, (8, 8), 1, "out", (Limit("macs", 10**6),), "main"))
    assert solution.below is not None
    assert (
        solution.below.counted.macs.main
        <= 10**6
        < count(Basic(64, solution.below.value + 1), (8, 8)).macs.main
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--downsample", "--size", "7"), "size 7x7 is odd"),
        (("--groups", "0"), "groups = 0 in bottleneck:in=64,out=128,groups=0"),
        (("--groups", "-2"), "groups = -2 in bottleneck:in=64,out=128,groups=-2"),
    ],
)
def test_what_no_value_makes_a_block_of_says_why(
    arguments: tuple[str, ...], sentence: str, run: Run
) -> None:
    for ask in (("--max-params", "20k"), ("--break-even",)):
        result = run(*PAIR, *ask, *arguments)
        assert result.code == 2
        assert sentence.split(" in ")[0] in result.err


def test_many_groups_are_no_trouble() -> None:
    values = {"in": 64, "out": 128, "groups": 10**6}
    limits = (Limit("params", 10**11),)
    solution = solve(Question(Bottleneck, values, (5, 5), 1, "mid", limits, multiple_of=7))
    assert solution.below is not None
    assert solution.below.value % (7 * 10**6) == 0
