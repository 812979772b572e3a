"""JSON and CSV: the same values, and nothing that a log or a spreadsheet obeys."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc.render.records import as_csv, as_json, unquoted

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", "\r=1", "\n::add-mask::x", "##[group]"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula_or_a_command(text: str) -> None:
    written = as_csv([(text, -5, None), ("plain, text", 7, 0)])
    first, second = csv.reader(io.StringIO(written))
    assert first[0][0] not in "=+-@＝\t\r\n:"
    assert first[1:] == ["-5", ""]
    assert second == ["plain, text", "7", "0"]
    assert len(written.splitlines()) == 2
    assert "##[" not in written
    assert not written.startswith("::")


@given(st.text(st.sampled_from("=+-@'a1"), max_size=4))
def test_a_name_written_twice_is_the_same(text: str) -> None:
    """A sheet of ours, read and written again."""
    once = as_csv([[text]])
    (row,) = csv.reader(io.StringIO(once))
    assert as_csv([[unquoted(cell) for cell in row]]) == once


def test_json_holds_what_it_is_given() -> None:
    document = {"a##[b": ["##[error]\x1b\u2028", "::x"]}
    text = as_json(document)
    assert json.loads(text) == document
    assert "##[" not in text
    assert text.isascii()
