"""Answers as schools' systems and spreadsheets export them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from bottlecalc import Marks, mark_answers
from tests.conftest import Run

EXPORTS = Path(__file__).parent / "exports"
READ = ("excel-chinese.csv", "excel-german.csv", "excel-unicode-text.txt", "canvas.csv",
        "moodle.csv")  # fmt: skip


def marked(name: str) -> tuple[Marks, list[str]]:
    remarks: list[str] = []
    return mark_answers(EXPORTS / name, exercises=8, seed=29, warn=remarks.append), remarks


def verdicts(marks: Marks) -> dict[tuple[str, str], list[str]]:
    return {
        (one.student, one.identity): [
            "+".join(mark.slips) or mark.verdict or "-" for mark in one.marks
        ]
        for one in marks.students
    }


def test_every_export_is_tried() -> None:
    assert sorted(path.name for path in EXPORTS.iterdir()) == sorted(READ)


def test_moodles_report_of_responses() -> None:
    """Two students of one name are two; a dash is no answer; the decimal power is Moodle's."""
    marks, remarks = marked("moodle.csv")
    assert verdicts(marks) == {
        ("Wei Wang", "wei.wang1@example.org"): ["right"] * 8,
        ("Wei Wang", "wei.wang2@example.org"): [
            *("other", "flops", "right", "-", "bias+batch_norm", "forgot_batch_norm", "right"),
            "forgot_groups",
        ],
        ("Jörg Müller", "j.mueller@example.org"): ["right", "right", *["-"] * 6],
    }
    names = [row[0] for row in csv.reader(io.StringIO(str(marks)))]
    assert names[1:] == [
        *("Wei Wang (wei.wang1@example.org)", "Wei Wang (wei.wang2@example.org)", "Jörg Müller"),
    ]
    assert remarks == [
        "Columns that were not read: 'State', 'Started on', 'Completed', 'Time taken',"
        " 'Grade/8.00'."
    ]


def test_canvas_analysis_of_students() -> None:
    """Its questions have numbers of their own, in the quiz's order; points stand beside them."""
    marks, remarks = marked("canvas.csv")
    assert list(verdicts(marks).values()) == [
        ["right", "right", "right", "right", "bias", "right", "right", "-"],
        ["other", "-", "batch_norm", "right", "unreadable", "forgot_projection+bias", "-", "bias"],
    ]
    assert remarks[0].startswith("The columns of questions were taken in their order")
    assert remarks[-1].endswith("(student, exercise): Alan Turing 5.")


def test_a_quiz_of_another_length_is_refused(run: Run) -> None:
    path = str(EXPORTS / "canvas.csv")
    code, out, err = run("handout", "--exercises", "7", "--seed", "29", "--check", path)
    assert (code, out) == (2, "")
    assert "the answers have 8 questions and the worksheet 7; give as many exercises as" in err


def test_a_german_excels_point_is_not_guessed_at() -> None:
    """7.440 is 7,440 to one reader and 7.44 to another; 1.505.280 is one number to both."""
    marks, remarks = marked("excel-german.csv")
    assert verdicts(marks) == {
        ("Müller, Jörg", ""): [
            *("right", "right", "-", "-", "unreadable", "-", "unreadable", "-"),
        ],
        ("Weiß, Käthe", ""): [*["-"] * 4, "right", "-", "-", "right"],
    }
    assert "unreadable: 7.440 (the point may part thousands or decimals)" in str(marks)
    assert remarks[0] == (
        "The answers are not in UTF-8 and were read as Windows-1252 (Müller); if that is"
        " misspelled, save them as CSV UTF-8"
    )
    assert remarks[1].endswith("(student, exercise): Müller, Jörg 5, Müller, Jörg 7.")


def test_excels_unicode_text() -> None:
    """UTF-16, tabs, Chinese headings, and exercises called 第1题, Q2, ０５ and ８."""
    marks, remarks = marked("excel-unicode-text.txt")
    assert verdicts(marks) == {
        ("王小明", ""): ["right", "right", *["-"] * 6],
        ("李玥", ""): [*["-"] * 4, "bias", "-", "-", "right"],
    }
    assert remarks == []


def test_a_chinese_excels_table() -> None:
    """GB18030, a column for each exercise."""
    marks, remarks = marked("excel-chinese.csv")
    assert verdicts(marks) == {
        ("王小明", "2026001"): ["right"] * 8,
        ("李玥", "2026002"): [
            *("other", "flops", "batch_norm", "-", "wide_3x3", "forgot_batch_norm+bias", "-"),
            "forgot_groups+bias",
        ],
    }
    assert remarks[0].startswith("The answers are not in UTF-8 and were read as GB18030 (学号)")


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("to", ["csv", "json", "markdown"])
def test_the_command_says_the_same(name: str, language: str, to: str, run: Run) -> None:
    path = str(EXPORTS / name)
    options = ("--exercises", "8", "--seed", "29", "--lang", language, "--to", to)
    code, out, err = run("handout", *options, "--check", path)
    remarks: list[str] = []
    marks = mark_answers(path, 8, 29, language, warn=remarks.append)  # type: ignore[arg-type]
    assert (code, err) == (0, "".join(f"{remark}\n" for remark in remarks))
    if to == "csv":
        assert out == str(marks)
