"""A class marked: right, wrong, or the slip recognised; one row a student."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import Run
from tests.handout.marking.sheet import SHEET

COMMAND = ("handout", "--in", "64", "--out", "128", "--exercises", "8", "--seed", "29", "--check")
ANSWERS = """\
\ufeffstudent,exercise,answer
"Ada, L.",5,"7,440"
王小明,5,7560
"Ada, L.",1,C
王小明,1,a
王小明,2,
"""


def mark(run: Run, tmp_path: Path, text: str, *more: str) -> tuple[int, str, str]:
    path = tmp_path / "answers.csv"
    path.write_text(text, "utf-8")
    return run(*COMMAND, str(path), *more)


def test_a_class_is_marked(run: Run, tmp_path: Path) -> None:
    code, out, err = mark(run, tmp_path, ANSWERS)
    assert (code, err) == (0, "")
    assert list(csv.reader(io.StringIO(out))) == [
        ["student", *map(str, range(1, 9)), "right"],
        ["Ada, L.", "wrong", "", "", "", "right", "", "", "", "1"],
        ["王小明", "right", "", "", "", "7,560? you kept the biases.", "", "", "", "1"],
    ]
    assert "7,560？你没有去掉偏置。" in mark(run, tmp_path, ANSWERS, "--lang", "zh")[1]


def test_every_answer_is_right_and_every_slip_recognised(run: Run, tmp_path: Path) -> None:
    lines = ["student,exercise,answer"]
    for number, exercise in enumerate(SHEET, 1):
        lines.append(f"all,{number},{exercise.answer}")
        lines += [f"{slip},{number},{wrong}" for slip, wrong in exercise.slips.items()]
    _, out, _ = mark(run, tmp_path, "\n".join(lines))
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[1] == ["all", *["right"] * 8, "8"]
    assert all("? " in "".join(row[1:]) and row[-1] == "0" for row in rows[2:])
    assert "wrong" not in out


def test_marks_go_into_a_file_that_is_not_written_over(run: Run, tmp_path: Path) -> None:
    marks = tmp_path / "marks.csv"
    assert mark(run, tmp_path, ANSWERS, "-o", str(marks))[:2] == (0, "")
    assert marks.read_text("utf-8").startswith("\ufeffstudent,1,2")
    code, _, err = mark(run, tmp_path, "student,exercise,answer\n", "-o", str(marks))
    assert (code, "exists; give another file" in err) == (2, True)
    assert "王小明" in marks.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the answers have no column student, exercise, answer;"),
        ("student,answer\n", "the answers have no column exercise; their first line must name"),
        ("student,exercise,answer\nA,9,1\n", "line 2 of the answers has the exercise '9'; give a"
         " number from 1 to 8"),
        ("student,exercise,answer\nA,,5\n", "line 2 of the answers has the exercise ''"),
        ("student,exercise,answer\n,1,1\n", "line 2 of the answers names no student"),
        ("student,exercise,answer\nA,1,1\nA,1,2\n", "line 3 of the answers has exercise 1 of A"
         " again; give it once"),
        ('student,exercise,answer\nA,1,"1\n', "of the answers is no CSV (unexpected end of data)"),
    ],
)  # fmt: skip
def test_answers_that_cannot_be_marked(text: str, sentence: str, run: Run, tmp_path: Path) -> None:
    code, out, err = mark(run, tmp_path, text, "-o", str(tmp_path / "marks.csv"))
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert os.listdir(tmp_path) == ["answers.csv"]


def test_files_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    assert f"{path} cannot be read: No such file" in run(*COMMAND, str(path)).err
    path.write_bytes("学生,exercise,answer".encode("utf-16-le"))
    assert run(*COMMAND, str(path)).code == 0
    path.write_bytes("student,1\nWałęsa,A\n".encode("cp1250"))
    assert f"{path} is neither in UTF-8 nor plainly in GB18030" in run(*COMMAND, str(path)).err
    assert "or say what it is in by --encoding" in run(*COMMAND, str(path)).err
    assert run(*COMMAND, str(path), "--encoding", "cp1250").code == 0
    path.write_bytes("學生,exercise,answer".encode("big5"))
    guess, error = run(*COMMAND, str(path)).err.splitlines()
    assert guess.startswith("The answers are not in UTF-8 and were read as")
    assert error.startswith("Error: the answers have no column student;")


def test_a_name_is_no_formula_for_whoever_opens_the_marks(run: Run, tmp_path: Path) -> None:
    """Nor is it another's when the sheet comes back: ``'=x`` is ``=x`` as it was written."""
    text = "student,exercise,answer\n=HYPERLINK(1),5,7440\n'=HYPERLINK(1),1,1\n-Ann,5,7440\n"
    code, out, _ = mark(run, tmp_path, f'{text}"a\n::add-mask::b",5,7440\n')
    rows = list(csv.reader(io.StringIO(out)))
    assert [row[0] for row in rows] == ["student", "'=HYPERLINK(1)", "'-Ann", "a ::add-mask::b"]
    assert (code, rows[1][-1]) == (0, "1")
    assert rows[1][1] == "unreadable: 1 (a letter was asked for)"


UNREAD = "student,exercise,answer\nAda,5,7.440\nAda,2,=cmd|x\nBert,5,about 7k\nBert,2,1.5M\n"


def test_what_cannot_be_read_is_never_wrong(run: Run, tmp_path: Path) -> None:
    code, out, err = mark(run, tmp_path, UNREAD)
    assert (code, "wrong" in out) == (0, False)
    assert err == (
        "Answers that cannot be read, to be looked at (student, exercise): Ada 2, Ada 5, Bert 2,"
        " Bert 5.\n"
    )
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[1][2] == "unreadable: =cmd|x (it is neither a number, nor a product, nor a letter)"
    assert rows[1][5] == "unreadable: 7.440 (the point may part thousands or decimals)"
    assert rows[2][2] == "unreadable: 1.5M (the right answer, rounded, looks like it)"
    zh = mark(run, tmp_path, UNREAD, "--lang", "zh")[1]
    assert "无法识别：7.440（其中的点可能是千位分隔符，也可能是小数点）" in zh
    assert zh.startswith("学生,1,2,3,4,5,6,7,8,正确\n")


def test_all_faults_are_told_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    text = "student,exercise,answer\nA,9,1\n,1,1\nA,1,1\nA,1,2\nB,2,5,6\n"
    code, out, err = mark(run, tmp_path, text, "-o", str(tmp_path / "marks.csv"))
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "Error: the answers have 4 faults; nothing was marked",
        "line 2 of the answers has the exercise '9'; give a number from 1 to 8",
        "line 3 of the answers names no student; give a name",
        "line 5 of the answers has exercise 1 of A again; give it once",
        "line 6 of the answers has 4 cells for 3 columns; put an answer with separators in"
        ' quotation marks: "23,040"',
    ]
    assert os.listdir(tmp_path) == ["answers.csv"]


BEGINNINGS = (b"", b"student,exercise,answer\nAda,1,", b"\xff\xfe", b"sep=")


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=200), before=st.sampled_from(BEGINNINGS))
@example(content=b"\0" * 50, before=b"")
def test_no_bytes_provoke_a_traceback(
    content: bytes, before: bytes, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(before + content)
    code, _, err = run(*COMMAND, str(path))
    assert code in (0, 2)
    assert "Traceback" not in err
