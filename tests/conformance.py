"""What holds of every family: a spec, a formula, a module and published figures, all agreeing.

Whoever adds a family adds a line to ``FAMILIES``, ``FORMULAS``, ``MODULES`` and, in the tests, to
``FAMILY_TESTS``; what is below then runs over it, as do the faults of ``tests/test_faults.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.ask import measured
from bottlecalc.agreement.result import ClosedForm, Count
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import parse
from bottlecalc.blocks.spec import Block, BlockError, keys, numbers
from bottlecalc.explore.cases import trace
from bottlecalc.explore.figures import INPUT
from bottlecalc.explore.grid import Grid
from bottlecalc.explore.question import Limit, Question, SolveError
from bottlecalc.explore.solve import solve
from bottlecalc.explore.sweep import sweep
from bottlecalc.formulas.families import FORMULAS, layers
from bottlecalc.layers.activation import Activation, PReLU
from bottlecalc.layers.count import by_layer, totals
from bottlecalc.layers.expression import Evaluation
from bottlecalc.layers.joins import Add, ChannelShuffle, Concat, Multiply
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm, Scale
from bottlecalc.layers.ops import Conv, Linear, Op, Shape
from bottlecalc.layers.pooling import AveragePool, GlobalAveragePool, MaxPool, MaxUnpool
from bottlecalc.models.parameters import by_module
from bottlecalc.modules.families import MODULES, build
from bottlecalc.text.ranges import Sizes
from bottlecalc.tools import check, fvcore
from tests.awkward import GRID, Case
from tests.families import FAMILY_TESTS, Published, said
from tests.strategies import CHANNELS, FEW_CHANNELS, examples, sampled

EVERY = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
RANDOM = partial(settings, deadline=None)
SAMPLE = sampled(GRID, 8)


def specs(family: type[Block], channels: Any = FEW_CHANNELS) -> Any:
    return FAMILY_TESTS[family].specs(channels)


def evidence(block: Block, size: tuple[int, int], batch: int = 1) -> Count:
    """A block counted by all who count."""
    return measured(closed_form.count(block, size, batch))


@EVERY
def test_a_family_is_complete(family: type[Block]) -> None:
    assert family.family in FORMULAS
    assert family.family in MODULES
    assert len(FAMILY_TESTS[family].published) > 0
    assert FAMILIES[family.family] is family
    assert family.__doc__
    assert keys(family).keys().isdisjoint((*INPUT, "size"))  # which designs have beside them
    assert FORMULAS[family.family].cases[-1].holds(object.__new__(family)) is True


def test_nothing_is_there_of_a_family_that_is_not() -> None:
    assert set(FORMULAS) == set(MODULES) == set(FAMILIES)
    assert set(FAMILY_TESTS) == set(FAMILIES.values())


def test_a_family_without_them_fails_loudly() -> None:
    @dataclass(frozen=True)
    class Unfinished(Block):
        family = "unfinished"

    block = Unfinished(3)
    with pytest.raises(NotImplementedError, match="no closed form for Unfinished"):
        layers(block, (4, 4), 1)
    with pytest.raises(NotImplementedError, match="no closed form for Unfinished"):
        closed_form.count(block)
    with pytest.raises(NotImplementedError, match="no module for Unfinished"):
        build(block)


@EVERY
@given(data=st.data())
@RANDOM(max_examples=examples(100))
def test_parse_is_the_inverse_of_str(family: type[Block], data: st.DataObject) -> None:
    block = data.draw(specs(family, CHANNELS))
    assert parse(str(block)) == block
    assert str(parse(str(block))) == str(block)


@EVERY
@given(data=st.data())
@RANDOM(max_examples=examples(60))
def test_parameters_are_those_of_the_built_module(family: type[Block], data: st.DataObject) -> None:
    block = data.draw(specs(family, CHANNELS))
    with torch.device("meta"):
        built = by_module(build(block))
    closed = by_layer(layers(block, (2, 2), 1), "params")
    assert {name: n for name, n in built.items() if n} == {n: p for n, p in closed.items() if p}


@EVERY
@given(data=st.data())
@RANDOM(max_examples=examples(10))
def test_all_counters_agree_on_random_specs(family: type[Block], data: st.DataObject) -> None:
    block = data.draw(specs(family))
    sides = st.integers(1, 6).map(lambda half: 2 * half)
    size = (data.draw(sides), data.draw(sides))
    count = evidence(block, size, data.draw(st.integers(1, 2)))
    assert check.differences(count) == ()
    assert check.agrees([count]) is True


def test_the_grid_is_wide_enough() -> None:
    assert len(set(GRID)) >= 200


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_all_counters_agree_layer_by_layer(case: Case) -> None:
    count = evidence(*case)
    assert {figure: list(by) for figure, by in check.by_counter(count).items()} == {
        "params": ["closed form", "torch"],
        "macs": ["closed form", "torch", "fvcore"],
        "fvcore_total": ["closed form", "fvcore"],
        "activations": ["closed form", "torch", "fvcore"],
    }
    assert check.differences(count) == ()
    assert count.agrees is True


@pytest.mark.parametrize("case", SAMPLE, ids=str)
def test_every_layer_has_the_promised_shape(case: Case) -> None:
    count = closed_form.count(case.block, case.size, case.batch)
    module = build(case.block).eval()
    seen = shapes(module, count.input)
    output = seen.pop("")
    assert seen == {layer.name: layer.output for layer in count.layers}
    assert output == count.output
    assert count.relus == sum(isinstance(layer, nn.ReLU) for layer in module.modules())


@EVERY
@given(data=st.data())
@RANDOM(max_examples=examples(15, 40))
def test_every_layer_of_any_block_is_as_promised(family: type[Block], data: st.DataObject) -> None:
    block = data.draw(specs(family))
    count = closed_form.count(block, (6, 10))
    seen = shapes(build(block).eval(), count.input)
    output = seen.pop("")
    assert seen == {layer.name: layer.output for layer in count.layers}
    assert output == count.output
    check_layers(count, build(block))


@pytest.mark.parametrize("case", GRID[::3], ids=str)
def test_every_layer_is_what_it_says_it_is(case: Case) -> None:
    """A dilation changes no figure, and is told all the same."""
    check_layers(closed_form.count(*case), build(case.block))


BUILT: dict[type[Op], str] = {
    Linear: "Linear", BatchNorm: "BatchNorm2d", LayerNorm: "LayerNorm", Scale: "Scale",
    PReLU: "PReLU", AveragePool: "AvgPool2d", GlobalAveragePool: "AdaptiveAvgPool2d",
    MaxUnpool: "MaxUnpool2d", Add: "Add", Multiply: "Multiply", Concat: "Concat",
    ChannelShuffle: "ChannelShuffle",
}  # fmt: skip


def check_layers(count: ClosedForm, module: nn.Module) -> None:
    """That every layer of a module is of the kind that the closed form says."""
    for layer in count.layers:
        op, built = layer.op, module.get_submodule(layer.name)
        if isinstance(op, Conv):
            assert isinstance(built, nn.ConvTranspose2d if op.transposed else nn.Conv2d)
            assert built.kernel_size == op.kernel
            assert set(built.stride) == {op.stride}
            assert set(built.dilation) == {op.dilation}
            assert (built.groups, built.bias is not None) == (op.groups, op.bias)
        elif isinstance(op, MaxPool):
            assert isinstance(built, nn.MaxPool2d)
            assert ((built.kernel_size,) * 2, built.stride) == (op.kernel, op.stride)
            assert built.return_indices == op.indices
        else:
            name = op.function if isinstance(op, Activation) else BUILT[type(op)]
            assert type(built).__name__ == name


def told(count: ClosedForm, module: nn.Module) -> bool:
    """Whether every layer of a module is of the kind that the closed form says."""
    try:
        check_layers(count, module)
    except (AssertionError, AttributeError):
        return False
    return True


def shapes(module: nn.Module, x: Shape) -> dict[str, Shape]:
    """What every innermost module puts out, and under the empty name the whole."""
    seen: dict[str, Shape] = {}

    def watch(name: str) -> Callable[..., None]:
        def note(_module: nn.Module, _inputs: Any, output: Any) -> None:
            tensor: Tensor = output[0] if isinstance(output, tuple) else output
            seen[name] = tuple(tensor.shape)

        return note

    own = {"Shortcut"}  # a module with or without layers of its own
    for name, layer in module.named_modules():
        if not name or (not list(layer.children()) and type(layer).__name__ not in own):
            layer.register_forward_hook(watch(name))
    with torch.no_grad():
        module(torch.zeros(x))
    return seen


@pytest.mark.parametrize(
    "figure",
    [one for tests in FAMILY_TESTS.values() for one in tests.published],
    ids=lambda figure: f"{figure.source}-{figure.block}-{figure.figure}",
)
def test_published_figures(figure: Published) -> None:
    count = closed_form.count(figure.block, (figure.size, figure.size))
    named = {**totals(count.layers), "fvcore_total": fvcore.total(count.layers)}
    assert named[figure.figure] == figure.value


@EVERY
@given(data=st.data())
@RANDOM(max_examples=examples(40, 60))
def test_traced_expressions_are_the_integers(family: type[Block], data: st.DataObject) -> None:
    block = data.draw(specs(family, st.integers(1, 2**70)))
    size, batch = data.draw(st.tuples(st.integers(1, 99), st.integers(1, 99))), 3
    values = said(block)
    flags = {name: value for name, value in values.items() if isinstance(value, bool)}
    traced = trace(family, flags, values.keys() - flags.keys())
    known = {**values, "batch": batch, "height": 2 * size[0], "width": 2 * size[1]}
    evaluation = Evaluation(known)
    case = next(case for case in traced.cases if evaluation(case.condition))
    found = {name: evaluation(expression) for name, expression in case.totals.items()}
    assert found == totals(layers(block, (2 * size[0], 2 * size[1]), batch))
    assert not any(evaluation(rule) for rule in traced.broken)


@EVERY
@given(data=st.data())
@RANDOM(max_examples=examples(25, 40))
def test_a_sweep_is_one_by_one(family: type[Block], data: st.DataObject) -> None:
    """Over two values of every number that a random spec says, beyond 64 bits too."""
    block = data.draw(specs(family, st.one_of(FEW_CHANNELS, st.integers(2**20, 2**70))))
    values = said(block)
    flags = {name: value for name, value in values.items() if isinstance(value, bool)}
    axes = {
        name: [value, data.draw(st.integers(1, 2 * value))]
        for name, value in values.items()
        if name not in flags
    }
    grid = Grid((family.family,), axes, {n: v for n, v in flags.items() if v}, Sizes([6], [4]), [3])
    designs = {design.spec: design for design in sweep(grid)}
    for design in designs.values():
        count = closed_form.count(parse(design.spec), (6, 4), 3)
        assert design.block == count.block
        for name, value in totals(count.layers).items():
            assert getattr(design, name) == value
    assert str(block) in designs


FIGURES: Any = st.sampled_from(("params", "macs", "flops", "activations"))
SCOPES: Any = st.sampled_from(("main", "convs", "block"))


@EVERY
@given(data=st.data())
@RANDOM(max_examples=examples(20, 40))
def test_an_answer_of_solve_is_brute_force(family: type[Block], data: st.DataObject) -> None:
    block = data.draw(specs(family, st.integers(1, 12)))
    quantity = data.draw(st.sampled_from([*numbers(family), "size"]))
    limit = Limit(figure=data.draw(FIGURES), most=data.draw(st.integers(1, 40_000)))
    values = {name: value for name, value in said(block).items() if name != quantity}
    question = Question(
        family=family, values=values, size=(4, 6), quantity=quantity, limits=(limit,),
        scope=data.draw(SCOPES), multiple_of=data.draw(st.integers(1, 3)),
    )  # fmt: skip
    fitting = [value for value in range(1, 200) if fits(question, value)]
    try:
        solution = solve(question)
    except SolveError as error:
        if str(error).startswith(f"no multiple of {question.multiple_of} is allowed"):
            assert not any(allows(question, value) for value in range(1, 200))
            return
        beyond = re.match(rf"every {quantity} (?:above (\S+) )?keeps", str(error))
        assert beyond
        least = int((beyond[1] or "0").replace(",", ""))
        assert fitting == [v for v in range(1, 200) if allows(question, v) and v > least]
        assert not least or not fits(question, least)
    except BlockError:
        assert not any(allows(question, value) for value in range(1, 200))
    else:
        if solution.value is None or solution.value < 200:
            best = min if question.seeks_fewest else max
            assert solution.value == best(fitting, default=None)
        else:
            assert fits(question, solution.value)


@EVERY
@given(data=st.data())
@RANDOM(max_examples=examples(15, 30))
def test_more_of_what_makes_it_cheaper_never_costs_more(
    family: type[Block], data: st.DataObject
) -> None:
    block = data.draw(specs(family, st.integers(1, 24)))
    for name in family.CHEAPER_BY:
        values = {key: value for key, value in said(block).items() if key != name}
        asked = Question(family=family, values=values, size=(4, 6), quantity=name)
        counts = [asked.count(value) for value in range(1, 50) if allows(asked, value)]
        for figure in ("params", "macs", "activations"):
            costs = [asked.cost(count, figure) for count in counts]
            assert costs == sorted(costs, reverse=True)


def allows(question: Question, value: int) -> bool:
    try:
        question.count(value)
    except BlockError:
        return False
    return value % question.multiple_of == 0


def fits(question: Question, value: int) -> bool:
    return allows(question, value) and not question.exceeded(question.count(value))
