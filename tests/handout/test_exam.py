"""Worksheets as tests: nothing that tells how they were drawn, room to work, a form a student."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc import ArgumentError, BlockError, HandoutError, write_handout
from bottlecalc.handout import exam, text
from bottlecalc.handout.bank import BANK
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.forms import ALPHABET, Form, make_form
from bottlecalc.handout.worksheet import class_forms, draw, keyed, worksheet
from tests.conftest import Run
from tests.handout.sheets import pdf_text, tool

SEED = 987654321
CLASS = ("Ada Lovelace", "王小明", "Jörg_*Müller*", "李玥")
LANGUAGES = ("en", "zh")
TITLES = {"en": "Worksheet", "zh": "练习"}


def everything_in(path: Path) -> Iterator[str]:
    """All that a file holds, as text: of a docx every part, of a PDF its pages and its metadata."""
    if path.suffix == ".docx":
        with ZipFile(path) as archive:
            yield from (
                archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
            )
    elif path.suffix == ".pdf":
        yield pdf_text(path)
        command = [tool("pdfinfo"), str(path)]
        yield subprocess.run(command, capture_output=True, check=True, text=True).stdout
        yield path.read_bytes().decode("latin-1")
    else:
        yield path.read_text("utf-8")


FORMATS = ("md", *(pytest.param(one, marks=pytest.mark.slow)
                   for one in ("html", "pdf", "tex", "docx", "ipynb")))  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ending", FORMATS)
def test_a_test_tells_nobody_how_it_was_drawn(
    ending: str, language: Any, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / f"a.{ending}"
    options = ("--exercises", "5", "--seed", str(SEED), "--lang", language)
    result = run("handout", *options, "--only", "worksheet", "-o", str(path))
    assert (result.code, result.err) == (0, "")
    assert os.listdir(tmp_path) == [path.name]
    number = make_form(draw(5, SEED)).number
    whole = "\n".join(everything_in(path))
    assert number in whole
    assert TITLES[language] in whole or ending == "ipynb"
    for secret in (str(SEED), f"{SEED:,}", f"{SEED:x}", "bottlecalc", "--exercises", str(tmp_path)):
        assert secret not in whole, secret


def test_what_tells_would_be_seen(run: Run, tmp_path: Path) -> None:
    """The lesson's sheet does say it."""
    path = tmp_path / "a.md"
    options = ("--in", "8", "--out", "12", "--no-measure", "--exercises", "5", "--seed", str(SEED))
    run("handout", *options, "-o", str(path))
    assert str(SEED) in "\n".join(everything_in(path))


def test_a_form_has_lines_objectives_and_points(tmp_path: Path) -> None:
    exercises = draw(4, 2, 1)
    form = make_form(exercises)
    english, chinese = exam.exam([form], "en"), exam.exam([form], "zh")
    for words in ("Name: \\_", "Date: \\_", "Class: \\_", "Points: \\_\\_\\_\\_ / 4", "you can "):
        assert words in english
    for words in ("姓名：\\_", "日期：\\_", "班级：\\_", "得分：\\_\\_\\_\\_ / 4", "你应当能够："):
        assert words in chinese
    assert english.count("Answer: \\_") == chinese.count("答案：\\_") == 4
    assert len(re.findall(r"^\d\. ", english, re.MULTILINE)) == 4
    assert "parameters" not in exam.exam([make_form(draw(1, 1, 1)[:0])], "en")


def test_there_is_more_room_where_the_working_is_longer() -> None:
    rooms = {
        kind: exam.room(next(x for x in draw(len(BANK), 1) if x.kind == kind)) for kind in BANK
    }
    assert rooms["reason"] < rooms["pointwise"] < rooms["three_layers"] < rooms["budget"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_objectives_are_of_the_kinds_that_occur(language: Any) -> None:
    module: Any = text.words_in(language)
    assert module.objectives.keys() == BANK.keys()
    form = make_form(draw(5, 3))
    source = exam.exam([form], language)
    asked = {module.objectives[x.kind] for x in form.exercises}
    assert {one for one in module.objectives.values() if one in source} == asked


def test_a_number_is_of_the_questions_alone() -> None:
    form = make_form(draw(6, 7))
    assert form == make_form(draw(6, 7)) == make_form([*draw(6, 7)])
    assert form.number == make_form(draw(6, 7), "Ada").number
    others = [draw(6, 8), draw(5, 7), draw(7, 7), draw(6, 7)[::-1], draw(6, 7, 2)]
    assert len({form.number, *(make_form(one).number for one in others)}) == 6
    assert re.fullmatch(f"[{ALPHABET}]{{6}}", form.number)
    assert not set("01OI") & set(ALPHABET)


def question(exercise: Exercise) -> object:
    """What is asked, whatever the numbers: the reason, or the tool whose rule is undone."""
    return exercise.quantities.get("asked"), exercise.quantities.get("tool")


def test_a_class_is_asked_for_the_same_reason() -> None:
    """Otherwise statistics would add up answers to several questions."""
    forms = class_forms(len(BANK), [f"student {n}" for n in range(9)], "s")
    assert len({tuple(map(question, form.exercises)) for form in forms}) == 1
    letters = {x.answer for form in forms for x in form.exercises if x.kind == "reason"}
    assert len(letters) > 1


@given(st.lists(st.text(min_size=1), min_size=2, max_size=6, unique=True), st.text(min_size=1))
@settings(max_examples=15, deadline=None)
def test_a_class_has_the_same_kinds_and_other_numbers(names: list[str], secret: str) -> None:
    forms = class_forms(3, names, secret)
    assert [form.student for form in forms] == names
    assert len({tuple(x.kind for x in form.exercises) for form in forms}) == 1
    assert len({tuple(map(question, form.exercises)) for form in forms}) == 1
    assert len({form.number for form in forms}) == len(names)
    assert all(x.sound for form in forms for x in form.exercises)
    assert class_forms(3, names[::-1], secret)[::-1] == forms
    for other in (class_forms(3, names, f"{secret}."), class_forms(3, names, secret, seed=1)):
        assert not {form.number for form in other} & {form.number for form in forms}


def test_a_students_form_is_theirs_whoever_else_is_there() -> None:
    first, *_ = class_forms(4, CLASS, "s")
    assert class_forms(4, [*CLASS[1:], CLASS[0]], "s")[-1] == first
    assert [x.kind for x in class_forms(4, CLASS, "s", level=1)[0].exercises] != [
        x.kind for x in first.exercises
    ]


def test_a_form_is_drawn_by_a_mac() -> None:
    r"""By openssl: ``printf '7\nAda' | openssl dgst -sha256 -hmac hush``."""
    mac = "372e2bb8de1e9af1efd60850c8d5d644b9508cd387bff512afcc5dc24904b96e"
    assert keyed("hush", "7\nAda") == mac
    assert keyed("\udcff", "7")  # what a terminal makes of bytes that are no text


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.csv"
    path.write_text(
        "\n".join(["姓名,email", *(f"{one},{one}@example.org" for one in CLASS)]), "utf-8"
    )
    return path


def class_of(names: Path, *more: str) -> tuple[str, ...]:
    return ("handout", "--exercises", "3", "--class", str(names), "--secret", "hush", *more)


@pytest.mark.slow
def test_a_class_is_one_pdf_and_every_form_begins_an_odd_page(
    run: Run, names: Path, tmp_path: Path
) -> None:
    path = tmp_path / "class.pdf"
    assert run(*class_of(names, "-o", str(path)))[:2] == (0, "")
    command = [tool("pdftotext"), "-layout", str(path), "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    pages = text.split("\f")[:-1]
    forms = class_forms(3, CLASS, "hush")
    begun = [n for n, page in enumerate(pages, 1) if "Date:" in page]
    assert [n % 2 for n in begun] == [1] * len(CLASS)
    assert not any("hush" in page or "bottlecalc" in page for page in pages)
    for n, form in zip(begun, forms, strict=True):
        first = pages[n - 1]
        assert first.count(form.number) == 2  # in the text, and above it
        assert form.student in first
        assert "Worksheet" in first
    of_pages = [next((f.number for f in forms if f.number in page), None) for page in pages]
    assert None not in of_pages


@pytest.mark.slow
def test_no_exercise_is_split_over_two_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    write_handout(path, exercises=16, seed=4, only="worksheet")
    pages = pdf_text(path).split("\f")[:-1]
    assert len(pages) > 2
    for page in pages:
        begun = re.findall(r"^ *(\d+)\. ", page, re.MULTILINE)
        assert len(begun) == page.count("Answer:") > 0


def test_the_key_of_a_class_is_by_student_and_form(run: Run, names: Path, tmp_path: Path) -> None:
    path = tmp_path / "key.md"
    assert run(*class_of(names, "--answers", "-o", str(path)))[:2] == (0, "")
    text = path.read_text("utf-8")
    assert "hush" not in text
    forms = class_forms(3, CLASS, "hush")
    for form in forms:
        name = re.escape(exam_name(form))
        answers = " \\| ".join(f"{x.answer:,}" if isinstance(x.answer, int) else x.answer
                               for x in form.exercises)  # fmt: skip
        assert re.search(rf"^\| {name} \| {form.number} \| {answers} \|$", text, re.MULTILINE)
        assert re.search(rf"^## {name}, form {form.number}$", text, re.MULTILINE)
    assert text.count("\n1. ") == len(CLASS)


def exam_name(form: Form) -> str:
    """As Markdown has it."""
    return re.sub(r"([_*])", r"\\\1", form.student)


def test_a_sheet_and_its_key_bear_the_same_number(run: Run, tmp_path: Path) -> None:
    own = ("handout", "--in", "48", "--out", "96", "--size", "14x15", "--no-measure")
    for name, more in {"sheet": (), "key": ("--answers",), "test": ("--only", "worksheet")}.items():
        path = tmp_path / f"{name}.md"
        assert run(*own, "--exercises", "4", "--seed", "9", *more, "-o", str(path)).code == 0
    found = [re.findall(r"Form \*\*(\w+)\*\*", (tmp_path / f"{one}.md").read_text("utf-8"))
             for one in ("sheet", "key", "test")]  # fmt: skip
    assert found[0] == found[1] == found[2] != []
    plain = make_form(draw(4, 9)).number
    assert found[0] != [plain]


def test_python_writes_what_the_command_does(run: Run, names: Path, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.md", tmp_path / "theirs.md"
    answered: tuple[tuple[tuple[str, ...], bool], ...] = (((), False), (("--answers",), True))
    for more, answers in answered:
        options = (
            "--level",
            "2",
            "--seed",
            "5",
            "--lang",
            "zh",
            *more,
            "-o",
            str(theirs),
            "--force",
        )
        assert run(*class_of(names, *options)).code == 0
        for students in (names, CLASS):
            write_handout(
                ours, exercises=3, seed=5, level=2, students=students, secret="hush", lang="zh",
                force=True, answers=answers,
            )  # fmt: skip
            assert ours.read_text("utf-8") == theirs.read_text("utf-8")


def test_the_secret_may_come_from_the_environment(
    run: Run, names: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOTTLECALC_SECRET", "hush")
    options = ("handout", "--exercises", "2", "--class", str(names), "-o")
    assert run(*options, str(tmp_path / "a.md")).code == 0
    assert class_forms(2, CLASS, "hush")[0].number in (tmp_path / "a.md").read_text("utf-8")
    assert (
        run("handout", "--exercises", "2", "--only", "worksheet", "-o", str(tmp_path / "b.md")).code
        == 0
    )


REFUSED = [
    (
        ("--only", "lesson", "--exercises", "2"),
        "--only 'lesson' is nothing that is written alone; give worksheet",
    ),
    (("--only", "worksheet"), "--only is given without exercises; give --exercises N as well"),
    (
        ("--only", "worksheet", "--answers", "--exercises", "2"),
        "--answers and --only exclude each other; leave one of the two out",
    ),
    (
        ("--only", "worksheet", "--check", "a.csv", "--exercises", "2"),
        "--check and --only exclude each other; leave one of the two out",
    ),
    (
        ("--level", "4", "--exercises", "2"),
        "--level '4' is no level; give a whole number from 1 to 3",
    ),
    (("--level", "x", "--exercises", "2"), "--level 'x' is no number; give a whole number from 1"),
    (("--class", "names.csv"), "--class is given without exercises; give --exercises N as well"),
    (
        ("--class", "names.csv", "--exercises", "2"),
        "--class is given without a secret, and whoever draws by the names alone has every form and"
        " its key; give --secret TEXT as well, and keep it to yourself",
    ),
    (("--secret", "x", "--exercises", "2"), "--secret is given without a class; give --class CSV"),
    (
        ("--class", "names.csv", "--secret", "x", "--exercises", "2", "--in", "8", "--out", "16"),
        "--class is given with a bottleneck, bottleneck:in=8,out=16, and the forms of a class have"
        " each their own numbers; leave one of the two out",
    ),
    (("--class", "no.csv", "--secret", "x", "--exercises", "2"), "no.csv cannot be read: No such"),
]


@pytest.mark.parametrize(("options", "sentence"), REFUSED)
def test_requests_that_are_refused(
    options: tuple[str, ...], sentence: str, run: Run, names: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOTTLECALC_SECRET", raising=False)
    result = run("handout", *options, "-o", "a.md")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert sentence in result.err
    assert os.listdir(tmp_path) == ["names.csv"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "the class has no column of names; its first line must name one: student, or 姓名"),
        ("Ada\nBert\n", "the class has no column of names"),
        ("student\n", "--class names nobody; give one student at least"),
        ("student,student\nAda,Bert\n", "two columns of the class are called 'student'; leave one"),
        (
            "student\nAda\nBert\nAda\n",
            "the class has Ada twice; give a column that tells them apart",
        ),
        ('student\n"Ada\n', "the class is no CSV (unexpected end of data); save it as CSV"),
    ],
)
def test_classes_that_are_none(
    content: str, sentence: str, run: Run, names: Path, tmp_path: Path
) -> None:
    names.write_text(content, "utf-8")
    result = run(*class_of(names, "-o", str(tmp_path / "a.md")))
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert sentence in result.err
    assert os.listdir(tmp_path) == ["names.csv"]


def test_all_faults_of_a_class_are_told(run: Run, names: Path, tmp_path: Path) -> None:
    names.write_text("name,id\nAda,1\nAda,2\n,3\nAda,1\n", "utf-8")
    result = run(*class_of(names, "-o", str(tmp_path / "a.md")))
    assert result.code == 2
    assert result.err.splitlines() == [
        "Error: the class has 2 faults; nothing was done",
        "student 3 of the class has the name ''; give a name",
        "the class has Ada twice; give a column that tells them apart, such as email or 学号",
    ]


def test_namesakes_have_each_their_form(run: Run, names: Path, tmp_path: Path) -> None:
    names.write_text("姓名,学号\n王伟,1\n王伟,2\n".encode("gb18030").decode("gb18030"), "gb18030")
    assert run(*class_of(names, "-o", str(tmp_path / "a.md"))).code == 0
    text = (tmp_path / "a.md").read_text("utf-8")
    assert "## 王伟 (1)" in text
    assert "## 王伟 (2)" in text
    assert len(set(re.findall(r"Form \*\*(\w+)\*\*", text))) == 2


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"students": 3, "secret": "x"}, HandoutError, "students 3 are no students; give the path"),
        ({"students": [], "secret": "x"}, HandoutError, "students names nobody; give one student"),
        ({"students": ["A", "A"], "secret": "x"}, HandoutError, "the class has A twice"),
        ({"students": ["a\x1bb"], "secret": "x"}, HandoutError, "has the name 'a\\x1bb', of which"),
        ({"students": ["A"], "secret": " "}, HandoutError, "students is given without a secret"),
        ({"students": ["A"], "secret": 3}, HandoutError, "students is given without a secret"),
        ({"only": "key"}, HandoutError, "only 'key' is nothing that is written alone"),
        ({"only": "worksheet", "level": 0}, HandoutError, "level 0 is no level; give a whole"),
        ({"only": "worksheet", "size": "x"}, ArgumentError, "size = 'x' is no size"),
    ],
)
def test_wrong_arguments_are_sentences(
    options: dict[str, Any], error: type[Exception], sentence: str, tmp_path: Path
) -> None:
    blocks = ("bottleneck:in=8,out=16",) if "size" in options else ()
    with pytest.raises(error) as raised:
        write_handout(tmp_path / "a.md", *blocks, exercises=2, **options)
    assert sentence in str(raised.value)
    assert os.listdir(tmp_path) == []


def test_a_block_that_is_none_is_refused_as_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(BlockError):
        write_handout(tmp_path / "a.md", "bottlenek:in=8", exercises=2, only="worksheet")
    assert worksheet(2, 0, blocks=["plain:in=8,out=16"]).own is None
