"""``write_handout`` and ``mark_answers``: in Python what the command does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import (
    ArgumentError,
    BlockError,
    BottlecalcError,
    Bottleneck,
    HandoutError,
    OutputError,
    Plain,
    count,
    mark_answers,
    write_handout,
)
from bottlecalc.handout import figure, formats
from bottlecalc.handout.worksheet import draw
from tests.conftest import Run

BLOCKS = (Plain(36, 44), "bottleneck:in=36,out=44,mid=9,groups=3")
COMMAND = (
    *("handout", "--in", "36", "--out", "44", "--block", "plain"),
    *("--block", "bottleneck:mid=9,groups=3", "--size", "15x11", "--batch", "2"),
)
WORKSHEET: dict[str, Any] = {"exercises": 3, "seed": 7, "lang": "zh", "title": "x_y"}
OPTIONS = ("--exercises", "3", "--seed", "7", "--lang", "zh", "--title", "x_y")


def written(folder: Path) -> dict[str, str]:
    """By path, what is in each file below a folder; a sheet but for its last line, the command."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(folder)): path.read_text("utf-8").rpartition("\n---\n")[0]
        if path.suffix == ".md"
        else path.read_text("utf-8")
        for path in files
    }


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """One to write in from Python, one for the command."""
    pair = tmp_path / "ours", tmp_path / "theirs"
    for folder in pair:
        folder.mkdir()
    return pair


@pytest.mark.parametrize(("name", "to"), [("a.md", None), ("a.html", "markdown")])
def test_a_sheet_is_the_commands(
    name: str, to: str | None, run: Run, folders: tuple[Path, Path]
) -> None:
    ours, theirs = folders
    option = () if to is None else ("--to", to)
    command = (*COMMAND, "--no-measure", *OPTIONS, *option, "-o", str(theirs / name))
    assert run(*command).code == 0
    write_handout(ours / name, *BLOCKS, size=(15, 11), batch=2, measure=False, to=to, **WORKSHEET)
    assert written(ours).keys() == written(theirs).keys()
    assert len(written(ours)) == 5
    if to is None:
        assert written(ours) == written(theirs)


def test_a_key_is_the_commands_and_says_how_to_make_it_again(
    run: Run, folders: tuple[Path, Path]
) -> None:
    ours, theirs = folders
    assert run("handout", *OPTIONS, "--answers", "-o", str(theirs / "a.md")).code == 0
    write_handout(str(ours / "a.md"), answers=True, command="make key", **WORKSHEET)
    assert written(ours) == written(theirs)
    assert "`make key`" in (ours / "a.md").read_text("utf-8").rpartition("\n---\n")[2]


@pytest.mark.torch
def test_counters_check_it_unless_they_are_told_not_to(tmp_path: Path) -> None:
    path, blocks = tmp_path / "a.md", [Plain(3, 4), Bottleneck(3, 4)]
    write_handout(path, *blocks, size=5)
    assert "checked against torch 2" in path.read_text("utf-8")
    write_handout(path, *blocks, size=5, measure=False, force=True)
    assert "not checked against torch and fvcore" in path.read_text("utf-8")
    counts = [count(block, size=5, counter="torch") for block in blocks]
    write_handout(path, *counts, measure=False, force=True)
    assert "checked against torch 2" in path.read_text("utf-8")


def test_python_is_warned_of_what_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undrawn(*_args: object) -> None:
        raise ModuleNotFoundError("No module named 'matplotlib'")

    monkeypatch.setattr(figure, "draw", undrawn)
    with pytest.warns(UserWarning, match="The figures are left out: No module named 'matplotlib'"):
        write_handout(tmp_path / "a.md", *BLOCKS, measure=False)
    assert os.listdir(tmp_path) == ["a.md"]


def test_files_that_exist_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a_files").mkdir()
    for name in ("a.md", "a_files/cost.svg"):
        path = tmp_path / name
        path.write_text("mine", "utf-8")
        with pytest.raises(OutputError) as error:
            write_handout(tmp_path / "a.md", *BLOCKS, measure=False)
        assert str(error.value) == f"{path} exists; give another file, or force to write over it"
        assert path.read_text("utf-8") == "mine"
        path.unlink()
    assert written(tmp_path) == {}


def test_a_class_is_marked_as_by_the_command(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    exercises = draw(8, 29)
    place = next(n for n, one in enumerate(exercises) if "bias" in one.slips)
    right, wrong = exercises[place].answer, exercises[place].slips["bias"]
    answers = f'Ada,{place + 1},"{right:,}"\n王小明,{place + 1},{wrong}\n'
    path.write_text(f"student,exercise,answer\n{answers}", "utf-8")
    words = (("en", "right", "you kept the biases."), ("zh", "正确", "你没有去掉偏置。"))
    for language, correct, slip in words:
        options = ("--exercises", "8", "--seed", "29", "--lang", language, "--check", str(path))
        marks = str(mark_answers(path, exercises=8, seed=29, lang=language))  # type: ignore[arg-type]
        assert marks == run("handout", *options).out
        assert f"Ada,{',' * place}{correct}" in marks
        assert slip in marks


KEY: dict[str, Any] = {"answers": True, "exercises": 2}
REFUSED: list[tuple[Callable[[], object], type[BottlecalcError], str]] = [
    (
        lambda: write_handout(),  # type: ignore[call-arg]
        ArgumentError,
        "argument: 'path'; write write_handout(\"sheet.pdf\", Plain(64, 128), Bottleneck(64, 128))",
    ),
    (lambda: write_handout(3, **KEY), ArgumentError, "3 is no path; give that of a file"),  # type: ignore[arg-type]
    (lambda: write_handout("n" * 300 + ".md", **KEY), OutputError, "written: File name too long;"),
    (lambda: write_handout("no/a.md", **KEY), OutputError, "cannot be written: No such file or"),
    (lambda: write_handout("a.odt", **KEY), HandoutError, "the ending '.odt' of 'a.odt' is of no"),
    (lambda: write_handout("a.md", to=[], **KEY), HandoutError, "to [] is no format; give one of"),  # type: ignore[arg-type]
    (lambda: write_handout("a.md"), BlockError, "no blocks were given; give at least one"),
    (
        lambda: write_handout("a.md", BLOCKS[0], measure=False),
        HandoutError,
        "a handout sets a bottleneck against another block, and the blocks are plain:in=36,out=44;",
    ),
    (
        lambda: write_handout("a.md", answers=True),
        HandoutError,
        "answers is given without exercises; give exercises N as well",
    ),
    (
        lambda: write_handout("a.md", exercises=101),
        HandoutError,
        "exercises 101 is too many; give a whole number from 0 to 100",
    ),
    (
        lambda: write_handout("a.md", exercises=2.5),  # type: ignore[arg-type]
        HandoutError,
        "exercises 2.5 is no number; give a whole number from 0 to 100",
    ),
    (lambda: write_handout("a.md", seed=-1, **KEY), HandoutError, "seed -1 is no number; give a w"),
    (
        lambda: write_handout("a.md", lang="fr", **KEY),  # type: ignore[arg-type]
        HandoutError,
        "lang 'fr' is no language; give 'en' or 'zh'",
    ),
    (lambda: write_handout("a.md", title=3, **KEY), HandoutError, "title 3 is not one line of tex"),  # type: ignore[arg-type]
    (
        lambda: write_handout("a.md", command="a\nb", **KEY),
        HandoutError,
        r"command 'a\nb' is not o",
    ),
    (lambda: mark_answers("no.csv", 3), HandoutError, "no.csv cannot be read: No such file or dir"),
    (lambda: mark_answers("no.csv", 0), HandoutError, "check is given without exercises; give exe"),
    (lambda: mark_answers(3, 3), ArgumentError, "3 is no path; give that of a file"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(
    ("call", "kind", "sentence"), REFUSED, ids=[one[2][:30] for one in REFUSED]
)
def test_it_is_refused_in_one_sentence(
    call: Callable[[], object],
    kind: type[BottlecalcError],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind) as error:
        call()
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
    assert os.listdir(tmp_path) == []


def test_a_missing_library_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    with pytest.raises(HandoutError, match="a handout as pdf needs pypandoc, typst, matplotlib, "):
        write_handout(tmp_path / "a.pdf", **KEY)
    assert os.listdir(tmp_path) == []
