"""``bottlecalc handout --to moodle|gift|qti``, and ``write_handout``: the same files."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest

from bottlecalc import HandoutError, OutputError, write_handout
from bottlecalc.handout.lms.grades import SHARES, percent
from bottlecalc.handout.lms.worth import Worth, read_worth
from bottlecalc.handout.worksheet import class_forms, draw
from tests.conftest import Run
from tests.handout.lms.readers import READERS, package

HANDOUT = ("handout", "--exercises", "3", "--seed", "8")
ENDINGS = {"moodle": ".xml", "gift": ".gift", "qti": ".zip"}
FORMATS = "markdown, html, pdf, latex, docx, ipynb, revealjs, moodle, gift, qti"


@pytest.mark.parametrize("form", READERS)
def test_by_name_or_ending_in_python_or_as_a_command(form: str, run: Run, tmp_path: Path) -> None:
    asked = ("--lang", "zh", "--points", "right=2,slip=1", "--title", "a/b ~ & <c>")
    path = tmp_path / f"q{ENDINGS[form]}"
    assert run(*HANDOUT, *asked, "-o", str(path)) == (0, "", "")
    questions = READERS[form](path.read_bytes())
    drawn = draw(3, 8)
    assert [one.name for one in questions] == [
        f"0{number} {exercise.kind}" for number, exercise in enumerate(drawn, 1)
    ]
    for one, exercise in zip(questions, drawn, strict=True):
        assert one.answers.pop(str(exercise.answer)) == (Fraction(1), "")
        assert {share for share, _ in one.answers.values()} == {Fraction(1, 2)}
    again = tmp_path / "again"
    assert run(*HANDOUT, *asked, "--to", form, "-o", str(again)).code == 0
    ours = tmp_path / f"ours{ENDINGS[form].upper()}"
    write_handout(ours, exercises=3, seed=8, lang="zh", points={"right": 2, "slip": 1}, title="b")
    first, second, third = (READERS[form](one.read_bytes()) for one in (path, again, ours))
    assert first == second == third


@pytest.mark.parametrize("form", READERS)
def test_a_class_has_variants_and_keeps_its_secret(form: str, run: Run, tmp_path: Path) -> None:
    names, path = tmp_path / "names.csv", tmp_path / f"q{ENDINGS[form]}"
    names.write_text("姓名\nAda Byron\n王小明\n", "utf-8")
    class_ = ("--class", str(names), "--secret", "nobody's business")
    assert run("handout", "--exercises", "3", *class_, "-o", str(path)) == (0, "", "")
    content = path.read_bytes()
    asked = READERS[form](content)
    forms = class_forms(3, ["Ada Byron", "王小明"], "nobody's business")
    assert [one.name for one in asked] == [
        f"0{number} {form.exercises[number - 1].kind} {form.number}"
        for number in (1, 2, 3)
        for form in forms
    ]
    text = content.decode("utf-8", "replace")
    assert not [one for one in ("Ada", "王小明", "business", "--secret") if one in text]


def test_a_worksheet_has_the_channels_that_are_given(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "q.xml"
    pair = ("--in", "36", "--out", "44", "--block", "bottleneck:mid=11")
    run("handout", "--exercises", "20", *pair, "-o", str(path))
    assert "36 → 11 → 44" in path.read_text("utf-8")


def test_moodle_says_what_made_it_and_what_it_is_worth(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "q.xml"
    run(*HANDOUT, "--title", "a/b & <c>", "--points", "right=2", "-o", str(path))
    text = path.read_text("utf-8")
    assert "<text>$course$/top/a//b &amp; &lt;c&gt;</text>" in text
    assert f"These questions again: bottlecalc {' '.join(HANDOUT)} --title 'a/b &amp; " in text
    assert text.count("<defaultgrade>2</defaultgrade>") == 3
    assert text.count('fraction="0"') == sum(len(one.slips) for one in draw(3, 8))
    assert text.count('type="category"') == 1


def test_gift_says_it_too(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "q.gift"
    run(*HANDOUT, "-o", str(path))
    text = path.read_text("utf-8")
    assert text.startswith("// Computed by bottlecalc ")
    assert "\n\n$CATEGORY: $course$/top/What a bottleneck costs\n\n" in text
    wrong = next(iter(draw(3, 8)[0].slips.values()))
    assert f"=%0%{wrong}:0#" in text


def test_a_package_weighs_what_it_is_worth_and_holds_all_that_it_lists(tmp_path: Path) -> None:
    path = tmp_path / "q.zip"
    write_handout(path, exercises=3, seed=8, points="right=2", title="Group A")
    files = package(path.read_bytes())
    places = [one.attrib["href"] for one in files["imsmanifest.xml"].iter() if "href" in one.attrib]
    assert set(places) == files.keys() - {"imsmanifest.xml"}
    test = files["test.xml"]
    assert test.attrib["title"] == "Group A"
    weights = [one.attrib["value"] for one in test.iter() if one.tag.endswith("}weight")]
    assert weights == ["2", "2", "2"]
    assert not [one for one in test.iter() if one.tag.endswith("}selection")]


REFUSED = [
    (
        ("handout", "--in", "64", "--out", "128", "--to", "moodle", "-o", "a.xml"),
        "questions as moodle are exercises, and there are none; give --exercises N as well",
    ),
    (
        ("handout", "-o", "a.zip"),
        "questions as qti are exercises, and there are none; give --exercises N as well",
    ),
    (
        (*HANDOUT, "--answers", "-o", "a.gift"),
        "--answers is for something on paper, and questions as gift hold their answers; leave one",
    ),
    (
        (*HANDOUT, "--only", "worksheet", "-o", "a.gift"),
        "--only is for something on paper, and questions as gift hold their answers; leave one",
    ),
    (
        (*HANDOUT, "--secret", "a", "-o", "a.xml"),
        "--secret is given without a class; give --class CSV as well",
    ),
    (
        (*HANDOUT, "--check", "a.csv", "--to", "moodle"),
        "--to 'moodle' is no format of marks; give csv, json, markdown",
    ),
    (
        (*HANDOUT, "--to", "moodle"),
        "no file is given; give -o FILE, its ending one of .md, .html, ",
    ),
    (
        (*HANDOUT, "--to", "canvas", "-o", "a.zip"),
        f"--to 'canvas' is no format; give one of {FORMATS}",
    ),
    (
        (*HANDOUT, "-o", "a.odt"),
        "is of no format; give one of .md, .html, .pdf, .tex, .docx, .ipynb, .xml, .gift, .zip,"
        f" or --to {FORMATS.replace(', ', '|')}",
    ),
    (
        (*HANDOUT, "--points", "slip=0.45", "-o", "a.xml"),
        "Moodle has no grade of 45 %; give --points whose slip is one of these percentages of",
    ),
    (
        (*HANDOUT, "--points", "slip=2", "-o", "a.zip"),
        "--points 'slip=2' gives a slip more than the right answer, or that nothing; a question",
    ),
    (
        (*HANDOUT, "--points", "wrong=0.1", "-o", "a.zip"),
        "--points 'wrong=0.1' gives something for wrong or unreadable answers; a question for",
    ),
    ((*HANDOUT, "--points", "slip", "-o", "a.xml"), "--points has 'slip'; give a number from 0"),
    (
        (*HANDOUT, "--points", "slip=1", "-o", "a.md"),
        "--points is given without answers; give --check CSV as well, or --to moodle|gift|qti",
    ),
    (
        (*HANDOUT, "--statistics", "-o", "a.xml"),
        "--statistics is given without answers; give --check CSV as well",
    ),
]


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED, ids=[one[1][:40] for one in REFUSED])
def test_it_is_refused_in_one_sentence(
    arguments: tuple[str, ...],
    sentence: str,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
    assert result.err.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_python_refuses_the_same_in_its_words(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    with pytest.raises(HandoutError, match="there are none; give exercises N as well"):
        write_handout(path)
    with pytest.raises(HandoutError, match="points is given without answers; give to='moodle', "):
        write_handout(tmp_path / "a.md", answers=True, exercises=3, points="slip=1")
    path.write_text("mine", "utf-8")
    with pytest.raises(OutputError, match="exists; give another file, or force"):
        write_handout(path, exercises=3)
    assert path.read_text("utf-8") == "mine"


def test_shares_as_moodle_spells_them() -> None:
    assert percent(Fraction(1, 3)) == "33.33333"
    assert percent(Fraction("0.333")) == "33.33333"
    assert percent(Fraction(1, 8)) == "12.5"
    assert [percent(share) for share in (SHARES[0], SHARES[-1])] == ["100", "0"]


def test_what_answers_are_worth() -> None:
    assert read_worth(None) == Worth(Fraction(1), Fraction(0))
    assert read_worth("right=3,slip=1") == Worth(Fraction(3), Fraction(1, 3))
    assert read_worth({"slip": 1}) == Worth(Fraction(1), Fraction(1))
