"""A class marked: right, wrong, or the slip recognised; one row a student."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from bottlecalc.handout.worksheet import draw
from tests.conftest import Run

COMMAND = ("handout", "--in", "64", "--out", "128", "--exercises", "8", "--seed", "29", "--check")
ANSWERS = """\
\ufeffstudent,exercise,answer
"Ada, L.",5,"7,440"
王小明,5,7560
"Ada, L.",1,1
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
    for number, exercise in enumerate(draw(8, 29), 1):
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
    assert marks.read_text("utf-8").startswith("student,1,2")
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
        ("student,exercise,answer\nA\n", "line 2 of the answers has the exercise ''"),
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
    path.write_bytes("学生,exercise,answer".encode("gbk"))
    assert f"{path} is not in UTF-8; save it as CSV UTF-8" in run(*COMMAND, str(path)).err


def test_a_name_is_no_formula_for_whoever_opens_the_marks(run: Run, tmp_path: Path) -> None:
    """Nor is it another's when the sheet comes back: ``'=x`` is ``=x`` as it was written."""
    text = "student,exercise,answer\n=HYPERLINK(1),5,7440\n'=HYPERLINK(1),1,1\n-Ann,5,7440\n"
    code, out, _ = mark(run, tmp_path, f'{text}"a\n::add-mask::b",5,7440\n')
    rows = list(csv.reader(io.StringIO(out)))
    assert [row[0] for row in rows] == ["student", "'=HYPERLINK(1)", "'-Ann", r"a\n::add-mask::b"]
    assert (code, rows[1][-1], rows[1][1]) == (0, "1", "wrong")
