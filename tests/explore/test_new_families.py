"""Any family: swept, it is the same as one by one; solved, the same as by brute force."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc.agreement.closed_form import count
from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.spec import Block, BlockError, keys, numbers
from bottlecalc.errors import BottlecalcError
from bottlecalc.explore import intervals
from bottlecalc.explore.break_even import break_even, break_even_mid
from bottlecalc.explore.cases import trace
from bottlecalc.explore.course import Course
from bottlecalc.explore.designs import names
from bottlecalc.explore.figures import FIGURES
from bottlecalc.explore.grid import Grid
from bottlecalc.explore.pages import pages
from bottlecalc.explore.question import SIZE, Limit, Question, SolveError
from bottlecalc.explore.solve import solve
from bottlecalc.explore.sweep import sweep
from bottlecalc.layers.expression import TraceError
from bottlecalc.render.designs import FORMATS, Title
from bottlecalc.render.layout import unbounded
from bottlecalc.text.ranges import Sizes
from tests.conftest import Run
from tests.explore.designs import allowed_one_by_one, figures, is_exact, one_by_one
from tests.explore.families import (
    NEW,
    UNTRACEABLE,
    Asymmetric,
    Bounded,
    Pointwise,
    Reduced,
    Shared,
    Stepped,
)
from tests.strategies import examples

pytestmark = pytest.mark.usefixtures("new_families")

KEYS = [(family, key) for family in NEW for key in (*numbers(family), SIZE)]
NUMBER = st.one_of(
    st.integers(1, 12), st.integers(1, 300), st.integers(2**20, 2**70), st.integers(2**62, 2**64)
)
AXIS = st.lists(NUMBER, min_size=1, max_size=3, unique=True)


@st.composite
def grids(draw: st.DrawFn, family: type[Block]) -> Grid:
    required = [name for name in numbers(family) if not isinstance(keys(family)[name].default, int)]
    names = {*required, *draw(st.sets(st.sampled_from(numbers(family))))} - {"mid"}
    if "mid" in keys(family) and draw(st.booleans()):
        names.add("mid")
    axes = {name: draw(AXIS) for name in sorted(names)}
    sides = draw(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=2, unique=True))
    heights, widths = map(list, zip(*sides, strict=True))
    switches = [name for name in keys(family) if name not in numbers(family)]
    flags = {name: True for name in switches if draw(st.booleans())}
    return Grid((family.family,), axes, flags, Sizes(heights, widths), draw(AXIS))


@pytest.mark.parametrize("family", NEW)
@given(data=st.data())
@settings(max_examples=examples(30, 60), deadline=None)
def test_a_sweep_is_exact(family: type[Block], data: st.DataObject) -> None:
    swept, course = data.draw(grids(family)), Course()
    designs = [design for page in pages(swept, (), course) for design in page]
    assert all(is_exact(design) for design in designs)
    found = [(d.spec, d.batch, d.height, d.width) for d in designs]
    assert found == allowed_one_by_one(swept)
    assert course.skipped == swept.length - len(designs)
    assert (course.reason is None) == (course.skipped == 0)


@pytest.mark.parametrize("family", NEW)
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_page_of_designs_is_exact(family: type[Block], data: st.DataObject) -> None:
    """In Python, in CSV and in JSON, to the last digit."""
    swept = data.draw(grids(family))
    columns = names(swept.every_key)
    rows = [dict(zip(columns, row, strict=True)) for page in pages(swept)
            for row in page.rows(columns)]  # fmt: skip
    found, title, wide = [*pages(swept)], Title.of(swept), unbounded()
    read = csv.DictReader(io.StringIO("".join(FORMATS["csv"](iter(found), title, wide))))
    document = json.loads("".join(FORMATS["json"](iter(found), title, wide)))
    for row, line, item in zip(rows, read, document["designs"], strict=True):
        exact = one_by_one(row["spec"], row["height"], row["width"], row["batch"])
        assert tuple(row[name] for name in FIGURES) == exact
        assert tuple(int(line[name]) for name in FIGURES) == exact
        assert line["spec"] == item["spec"] == row["spec"]
        for figure in ("params", "macs", "flops"):
            assert item[figure] == {
                scope: row[f"{figure}_{scope}"] for scope in item[figure]
            }  # fmt: skip
        assert item["activations"] == row["activations"]
        assert row["ratio_params_block"] == 1.0 == float(line["ratio_params_block"])


def test_cost_that_falls_with_a_key_does_not_overflow() -> None:
    """The largest design is not the one with the largest numbers."""
    most = 3_037_000_500
    swept = Grid(("reduced",), {"in": [most, 2**62], "reduction": [1, 1_000_000]}, {})
    designs = {design.spec: design for design in sweep(swept)}
    assert designs[f"reduced:in={most},reduction=1"].params_main == 2 * most * most > 2**63
    assert all(is_exact(design) for design in designs.values())
    assert len(designs) == 4


def test_a_chosen_number_is_exact_also_where_nothing_is_swept() -> None:
    """Numpy's maximum of two numbers would be one of its own, of 64 bits."""
    for channels in (10**10, 10**20):
        swept = Grid(("bounded",), {"in": [channels], "out": [channels], "mid": [5]}, {})
        (design,) = sweep(swept)
        assert is_exact(design)
        assert all(type(number) is int for number in figures(design))


def test_ratios_of_two_families_that_share_few_keys() -> None:
    specs = ("reduced", "asymmetric:groups=2", "widening", "bounded")
    swept = Grid(specs, {"in": [8, 9, 64], "out": [32], "reduction": [2], "mid": [4, 5]}, {})
    baseline = {d.block.in_channels: d for d in sweep(swept) if d.spec.startswith("reduced")}
    designs = list(sweep(swept))
    assert len(designs) == 3 + 3 + 3 + 6
    for design in designs:
        beside = baseline[design.block.in_channels]
        assert design.ratio_params_block == beside.params_block / design.params_block
        assert design.ratio_macs_block == beside.macs_block / design.macs_block


OFF = st.sampled_from((0, 0, -1, 1, 3000))
FIGURE = st.sampled_from(("params", "macs", "flops", "activations"))
SCOPE = st.sampled_from(("main", "convs", "block"))
MOST, FAR = 90, 3000


@pytest.mark.parametrize(("family", "key"), KEYS)
@given(data=st.data(), figure=FIGURE, scope=SCOPE, off=OFF)
@settings(max_examples=examples(15, 40), deadline=None)
def test_an_answer_is_the_largest_that_brute_force_finds(
    family: type[Block], key: str, data: st.DataObject, figure: Any, scope: Any, off: int
) -> None:
    names = [name for name in numbers(family) if name != key]
    values = {name: data.draw(st.integers(1, 24), label=name) for name in names}
    if data.draw(st.booleans()):
        values.pop("mid", None)
    question = Question(
        family=family, values=values, size=data.draw(st.sampled_from(((2, 4), (3, 3)))),
        batch=2, quantity=key, scope=scope, multiple_of=data.draw(st.integers(1, 3)),
    )  # fmt: skip
    costs = dict(brute_force(question, figure))
    near = data.draw(st.sampled_from(list(costs.values())[: MOST // 2] or [1]))
    check_answer(question, figure, costs, max(1, near + off))


def brute_force(
    question: Question, figure: Any, most: int = MOST
) -> Iterator[tuple[int, int]]:  # fmt: skip
    """Values below ``most``, and what each costs by itself; not those that are not allowed."""
    for value in range(question.multiple_of, most, question.multiple_of):
        is_size = question.quantity == SIZE
        values = {**question.values, **({} if is_size else {question.quantity: value})}
        size = (value, value) if is_size else question.size
        try:
            counted = count(make(question.family, values), size, question.batch)
        except BlockError:
            continue
        yield value, question.cost(counted, figure)


def check_answer(question: Question, figure: Any, costs: dict[int, int], most: int) -> None:
    asked = replace(question, limits=(Limit(figure=figure, most=most),))
    try:
        solution = solve(asked)
    except (BlockError, SolveError) as error:
        check_refusal(error, asked, costs, most)
        return
    value, above = solution.value or 0, solution.above.value if solution.above else None
    costs |= brute_force(question, figure, min(2 * value + 2, FAR))
    fitting = [found for found, cost in costs.items() if cost <= most]
    if value < FAR:
        assert solution.value == max(fitting, default=None)
    if solution.below is None:
        assert above in costs or (above or 0) >= MOST
    else:
        assert not asked.exceeded(solution.below.counted)
        larger = [found for found in costs if found > value]
        assert above == min(larger, default=above)
        assert bool(solution.binding) == (above is not None)


def check_refusal(
    error: Exception, question: Question, costs: dict[int, int], most: int
) -> None:  # fmt: skip
    fitting = [value for value, cost in costs.items() if cost <= most]
    if not costs:
        impossible = f"no multiple of {question.multiple_of} is allowed for {question.quantity}; "
        assert isinstance(error, BlockError) or str(error).startswith(impossible)
        return
    above = re.match(rf"every {question.quantity} (?:above ([0-9,]+) )?keeps these", str(error))
    assert above
    least = int((above[1] or "0").replace(",", ""))
    assert [value for value in costs if value > least] == [v for v in fitting if v > least]
    assert least not in fitting


@pytest.mark.parametrize("figure", ["params", "macs", "flops", "activations"])
def test_a_reduction_is_bounded_by_what_it_leaves(figure: Any) -> None:
    """Cost falls with it, so that the largest there may be is the answer, and nothing is above."""
    limits = (Limit(figure=figure, most=10**9),)
    asked = Question(family=Reduced, values={"in": 48}, quantity="reduction", limits=limits)
    solution = solve(asked)
    assert (solution.value, solution.above, solution.binding) == (48, None, ())
    none = solve(replace(asked, limits=(Limit(figure=figure, most=1),)))
    assert none.below is None
    assert none.above is not None
    assert none.above.value == 48


def test_what_no_large_value_exceeds_has_no_largest() -> None:
    """Channels beyond ``in`` change nothing, and up to it everything."""
    values = {"in": 100, "out": 8}
    limit = count(Bounded(100, 8, mid_channels=40)).params.block
    asked = Question(family=Bounded, values=values, limits=(Limit(figure="params", most=limit),))
    assert solve(asked).value == 40
    loose = (Limit(figure="params", most=10**9),)
    with pytest.raises(SolveError, match="every mid keeps these limits; add one that depends"):
        solve(replace(asked, limits=loose))


def test_a_search_that_takes_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What divides here is a quotient of what it divides, and every number must be looked at."""
    monkeypatch.setattr(intervals, "MOST_STEPS", 1000)
    limits = (Limit(figure="params", most=10**9),)
    asked = Question(family=Shared, values={"parts": 2}, quantity="in", limits=limits)
    sentence = r"^the in could not be found in 100,000 steps; give another multiple_of, or smaller"
    with pytest.raises(SolveError, match=sentence):
        solve(asked)


@pytest.mark.parametrize(
    ("channels", "equation", "root"),
    [((8, 16), "(Cin + 9·Cout)·m = 9·Cin·Cout", 1152 / 152), ((60, 30), "(Cin + Cout)·m", 180)],
)
def test_the_equation_is_that_of_the_case_that_holds(
    channels: tuple[int, int], equation: str, root: float
) -> None:
    even = break_even(Stepped, in_=channels[0], out=channels[1])
    assert even.equation.startswith(equation)
    assert float(even.root) == pytest.approx(root, abs=1e-3)
    assert even.below is not None
    assert even.below.value == min(int(root), channels[1])


def test_where_every_allowed_width_is_cheaper_nothing_is_above() -> None:
    even = break_even(Stepped, in_=60, out=30)
    assert even.above is None
    assert (even.to_dict()["value"], even.to_dict()["above"]) == (30, None)
    assert "stepped:in=60,out=30,mid=30" in str(even)


def test_a_cost_that_is_no_polynomial_has_no_equation() -> None:
    sentence = "^what bounded costs is no polynomial of mid; give max_params instead, and the plain"
    with pytest.raises(SolveError, match=sentence):
        break_even(Bounded, in_=30, out=30)


def test_families_without_channels_to_break_even_have_no_width_that_does() -> None:
    assert break_even_mid(Asymmetric(64)) is None
    assert break_even_mid(Pointwise(64, 128)) is None
    with pytest.raises(SolveError, match=r"^asymmetric has no out and never breaks even"):
        break_even(Asymmetric, in_=64)


def test_where_no_width_is_too_wide_none_breaks_even() -> None:
    """9·8·8 + 8·100 weights at any width, and 9·8·100 of the plain block."""
    assert break_even_mid(Bounded(8, 100)) is None
    assert count(Bounded(8, 100)).params.main == 1376 < 9 * 8 * 100
    assert break_even_mid(Bounded(100, 100)) == (9 * 100 * 100 - 1) // (9 * 100 + 100)


UNTRACED = [(family.family, family) for family in UNTRACEABLE]


@pytest.mark.parametrize(("name", "family"), UNTRACED)
def test_a_formula_that_compares_numbers_says_what_to_write(
    name: str, family: type[Block], run: Run
) -> None:
    """In Python a TypeError; for who sweeps such a family of their own one sentence, exit code 2.

    Nobody reaches it from the command line: families are bottlecalc's own, and all are traced by
    the tests.
    """
    sentence = "a closed form depends on whether mid > 8 holds; write largest(a, b) or smallest("
    if name == "frozen":
        sentence = sentence.replace("mid > 8", "mid < 8")
    with pytest.raises(TraceError) as error:
        trace(family, {}, ["in", "mid"])
    assert str(error.value).startswith(sentence)
    assert isinstance(error.value, TypeError)
    assert isinstance(error.value, BottlecalcError)
    with pytest.raises(TypeError, match="write largest"):
        list(sweep(Grid((name,), {"in": [4], "mid": [3, 9]}, {})))
    for command in (
        ("sweep", "--in", "4", "--mid", "3,9", "--block", name),
        ("solve", "--in", "4", "--block", name, "--max-params", "1k"),
    ):
        result = run(*command)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(f"Error: {sentence}")
        assert result.err.count("\n") == 1


def test_without_the_key_that_is_compared_nothing_is_wrong() -> None:
    """With a number in its place a formula may compare it: one by one it is right."""
    for family in UNTRACEABLE:
        assert count(make(family, {"in": 4})).params.main == 4 * 16
