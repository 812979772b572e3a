"""Handouts for Word: as their XML says, and as LibreOffice prints them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from tests.conftest import Run
from tests.handout.sheets import numbers, pdf_text
from tests.handout.test_paper import KINDS, pages

FAST = ("handout", "--in", "64", "--out", "128", "--no-measure")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
TWIPS = {"a4": (11906, 16838), "letter": (12240, 15840)}
"""Of Word's own pages of these names."""
EMU = 635
"""In a twip."""
pytestmark = pytest.mark.slow


def part(path: Path, name: str) -> Any:
    with ZipFile(path) as file:
        return ElementTree.fromstring(file.read(f"word/{name}.xml"))


@pytest.mark.parametrize("paper", TWIPS)
@pytest.mark.parametrize("large", [False, True])
def test_pages_letters_figures_and_tables(
    paper: str, large: bool, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.docx"
    size = ("--large-print",) if large else ()
    run(*FAST, *KINDS["stride"], "--paper", paper, *size, "--exercises", "2", "-o", str(path))
    document = part(path, "document")
    width = check_page(document, paper)
    letters = part(path, "styles").find(f".//{W}rPrDefault//{W}sz").get(f"{W}val")
    assert int(letters) == 2 * (18 if large else 10)
    extents = document.findall(f".//{WP}extent")
    assert len(extents) == 4
    assert all(0 < int(one.get("cx")) <= width * EMU + 1000 for one in extents)
    assert all(one.get("descr") for one in document.iter(f"{WP}docPr"))
    assert document.find(f".//{W}br[@{W}type='page']") is not None
    check_tables(document, width)


def check_page(document: Any, paper: str) -> int:
    """The length of a line [twips]."""
    section = document.findall(f".//{W}sectPr")[-1]
    page, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    width, height = (int(page.get(f"{W}{side}")) for side in "wh")
    assert (width, height) == pytest.approx(TWIPS[paper], abs=1)
    return width - int(margins.get(f"{W}left")) - int(margins.get(f"{W}right"))


def check_tables(document: Any, width: int) -> None:
    """Columns have widths of their own, within the line; rows stay together."""
    tables = document.findall(f".//{W}tbl")
    assert len(tables) == 6
    for table in tables:
        columns = [int(one.get(f"{W}w")) for one in table.iter(f"{W}gridCol")]
        assert sum(columns) <= width + 20
        assert len(set(columns)) > 1
        *rows, last = table.findall(f"{W}tr")
        assert all(row.find(f".//{W}keepNext") is not None for row in rows)
        assert last.find(f".//{W}keepNext") is None


SOFFICE = shutil.which("soffice")


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("kind", "language"), [("stride", "en"), ("groups", "zh")])
def test_as_libreoffice_prints_it(kind: str, language: str, run: Run, tmp_path: Path) -> None:
    """Whole words within the margins, each table on one page, no exercise beside the lesson."""
    path = tmp_path / "sheet.docx"
    arguments = (*FAST, *KINDS[kind], "--lang", language, "--exercises", "2", "-o", str(path))
    run(*arguments)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [str(SOFFICE), home, "--headless", "--convert-to", "pdf", path.name]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    printed = path.with_suffix(".pdf")
    for page in pages(printed):
        assert page.width == pytest.approx(595.3, abs=0.1)
        assert max(right for *_, right, _ in page.words) <= page.width - 56.7 + 10
    text = pdf_text(printed)
    sheets = [numbers(page) for page in text.split("\f")]
    for table in part(path, "document").iter(f"{W}tbl"):
        cells = "\n".join("".join(cell.itertext()) for cell in table.iter(f"{W}tc"))
        cells = re.sub(r"⋅10(\d)\b", r"⋅10\n\1", cells)  # a power is above its line on paper
        assert any(numbers(cells) <= sheet for sheet in sheets), cells
    first = {"en": "Exercises", "zh": "练习"}[language]
    assert re.search(rf"\f\s*{first}\n", text)


def test_a_full_page_of_a_test_is_not_followed_by_an_empty_one(run: Run, tmp_path: Path) -> None:
    """What stands after an exercise, and what begins a page, takes no line of its own."""
    (tmp_path / "names.csv").write_text("name\nAda\nBert\n", "utf-8")
    path = tmp_path / "tests.docx"
    a_class = ("--class", str(tmp_path / "names.csv"), "--secret", "s")
    assert run("handout", "--exercises", "2", *a_class, "-o", str(path)).err == ""
    body = part(path, "document").find(f"{W}body")
    empty = [p for p in body if p.tag == f"{W}p" and not "".join(p.itertext())]
    lines = [p.find(f"{W}pPr/{W}spacing") for p in empty]
    assert len(lines) == 2 * 2 + 1
    heights = {(one.get(f"{W}line"), one.get(f"{W}lineRule")) for one in lines}
    assert heights == {("20", "exact")}
