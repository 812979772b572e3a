"""A class's names as they come: any script, any encoding, any markup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bottlecalc import HandoutError, write_handout
from bottlecalc.handout.marking.roster import read_class
from bottlecalc.handout.marking.students import Student, labels
from tests.conftest import Run
from tests.handout.sheets import pdf_text

ALIREZA = "علی\u200cرضا"
SRI = "ශ්\u200dරී"
"""Persian and Sinhala names, of which the joiner is a letter's part."""


def class_of(path: Path, *more: str) -> tuple[str, ...]:
    return ("handout", "--exercises", "2", "--class", str(path), "--secret", "hush", *more)


@pytest.mark.slow
def test_a_student_may_be_called_as_a_mark_of_ours_is(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    write_handout(path, exercises=1, students=["Form", "Number"], secret="hush")
    assert "· Form" in pdf_text(path)


def test_a_joiner_is_of_a_name() -> None:
    assert [one.name for one in read_class([ALIREZA, SRI])] == [ALIREZA, SRI]


@pytest.mark.parametrize("name", ["Z\u200bW", "\u202eRTL", "a\x1bb"])
def test_what_nobody_sees_in_a_name_is_told(name: str) -> None:
    with pytest.raises(HandoutError, match="of which something is not seen; give a name without"):
        read_class([name])


def test_joiners_alone_are_no_name() -> None:
    with pytest.raises(HandoutError, match=r"give a name$"):
        read_class(["\u200d"])


@pytest.mark.parametrize("title", ["期中测验\u3000一班", "Klasse\u00a07a", ALIREZA])
def test_a_title_may_have_wide_spaces_and_joiners(title: str, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    write_handout(path, exercises=1, only="worksheet", title=title)
    assert path.read_text("utf-8").startswith(f"# {title}\n")


def test_a_blank_title_is_none(tmp_path: Path) -> None:
    write_handout(tmp_path / "a.md", exercises=1, only="worksheet", title=" ")
    assert (tmp_path / "a.md").read_text("utf-8").startswith("# Worksheet\n")


def test_of_namesakes_one_may_have_no_address() -> None:
    students = (Student("Ada", "a@example.org"), Student("Ada", ""))
    assert labels(students) == ["Ada (a@example.org)", "Ada"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The class is not in UTF-8 and was read as Windows-1252 (Dvoøák);"),
        ("zh", "班级名单不是 UTF-8 编码，已按 Windows-1252 读取（Dvoøák）；"),
    ],
)
def test_what_a_class_was_read_as_is_told(
    language: Any, sentence: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name\nDvořák\n", "cp1250")
    result = run(*class_of(path, "--lang", language, "-o", str(tmp_path / "a.md")))
    assert result.code == 0
    assert sentence in result.err


def test_a_class_in_no_encoding_is_not_sent_to_an_option_of_answers(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name\nŁukasz Żak\n", "cp1250")
    result = run(*class_of(path, "-o", str(tmp_path / "a.md")))
    assert (result.code, result.out) == (2, "")
    assert (
        "nor plainly in GB18030 or Windows-1252; save it as CSV UTF-8 and give that" in result.err
    )
    assert "--encoding" not in result.err


UNUSED = {
    ("--answers", "--network", "resnet50"): "--network is",
    ("--only", "worksheet", "--mid", "3", "--size", "8x9"): "--mid, --size are",
    ("--answers", "--in", "8", "--out", "9", "--mid", "3"): "",
    ("--to", "gift", "--stride", "2"): "--stride is",
}


@pytest.mark.parametrize("arguments", UNUSED)
def test_what_is_about_a_lesson_alone_is_said_to_be_unused(
    arguments: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    result = run("handout", "--exercises", "2", *arguments, "-o", str(tmp_path / "a.md"))
    said = UNUSED[arguments]
    assert result.code == 0
    assert result.err == (f"No lesson is asked for: {said} not used.\n" if said else "")
