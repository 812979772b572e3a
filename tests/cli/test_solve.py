"""``bottlecalc solve``: ResNeXt's table is retold, what binds is said, bad input is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

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


def test_where_nothing_fits_the_cheapest_is_shown(run: Run) -> None:
    arguments = (*PAIR, "--max-params", "100")
    result = run(*arguments)
    assert result.code == 1
    assert "No mid keeps these limits, not even 1." in result.out
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


def test_the_fewest_groups_and_the_next_fewer(run: Run) -> None:
    """24,192 parameters without groups, 4,608 fewer with two."""
    arguments = (*PAIR, "--for", "groups", "--max-params")
    text = run(*arguments, "20k").out
    assert text.startswith("The fewest groups are 2.\n")
    assert "fewer   bottleneck:in=64,out=128, input" in text
    document = json.loads(run(*arguments, "20k", "--format", "json").out)
    assert (document["for"], document["value"], document["fits"]) == ("groups", 2, True)
    assert document["below"]["params"]["block"] == 24_192 - 4_608
    assert (document["above"]["value"], document["binding"]) == (1, ["max_params"])
    assert "fewer   nothing: no fewer groups are allowed\n" in run(*arguments, "1M").out
    none = run(*arguments, "1k")
    assert none.code == 1
    assert none.out.startswith("No number of groups keeps these limits, not even 32.\n")
    assert "nearest bottleneck:in=64,out=128,groups=32, input" in none.out


def test_golden(run: Run, golden: Any) -> None:
    golden("solve.txt", run(*PAIR, "--max-params", "20k", "--max-macs", "60M").out)
    golden("solve-break-even.txt", run(*PAIR, "--break-even").out)


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
        (
            ("--max-params", "1k", "--for", "depth"),
            "bottleneck has no depth; solve --for one of"
            " in, out, stride, dilation, se, mid, groups, size\n",
        ),
        (
            ("--max-params", "1k", "--block", "basic"),
            "basic has no mid; solve --for one of in, out, stride, dilation, se, size",
        ),
        (
            ("--max-params", "1k", "--groups", "2", "--block", "plain"),
            "plain has no groups; leave --groups out, and solve --for one of in, out, stride, dil",
        ),
        (("--max-params", "1k", "--multiple-of", "0"), "--multiple-of '0' is not allowed; give a"),
        (("--max-params", "1M", "--for", "size"), "every size keeps these limits; add one that"),
        (("--break-even", "--block", "basic"), "basic has no mid and never breaks even; give"),
        (
            ("--max-params", "1k", "--block", "bottleneck", "--block", "bottleneck:groups=4"),
            "solve answers for one block, and 2 are given: --block bottleneck, --block bottle",
        ),
        (
            ("--max-params", "1k", "--block", "plain", "--mid", "32"),
            "plain has no mid; leave --mid out, and solve --for one of in, out, stride, dilation,",
        ),
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


@pytest.mark.parametrize(
    ("arguments", "block"),
    [
        (("--for", "out"), "bottleneck:in=12,out=4"),
        (("--for", "groups", "--out", "53"), "bottleneck:in=12,out=53"),
        (("--for", "groups", "--out", "53", "--multiple-of", "26"), "bottleneck:in=12,out=53"),
    ],
)
def test_what_every_value_breaks_is_blamed(
    arguments: tuple[str, ...], block: str, run: Run
) -> None:
    """And not what the smallest value alone breaks: out = 1 has no middle."""
    size = ("--in", "12", "--downsample", "--size", "3x4", "--max-params", "818251")
    result = run("solve", *size, *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"Error: size 3x4 is odd, and {block},downsample=true halves it; give an even height and"
        " width\n"
    )
