"""Every format holds what it should, and can be used where it is used."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pypandoc
import pytest

from bottlecalc.handout import formats
from tests.conftest import Run
from tests.handout.sheets import browser, counts, html_text, numbers, pdf_text, tool
from tests.handout.test_text import lesson

PAIR = ("handout", "--in", "64", "--out", "128")
FAST = (*PAIR, "--no-measure")
LANGUAGES = ("en", "zh")
pytestmark = pytest.mark.slow
TITLE = r"<script>alert(1)</script> $x_1$ a_b \n & *c* `q` #1"


def test_every_format_in_both_languages(run: Run, tmp_path: Path) -> None:
    for language in LANGUAGES:
        for ending in formats.ENDINGS:
            path = tmp_path / f"sheet-{language}{ending}"
            result = run(*FAST, "--lang", language, "--exercises", "8", "-o", str(path))
            assert (result.code, result.out, result.err) == (0, "", "")
            assert path.stat().st_size > 5000
        slides = tmp_path / f"slides-{language}.html"
        assert run(*FAST, "--lang", language, "--to", "revealjs", "-o", str(slides)).code == 0
        assert "reveal.js" in slides.read_text("utf-8")
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
    assert numbers(page) - counts(lesson("textbook")) == set()
    assert {"73728", "15360", "4.8"} <= numbers(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_in_a_browser(language: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    run(*FAST, "--lang", language, "--exercises", "15", "--title", TITLE, "-o", str(path))
    events: list[str] = []
    with browser() as chromium:
        for width in (360, 1280):
            page = chromium.new_page(viewport={"width": width, "height": 800})
            page.on("console", lambda message: events.append(message.text))
            page.on("pageerror", lambda error: events.append(str(error)))
            page.on("dialog", lambda dialog: events.append(dialog.message))
            page.on("request", lambda request: events.append(request.url[:5]))
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.inner_text("h1") == TITLE
            assert page.evaluate("[...document.images].every(i => i.naturalWidth > 100)")
        for paper in ("A4", "Letter"):
            page.pdf(path=tmp_path / f"{paper}.pdf", format=paper)
        cells = page.eval_on_selector_all("table", "ts => ts.map(t => t.innerText)")
    assert set(events) <= {"file:", "data:"}
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
    assert {"73,728", "15,360", "4.80×"} <= set(re.findall(r"[\d,.]+×?", found))
    if language == "zh":
        for word in ("瓶颈", "残差连接", "通道", "乘加运算", "批归一化", "练习"):
            assert word in found


def widest(path: Path) -> float:
    """Where the right-most word of a PDF ends [points]."""
    command = [tool("pdftotext"), "-bbox", str(path), "-"]
    boxes = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return max(map(float, re.findall(r'<word [^>]*xMax="([\d.]+)"', boxes)))


A4, MARGIN, LETTER = 595.28, 56.69, 10
"""The width of the paper, 20 mm, and what a full stop may hang over [points]."""
LONGEST = (
    *("--block", "plain:stride=2,upsample=true", "--batch", "2"),
    *("--block", "bottleneck:stride=2,upsample=true,se=4,avg=true"),
)
"""With a bottleneck of which every tool has much to say."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("blocks", [(), LONGEST], ids=["textbook", "longest"])
def test_sums_wrap_within_the_margins(
    language: str, blocks: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    options = (*FAST, *blocks, "--lang", language)
    run(*options, "-o", str(tmp_path / "sheet.pdf"))
    assert widest(tmp_path / "sheet.pdf") <= A4 - MARGIN + LETTER
    run(*options, "-o", str(tmp_path / "sheet.tex"))
    tex = (tmp_path / "sheet.tex").read_text("utf-8")
    tables = [
        [float(share) for share in re.findall(r"\\real{(0\.\d+)}", table)]
        for table in tex.split(r"\begin{longtable}")
    ]
    (shares,) = (one for one in tables if len(one) == 4)
    assert sum(shares) == pytest.approx(1, abs=0.01)
    assert max(shares) == shares[-1] > 0.4


CHINESE, LATIN = b"NotoSansCJKsc", (b"LibertinusSerif", b"NewCMMath", b"DejaVuSans")


def fonts(path: Path) -> set[bytes]:
    """The fonts that lie in a PDF, each a subset of its own, by the beginnings of their names."""
    names = re.findall(rb"/FontName ?/[A-Z]{6}\+(\w+)", path.read_bytes())
    return {
        next((one for one in (CHINESE, *LATIN) if name.startswith(one)), name) for name in names
    }


def test_the_pdf_holds_its_fonts_and_none_of_the_machines(run: Run, tmp_path: Path) -> None:
    """Chinese in the shapes of Simplified Chinese, in figures too; none in an English sheet."""
    sheets = {language: tmp_path / f"{language}.pdf" for language in LANGUAGES}
    for language, path in sheets.items():
        run(*FAST, "--lang", language, "-o", str(path))
    assert fonts(sheets["en"]) == {*LATIN}
    assert fonts(sheets["zh"]) == {CHINESE, *LATIN}
    assert sheets["zh"].stat().st_size < 400_000
    run(*FAST, "--lang", "zh", "-o", str(tmp_path / "sheet.tex"))
    for figure in (tmp_path / "sheet_files").iterdir():
        products = {LATIN[0]} if figure.stem == "ink" else set()
        assert fonts(figure) == {CHINESE, *products}, figure.name


def test_figures_are_set_in_ordinary_weight(run: Run, tmp_path: Path) -> None:
    """A variable font's is its thinnest where none is said; what is bold says so."""
    run(*FAST, "--lang", "zh", "-o", str(tmp_path / "sheet.md"))
    for figure in (tmp_path / "sheet_files").iterdir():
        svg = figure.read_text("utf-8")
        styles = re.findall(r'<text style="([^"]*)"([^>]*)', svg)
        assert styles
        for style, rest in styles:
            is_bold = "font-weight: 700" in style or 'font-weight="bold"' in rest
            assert ("'wght' 400" in style) != is_bold
        assert re.search(r"""font-family(: |=")'Noto Sans CJK SC', """, svg)


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
    reader = "html" if slides else formats.ENDINGS[ending].name
    if reader == "html":
        assert TITLE in html_text(path.read_text("utf-8"))
        assert "<script>alert" not in path.read_text("utf-8")
    else:
        assert TITLE in pandoc_text(path, reader)


def pandoc_text(path: Path, reader: str) -> str:
    options = ["--standalone", "--wrap=none", "--quiet"]
    plain = str(pypandoc.convert_file(str(path), "plain", format=reader, extra_args=options))
    return plain.replace("‘", "`") if reader == "latex" else plain  # reads \\textasciigrave so


def test_tex_has_no_figure_that_is_not_beside_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a sheet.tex"
    run(*FAST, "-o", str(path))
    names = re.findall(r"\]{([^}]*\.pdf)}", path.read_text("utf-8"))
    assert len(names) == 4
    for name in names:
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
