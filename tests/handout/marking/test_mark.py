"""A class marked: right, wrong, or the slip recognised; one row a student."""

from __future__ import annotations

import csv
import io
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bottlecalc import HandoutError, OutputError, mark_answers
from bottlecalc.handout.marking.points import Points, read_points
from bottlecalc.handout.marking.verdict import judge
from bottlecalc.handout.worksheet import draw
from tests.conftest import Run

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


CLASS = """\
student,exercise,answer
Ada,5,7440
Ada,8,"7,112"
Ada,2,5
Bert,5,7560
Bert,8,7112
Cleo,5,7800
Cleo,8,?
"""


def test_points_for_slips(run: Run, tmp_path: Path) -> None:
    def points(worth: str) -> list[str]:
        code, out, _ = mark(run, tmp_path, CLASS, "--points", worth)
        assert code == 0
        return [row[-1] for row in csv.reader(io.StringIO(out))]

    assert points("slip=0.5") == ["points", "1.5", "1", "0.5"]
    assert points("slip=0.5,slips=0.25") == ["points", "1.5", "1", "0.25"]
    assert points("right=2, wrong=0.1, unreadable=1") == ["points", "2.1", "0", "1"]
    assert points("right=0.1,wrong=0.2") == ["points", "0.3", "0", "0"]
    assert "得分" in mark(run, tmp_path, CLASS, "--points", "slip=1", "--lang", "zh")[1]


@pytest.mark.parametrize(
    ("worth", "sentence"),
    [
        ("0.5", "--points has '0.5'; give a number from 0 to 9999 with at most four decimals"),
        ("", "--points has ''; give"),
        ("slip=-1", "--points has slip=-1; give a number from 0"),
        ("slip=1/2", "--points has slip=1/2"),
        ("slip=nan", "--points has slip=nan"),
        ("slip=1e3", "--points has slip=1e3"),
        ("slip=12345", "--points has slip=12345"),
        ("half=1", "--points has 'half'; the verdicts are right, slip, slips, wrong, unreadable"),
        ("slip=1,slip=2", "--points has slip twice; give it once"),
    ],
)
def test_points_that_are_none(worth: str, sentence: str, run: Run, tmp_path: Path) -> None:
    code, out, err = mark(run, tmp_path, CLASS, "--points", worth)
    assert (code, out) == (2, "")
    assert sentence in err


def test_statistics(run: Run, tmp_path: Path) -> None:
    code, out, _ = mark(run, tmp_path, CLASS, "--statistics")
    rows = list(csv.reader(io.StringIO(out)))
    assert code == 0
    assert rows[0] == [
        *("exercise", "right", "slip", "other", "unreadable", "unanswered", "commonest slip"),
        *("times", "taught in"),
    ]
    bias = "you kept the biases"
    assert rows[2] == ["2", "0", "0", "1", "0", "2", "", "", ""]
    assert rows[5] == ["5", "1", "2", "0", "0", "0", bias, "2", "docs/blocks.md#the-blocks"]
    assert rows[8] == ["8", "0", "2", "0", "1", "0", bias, "2", "docs/blocks.md#the-blocks"]
    told = mark(run, tmp_path, CLASS, "--statistics", "--to", "markdown")[1]
    assert f"| {bias} | 4 | 5, 8 | docs/blocks.md\\#the-blocks |" in told
    assert "| 5 | 1 | 2 | 0 | 0 | 0 |" in told
    zh = mark(run, tmp_path, CLASS, "--statistics", "--lang", "zh")[1]
    assert zh.startswith("题号,正确,常见错误,其他错误,无法识别,未作答,最常见的错误,次数,参见\n")


def test_json(run: Run, tmp_path: Path) -> None:
    out = mark(run, tmp_path, CLASS, "--to", "json", "--points", "slip=0.5")[1]
    document = json.loads(out)
    assert document["schema"] == "bottlecalc.marks/1"
    assert document["points"] == {
        "right": 1,
        "slip": 0.5,
        "slips": 0.5,
        "wrong": 0,
        "unreadable": 0,
    }
    cleo = document["students"][2]
    assert (cleo["student"], cleo["identity"], cleo["right"], cleo["points"]) == (
        *("Cleo", None, 0, 0.5),
    )
    assert cleo["marks"][4] == {
        "exercise": 5, "written": "7800", "value": 7800, "verdict": "slip",
        "slips": ["bias", "batch_norm"], "doubt": None, "points": 0.5,
        "remark": "7,800? you kept the biases, and you counted the batch norm as well.",
    }  # fmt: skip
    assert cleo["marks"][0]["verdict"] is None
    assert (cleo["marks"][7]["verdict"], cleo["marks"][7]["doubt"]) == ("unreadable", "unknown")
    statistics = json.loads(mark(run, tmp_path, CLASS, "--statistics", "--to", "json")[1])
    assert statistics["schema"] == "bottlecalc.mark-statistics/1"
    assert statistics["exercises"][4] == {
        "exercise": 5, "right": 1, "slip": 2, "wrong": 0, "unreadable": 0, "unanswered": 0,
        "slips": [
            {"slip": "bias", "times": 2, "exercises": [5], "remark": "you kept the biases",
             "see": "docs/blocks.md#the-blocks"},
            {"slip": "batch_norm", "times": 1, "exercises": [5],
             "remark": "you counted the batch norm as well",
             "see": "docs/conventions.md#what-is-counted"},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.csv", "\ufeff学生"), ("a.json", '{\n  "schema"'), ("a.md", "| 学生 |")],
)
def test_a_file_is_what_its_ending_says(name: str, begins: str, run: Run, tmp_path: Path) -> None:
    """A mark of UTF-8 stands where Excel reads it, and would take Chinese for something else."""
    path = tmp_path / name
    assert mark(run, tmp_path, CLASS, "--lang", "zh", "-o", str(path))[:2] == (0, "")
    assert path.read_bytes().decode("utf-8").startswith(begins)


def test_ascii_needs_no_mark_and_stdout_has_none(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    mark(run, tmp_path, "student,1\nAda,A\n", "-o", str(path))
    assert path.read_bytes().startswith(b"student,1")
    assert mark(run, tmp_path, ANSWERS, "--lang", "zh")[1].startswith("学生,")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--check", "answers.csv", "--to", "pdf"),
            "--to 'pdf' is no format of marks; give csv, json",
        ),
        (
            ("--check", "answers.csv", "-o", "a.pdf"),
            "a.pdf ends in no format of marks; give one of",
        ),
        (("--points", "slip=1"), "--points is given without answers; give --check CSV as well"),
        (("--statistics",), "--statistics is given without answers; give --check CSV as well"),
        (("--encoding", "gbk"), "--encoding is given without answers; give --check CSV as well"),
    ],
)
def test_requests_that_go_nowhere(
    options: tuple[str, ...], sentence: str, run: Run, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers.csv").write_text(CLASS, "utf-8")
    code, out, err = run("handout", "--exercises", "8", "--seed", "29", *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert sentence in err
    assert os.listdir(tmp_path) == ["answers.csv"]


def test_python_has_what_the_command_has(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(CLASS, "utf-8")
    marks = mark_answers(path, 8, 29, points={"slip": 0.5}, warn=lambda _: None)
    options = (*COMMAND, str(path), "--points", "slip=0.5")
    assert str(marks) == run(*options).out
    assert str(marks.statistics) == run(*options, "--statistics").out
    assert marks.to_dict() == json.loads(run(*options, "--to", "json").out)
    assert marks.statistics.to_dict() == json.loads(
        run(*options, "--statistics", "--to", "json").out
    )
    assert [one.points for one in marks.students] == [Fraction(3, 2), 1, Fraction(1, 2)]
    assert list(marks.to_frame()["points"]) == ["1.5", "1", "0.5"]
    assert "<td>Cleo</td>" in marks._repr_html_()
    assert repr(marks) == "<Marks of 3 students, 8 exercises>"
    assert repr(marks.statistics) == "<MarkStatistics of 3 students, 8 exercises>"
    marks.write(tmp_path / "marks.csv")
    assert (tmp_path / "marks.csv").read_text("utf-8") == str(marks)
    with pytest.raises(OutputError, match="exists; give another file"):
        marks.write(tmp_path / "marks.csv")
    marks.statistics.write(tmp_path / "marks.csv", force=True)


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


@given(st.data())
@settings(deadline=None)
def test_every_spelling_of_a_right_answer_is_right(data: st.DataObject) -> None:
    number, exercise = data.draw(st.sampled_from([*enumerate(draw(16, 3), 1)]))
    spelling = data.draw(st.sampled_from(SPELLINGS if exercise.kind != "which" else LETTERS))
    assert judge(number, spelling(exercise.answer), exercise).verdict == "right"


def _wide(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


SPELLINGS = (
    str, "{:,}".format, lambda n: f"{n:,}".replace(",", " "), lambda n: f"{n:_}",
    lambda n: _wide(str(n)), lambda n: f"={n}*1", lambda n: f"1·{n}", lambda n: f"{n} 个",
    lambda n: f"{n / 10**4:.4f}万", lambda n: f"{n / 10**6:.6f}M", lambda n: f"{n / 10**3:.3f}e3",
    lambda n: f"{n}.0", lambda n: f"（{n}）", lambda n: f"答案：{n}。", lambda n: f" {n}\u200b",
)  # fmt: skip
LETTERS = (str, str.lower, _wide, "{}.".format, "（{}）".format, "选{}".format, "Block {}".format)


def test_a_right_number_of_something_else_is_no_right_answer() -> None:
    """MACs and FLOPs are never mixed."""
    exercises = {x.kind: x for x in draw(16, 3)}
    macs, flops, weights = (exercises[kind] for kind in ("macs", "flops", "pointwise"))
    assert judge(1, f"{macs.answer} MACs", macs).verdict == "right"
    assert judge(1, f"{macs.answer} FLOPs", macs).slips == ("measure",)
    assert judge(1, f"{flops.answer} MACs", flops).slips == ("measure",)
    assert judge(1, f"{weights.answer} MACs", weights).slips == ("measure",)
    assert judge(1, f"{weights.answer} 个参数", weights).verdict == "right"
    assert judge(1, f"{macs.slips['flops']} FLOPs", macs).slips == ("flops",)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"points": 3}, "points 3 are no points; give a number from 0 to 9999"),
        ({"points": {"slip": True}}, "points has slip=True; give a number"),
        ({"points": {"slip": None}}, "points has slip=None"),
        ({"points": {"slip": float("nan")}}, "points has slip=nan"),
        ({"points": {1: 1}}, "points has 1; the verdicts are right, slip, slips, wrong, unread"),
        ({"points": {"slip": 10**5}}, "points has slip=100000"),
        ({"encoding": 3}, "encoding 3 is no text; give a name, such as utf-8"),
        ({"encoding": "nosuch"}, "'nosuch' is no encoding of text"),
        ({"lang": "de"}, "lang 'de' is no language"),
        ({"exercises": 0}, "check is given without exercises; give exercises N as well"),
    ],
)
def test_wrong_arguments_are_sentences(
    options: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(CLASS, "utf-8")
    with pytest.raises(HandoutError) as error:
        mark_answers(path, **{"exercises": 8, **options})
    assert sentence in str(error.value)


def test_points_are_exact() -> None:
    points = read_points({"slip": 0.1, "right": "0.3"})
    assert (points.slip, points.slips, points.right) == (
        *(Fraction(1, 10), Fraction(1, 10), Fraction(3, 10)),
    )
    assert read_points({}) == Points()
