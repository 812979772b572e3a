"""Conditions on designs: ``params<=20k``."""

from __future__ import annotations

import pytest

from bottlecalc.explore.condition import Condition, figure, parse_condition
from bottlecalc.explore.grid import SweepError
from bottlecalc.explore.sweep import sweep
from bottlecalc.text.numbers import QuantityError
from tests.explore.designs import grid

KEYS = ("in", "out", "mid", "stride")


def test_conditions_are_read() -> None:
    assert parse_condition("params<=20k", KEYS) == Condition("params_block", "<=", 20_000)
    assert parse_condition(" mid > 16 ", KEYS) == Condition("mid", ">", 16)
    assert parse_condition("ratio_macs_block>=3.4", KEYS).number == 3.4
    assert parse_condition("ratio_macs_block>=2k", KEYS).number == 2000
    assert parse_condition("ratio_macs_block>=1.5e0", KEYS).number == 1.5
    with pytest.raises(
        QuantityError, match=r"^where 'params<=2\.5': '2\.5' is no whole number; gi"
    ):
        parse_condition("params<=2.5", KEYS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("params=3", r"^where 'params=3' is no condition; give a key, one of <= >= == < >, and"),
        ("weight<=3", r"^where has no key 'weight'; the keys are params, macs, flops, batch,"),
        ("groups<3", "^where has no key 'groups'"),
    ],
)
def test_others_are_refused_in_pythons_words(text: str, sentence: str) -> None:
    with pytest.raises(SweepError, match=sentence):
        parse_condition(text, KEYS)


@pytest.mark.parametrize(
    ("sign", "kept"),
    [("<=", [8, 16]), (">=", [16, 24]), ("==", [16]), ("<", [8]), (">", [24])],
)
def test_every_sign_keeps_what_it_says(sign: str, kept: list[int]) -> None:
    swept = grid("bottleneck", in_="64", out="128", mid="8:24:8")
    designs = sweep(swept, where=f"mid{sign}16")
    assert [design.keys["mid"] for design in designs] == kept


@pytest.mark.parametrize("key", ["ratio_params_block", "params", "mid"])
def test_no_number_is_too_large_to_be_compared_with(key: str) -> None:
    swept = grid("bottleneck", in_="64", out="128", mid="8:24:8")
    assert [len(sweep(swept, where=f"{key}{sign}1e400")) for sign in ("<", ">")] == [3, 0]


def test_all_must_be_met_and_a_block_without_the_key_is_left_out() -> None:
    """The ratios are the plain block's all the same: 82,432 over 14,144 (torchvision's rules)."""
    swept = grid("plain", "bottleneck", in_="64", out="128", mid="8:128:8")
    kept = list(sweep(swept, where=["params<=20k", "mid>=16"]))
    assert [design.keys["mid"] for design in kept] == [16, 24]
    assert all(design.params_block <= 20_000 for design in kept)
    assert kept[0].ratio_params_block == 82_432 / 14_144
    alone = list(sweep(swept, where="mid>=128"))
    assert [design.spec for design in alone] == ["bottleneck:in=64,out=128,mid=128"]


def test_what_nobody_gave_counts_as_what_it_is() -> None:
    """The middle is a quarter of 128, the stride is 1."""
    swept = grid("bottleneck", in_="64", out="128")
    for text, kept in (("mid>=32", 1), ("mid>32", 0), ("stride>1", 0), ("stride==1", 1)):
        assert len(list(sweep(swept, where=text))) == kept


def test_a_figure_without_a_scope_is_the_blocks() -> None:
    assert figure("macs", "sort") == "macs_block"
    assert figure("macs_main", "sort") == "macs_main"
    with pytest.raises(SweepError, match=r"^plot_key has no key 'batch'; the keys are"):
        figure("batch", "plot-key", ("params_main",))
