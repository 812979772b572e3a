"""What a handout is printed on: paper, letters, pages, and PDF that can be heard."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bottlecalc import Bottleneck, Plain, write_handout
from bottlecalc.handout import Language, typesetting
from tests.conftest import Run
from tests.handout.sheets import browser, numbers, pdf_text, tool
from tests.handout.test_formats import CHINESE, LATIN, fonts

FAST = ("handout", "--in", "64", "--out", "128", "--no-measure")
MILLIMETRE = 72 / 25.4
"""[points]"""
KINDS = {
    "plain": (),
    "groups": ("--block", "plain", "--block", "bottleneck:groups=8"),
    "expand": ("--block", "basic", "--block", "bottleneck:mid=512"),
    "stride": ("--block", "plain:stride=2", "--block", "bottleneck:stride=2,upsample=true"),
}
pytestmark = pytest.mark.slow
STOPS = "。，、；：！？）》”’"


class Page:
    """A page of a PDF, as poppler sees it.

    Attributes:
        width: of it [points].
        height: of it [points].
        words: each with its left, upper, right and lower side [points].
    """

    def __init__(self, xml: str) -> None:
        sides = re.match(r'width="([\d.]+)" height="([\d.]+)"', xml)
        assert sides
        self.width, self.height = map(float, sides.groups())
        found = re.findall(
            r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>',
            xml,
        )
        self.words: list[tuple[str, float, float, float, float]] = [
            (word, float(left), float(top), float(right), float(low))
            for left, top, right, low, word in found
        ]


def pages(path: Path) -> list[Page]:
    command = [tool("pdftotext"), "-bbox", str(path), "-"]
    xml = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return [Page(one) for one in xml.split("<page ")[1:]]


@pytest.mark.parametrize(("paper", "width", "height"), [("a4", 210, 297), ("letter", 215.9, 279.4)])
@pytest.mark.parametrize("large", [False, True])
def test_all_fits_the_paper(
    paper: str, width: float, height: float, large: bool, run: Run, tmp_path: Path
) -> None:
    """Within margins of 20 mm, 15 in large print, also what one word is too long for."""
    path = tmp_path / "sheet.pdf"
    size = ("--large-print",) if large else ()
    arguments = ("--paper", paper, *size, "--exercises", "3", *KINDS["stride"], "-o", str(path))
    assert run(*FAST, *arguments).err == ""
    margin = (15 if large else 20) * MILLIMETRE
    for page in pages(path):
        assert (page.width, page.height) == pytest.approx(
            (width * MILLIMETRE, height * MILLIMETRE), abs=0.1
        )
        assert min(left for _, left, *_ in page.words) >= margin - 1
        hanging = 10  # a full stop may hang over
        assert max(right for *_, right, _ in page.words) <= page.width - margin + hanging
    text = " ".join(word for page in pages(path) for word, *_ in page.words)
    assert {"73728", "15360"} <= numbers(text)


def letters(path: Path) -> float:
    """The height of most words [points]."""
    heights = [round(low - top, 1) for one in pages(path) for _, _, top, _, low in one.words]
    return max(set(heights), key=heights.count)


@pytest.mark.parametrize("ending", [".pdf", ".html"])
def test_large_print_is_of_18_points(ending: str, tmp_path: Path) -> None:
    """Also from a browser, which makes all smaller where one table is too wide."""
    printed = {large: tmp_path / f"{large}.pdf" for large in (False, True)}
    for large, pdf in printed.items():
        blocks = (Plain(64, 128), Bottleneck(64, 128))
        sheet = pdf.with_suffix(ending)
        write_handout(sheet, *blocks, large_print=large, exercises=12, measure=False)
        if ending == ".html":
            browser_prints(sheet, pdf)
    assert letters(printed[True]) / letters(printed[False]) == pytest.approx(1.8, abs=0.03)
    assert len(pages(printed[True])) > 1.5 * len(pages(printed[False]))


def browser_prints(sheet: Path, pdf: Path) -> None:
    with browser() as chromium:
        page = chromium.new_page()
        page.goto(sheet.as_uri())
        page.pdf(path=pdf, prefer_css_page_size=True)


@pytest.mark.parametrize(
    ("kind", "language"),
    [("plain", "zh"), ("groups", "zh"), ("expand", "zh"), ("stride", "zh"), ("stride", "en")],
)
def test_pages_break_where_a_reader_would_have_them(
    kind: str, language: str, run: Run, tmp_path: Path
) -> None:
    """No heading at the foot of a page, exercises on one of their own, Chinese lines as usual."""
    path, source = tmp_path / "sheet.pdf", tmp_path / "sheet.md"
    arguments = (*FAST, *KINDS[kind], "--lang", language, "--exercises", "5")
    run(*arguments, "-o", str(path))
    run(*arguments, "-o", str(source))
    titles = re.findall(r"^## (.*)$", source.read_text("utf-8"), re.MULTILINE)
    beginnings = {title.replace("`", "").split()[0] for title in titles}
    printed = [page.strip().split("\n") for page in pdf_text(path).split("\f")[:-1]]
    for page in printed:
        *body, number = (line.strip() for line in page if line.strip())
        assert number.isdigit()
        assert not any(body[-1] == title.replace("`", "") for title in titles)
        if language == "zh":
            assert not [line for line in body if line.startswith(tuple(STOPS))]
            assert not [line for line in body if line.endswith(("（", "《", "“"))]
    assert beginnings
    begun = re.findall(r"<!-- page break -->\n\n## (.*)\n", source.read_text("utf-8"))
    assert len(begun) == 2  # the exercises, and the faults that were to be found
    assert {*begun} <= {page[0].strip() for page in printed}


@pytest.mark.parametrize(
    ("language", "marks", "font"),
    [("zh", "“”‘’——……", CHINESE), ("zh", "3·3", LATIN[0]), ("en", "“”‘’—…", LATIN[0])],
)
def test_marks_are_of_the_languages_font(
    language: Language, marks: str, font: bytes, tmp_path: Path
) -> None:
    source = tmp_path / "a.typ"
    source.write_text(
        "#set document(title: [a])\n"
        f'#set text(lang: "{language}", font: ({typesetting.FONTS[language]}))\n{marks}',
        "utf-8",
    )
    path = tmp_path / "a.pdf"
    path.write_bytes(typesetting.pdf(source))
    assert fonts(path) == {font}
