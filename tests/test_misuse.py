"""A wrong call is one sentence of ours, and no screen of frames: whatever is given to whom."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy
import pytest
import torch
from torch import nn

import bottlecalc as library
from bottlecalc import BottlecalcError
from bottlecalc.testing import assert_within_budget
from bottlecalc.text.calls import quoted

bottlecalc: Any = library  # a type checker sees most of these calls
Bottleneck, Plain = bottlecalc.Bottleneck, bottlecalc.Plain

MOST_LETTERS = 400
MOST_LINES = 40
"""Of a traceback: where it was called, and where in whose code it went wrong."""

LONG = "x" * 5000
VALUES: list[Any] = [
    *(None, True, False, 0, -3, 3.5, 56.0, "", "56", LONG, b"7", [], [3.5], [1, 2, 3], {}, set()),
    *(object(), Plain, nn.Conv2d, numpy.ones(2), numpy.float64(4), torch.ones(2), -(10**5000)),
    *(lambda: 3, float("nan"), float("inf"), 2j, range(3)),
]
CONV = nn.Conv2d(3, 4, 3)
SWEPT = partial(bottlecalc.sweep, "bottleneck", in_=6, out=10)
SOLVED = partial(bottlecalc.solve, "bottleneck", in_=6, out=10, max_params=999)
NETWORKS = partial(bottlecalc.compare_networks, "resnet18")
NETWORKS_SWEPT = partial(bottlecalc.sweep_networks, "resnet18")
NETWORK_SOLVED = partial(bottlecalc.solve_network, "resnet18", max_params=10**6)
QUESTION = partial(bottlecalc.Question, family=Bottleneck, values={"in": 6, "out": 10})
HELD = partial(assert_within_budget, Plain(3, 4), max_params=999)
CALLS: dict[str, Callable[[Any], Any]] = {
    "in_channels": lambda value: Plain(value, 4),
    "out_channels": lambda value: Bottleneck(4, value),
    "groups": lambda value: Bottleneck(4, 8, groups=value),
    "stride": lambda value: Plain(4, 8, stride=value),
    "downsample": lambda value: Plain(4, 8, downsample=value),
    "count": lambda value: bottlecalc.count(value),
    "count size": lambda value: bottlecalc.count(Plain(3, 4), size=value),
    "count pair": lambda value: bottlecalc.count(Plain(3, 4), size=(5, value)),
    "count batch": lambda value: bottlecalc.count(Plain(3, 4), batch=value),
    "count counter": lambda value: bottlecalc.count(Plain(3, 4), counter=value),
    "compare": lambda value: bottlecalc.compare(Plain(3, 4), value),
    "compare list": lambda value: bottlecalc.compare([value, Plain(3, 4)]),
    "compare size": lambda value: bottlecalc.compare(Plain(3, 4), size=value),
    "compare batch": lambda value: bottlecalc.compare(Plain(3, 4), batch=value),
    "compare counts": lambda value: bottlecalc.compare([Plain(3, 4)], [value]),
    "sweep": lambda value: bottlecalc.sweep(value),
    "sweep in": lambda value: bottlecalc.sweep("plain", in_=value, out=4),
    "sweep downsample": lambda value: SWEPT(downsample=value),
    "sweep size": lambda value: SWEPT(size=value),
    "sweep batch": lambda value: SWEPT(batch=value),
    "sweep where": lambda value: SWEPT(where=value),
    "sweep pareto": lambda value: SWEPT(pareto=value),
    "sweep sort": lambda value: SWEPT(sort=value),
    "sweep limit": lambda value: SWEPT(limit=value),
    "sweep shard": lambda value: SWEPT(shard=value),
    "compare_networks": lambda value: bottlecalc.compare_networks(value),
    "compare_networks size": lambda value: NETWORKS(size=value),
    "compare_networks batch": lambda value: NETWORKS(batch=value),
    "compare_networks measure": lambda value: NETWORKS(measure=value),
    "sweep_networks": lambda value: bottlecalc.sweep_networks(value),
    "sweep_networks width": lambda value: NETWORKS_SWEPT(width=value),
    "sweep_networks size": lambda value: NETWORKS_SWEPT(size=value),
    "sweep_networks batch": lambda value: NETWORKS_SWEPT(batch=value),
    "solve_network": lambda value: bottlecalc.solve_network(value, max_params=999),
    "solve_network for_": lambda value: NETWORK_SOLVED(for_=value),
    "solve_network max_macs": lambda value: NETWORK_SOLVED(max_macs=value),
    "solve_network size": lambda value: NETWORK_SOLVED(size=value),
    "solve_network batch": lambda value: NETWORK_SOLVED(batch=value),
    "solve": lambda value: bottlecalc.solve(value, in_=3, out=4, max_params=999),
    "solve in": lambda value: SOLVED(in_=value),
    "solve downsample": lambda value: SOLVED(downsample=value),
    "solve size": lambda value: SOLVED(size=value),
    "solve batch": lambda value: SOLVED(batch=value),
    "solve max_macs": lambda value: SOLVED(max_macs=value),
    "solve for_": lambda value: SOLVED(for_=value),
    "solve multiple_of": lambda value: SOLVED(multiple_of=value),
    "solve scope": lambda value: SOLVED(scope=value),
    "break_even": lambda value: bottlecalc.break_even(value, in_=3, out=4),
    "break_even in": lambda value: bottlecalc.break_even("bottleneck", in_=value, out=4),
    "break_even size": lambda value: bottlecalc.break_even("bottleneck", in_=3, out=4, size=value),
    "check": lambda value: bottlecalc.check(value),
    "check names": lambda value: bottlecalc.check("pyproject.toml", value),
    "check baseline": lambda value: bottlecalc.check("pyproject.toml", baseline=value),
    "families": lambda value: bottlecalc.families(value),
    "question family": lambda value: bottlecalc.Question(family=value, values={}),
    "question values": lambda value: bottlecalc.Question(family=Bottleneck, values=value),
    "question size": lambda value: QUESTION(size=value),
    "question batch": lambda value: QUESTION(batch=value),
    "question quantity": lambda value: QUESTION(quantity=value),
    "question limits": lambda value: QUESTION(limits=value),
    "question scope": lambda value: QUESTION(scope=value),
    "question multiple_of": lambda value: QUESTION(multiple_of=value),
    "limit": lambda value: bottlecalc.Limit(figure=value, most=3),
    "limit most": lambda value: bottlecalc.Limit(figure="params", most=value),
    "assert_within_budget": lambda value: assert_within_budget(value, max_params=9),
    "assert_within_budget size": lambda value: HELD(size=value),
    "assert_within_budget min_params": lambda value: HELD(min_params=value),
    "parse defaults": lambda value: bottlecalc.parse("plain:in=3", value),
    "build": lambda value: bottlecalc.build(value),
    "parse": lambda value: bottlecalc.parse(value),
    "count_model": lambda value: bottlecalc.count_model(value),
    "count_model input": lambda value: bottlecalc.count_model(CONV, value),
    "measure": lambda value: bottlecalc.measure(value, (1, 3, 5, 7)),
    "measure shape": lambda value: bottlecalc.measure(CONV, value),
}
FINE: dict[str, tuple[Any, ...]] = {
    "downsample": (True, False),
    "count size": ("56",),
    "count counter": (None,),
    "compare size": ("56",),
    "compare counts": (None,),
    "compare_networks size": (None, "56"),
    "compare_networks measure": (None, True, False),
    "sweep_networks width": (3.5, 56.0, "56", [3.5], [1, 2, 3], numpy.float64(4)),
    "sweep_networks size": (None, "56"),
    "solve_network max_macs": (None, 0, "56"),
    "solve_network size": (None, "56"),
    "sweep in": ("56", b"7", [1, 2, 3]),
    "sweep downsample": (True, False),
    "sweep size": ("56", b"7", [1, 2, 3]),
    "sweep batch": ("56", b"7", [1, 2, 3]),
    "sweep where": ([],),
    "sweep pareto": (None, []),
    "sweep sort": (None,),
    "sweep limit": (None, "56"),
    "solve downsample": (None, True, False),
    "solve size": (None, "56"),
    "solve max_macs": (None, 0, "56"),
    "break_even size": ("56",),
    "check": (None,),
    "check names": ([],),
    "check baseline": (None,),
    "families": (Plain,),
    "question size": ("56",),
    "question limits": ("", [], {}, set()),
    "limit most": (0,),
    "assert_within_budget size": (None, "56"),
    "assert_within_budget min_params": (None, 0, 56.0, "56", numpy.float64(4)),
    "parse defaults": (),
}
"""What is right in its place."""


def complaint(call: Callable[[], Any]) -> str:
    """What is said of a wrong call, once it is held to be one sentence in our words."""
    with pytest.raises((TypeError, ValueError, BottlecalcError)) as caught:
        call()
    error = caught.value
    assert isinstance(error, BottlecalcError), repr(error)
    text = str(error)
    assert len(text) < MOST_LETTERS
    assert "\n" not in text
    lines = "".join(traceback.format_exception(error)).splitlines()
    assert len(lines) <= MOST_LINES, lines
    return text


@pytest.mark.parametrize("place", CALLS)
def test_a_value_of_any_other_kind_is_one_sentence(place: str) -> None:
    for value in VALUES:
        kind = quoted(value)
        if kind in map(quoted, FINE.get(place, ())):
            CALLS[place](value)
        else:
            assert complaint(lambda value=value: CALLS[place](value)), (place, kind)  # type: ignore[misc]


TOLD: list[tuple[Callable[[], Any], str]] = [
    (lambda: Bottleneck(64, 128, mid=2.5), "mid_channels = 2.5 in bottleneck:in=64,out=128,mid=2"),
    (
        lambda: Bottleneck(64, 128, mid=0),
        "mid_channels = 0 in bottleneck:in=64,out=128,mid=0; give",
    ),
    (lambda: Bottleneck(64, 128, mid=1, mid_channels=2), "mid_channels = 2 and mid = 1 are both"),
    (lambda: Plain(64, 128, mid=32), "unexpected keyword argument 'mid'; write Plain(in_channels"),
    (lambda: Bottleneck(64), "missing a required argument: 'out_channels'; write Bottleneck(in_c"),
    (lambda: Bottleneck(64, 128, 32), "too many positional arguments; write Bottleneck("),
    (lambda: Bottleneck(64, 2), "give the width of the middle: mid_channels=N"),
    (lambda: bottlecalc.count(CONV), "Conv2d is a model, not a block; count it by count_model("),
    (lambda: bottlecalc.count(Plain), "Plain is a family of blocks; give a block of it, such as"),
    (lambda: bottlecalc.count(5), "5 is no block; give one, such as Bottleneck(64, 128), or"),
    (lambda: bottlecalc.count(Plain(3, 4), 5, 1, None, 2), "write count("),
    (lambda: bottlecalc.count(Plain(3, 4), size=(5, 6, 7)), "size = (5, 6, 7) is no size; give"),
    (lambda: bottlecalc.count(Plain(3, 4), size=0), "height = 0; give a whole number of at least"),
    (lambda: bottlecalc.count(Plain(3, 4), size=(5, 1.5)), "width = 1.5; give a whole number of"),
    (lambda: bottlecalc.count(Plain(3, 4), counter="thop"), "counter = 'thop'; give 'torch', 'fv"),
    (lambda: bottlecalc.compare(Plain(3, 4), CONV), "Conv2d is a model, not a block"),
    (
        lambda: bottlecalc.compare(Plain(3, 4), sizes=5),
        "unexpected keyword argument 'sizes' (did you mean size?); write",
    ),
    (
        lambda: bottlecalc.compare(Plain(3, 4), measure="x"),
        "measure = 'x'; give True, False or 'in",
    ),
    (lambda: bottlecalc.compare_networks(5), "5 is no network; give one, such as 'resnet50:width"),
    (lambda: bottlecalc.compare_networks(CONV), "Conv2d is a model, not a network; count it by co"),
    (lambda: bottlecalc.compare_networks(), "no network was given; give at least one, such as"),
    (
        lambda: bottlecalc.compare_networks("resnet5"),
        "unknown network 'resnet5' (did you",
    ),
    (lambda: bottlecalc.compare_networks("resnet18", sise=3), "(did you mean size?); write comp"),
    (lambda: NETWORKS(measure="x"), "measure = 'x'; give True, False or 'in"),
    (lambda: bottlecalc.sweep_networks("resnet5"), "unknown network 'resnet5' (did you mean"),
    (lambda: NETWORKS_SWEPT(widht="1"), "resnet18 has no 'widht' (did you mean width?); its keys"),
    (lambda: NETWORKS_SWEPT(width="1,"), "width = '1,'; give numbers, or text such as '0.5,1'"),
    (lambda: NETWORKS_SWEPT(width=[]), "width = []; give numbers, or text such as '0.5,1'"),
    (lambda: NETWORK_SOLVED(for_="mid"), "resnet18 has no mid; solve for_ one of width, depth,"),
    (lambda: bottlecalc.solve_network("resnet18"), "no limit is given; give max_macs or another"),
    (lambda: bottlecalc.solve_network(), "missing a required argument: 'network'; write solve_ne"),
    (lambda: bottlecalc.sweep(3), "3 is no block; give one, such as Bottleneck(64, 128), or"),
    (lambda: SWEPT(where=3), "where = 3 is no text; give 'params<=20k'"),
    (lambda: SWEPT(where=["params<=20k", 3]), "where = 3 is no text; give 'params<=20k'"),
    (lambda: SWEPT(pareto=3), "pareto = 3 is no text; give 'params,macs'"),
    (lambda: SWEPT(sort=3), "sort = 3 is no text; give '-params'"),
    (lambda: SWEPT(shard=3), "shard = 3 is no text; give '3/16'"),
    (lambda: SWEPT(limit=3.0), "limit 3.0 is not allowed; give a whole number of at least 1"),
    (lambda: SWEPT(middle=3), "there is no key 'middle' to sweep (did you mean mid?)"),
    (
        lambda: bottlecalc.solve(),
        "missing a required argument: 'block'; write solve(\"bottleneck\"",
    ),
    (
        lambda: bottlecalc.solve("bottleneck", "plain", max_params=9),
        "too many positional arguments",
    ),
    (lambda: bottlecalc.break_even(), "missing a required argument: 'block'; write break_even("),
    (
        lambda: bottlecalc.check(configs="a"),
        "'configs' (did you mean config?); write check(",
    ),
    (lambda: Bottleneck(), "missing a required argument: 'in_channels'; write Bottleneck("),
    (lambda: Bottleneck(64, 128, strid=2), "argument 'strid' (did you mean stride?); write Bo"),
    (lambda: bottlecalc.build("botleneck:in=3,out=4"), "did you mean bottleneck?"),
    (lambda: bottlecalc.build(5), "5 is no block; give one"),
    (
        lambda: bottlecalc.count_model(CONV, input_size=(1, 3, 8, 8)),
        "(did you mean inputs?); write",
    ),
    (lambda: bottlecalc.count_model(nn.Conv2d), "is no model; give an nn.Module: an instance, su"),
    (lambda: bottlecalc.count_model(), "missing a required argument: 'model'; write count_model("),
    (lambda: bottlecalc.count_model(Plain(3, 4)), "or count(block) to count a block"),
    (lambda: bottlecalc.count_model(CONV, (1, 5, 8, 8)), "to have 3 channels, but got 5 channels"),
    (lambda: bottlecalc.measure(CONV, 5), "5 is no input; give a tensor, dimensions such as (1, 3"),
    (lambda: bottlecalc.measure(CONV, (1, 5, 8, 8)), "to have 3 channels, but got 5 channels"),
]


@pytest.mark.parametrize(("call", "words"), TOLD, ids=[words[:40] for _, words in TOLD])
def test_it_says_what_was_got_and_what_would_do(call: Callable[[], Any], words: str) -> None:
    assert words in complaint(call)


def test_a_built_block_says_what_channels_it_takes() -> None:
    module = bottlecalc.build("bottleneck:in=64,out=128")
    shown = "the input is 1×5×8×8, and this block takes batch × 64 channels × height × width"
    assert shown in complaint(lambda: module(torch.zeros(1, 5, 8, 8)))
    assert shown in complaint(lambda: bottlecalc.count_model(module, (1, 5, 8, 8)))
    assert "1×5×8×8" in complaint(lambda: bottlecalc.measure(module, (1, 5, 8, 8)))
    assert "the input is 64×8×8" in complaint(lambda: module(torch.zeros(64, 8, 8)))


def test_whole_numbers_of_other_libraries_are_whole_numbers() -> None:
    block = Bottleneck(numpy.int64(64), numpy.uint8(128), mid=torch.tensor(32))
    assert block == Bottleneck(64, 128, mid_channels=32)
    assert type(block.in_channels) is int
    counted = bottlecalc.count(block, numpy.int32(7), numpy.int64(3))
    assert counted.input == (3, 64, 7, 7)
    assert type(counted.params.main) is int


def test_what_the_users_code_raises_stays_in_the_traceback() -> None:
    class Broken(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise KeyError("of the user's own")

    with pytest.raises(BottlecalcError) as caught:
        bottlecalc.count_model(Broken(), (1, 3))
    text = "".join(traceback.format_exception(caught.value))
    assert 'raise KeyError("of the user\'s own")' in text
    assert "torch/nn/modules" not in text
