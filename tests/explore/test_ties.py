"""Keys that follow another one: read, followed in columns, refused where they cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from bottlecalc.blocks.grammar import parse
from bottlecalc.explore.sweep import sweep
from bottlecalc.explore.ties import Tie, TieError, parse_tie
from tests.explore.designs import is_exact


@pytest.mark.parametrize(
    ("text", "tie", "of_seven"),
    [
        ("out", Tie("out"), 7),
        ("out//2", Tie("out", 1, 2, exact=False), 3),
        (" 2 * out ", Tie("out", 2), 14),
        ("out*3", Tie("out", 3), 21),
        ("3*out//2", Tie("out", 3, 2, exact=False), 10),
    ],
)
def test_ties_are_read_and_say_the_same_again(text: str, tie: Tie, of_seven: int) -> None:
    assert parse_tie("mid", text) == tie
    assert parse_tie("mid", str(tie)) == tie
    assert tie.of(7) == of_seven


@pytest.mark.parametrize("text", ["out/0", "0*out", "2*out*2", "out+1", "out/in", "16k", "out/"])
def test_what_is_no_tie_gets_one_sentence(text: str) -> None:
    with pytest.raises(TieError) as raised:
        parse_tie("mid", text)
    assert str(raised.value) == (
        f"mid_channels {text!r} is neither numbers nor tied to another key; give numbers such as"
        " 8:128:8, or key, N*key, key*N, key/N (which must divide evenly) or key//N (rounded down),"
        " such as out/2"
    )


def test_tied_keys_are_followed_from_design_to_design() -> None:
    designs = list(sweep("bottleneck", in_=[3, 8, 9], out="5*in", mid="out//2", groups="mid"))
    assert [design.spec for design in designs] == [
        "bottleneck:in=3,out=15,mid=7,groups=7",
        "bottleneck:in=8,out=40,mid=20,groups=20",
        "bottleneck:in=9,out=45,mid=22,groups=22",
    ]
    assert all(is_exact(design) for design in designs)
    assert all(str(parse(design.spec)) == str(design.block) == design.spec for design in designs)


def test_a_tie_follows_what_nobody_gave_and_what_a_spec_gives() -> None:
    """The middle of 40 is 10; a spec's own 4 stands in the way of no tie."""
    (followed,) = sweep("bottleneck", in_=8, out=40, groups="mid")
    assert followed.spec == "bottleneck:in=8,out=40,groups=10"
    (own,) = sweep("bottleneck:mid=4", in_=8, out=40, groups="mid")
    assert own.spec == "bottleneck:in=8,out=40,mid=4,groups=4"


def test_one_slash_leaves_out_what_does_not_divide_and_says_so() -> None:
    swept = sweep("bottleneck", in_=8, out=[64, 65, 66], mid="out/2")
    assert [design.keys["mid"] for design in swept] == [32, 33]
    with pytest.raises(
        ValueError,
        match=r"^the only design is not allowed: mid_channels = out/2 is"
        r" no whole number where out_channels = 65; write out//2 to round down$",
    ):
        list(sweep("bottleneck", in_=8, out=65, mid="out/2"))  # fmt: skip


def test_the_baseline_beside_a_design_follows_too() -> None:
    plain, bottleneck = sweep("plain", "bottleneck", in_=7, out="3*in", mid=5)
    assert plain.spec == "plain:in=7,out=21"
    assert bottleneck.ratio_params_block == plain.params_block / bottleneck.params_block


@pytest.mark.parametrize(
    ("ties", "sentence"),
    [
        ({"mid": "groups", "groups": "mid"}, "mid follows groups follows mid: give one of them a"),
        ({"out": "mid"}, "out follows mid follows out: give one of them a number of its own"),
        ({"mid": "width"}, "mid_channels 'width' follows no number of bottleneck; give"),
        ({"mid": "downsample"}, "mid_channels 'downsample' follows no number of bottleneck; give"),
    ],
)
def test_circles_and_unknown_keys_are_refused_before_the_sweep(
    ties: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(TieError) as raised:
        sweep("bottleneck", **{"in_": 8, "out": 16, **ties})
    assert str(raised.value).startswith(sentence)
    assert len(str(raised.value)) < 400
