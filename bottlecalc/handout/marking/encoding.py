"""The bytes of somebody's table as text: which encoding they are in, or that nobody can say.

A strict chain: UTF-8, UTF-16, then GB18030 or Windows-1252, whichever the text can be. Statistics
over languages decide worse on a class's few names: charset-normalizer 3.4 reads ``Muñoz`` as
``Muńoz`` and one 李玥 as Korean.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from typing import NamedTuple
from unicodedata import category

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError
from bottlecalc.text.calls import quoted

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""How a text begins that says what it is in; of two the longer one first."""

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a file of Excel's begins, and an old one."""

HANZI = re.compile("[\u4e00-\u9fff]")
AMONG_LETTERS = re.compile("[A-Za-z][\u4e00-\u9fff](?=[a-z])")
WORD = re.compile(r"[^\W\d_]+")
PUNCTUATION = "’‘“”–·×"
"""What Windows-1252 writes beside letters."""

AGAIN = "save it as CSV UTF-8 and give that"


class DecodedText(NamedTuple):
    """A text, and how it was read.

    Attributes:
        text: all of it.
        encoding: what it was read as, where its bytes do not say so themselves; else empty.
        sample: the first word with letters that other encodings spell otherwise.
    """

    text: str
    encoding: str = ""
    sample: str = ""


def decode(content: bytes, encoding: str | None = "", name: str = "the file") -> DecodedText:
    """The text of a file.

    Args:
        content: its bytes.
        encoding: what they are in, where somebody says so; None where nobody can.
        name: of the file, for errors.

    Raises:
        HandoutError: it is a workbook, or in no encoding that can be told, or not in that one.
    """
    if content.startswith(WORKBOOKS):
        raise HandoutError(f"{name} is a workbook; {AGAIN}")
    if encoding:
        return DecodedText(_as_said(content, encoding, name))
    known = next((codec for mark, codec in MARKS if content.startswith(mark)), "")
    for codec in (known,) if known else _silent(content):
        if (text := _strict(content, codec)) is not None:
            return DecodedText(text)
    if not known and b"\0" not in content:
        told = "" if encoding is None else f", or say what it is in by {argument('encoding')}"
        return _national(content, name, AGAIN + told)
    raise HandoutError(f"{name} is no text: its bytes are in no encoding; {AGAIN}")


def _silent(content: bytes) -> tuple[str, ...]:
    """What a text without a mark can be in that proves itself."""
    if b"\0" not in content:
        return ("utf-8",)
    behind = content[1::2].count(0) > content[::2].count(0)
    return ("utf-16-le",) if behind else ("utf-16-be",)


def _as_said(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except (LookupError, ValueError) as error:
        known = not isinstance(error, LookupError)
        wrong = "is not what it is in" if known else "is no encoding of text"
        raise HandoutError(
            f"{name} cannot be read: {quoted(encoding)} {wrong};"
            " give another, such as utf-8, gb18030 or cp1252"
        ) from None


def _strict(content: bytes, codec: str) -> str | None:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _national(content: bytes, name: str, remedy: str) -> DecodedText:
    chinese, western = _strict(content, "gb18030"), _strict(content, "cp1252")
    common, rare = _characters(chinese or "")
    if chinese is not None and common > rare:
        return DecodedText(chinese, "GB18030", _sample(chinese))
    if western is not None and _is_western(western):
        return DecodedText(western, "Windows-1252", _sample(western))
    if chinese is not None and common and common == rare:
        return DecodedText(chinese, "GB18030", _sample(chinese))
    raise HandoutError(
        f"{name} is neither in UTF-8 nor plainly in GB18030 or Windows-1252; {remedy}"
    )


def _characters(text: str) -> tuple[int, int]:
    """How many characters are such as everybody writes (GB 2312's), and how many are not.

    An ``ü`` before a letter makes a character too, but of those that GBK added; ``çã`` makes one of
    the first, but between letters.
    """
    times = {one: n for one, n in Counter(text).items() if not one.isascii()}
    usual = {one for one in times if _encodes(one, "gb2312")}
    common = sum(times[one] for one in usual if HANZI.match(one))
    rare = sum(times[one] for one in times.keys() - usual if category(one)[0] in "LC")
    return common - 2 * len(AMONG_LETTERS.findall(text)), rare


def _is_western(text: str) -> bool:
    """Whether all that is not ASCII are letters among letters of ASCII, as in Müller."""
    words = [word for word in WORD.findall(text) if not word.isascii()]
    others = sum(not one.isascii() and one not in PUNCTUATION for one in text)
    inside = sum(not one.isascii() and one.isalpha() for word in words for one in word)
    sparse = all(2 * sum(map(str.isascii, word)) >= len(word) for word in words)
    return others == inside and sparse


def _encodes(one: str, codec: str) -> bool:
    try:
        one.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _sample(text: str) -> str:
    return next((word for word in WORD.findall(text) if not word.isascii()), "")
