"""A class marked by each student's own form; who is not in it is told, and who is missing."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import mark_answers
from bottlecalc.handout.forms import Form
from bottlecalc.handout.marking.responses import Responses
from bottlecalc.handout.marking.roster import find_labels, read_class
from bottlecalc.handout.marking.students import Student
from bottlecalc.handout.worksheet import class_forms, worksheet
from tests.conftest import Run

NAMES = "姓名,学号\nAda,1\n王小明,2\nBert,3\n"
FORMS = class_forms(4, ("Ada", "王小明", "Bert"), "hush", seed=5)
OPTIONS = ("--exercises", "4", "--seed", "5", "--secret", "hush")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("names.csv").write_text(NAMES, "utf-8")
    return tmp_path


def answers(*rows: tuple[Form, str, Any]) -> str:
    """A row an exercise: whose form, whether the right answer or a slip's name, for whom."""
    lines = ["student,exercise,answer"]
    for form, which, student in rows:
        for n, x in enumerate(form.exercises, 1):
            slips = [*x.slips.values()]
            lines.append(f"{student},{n},{x.answer if which == 'right' else slips[0]}")
    return "\n".join(lines)


def checked(run: Run, text: str, *more: str) -> tuple[int, str, str]:
    Path("answers.csv").write_text(text, "utf-8")
    return run("handout", *OPTIONS, "--class", "names.csv", "--check", "answers.csv", *more)


def test_each_is_marked_by_their_own_form(folder: Path, run: Run) -> None:
    ada, wang, _ = FORMS
    rows = (ada, "right", "Ada"), (wang, "slip", "王小明"), (ada, "right", "Bert")
    code, out, err = checked(run, answers(*rows))
    table = {row[0]: row[1:] for row in csv.reader(io.StringIO(out))}
    assert (code, err) == (0, "")
    assert table["Ada"] == ["right"] * 4 + ["4"]
    assert all("? " in said for said in table["王小明"][:4])
    assert table["Bert"][-1] != "4"  # with a neighbour's answers


def test_statistics_are_by_exercise_for_all_have_the_same_kinds(folder: Path, run: Run) -> None:
    ada, wang, bert = FORMS
    rows = (ada, "right", "Ada"), (wang, "slip", "王小明"), (bert, "right", "Bert")
    out = checked(run, answers(*rows), "--statistics")[1]
    table = [row[:3] for row in csv.reader(io.StringIO(out))][1:]
    assert table == [[str(n), "2", "1"] for n in range(1, 5)]


def test_the_json_says_whose_form_it_was(folder: Path, run: Run) -> None:
    code, out, _ = checked(run, answers((FORMS[1], "right", "王小明")), "--to", "json")
    document = json.loads(out)
    assert code == 0
    assert [one["answer"] for one in document["exercises"]] == [None] * 4
    (student,) = document["students"]
    assert student["form"] == FORMS[1].number
    assert [one["answer"] for one in student["marks"]] == [x.answer for x in FORMS[1].exercises]


def test_python_marks_what_the_command_does(folder: Path, run: Run) -> None:
    out = checked(run, answers((FORMS[0], "slip", "Ada")), "--points", "slip=0.5")[1]
    for students in ("names.csv", Path("names.csv"), ["Ada", "王小明", "Bert"]):
        marks = mark_answers(
            "answers.csv", 4, 5, students=students, secret="hush", points={"slip": 0.5},
            warn=lambda _: None,
        )  # fmt: skip
        assert str(marks) == out
        assert marks.forms == FORMS


def test_strangers_are_told_all_at_once(folder: Path, run: Run) -> None:
    text = "student,1\nAda,5\nBurt,5\nZoë,7\n"
    code, out, err = checked(run, text, "-o", "marks.csv")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "Error: the answers have 2 faults; nothing was marked",
        "Burt has answered and is not in the class (did you mean Bert?)",
        "Zoë has answered and is not in the class",
    ]
    assert sorted(os.listdir(folder)) == ["answers.csv", "names.csv"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Of the class, no answers of: 王小明, Bert."),
        ("zh", "班级名单中没有答案的学生：王小明、Bert。"),
    ],
)
def test_who_has_not_answered_is_said(language: str, sentence: str, folder: Path, run: Run) -> None:
    code, _, err = checked(run, "student,1\nAda,5\n", "--lang", language)
    assert (code, err) == (0, f"{sentence}\n")


def found(students: list[Student], *who: Student) -> dict[Student, str]:
    return find_labels(Responses(answers={one: {} for one in who}), students)


def test_namesakes_are_told_apart_by_what_both_tables_have() -> None:
    class_ = [Student("Wei", "1"), Student("Wei", "2"), Student("Ada", "3")]
    first, second, ada = Student("Wei", "1"), Student("Wei", "2"), Student("Ada", "ada@x.org")
    assert found(class_, second, first, ada) == {
        second: "Wei (2)", first: "Wei (1)", ada: "Ada",
    }  # fmt: skip
    by_number = Student("3", "")
    assert found(class_, by_number) == {by_number: "Ada"}


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ([Student("Wei", "")], "Wei has answered and is not in the class"),
        ([Student("Ada", "3"), Student("Ada", "4")], "several have answered as Ada, of whom the"),
    ],
)
def test_whom_nothing_tells_apart(who: list[Student], sentence: str) -> None:
    class_ = [Student("Wei", "1"), Student("Wei", "2"), Student("Ada", "3")]
    with pytest.raises(Exception, match=sentence):
        found(class_, *who)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("student;email\nAda;x\nBert;y\n", "utf-16"),
        ("学生\t班级\nAda\t3\nBert\t3\n", "gb18030"),
        ("\ufeffFirst name,Last name,Email\nAda,,x\nBert,,y\n", "utf-8"),
        ("name\r\n\r\n Ada \r\nBert\r\n", "ascii"),
        ("学号\nAda\nBert\n", "utf-8"),
    ],
)
def test_classes_as_they_are_exported(text: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    path.write_bytes(text.encode(encoding))
    students = read_class(path, lambda _: None)
    assert [one.name for one in students] == ["Ada", "Bert"]


def test_remarks_are_in_the_markings_language(folder: Path, run: Run) -> None:
    text = "student,1,注\nAda,7.440,x\nBert,1,y\n王小明,2,z\n".encode("gb18030")
    Path("answers.csv").write_bytes(text)
    options = ("handout", "--exercises", "1", "--seed", "8", "--check", "answers.csv")
    zh = run(*options, "--lang", "zh").err
    assert zh.splitlines()[:2] == [
        "答案表不是 UTF-8 编码，已按 GB18030 读取（注）；如有乱码，请另存为 CSV UTF-8",
        "未读取的列：“注”。",
    ]
    assert zh.splitlines()[2:] in (
        ["无法识别、需要人工查看的答案（学生、题号）：Ada 1。"],
        ["无法识别、需要人工查看的答案（学生、题号）：Ada 1、Bert 1、王小明 1。"],
    )


def test_answers_to_the_classs_own_channels_are_marked_by_them(folder: Path, run: Run) -> None:
    blocks, size = ["plain:in=48,out=96", "bottleneck:in=48,out=96"], (14, 15)
    (form,) = worksheet(5, 9, blocks=blocks, size=size).forms
    Path("answers.csv").write_text(answers((form, "right", "Ada")), "utf-8")
    own = ("handout", "--in", "48", "--out", "96", "--size", "14x15")
    result = run(*own, "--exercises", "5", "--seed", "9", "--check", "answers.csv")
    assert result.out.splitlines()[1] == f"Ada{',right' * 5},5"
    marks = mark_answers("answers.csv", 5, 9, blocks=blocks, size=size)
    assert str(marks) == result.out
    assert [
        one.right for one in mark_answers("answers.csv", 5, 9, warn=lambda _: None).students
    ] != [5]
