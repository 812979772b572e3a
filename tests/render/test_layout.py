"""Whatever names hold, colours are the only escapes in what is laid out."""

from __future__ import annotations

import pytest
from rich.console import RenderableType
from rich.text import Text

from bottlecalc.render.layout import heading, hung, printed, ruled, unbounded

NAME = "a\x1b[2J\u2028\n::add-mask::b ##[c]"


@pytest.mark.parametrize("part", ["heading", "hung", "text", "cell"])
def test_names_are_spelled_out(part: str) -> None:
    table = ruled("one", "two")
    table.add_row("::add-mask::b", NAME)
    parts: dict[str, RenderableType] = {
        "heading": heading(NAME),
        "hung": hung("!", NAME),
        "text": Text(NAME),
        "cell": table,
    }
    text = printed([parts[part]], unbounded())
    assert r"a\x1b[2J\u2028" in text
    assert r"\x23#[c]" in text
    assert not any(written.lstrip().startswith("::") for written in text.split("\n"))


def test_a_heading_is_one_line() -> None:
    assert printed([heading(NAME)], unbounded()).count("\n") == 2
