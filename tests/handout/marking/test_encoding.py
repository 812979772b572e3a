"""Bytes as text: what proves itself, what can be told, and what cannot."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc.handout import HandoutError
from bottlecalc.handout.marking.encoding import decode

TABLE = "student;exercise;answer\n{};1;23040\n{};2;3·3·64\n"


def table(one: str, other: str = "Ada") -> str:
    return TABLE.format(one, other)


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("name", ["Ada", "Müller", "王小明", "Ełk 😀"])
def test_what_proves_itself_is_read_in_silence(codec: str, name: str) -> None:
    text = table(name)
    assert decode(text.encode(codec)) == (text, "", "")
    chinese = f"学生{text}"
    assert decode(chinese.encode(codec)).text == chinese
    assert decode(b"\xfe\xff" + text.encode("utf-16-be")).text == text


@pytest.mark.parametrize(
    ("names", "codec", "told"),
    [
        (("王小明", "李玥"), "gb18030", "GB18030"), (("李玥", "Ada"), "gb18030", "GB18030"),
        (("赵喆", "张堃"), "gbk", "GB18030"), (("欧阳", "陈静"), "gb18030", "GB18030"),
        (("Müller", "Weiß"), "cp1252", "Windows-1252"),
        (("Muñoz", "Zoë"), "cp1252", "Windows-1252"),
        (("João", "Conceição"), "cp1252", "Windows-1252"),
        (("Åström", "Sjöö"), "cp1252", "Windows-1252"),
        (("L’Hôte", "Noël"), "cp1252", "Windows-1252"),
    ],
)  # fmt: skip
def test_what_can_be_told_is_told(names: tuple[str, str], codec: str, told: str) -> None:
    text = table(*names)
    read = decode(text.encode(codec))
    assert (read.text, read.encoding) == (text, told)
    assert read.sample in " ".join(names)


@pytest.mark.parametrize(
    ("names", "codec"),
    [
        (("Wałęsa", "Ada"), "cp1250"), (("Иванов", "Петрова"), "cp1251"),
        (("王小明", "Ada"), "big5"), (("山田太郎", "Ada"), "shift_jis"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_not_guessed_at(names: tuple[str, str], codec: str) -> None:
    content = table(*names).replace("·", "*").encode(codec)
    with pytest.raises(HandoutError) as error:
        decode(content, name="a.csv")
    assert str(error.value) == (
        "a.csv is neither in UTF-8 nor plainly in GB18030 or Windows-1252; save it as CSV UTF-8 and"
        " give that, or say what it is in by encoding"
    )
    assert names[0] in decode(content, codec).text


@pytest.mark.parametrize(
    ("content", "encoding", "sentence"),
    [
        (b"PK\x03\x04...", "", "a.csv is a workbook; save it as CSV UTF-8 and give that"),
        (b"\xd0\xcf\x11\xe0", "", "is a workbook"),
        (b"\x00\x01\x02", "", "is no text: its bytes are in no encoding; save it as CSV UTF-8"),
        (b"\xff\xfea", "", "is no text"),
        (b"a", "nosuch", "'nosuch' is no encoding of text; give another, such as utf-8, gb18030"),
        (b"a", "rot13", "'rot13' is no encoding of text"),
        (b"a", "hex", "'hex' is no encoding of text"),
        (b"a", "a\0b", "is not what it is in"),
        (b"\xff", "utf-8", "'utf-8' is not what it is in; give another"),
        (b"a", "undefined", "'undefined' is not what it is in"),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, encoding: str, sentence: str) -> None:
    with pytest.raises(HandoutError, match=r"a\.csv") as error:
        decode(content, encoding, "a.csv")
    assert sentence in str(error.value)


@given(st.binary(), st.sampled_from(["", "utf-8", "utf-16", "gb18030", "cp1250", "utf-7", "idna"]))
def test_no_bytes_are_beyond_it(content: bytes, encoding: str) -> None:
    with suppress(HandoutError):
        assert isinstance(decode(content, encoding).text, str)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_every_text_comes_back(text: str) -> None:
    assert decode(text.encode("utf-8-sig")).text == text
    assert decode(text.encode("utf-16")).text == text
