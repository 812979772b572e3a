"""TOML is read in one place, and what is none is one sentence."""

from __future__ import annotations

import pytest

from bottlecalc.text.toml import TomlError, parse


def test_a_document_is_read() -> None:
    assert parse('a = 1\n[b]\nc = "x"\n') == {"a": 1, "b": {"c": "x"}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = = 1", "^is no TOML: "),
        (f"a = {'[' * 50_000}", "^is nested too deeply$"),
        (f"{'a.' * 5_000}a = 1", "^is nested too deeply$"),
        (f"{'a.' * 100}a = 1", "^is nested too deeply$"),
        (f"a = {'[' * 100}1{']' * 100}", "^is nested too deeply$"),
    ],
)
def test_what_is_none_says_so(text: str, sentence: str) -> None:
    with pytest.raises(TomlError, match=sentence):
        parse(text)


def test_what_people_nest_is_read() -> None:
    assert parse(f"a = {'[' * 99}1{']' * 99}")["a"]
    assert parse(f"{'a.' * 99}b = 1")["a"]
