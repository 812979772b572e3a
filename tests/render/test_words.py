"""Texts of others, as they are spelled in what people read."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bottlecalc.render.words import code, line, markdown, visible

ALPHABET = st.one_of(
    st.sampled_from(":#[]\n\r\t \x1b\x00\x85\u2028\u2029\u202e\u2066\ufeff\u00a0$`|@%"),
    st.characters(exclude_categories=["Cs"]),
)
TEXTS = st.text(ALPHABET, max_size=30)
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


def is_plain(text: str) -> bool:
    """No control character, no separator of lines, nothing that turns text around."""
    return not any(
        unicodedata.category(one) in ("Cc", "Zl", "Zp")
        or unicodedata.bidirectional(one) in ("LRE", "RLE", "PDF", "LRO", "RLO")
        or unicodedata.bidirectional(one) in ("LRI", "RLI", "FSI", "PDI")
        for one in text
    )


@given(TEXTS)
@example("a\n \x85::add-mask::b")
@example("###[error]")
def test_nothing_is_obeyed(text: str) -> None:
    assert is_plain(visible(text).replace("\n", ""))
    assert is_plain(line(text) + markdown(text) + code(text))
    for spelled in (visible(text), line(text), markdown(text), code(text)):
        assert not COMMAND.search(spelled), spelled


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("a\nb", r"a\nb"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\u2028b\u202e", r"a\u2028b\u202e"),
        (" ::add-mask::x", r" \x3a:add-mask::x"),
        ("a ::b", "a ::b"),
        ("no ##[group]", r"no \x23#[group]"),
        ("größer ×", "größer ×"),
    ],
)
def test_as_python_would_spell_it(text: str, spelled: str) -> None:
    assert line(text) == spelled


@pytest.mark.parametrize("text", ["$x^2$", ":smile:", "a :+1: b", "@team", "$`x`$"])
def test_github_finds_no_shorthand(text: str) -> None:
    """It looks for them in the text between tags, whatever was escaped in Markdown."""
    html = MarkdownIt("commonmark").render(markdown(text))
    between = re.split("<[^>]*>", unescape(html))
    assert not any(re.search(r"\$.*\$|:[\w+-]+:|@\w", piece) for piece in between)
    assert "".join(between).strip() == text
