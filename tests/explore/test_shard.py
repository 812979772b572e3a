"""Parts of a grid: one after the other they are the whole."""

from __future__ import annotations

from typing import Any

import pytest

from bottlecalc.explore.shard import Shard, parse_shard
from bottlecalc.explore.sweep import sweep
from tests.explore.designs import AWKWARD, grid


@pytest.mark.parametrize("of", [1, 3, 16, 1000])
def test_shards_are_the_whole_and_as_long_as_each_other(of: int) -> None:
    swept = grid("plain", "bottleneck:stride=1", size="7,9x4", **AWKWARD)
    shards = [Shard(number, of) for number in range(1, of + 1)]
    spans = [span for shard in shards for span in shard.spans(swept, 7)]
    for lane in swept.lanes:
        ends = [(start, stop) for owner, start, stop in spans if owner is lane]
        assert [start for start, _ in ends] == [0, *(stop for _, stop in ends[:-1])]
        assert ends[-1][1] == lane.length
        assert all(start < stop <= start + 7 for start, stop in ends)
    lengths = {shard.length(swept) for shard in shards}
    assert max(lengths) - min(lengths) <= 1


def test_a_shard_is_shown_as_the_whole_is() -> None:
    values: dict[str, Any] = {"in_": [3, 6], "out": 12, "mid": "1:5", "groups": [1, 2]}
    whole = list(sweep("plain", "bottleneck", **values))
    shards = [list(sweep("plain", "bottleneck", shard=f"{n}/4", **values)) for n in (1, 2, 3, 4)]
    assert [design for shard in shards for design in shard] == whole
    assert all(shards)


def test_shards_are_read() -> None:
    assert parse_shard(" 3/16 ") == Shard(3, 16)
