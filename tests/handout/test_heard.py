"""Handouts heard instead of seen: PDF/UA, and what stands for figures and formulas."""

from __future__ import annotations

import re
from pathlib import Path

import pypandoc
import pytest
import typst

from bottlecalc.handout import typesetting
from tests.conftest import Run
from tests.handout.sheets import browser, counts, numbers
from tests.handout.test_text import lesson

FAST = ("handout", "--in", "64", "--out", "128", "--no-measure")
FILTERS = Path(typesetting.__file__).parent / "pandoc"
LANGUAGES = {"en": "en", "zh": "zh-CN"}
pytestmark = pytest.mark.slow


def alternatives(pdf: bytes, role: str) -> list[str]:
    """The alternative texts of all elements of a role, and "" for those that have none."""
    elements = re.findall(rb"<</Type/StructElem/S/%b/.*?>>\n" % role.encode(), pdf, re.DOTALL)
    found = []
    for element in elements:
        plain = re.search(rb"/Alt\(((?:\\.|[^\\)])*)\)", element)
        wide = re.search(rb"/Alt<FEFF([0-9A-F]+)>", element)
        if plain:
            found.append(re.sub(r"\\(.)", r"\1", plain[1].decode()))
        else:
            found.append(bytes.fromhex(wide[1].decode()).decode("utf-16-be") if wide else "")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_is_tagged_with_title_language_and_alternatives(
    language: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.pdf"
    blocks = ("--block", "plain", "--block", "bottleneck:groups=4,se=4")
    run(*FAST, *blocks, "--lang", language, "--title", "Ein (Titel)", "-o", str(path))
    pdf = path.read_bytes()
    catalog = re.search(rb"<</Type/Catalog.*", pdf)
    assert catalog
    assert f"/Lang({LANGUAGES[language]})".encode() in catalog[0]
    assert b"DisplayDocTitle true" in catalog[0]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"Ein (Titel)" in pdf
    figures, formulas = alternatives(pdf, "Figure"), alternatives(pdf, "Formula")
    assert len(figures) == 4
    assert all(len(one) > 40 for one in figures)
    assert len(formulas) > 20
    assert all(formulas)
    assert not [one for one in formulas if re.search(r"[\\{}_]|\btext\b|cdot", one)]
    assert "1 · 1 · 64 · 32 = 2,048" in formulas
    roles = set(re.findall(rb"/S/(\w+)", pdf))
    assert {b"Title", b"H1", b"Table", b"TH", b"Figure", b"Caption", b"Formula"} <= roles


def test_what_is_not_told_is_refused(tmp_path: Path) -> None:
    """The standard is what holds: with one alternative or the title missing there is no PDF."""
    source = tmp_path / "a.typ"
    whole = '#set document(title: [a])\n#math.equation(alt: "x squared", $x^2$)\n'
    source.write_text(whole, "utf-8")
    assert typesetting.pdf(source).startswith(b"%PDF")
    for missing in ('alt: "x squared", ', "#set document(title: [a])"):
        source.write_text(whole.replace(missing, ""), "utf-8")
        with pytest.raises(typst.TypstError, match="PDF/UA-1 error"):
            typesetting.pdf(source)


FORMULAS = {
    r"3 \cdot 3 \cdot 64 = \text{73,728}": "3 · 3 · 64 = 73,728",
    r"\frac{P_{3 \times 3}}{P_{\text{bottleneck}}} \approx 4.8": "P(3 × 3) / P(bottleneck) ≈ 4.8",
    r"\frac{ 64 }{ 2 + 3 }": "64 / (2 + 3)",
    r"C \cdot m + \frac{k^2 \cdot m^2}{g}": "C · m + (k² · m²) / g",
    r"(\text{1,024} - 2 \cdot 64) \div 2": "(1,024 - 2 · 64) ÷ 2",
    r"2^{10} < x_1 \le y_{ij}": "2¹⁰ < x(1) ≤ y(ij)",
}


@pytest.mark.parametrize("tex", FORMULAS)
def test_a_formula_as_one_line(tex: str, tmp_path: Path) -> None:
    spoken = tmp_path / "spoken.lua"
    spoken.write_text(
        f'package.path = "{FILTERS}/?.lua"\n'
        'function Math(math) return pandoc.Str(require("formula").spoken(math.text)) end\n',
        "utf-8",
    )
    arguments = ["--wrap=none", f"--lua-filter={spoken}"]
    text = pypandoc.convert_text(f"${tex}$", "plain", "markdown", extra_args=arguments)
    assert text.strip() == FORMULAS[tex]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_its_figures_tables_and_formulas(
    language: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.html"
    run(*FAST, "--lang", language, "-o", str(path))
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 360, "height": 800})
        page.goto(path.as_uri())
        assert page.locator("h1").count() == 1
        assert page.get_attribute("html", "lang") == {"en": "en", "zh": "zh-Hans"}[language]
        told = page.eval_on_selector_all("img", "all => all.map(one => one.alt)")
        assert len(told) == 4
        shown = {number for one in told for number in numbers(one)}
        assert {"73728", "15360", "72960"} <= shown <= counts(lesson("textbook"))
        heard = page.eval_on_selector_all("math", "all => all.map(m => m.getAttribute('alttext'))")
        assert all(heard)
        check_tables(page)


def check_tables(page: object) -> None:
    """On a phone a table is one, and whoever has no finger scrolls it by keys."""
    tables = page.locator("table")  # type: ignore[attr-defined]
    wide = 0
    for one in tables.all():
        shown = "table => [table, table.rows[1], table.rows[1].cells[0]]"
        displays = f"table => ({shown})(table).map(one => getComputedStyle(one).display)"
        assert one.evaluate(displays) == ["table", "table-row", "table-cell"]
        box = one.locator("xpath=..")
        assert (box.get_attribute("role"), box.get_attribute("tabindex")) == ("region", "0")
        assert box.get_attribute("aria-label")
        if box.evaluate("box => box.scrollWidth > box.clientWidth"):
            wide += 1
            box.focus()
            box.press("ArrowRight")
            page.wait_for_function(  # type: ignore[attr-defined]
                "box => box.scrollLeft > 0", arg=box.element_handle()
            )
    assert wide
    assert page.evaluate("document.documentElement.scrollWidth") == 360  # type: ignore[attr-defined]


def test_no_stop_begins_a_line_after_a_formula(run: Run, tmp_path: Path) -> None:
    """Whatever the width: a formula's stop stands on its line."""
    path = tmp_path / "sheet.html"
    run(*FAST, "--lang", "zh", "--exercises", "12", "-o", str(path))
    lower = """all => all.filter(formula => {
      const next = formula.nextSibling
      if (!next || next.nodeType !== 3 || !/^[，。、；：）]/.test(next.data)) return false
      const range = document.createRange()
      range.setStart(next, 0)
      range.setEnd(next, 1)
      return range.getBoundingClientRect().top > formula.getBoundingClientRect().bottom
    }).length"""
    with browser() as chromium:
        page = chromium.new_page()
        page.goto(path.as_uri())
        for width in range(330, 780, 15):
            page.set_viewport_size({"width": width, "height": 600})
            assert page.eval_on_selector_all("math", lower) == 0, width
