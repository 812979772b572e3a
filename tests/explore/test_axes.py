"""What is swept as Python gives it: numbers, lists, ranges and text; all else is one sentence."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bottlecalc import BottlecalcError, Bottleneck, Plain, Sweep, sweep
from bottlecalc.explore.axes import sizes
from bottlecalc.explore.grid import Grid, SweepError
from bottlecalc.text.ranges import Sizes
from tests.explore.designs import grid


@pytest.mark.parametrize(
    "mid",
    [
        range(8, 25, 8),
        range(24, 7, -8),
        [8, 16, 24, 8],
        (8, 16, 24),
        "8:24:8",
        np.array([8, 16, 24]),
    ],
    ids=repr,
)
def test_values_come_in_every_form(mid: Any) -> None:
    swept = sweep("bottleneck", in_=64, out=128, mid=mid)
    assert isinstance(swept, Sweep)
    assert sorted(design.keys["mid"] for design in swept) == [8, 16, 24]
    assert len(swept) == 3


def test_a_tuple_is_one_size_and_a_list_several() -> None:
    assert sizes((14, 28)) == Sizes([14], [28])
    assert sizes([14, (7, 28)]) == Sizes([14, 7], [14, 28])
    assert sizes(range(7, 15, 7)) == Sizes(range(7, 15, 7), range(7, 15, 7))
    assert sizes("14,28x7") == Sizes([14, 28], [14, 7])
    assert sizes(9) == Sizes([9], [9])


def test_blocks_come_as_specs_blocks_families_or_a_grid() -> None:
    for block in ("bottleneck", Bottleneck):
        (design,) = sweep(block, in_channels=64, out=128, mid_channels=26)
        assert design.params_main == 64 * 26 + 9 * 26 * 26 + 26 * 128
    (design,) = sweep(Plain(64, 128))
    assert design.params_main == 73_728
    assert [d.spec for d in sweep(in_=3, out=8)] == ["plain:in=3,out=8", "bottleneck:in=3,out=8"]
    assert len(sweep(grid("plain", in_="3,5", out="7"))) == 2


WRONG = [
    ({"in_": 3.5}, "in_channels = 3.5 is nothing to sweep; give a whole number of at least 1, a"),
    ({"in_": True}, "in_channels = True is nothing to sweep"),
    ({"mid": []}, "mid_channels = [] is nothing to sweep"),
    ({"mid": range(0)}, "mid_channels = range(0, 0) is nothing to sweep"),
    ({"mid": [3, 0]}, "mid_channels = [3, 0] is nothing to sweep"),
    ({"mid": range(1, 10**30)}, "mid_channels = range(1, 1000000000000000000000000000000) is noth"),
    ({"midd": 3}, "there is no key 'midd' to sweep (did you mean mid?); the keys are in, out,"),
    ({"downsample": 3}, "downsample = 3 is neither True nor False; give one"),
    ({"size": (1, 2, 3)}, "size = (1, 2, 3) is nothing to sweep"),
    ({"size": []}, "size = [] is nothing to sweep"),
    ({"batch": 0}, "batch = 0 is nothing to sweep"),
    ({"limit": 0}, "limit 0 is not allowed; give a whole number of at least 1"),
    ({"limit": ""}, "limit '' is not allowed; give a whole number of at least 1"),
    ({"shard": "0/3"}, "shard '0/3' is no part; give which of how many, such as 3/16"),
    ({"where": "params=3"}, "where 'params=3' is no condition"),
    ({"pareto": "-mid,cost"}, "pareto has no key 'cost'; the keys are params,"),
    ({"sort": ""}, "sort has no key ''; the keys are params,"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=str)
def test_misuse_is_one_sentence_before_anything_is_counted(
    wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BottlecalcError) as raised:
        sweep("bottleneck", **{"in_": 64, "out": 128, **wrong})
    assert str(raised.value).startswith(sentence)
    assert len(str(raised.value)) < 400
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("blocks", [(3,), (grid("plain", in_="3", out="7"), "plain")], ids=str)
def test_what_is_no_block_is_refused(blocks: Any) -> None:
    with pytest.raises(BottlecalcError, match=r"^3 is no block; give|^a Grid says all that is swe"):
        sweep(*blocks)


def test_a_grid_of_its_own_is_refused_where_none_is_allowed() -> None:
    with pytest.raises(
        BottlecalcError, match=r"^none of the 2 designs is allowed: in_channels = 0"
    ):
        list(sweep(Grid(("plain",), {"in": [0, -1], "out": [3]})))


def test_a_key_may_be_a_number_of_one_family_and_a_switch_of_another() -> None:
    regnet = "regnet:group_width=4"
    designs = sweep("bottleneck", f"{regnet},se=true", in_=8, out=8, se=[2, 4])
    assert [design.spec for design in designs] == [
        *("bottleneck:in=8,out=8,se=2", "bottleneck:in=8,out=8,se=4"),
        "regnet:in=8,out=8,group_width=4,se=true",
    ]
    number, switch = (
        "se is a number of bottleneck, and is",
        "se is a switch of regnet, and is",
    )
    for blocks, se, sentence in (
        (["bottleneck", regnet], [2, 4], switch), (["bottleneck", regnet], "true", number),
        (["bottleneck"], True, number), ([regnet], 2, switch),
    ):  # fmt: skip
        with pytest.raises(SweepError, match=sentence):
            sweep(*blocks, in_=8, out=8, se=se)


@pytest.mark.parametrize("states", ["true,false", [True, False], ("true", "false")], ids=str)
def test_switches_are_swept(states: object) -> None:
    """In the order in which their states are given, of blocks that leave them open."""
    designs = sweep("bottleneck", "plain", in_=8, out=8, mid=[2, 4], v1=states)  # type: ignore[arg-type]
    assert [design.spec for design in designs] == [
        *("bottleneck:in=8,out=8,mid=2,v1=true", "bottleneck:in=8,out=8,mid=4,v1=true"),
        *("bottleneck:in=8,out=8,mid=2", "bottleneck:in=8,out=8,mid=4", "plain:in=8,out=8"),
    ]
    with pytest.raises(SweepError, match="relu is given, and no swept block has a switch relu"):
        sweep("plain", in_=8, out=8, relu="true,false")
    with pytest.raises(SweepError, match="v1 = 'yes' is neither True nor False; give one, or both"):
        sweep("bottleneck", in_=8, out=8, v1="yes")


def test_such_a_key_is_one_column_of_text(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    designs = sweep("bottleneck:se=2", "regnet:group_width=4,se=true", in_=8, out=8)
    assert [row["se"] for row in designs.to_dict()["designs"]] == [2, True]
    designs.write(str(tmp_path / "designs.csv"))
    rows = csv.DictReader((tmp_path / "designs.csv").read_text().splitlines())
    assert [row["se"] for row in rows] == ["2", "true"]
    designs.write(str(tmp_path / "designs.parquet"))
    column = pq.read_table(tmp_path / "designs.parquet").column("se")
    assert column.to_pylist() == ["2", "true"]
