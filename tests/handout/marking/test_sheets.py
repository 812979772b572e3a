"""Marks as points, statistics and files: CSV, JSON, Markdown; the same from Python."""

from __future__ import annotations

import csv
import io
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import HandoutError, OutputError, mark_answers
from bottlecalc.handout.marking.points import Points, read_points
from tests.conftest import Run
from tests.handout.marking.test_mark import ANSWERS, COMMAND, mark

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
        "exercise": 5, "answer": 7440, "written": "7800", "value": 7800, "verdict": "slip",
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
