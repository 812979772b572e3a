"""Sheets: their numbers are counts, their languages agree, every format holds what it should."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pypandoc
import pytest

from bottlecalc import compare, count, parse
from bottlecalc.handout import figure, formats, text
from bottlecalc.handout.lesson import Lesson, letter
from bottlecalc.handout.lesson import lesson as make_lesson
from bottlecalc.handout.worksheet import draw
from bottlecalc.layers.count import Count, Measurement
from tests.conftest import Run, run_process
from tests.sheets import browser, counted, html_text, numbers, pdf_text

PAIR = ("handout", "--in", "64", "--out", "128")
FAST = (*PAIR, "--no-measure")
LANGUAGES = ("en", "zh")
TITLE = r"<script>alert(1)</script> $x_1$ a_b \n & *c* `q` #1"
LESSONS = {
    "textbook": (("plain:in=64,out=128", "bottleneck:in=64,out=128"), (56, 56), 1),
    "identity": (("basic:in=36,out=36", "bottleneck:in=36,out=36,mid=7"), (9, 14), 2),
    "strided": (("plain:in=21,out=88,stride=2", "bottleneck:in=21,out=88,mid=22,groups=11,"
                 "stride=2,upsample=true", "basic:in=21,out=88"), (15, 11), 1),
    "pooled": (("plain:in=48,out=80,downsample=true,dilation=2",
                "bottleneck:in=48,out=80,downsample=true"), (26, 34), 1),
    "hopeless": (("plain:in=1,out=5", "bottleneck:in=1,out=5,mid=600,groups=60"), (7, 7), 1),
}  # fmt: skip


def lesson(name: str) -> Lesson:
    specs, size, batch = LESSONS[name]
    return make_lesson(compare([count(parse(spec), size, batch) for spec in specs]))


def source(name: str, language: Any, **options: Any) -> str:
    return text.sheet(lesson(name), draw(0, 0), language, **options)


def body(markdown: str) -> str:
    return markdown.rpartition("\n---\n")[0]


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_among_the_counts(name: str, language: str) -> None:
    found = numbers(body(source(name, language)))
    assert found - counted(lesson(name)) == set()
    assert len(found) > 30


def test_a_number_that_is_no_count_is_seen() -> None:
    tampered = source("textbook", "en").replace("15,360", "15,361")
    assert numbers(body(tampered)) - counted(lesson("textbook")) == {"15361"}


def test_the_textbook_arithmetic_is_there() -> None:
    found = (
        source("textbook", "en").replace(r"\text{", "").replace("}", "").replace(r" \cdot ", "·")
    )
    for line in ("$64·3·3 = 576$ weights a filter, × 128 filters = **73,728**",
                 "$2,048 + 9,216 + 4,096 = 15,360$", "**m = 80**"):  # fmt: skip
        assert line in found
    assert re.findall(r"\*\*([\d.]+×)\*\* \|", found) == ["4.8×", "14.4×", "9.7×", "9.5×"]
    assert re.findall(r"^\| (\d+) \|", found, re.MULTILINE) == ["16", "32", "64", "80", "81"]


@pytest.mark.parametrize("name", LESSONS)
def test_tables_add_up(name: str) -> None:
    """The main path's parameters, read back from each case's table."""
    cases = lesson(name).cases
    tables = re.split(r"^## Case ", source(name, "en"), flags=re.MULTILINE)[1:]
    assert len(tables) == len(cases)
    for table, case in zip(tables, cases, strict=True):
        rows = re.findall(r"^\| conv\d .*= (\S+)\$ \|.*= (\S+)\$ \|$", table, re.MULTILINE)
        plain = [[int(re.sub(r"\D", "", cell)) for cell in row] for row in rows]
        assert tuple(map(sum, zip(*plain, strict=True))) == (case.params.main, case.macs.main)


@pytest.mark.parametrize("name", LESSONS)
def test_the_languages_have_the_same_sections_numbers_and_exercises(name: str) -> None:
    figures = {f"block-{n}": f"{n}.svg" for n in range(3)} | {"cost": "cost.svg"}
    both = [text.sheet(lesson(name), draw(15, 7), one, figures=figures) for one in ("en", "zh")]
    for pattern in (r"^(#+) ", r"^(\d+)\. ", r"\]\((\S+)\)$", r"^\|(?=:|-)(.*)$", r"(\$\$.*\$\$)"):
        english, chinese = (re.findall(pattern, one, re.MULTILINE) for one in both)
        assert english == chinese, pattern
    assert numbers(both[0]) == numbers(both[1])
    assert not re.search(r"[\u4e00-\u9fff]", both[0])
    for word in ("瓶颈", "残差连接", "通道", "乘加运算"):
        assert word in both[1]


def test_the_keys_of_both_languages_have_the_same_numbers() -> None:
    both = [text.key(draw(30, 3), one, title="", command="") for one in ("en", "zh")]
    assert numbers(both[0]) == numbers(both[1])
    assert both[0].count("\n    - ") == both[1].count("\n    - ") > 60


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figure_shows_the_counts_channels(name: str, language: Any) -> None:
    shown = lesson(name)
    drawn = figure.draw(shown, language)
    assert list(drawn) == [*(f"block-{n}" for n in range(len(shown.cases))), "cost"]
    for svg, case in zip(drawn.values(), shown.cases, strict=False):
        words = re.findall(r">([^<>\n]+)</text>", svg)
        assert {int(word) for word in words if word.isdigit()} == channels(case)
        assert words.count("ReLU") == case.relus
    assert drawn == figure.draw(shown, language)


def channels(case: Count) -> set[int]:
    return {case.input[1], *(row.output[1] for row in case.rows)}


def test_letters_go_on() -> None:
    assert [letter(n) for n in (0, 1, 25, 26, 701, 702)] == ["A", "B", "Z", "AA", "ZZ", "AAA"]


def test_every_format_in_both_languages(run: Run, tmp_path: Path) -> None:
    for language in LANGUAGES:
        for ending in formats.ENDINGS:
            path = tmp_path / f"sheet-{language}{ending}"
            result = run(*FAST, "--lang", language, "--exercises", "8", "-o", str(path))
            assert (result.code, result.out, result.err) == (0, "", "")
            assert path.stat().st_size > 5000
        slides = tmp_path / f"slides-{language}.html"
        assert run(*FAST, "--lang", language, "--to", "revealjs", "-o", str(slides)).code == 0
        assert "Reveal.initialize" in slides.read_text("utf-8")
    folders = [f"sheet-{language}_files" for language in LANGUAGES]
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_dir()) == folders
    kinds = {one.suffix for one in (tmp_path / folders[0]).iterdir()}
    assert kinds == {".svg", ".pdf"}


def test_the_html_is_one_file_with_mathml(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    run(*FAST, "-o", str(path))
    html = path.read_text("utf-8")
    assert "<math " in html
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)[^\"]*\"", html)
    assert not re.findall(r"url\((?!data:)", html)
    page = html_text(html).rpartition("Computed by")[0]
    assert numbers(page) - counted(lesson("textbook")) == set()
    assert {"73728", "15360", "4.8"} <= numbers(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_a_browser(language: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    run(*FAST, "--lang", language, "--exercises", "15", "--title", TITLE, "-o", str(path))
    said: list[str] = []
    with browser() as chromium:
        for width in (360, 1280):
            page = chromium.new_page(viewport={"width": width, "height": 800})
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("dialog", lambda dialog: said.append(dialog.message))
            page.on("request", lambda request: said.append(request.url[:5]))
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.inner_text("h1") == TITLE
            assert page.evaluate("[...document.images].every(i => i.naturalWidth > 100)")
        for paper in ("A4", "Letter"):
            page.pdf(path=tmp_path / f"{paper}.pdf", format=paper)
        cells = page.eval_on_selector_all("table", "ts => ts.map(t => t.innerText)")
    assert set(said) <= {"file:", "data:"}
    for paper in ("A4", "Letter"):
        check_tables(pdf_text(tmp_path / f"{paper}.pdf"), cells)


def check_tables(printed: str, tables: list[str]) -> None:
    """All numbers of a table stand on one page."""
    pages = [numbers(page) for page in printed.split("\f")]
    assert tables
    for table in tables:
        assert any(numbers(table) <= page for page in pages), table


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_read_back(language: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    arguments = ("--lang", language, "--title", TITLE, "--exercises", "3", "-o", str(path))
    run(*FAST, *arguments)
    found = pdf_text(path)
    assert TITLE in found
    assert {"73,728", "15,360", "4.8×"} <= set(re.findall(r"[\d,.]+×?", found))
    if language == "zh":
        for word in ("瓶颈", "残差连接", "通道", "乘加运算", "批归一化", "练习"):
            assert word in found


@pytest.mark.parametrize("ending", [".md", ".html", ".tex", ".docx", ".ipynb", "slides"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_is_text_in_every_format(
    ending: str, language: str, run: Run, tmp_path: Path
) -> None:
    slides = ending == "slides"
    path = tmp_path / ("sheet.html" if slides else f"sheet{ending}")
    to = ("--to", "revealjs") if slides else ()
    result = run(*FAST, "--lang", language, "--title", TITLE, *to, "-o", str(path))
    assert result.code == 0
    reader = "html" if slides else formats.ENDINGS[ending]
    if reader == "html":
        assert TITLE in html_text(path.read_text("utf-8"))
        assert "<script>alert" not in path.read_text("utf-8")
    else:
        assert TITLE in pandoc_text(path, reader)


def pandoc_text(path: Path, reader: str) -> str:
    options = ["--standalone", "--wrap=none", "--quiet"]
    plain = str(pypandoc.convert_file(str(path), "plain", format=reader, extra_args=options))
    return plain.replace("‘", "`") if reader == "latex" else plain  # reads \\textasciigrave so


def test_the_notebook_is_valid_and_its_cells_run(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.ipynb"
    run(*FAST, "-o", str(path))
    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) == 1
    assert "assert block.params" in cells[0]
    exec(cells[0], {})
    with pytest.raises(AssertionError):
        exec(cells[0].replace("73728", "73729"), {})
    images = [name for cell in notebook.cells for name in cell.get("attachments", {})]
    assert len(images) == 3


def test_tex_has_no_figure_that_is_not_beside_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a sheet.tex"
    run(*FAST, "-o", str(path))
    named = re.findall(r"\]{([^}]*\.pdf)}", path.read_text("utf-8"))
    assert len(named) == 3
    for name in named:
        assert (tmp_path / name).read_bytes().startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("xelatex") is None, reason="xelatex is not installed")
@pytest.mark.parametrize("language", LANGUAGES)
def test_tex_compiles_as_it_is(language: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.tex"
    run(*FAST, "--lang", language, "--title", TITLE, "--exercises", "15", "-o", str(path))
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", path.name]
    for _ in range(2):
        subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert {"73728", "15360"} <= numbers(pdf_text(path.with_suffix(".pdf")))


def test_the_footer_says_what_was_checked_and_how_to_make_it_again(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.md"
    asked = ("handout", "--in", "8", "--out", "12", "--size", "6", "--title", "a `b`")
    run(*asked, "-o", str(path))
    footer = path.read_text("utf-8").rpartition("\n---\n")[2]
    assert re.search(r"checked against torch 2\S+, fvcore 0\.1\.5", footer)
    assert f"`` bottlecalc handout --in 8 --out 12 --size 6 --title 'a `b`' -o {path} ``" in footer
    run(*asked, "--no-measure", "--force", "-o", str(path))
    assert "not checked against torch and fvcore" in path.read_text("utf-8")


def test_nothing_is_written_where_witnesses_disagree(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = [Measurement({"params": {"torch": {"conv1": 1}}}, {"torch": "2"}, {})] * 2
    monkeypatch.setattr("bottlecalc.cli.witnesses.measurements", lambda *_, **__: wrong)
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
        " install it with: python -m pip install matplotlib pypandoc_binary typst\n"
    )

    def undrawn(*_args: object) -> None:
        raise ModuleNotFoundError("No module named 'matplotlib'")

    monkeypatch.setattr(figure, "draw", undrawn)
    result = run(*FAST, "-o", str(tmp_path / "sheet.md"))
    assert result.code == 0
    assert result.err.count("\n") == 1
    assert "python -m pip install matplotlib pypandoc_binary typst" in result.err
    assert os.listdir(tmp_path) == ["sheet.md"]
    assert "![" not in (tmp_path / "sheet.md").read_text("utf-8")


def test_a_pdf_in_chinese_without_a_font_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "CJK_FONTS", ("No Such Font",))
    result = run(*FAST, "--lang", "zh", "-o", str(tmp_path / "sheet.pdf"))
    assert result.code == 2
    assert "needs a font with Chinese, and none is installed; install one" in result.err
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
    from bottlecalc.handout import HandoutError

    assert issubclass(HandoutError, BottlecalcError)


def test_the_sheet_agrees_with_compare(run: Run, tmp_path: Path) -> None:
    out = run("compare", "--in", "64", "--out", "128", "--no-measure", "--format", "json").out
    document = json.loads(out)
    found = numbers(body(source("textbook", "en")))
    for block in document["blocks"]:
        assert {str(row["macs"]) for row in block["rows"] if row["macs"]} <= found
    assert str(document["break_even_mid"]) in found
