"""A family's closed form, traced once for each of its cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from bottlecalc.agreement.closed_form import count
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import make
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.blocks.spec import Block, BlockError, keys, numbers
from bottlecalc.explore.cases import trace
from bottlecalc.explore.figures import INPUT
from bottlecalc.layers.count import totals
from bottlecalc.layers.expression import Evaluation, Expression, evaluate
from tests.awkward import GRID, Case


def names_in(expression: Any) -> set[str]:
    if not isinstance(expression, Expression):
        return set()
    return set().union(*map(names_in, expression.operands)) or {expression.sign}


def values_of(case: Case) -> dict[str, int]:
    block, (height, width) = case.block, case.size
    fields = {name: getattr(block, field.name) for name, field in keys(type(block)).items()}
    given = {name: value for name, value in fields.items() if value is not None}
    return {**given, "batch": case.batch, "height": height, "width": width}


@pytest.mark.parametrize("case", GRID, ids=str)
def test_a_traced_case_gives_what_the_formula_gives(case: Case) -> None:
    values = values_of(case)
    flags = {name: value for name, value in values.items() if isinstance(value, bool)}
    names = [name for name in numbers(type(case.block)) if name in values]
    traced = trace(type(case.block), flags, names)
    evaluation = Evaluation(values)
    assert not any(evaluation(rule) for rule in traced.broken)
    found = next(each for each in traced.cases if evaluation(each.condition))
    expected = totals(count(case.block, case.size, case.batch).layers)
    assert {name: evaluation(total) for name, total in found.totals.items()} == expected


def test_expressions_are_over_the_keys_that_are_open_and_the_input() -> None:
    traced = trace(Bottleneck, {}, ["in", "out", "mid"])
    for case in traced.cases:
        assert names_in(case.totals["params_block"]) <= {"in", "out", "mid"}
        assert names_in(case.totals["macs_block"]) == {"in", "out", "mid", *INPUT}
    closed = trace(Plain, {"in": 3, "out": 4}, [])
    assert [case.totals["params_main"] for case in closed.cases] == [108]


def test_a_case_that_never_holds_is_no_case() -> None:
    assert len(trace(Basic, {}, ["in", "out"]).cases) == 2
    assert len(trace(Basic, {"downsample": True}, ["in", "out"]).cases) == 1
    assert len(trace(Basic, {"stride": 2}, ["in", "out"]).cases) == 1


def test_the_paper_reads_off_the_expression() -> None:
    """Bottleneck, He et al.: in·mid + 9·mid² + mid·out."""
    traced = trace(Bottleneck, {}, ["in", "out", "mid"])
    text = str(traced.cases[-1].totals["params_main"])
    assert text == "((in * mid) + ((9 * mid) * mid)) + (mid * out)"


def test_what_follows_is_of_keys_that_nobody_gave() -> None:
    follows = trace(Bottleneck, {}, ["in", "out"]).follows
    assert evaluate(follows["mid"], {"out": 130}) == 32
    assert trace(Bottleneck, {}, ["in", "out", "mid"]).follows == {}
    assert trace(Bottleneck, {"mid": 3}, ["in", "out"]).follows == {}
    assert trace(Plain, {}, ["in", "out"]).follows == {}


@pytest.mark.parametrize("name", [*numbers(Bottleneck), *INPUT])
def test_every_number_is_at_least_one(name: str) -> None:
    """As the spec says of its keys, and the closed form of its input."""
    traced = trace(Bottleneck, {}, numbers(Bottleneck))
    ones = dict.fromkeys((*numbers(Bottleneck), *INPUT), 1)
    assert not any(evaluate(rule, ones) for rule in traced.broken)
    for wrong in (0, -3):
        values = {**ones, name: wrong}
        broken = [rule for rule in traced.broken if names_in(rule) == {name}]
        assert any(evaluate(rule, values) for rule in broken)
        batch, *size = (values.pop(each) for each in INPUT)
        with pytest.raises(BlockError, match=f"= {wrong}"):
            count(make(Bottleneck, values), (size[0], size[1]), batch)


@pytest.mark.parametrize("family", FAMILIES.values())
def test_numbers_are_the_keys_that_are_no_switches(family: type[Block]) -> None:
    switches = keys(family).keys() - {*numbers(family)}
    assert switches == {name for name, field in keys(family).items() if field.type == "bool"}


def test_a_family_without_a_closed_form_says_so() -> None:
    @dataclass(frozen=True)
    class Unfinished(Block):
        family = "unfinished"

    with pytest.raises(NotImplementedError, match="no closed form for Unfinished"):
        trace(Unfinished, {}, ["in"])
