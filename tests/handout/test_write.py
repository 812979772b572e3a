"""``bottlecalc handout``: what it says, what it refuses, and that files are whole or absent."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from bottlecalc import Count, compare, write_handout
from bottlecalc.handout import HandoutError, figure, formats
from bottlecalc.handout.forms import make_form
from bottlecalc.handout.lesson import make_lesson
from bottlecalc.handout.worksheet import draw
from bottlecalc.handout.write import key_files, sheet_files
from bottlecalc.layers.counted import Counted
from tests.conftest import Run, run_process
from tests.handout.sheets import html_text, numbers
from tests.handout.test_text import body, source

PAIR = ("handout", "--in", "64", "--out", "128")
FAST = (*PAIR, "--no-measure")
LANGUAGES = ("en", "zh")
TITLE = r"<script>alert(1)</script> $x_1$ a_b \n & *c* `q` #1"


def test_the_footer_says_what_was_checked_and_how_to_make_it_again(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.md"
    arguments = ("handout", "--in", "8", "--out", "12", "--size", "6", "--title", "a `b`")
    run(*arguments, "-o", str(path))
    footer = path.read_text("utf-8").rpartition("\n---\n")[2]
    assert re.search(r"checked against torch 2\S+, fvcore 0\.1\.5", footer)
    assert f"`` bottlecalc handout --in 8 --out 12 --size 6 --title 'a `b`' -o {path} ``" in footer
    run(*arguments, "--no-measure", "--force", "-o", str(path))
    assert "not checked against torch and fvcore" in path.read_text("utf-8")


def contradicted(count: Count, *_: object, **__: object) -> Count:
    """By torch, about the first convolution's parameters."""
    torch = Counted(figures={"params": {"conv1": 1}}, version="2")
    return replace(count, others={"torch": torch})


def test_nothing_is_written_where_counters_disagree(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bottlecalc.agreement.ask.measured", contradicted)
    result = run(*PAIR, "-o", str(tmp_path / "sheet.md"))
    assert result.code == 1
    assert "conv1: parameters by closed form 73,728, by torch 1" in result.err
    assert os.listdir(tmp_path) == []


def test_existing_files_are_kept(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    path.write_text("mine", "utf-8")
    result = run(*FAST, "-o", str(path))
    assert result.code == 2
    assert result.err == (f"Error: {path} exists; give another file, or --force to write over it\n")
    assert path.read_text("utf-8") == "mine"
    assert run(*FAST, "--force", "-o", str(path)).code == 0
    assert "15,360" in path.read_text("utf-8")


def test_a_path_that_no_page_can_show(tmp_path: Path) -> None:
    path = os.fsdecode(bytes(tmp_path) + b"/a\xff\n\n# b.html")
    result = run_process(*FAST, "-o", path)
    assert (result.code, result.err) == (0, "")
    assert "<h1" in Path(path).read_text("utf-8")
    assert "b.html</h1>" not in Path(path).read_text("utf-8")


def test_existing_figures_are_kept(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "sheet_files"
    folder.mkdir()
    (folder / "cost.svg").write_text("mine", "utf-8")
    result = run(*FAST, "-o", str(tmp_path / "sheet.md"))
    assert result.code == 2
    assert sorted(os.listdir(tmp_path)) == ["sheet_files"]


def test_output_is_whole_or_absent(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    result = run(*FAST, "-o", str(tmp_path / "sheet.md"))
    assert result.code == 2
    assert "No space left on device" in result.err
    assert os.listdir(tmp_path) == []


INSTALL = "python -m pip install manimgx-fonts-cjk matplotlib pypandoc_binary pyreveal typst"


def missing(*absent: str) -> Any:
    from importlib.util import find_spec

    return lambda name: None if name in absent else find_spec(name)


def test_without_the_extra(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the command; Markdown works, without figures."""
    monkeypatch.setattr(formats, "find_spec", missing("pypandoc", "typst"))
    result = run(*FAST, "-o", str(tmp_path / "sheet.pdf"))
    assert result.code == 2
    assert result.err == (
        "Error: a handout as pdf needs pypandoc, typst, which is not installed;"
        f" install it with: {INSTALL}\n"
    )

    def undrawn(*_args: object) -> None:
        raise ModuleNotFoundError("No module named 'matplotlib'")

    monkeypatch.setattr(figure, "draw", undrawn)
    result = run(*FAST, "-o", str(tmp_path / "sheet.md"))
    assert result.code == 0
    assert result.err.count("\n") == 1
    assert INSTALL in result.err
    assert os.listdir(tmp_path) == ["sheet.md"]
    assert "![" not in (tmp_path / "sheet.md").read_text("utf-8")


def test_a_pdf_without_the_font_with_chinese_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "find_spec", missing("manimgx_fonts_cjk"))
    result = run(*FAST, "--lang", "zh", "-o", str(tmp_path / "sheet.pdf"))
    assert result.code == 2
    assert result.err == (
        "Error: a handout as pdf needs manimgx_fonts_cjk, which is not installed;"
        f" install it with: {INSTALL}\n"
    )
    assert os.listdir(tmp_path) == []


REFUSED = [
    ((), "no file is given; give -o FILE, its ending one of .md, .html, .pdf, .tex, .docx, .ipynb"),
    (("-o", "a.odt"), "the ending '.odt' of 'a.odt' is of no format; give one of .md,"),
    (("--to", "epub", "-o", "a.md"), "--to 'epub' is no format; give one of markdown, html, pdf,"),
    (("--exercises", "x", "-o", "a.md"), "--exercises 'x' is no number; give a whole number"),
    (("--exercises", "101", "-o", "a.md"), "--exercises '101' is too many; give a whole number"),
    (("--seed", "-1", "-o", "a.md"), "--seed '-1' is no number; give a whole number of at least 0"),
    (("--answers", "-o", "a.md"), "--answers is given without exercises; give --exercises N"),
    (("--check", "a.csv"), "--check is given without exercises; give --exercises N"),
    (("--paper", "a3", "-o", "a.md"), "--paper 'a3' is no paper; give 'a4' or 'letter'"),
    (("--title", "a\nb", "-o", "a.md"), r"--title 'a\nb' is not one line of text"),
    (("--lang", "fr", "-o", "a.md"), "Invalid value for '--lang': 'fr' is not one of 'en', 'zh'"),
    (
        ("--block", "plain", "--block", "basic", "-o", "a.md"),
        "a handout sets a bottleneck against another block, and the blocks are"
        " plain:in=64,out=128, basic:in=64,out=128; give at least two with --block",
    ),
    (("--block", "bottleneck", "-o", "a.md"), "give at least two with --block, one of them"),
    (("-o", "nowhere/a.md"), "cannot be written: No such file or directory; give another path"),
    (("--exercises", "3", "--answers", "--check", "a.csv"), "--answers and --check exclude each"),
]


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED)
def test_bad_input_gets_one_sentence(
    arguments: tuple[str, ...],
    sentence: str,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*FAST, *arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
    assert result.err.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_its_errors_are_refusals() -> None:
    from bottlecalc.errors import BottlecalcError

    assert issubclass(HandoutError, BottlecalcError)


FIGURES = ("block-0", "block-1", "ink", "cost")
COMPARISON = compare("plain:in=64,out=128", "bottleneck:in=64,out=128")


def test_the_files_without_a_command_line() -> None:
    path = Path("a", "sheet.md")
    files = sheet_files(COMPARISON, draw(2, 7), "en", path, formats.choose(path), title="x_y")
    places = [path, *(Path("a", "sheet_files", f"{one}.svg") for one in FIGURES)]
    assert list(files) == places
    assert all(files[place].startswith((b"<?xml", b"<svg")) for place in places[1:])
    sheet = files[path].decode()
    assert sheet.startswith("# x\\_y\n")
    assert sheet.endswith("not checked against torch and fvcore.\n")
    key = key_files([make_form(draw(2, 7))], "zh", path, formats.FORMATS["html"], command="again")
    assert list(key) == [path]
    assert all(f"{x.answer:,}" in html_text(key[path].decode()) for x in draw(2, 7)[1:])
    assert "<code>again</code>" in key[path].decode()


def test_python_is_told_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def undrawn(*_args: object) -> None:
        raise ModuleNotFoundError("No module named 'matplotlib'")

    monkeypatch.setattr(figure, "draw", undrawn)
    path = Path("sheet.md")
    with pytest.warns(UserWarning, match="The figures are left out: No module named 'matplotlib'"):
        files = sheet_files(COMPARISON, [], "en", path, formats.choose(path))
    assert list(files) == [path]


def contradicted_total(count: Count) -> Count:
    """By fvcore, about the first convolution's total."""
    total = {layer.name: layer.macs for layer in count.layers} | {"conv1": 1}
    return replace(count, others={"fvcore": Counted(figures={}, version="0.1.5", total=total)})


@pytest.mark.parametrize("contradict", [contradicted, contradicted_total])
def test_no_sheet_is_made_of_counters_that_disagree(contradict: Any) -> None:
    plain, bottleneck = COMPARISON.blocks
    with pytest.raises(HandoutError) as error:
        make_lesson(compare(plain, contradict(bottleneck)))
    assert str(error.value) == (
        "the counters of bottleneck:in=64,out=128 contradict each other, and a handout has but one"
        " figure for each; compare the blocks to see where"
    )


def test_refusals_in_pythons_words() -> None:
    markdown = formats.FORMATS["markdown"]
    refusals: list[tuple[Any, str]] = [
        (lambda: formats.choose(Path("a.md"), "epub"), "to 'epub' is no format; give one of mark"),
        (lambda: formats.choose(Path("a.odt")), ".zip, or to markdown|html|pdf|latex|docx|"),
        (
            lambda: write_handout("a.md", paper=cast(Any, 4)),
            "paper 4 is no paper; give 'a4' or 'letter'",
        ),
        (
            lambda: key_files([make_form(draw(1, 1))], "en", Path("a.md"), markdown, title="a\nb"),
            r"title 'a\nb' is not one line of text; give one without breaks",
        ),
        (
            lambda: make_lesson(compare("bottleneck:in=8,out=8")),
            "the blocks are bottleneck:in=8,out=8; give at least two with block, one of them",
        ),
    ]
    for call, sentence in refusals:
        with pytest.raises(HandoutError) as error:
            call()
        assert sentence in str(error.value)


def test_the_sheet_agrees_with_compare(run: Run, tmp_path: Path) -> None:
    out = run("compare", "--in", "64", "--out", "128", "--no-measure", "--format", "json").out
    document = json.loads(out)
    found = numbers(body(source("textbook", "en")))
    for block in document["blocks"]:
        assert {str(row["macs"]) for row in block["rows"] if row["macs"]} <= found
    assert str(document["break_even_mid"]) in found


def test_numbers_beyond_all_floats_are_one_sentence(run: Run, tmp_path: Path) -> None:
    huge = f"1{'0' * 400}"
    path = tmp_path / "sheet.md"
    result = run("handout", "--in", huge, "--out", huge, "--no-measure", "-o", str(path))
    assert (result.code, result.out) == (2, "")
    assert result.err == "Error: the numbers are too large to be drawn; give fewer channels\n"
    assert not path.exists()
