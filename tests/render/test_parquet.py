"""Parquet: what readers see, the same columns in every shard, and whole files."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import sweep
from bottlecalc.render import parquet
from tests.conftest import Run

pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
reader = pytest.importorskip("pyarrow.parquet")

GRID = ("sweep", "--in", "3,64", "--out", "129", "--mid", "31:33,64", "--stride", "1,2")


def table(path: Path) -> Any:
    return reader.read_table(path)


def test_parquet_says_what_csv_and_json_say(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "designs.parquet"
    options = (*GRID, "--size", "7x5,14", "--batch", "3", "--where", "params<=90k")
    assert run(*options, "--format", "parquet", "--output", str(path)).code == 0
    rows = table(path).to_pylist()
    lines = list(csv.DictReader(io.StringIO(run(*options, "--format", "csv").out)))
    items = json.loads(run(*options, "--format", "json").out)["designs"]
    assert len(rows) == len(lines) == len(items) > 10
    for row, line, item in zip(rows, lines, items, strict=True):
        assert [*row] == [*line]
        assert {name: "" if v is None else str(v).lower() for name, v in row.items()} == line
        for name in ("spec", "family", "in", "out", "mid", "stride", "upsample", "batch"):
            assert row[name] == item[name]


def test_a_key_that_a_family_does_not_have_is_null(tmp_path: Path) -> None:
    swept = sweep("plain", "bottleneck", in_=3, out=130)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"".join(parquet.pieces(swept.pages(), swept)))
    columns = table(path).to_pydict()
    assert columns["family"] == ["plain", "bottleneck"]
    assert columns["mid"] == [None, 130 // 4]
    assert columns["groups"] == [None, 1]
    assert columns["downsample"] == [False, False]
    assert columns["spec"] == ["plain:in=3,out=130", "bottleneck:in=3,out=130"]


def test_shards_are_the_whole_and_have_its_columns(run: Run, tmp_path: Path) -> None:
    whole = run(*GRID, "--format", "csv").out.splitlines()
    rows, schemas = [], []
    for number in range(1, 8):
        shard = ("--shard", f"{number}/7")
        path = tmp_path / f"{number}.parquet"
        assert run(*GRID, *shard, "--format", "parquet", "--output", str(path)).code == 0
        lines = run(*GRID, *shard, "--format", "csv").out.splitlines()
        assert lines[0] == whole[0]
        rows += lines[1:]
        schemas.append(reader.read_schema(path))
        assert table(path).num_rows == len(lines) - 1
    assert rows == whole[1:]
    assert all(schema == schemas[0] for schema in schemas)
    assert table(tmp_path).num_rows == len(whole) - 1


def test_a_shard_without_a_design_is_a_table_all_the_same(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    arguments = ("sweep", "--in", "3", "--out", "8", "--block", "plain", "--shard", "1/5")
    assert run(*arguments, "--format", "parquet", "--output", str(path)).code == 0
    assert table(path).num_rows == 0
    assert table(path).schema.field("in").type == pyarrow.int64()


@pytest.mark.parametrize(
    ("out", "kind"),
    [(2**40, pyarrow.int64()), (2**70, pyarrow.decimal128(38)), (2**140, pyarrow.string())],
    ids=str,
)
def test_numbers_beyond_64_bits_are_exact_and_their_kind_is_the_grids(
    out: int, kind: Any, tmp_path: Path
) -> None:
    """Of 3 to 2ᵏ with a batch norm and its projection: 9·3·2ᵏ + 2·2ᵏ + 3·2ᵏ + 2·2ᵏ = 34·2ᵏ."""
    for shard, expected in (("1/2", 34 * 5), ("2/2", 34 * out)):
        swept = sweep("plain", in_=3, out=[5, out], size=1, shard=shard)
        path = tmp_path / "a.parquet"
        path.write_bytes(b"".join(parquet.pieces(swept.pages(), swept)))
        column = table(path)["params_block"]
        assert column.type == kind
        assert [int(value) for value in column.to_pylist()] == [expected]


def test_designs_in_order_of_several_blocks_are_written_too(tmp_path: Path) -> None:
    swept = sweep("plain", "bottleneck", in_=3, out=[8, 16], sort="-params")
    path = tmp_path / "a.parquet"
    path.write_bytes(b"".join(parquet.pieces(swept.pages(), swept)))
    assert table(path)["spec"].to_pylist() == [design.spec for design in swept]


def test_row_groups_come_one_by_one() -> None:
    swept = sweep("bottleneck", in_=64, out=128, mid=range(1, 300_001))
    pieces = list(parquet.pieces(swept.pages(), swept))
    metadata = reader.read_metadata(io.BytesIO(b"".join(pieces)))
    assert metadata.num_rows == 300_000
    assert [metadata.row_group(at).num_rows for at in range(3)] == [131_072, 131_072, 37_856]
    assert len(pieces) == 4


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ((), "--format parquet writes a file; give --output FILE"),
        (
            ("--output", "a.parquet"),
            "--format parquet needs pyarrow; install it with: python -m pip install pyarrow",
        ),
    ],
)
def test_without_a_file_or_pyarrow_parquet_is_refused_before_the_sweep(
    output: tuple[str, ...], sentence: str, run: Run, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    if output:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        monkeypatch.delitem(sys.modules, "pyarrow.parquet")
    result = run(*GRID, "--format", "parquet", *output)
    assert (result.code, result.out, result.err) == (2, "", f"Error: {sentence}\n")
    assert os.listdir(tmp_path) == []
