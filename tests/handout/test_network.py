"""Sheets of networks: their tables add up, their numbers are counts, and files are as of blocks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from bottlecalc import (
    HandoutError,
    NetworkCount,
    NetworkError,
    compare_networks,
    write_handout,
)
from bottlecalc.handout import formats, text
from bottlecalc.handout.network import make_network_lesson
from bottlecalc.layers.counted import Counted
from tests.conftest import Run
from tests.handout.sheets import browser, html_text, numbers, pdf_text
from tests.handout.test_formats import check_tables
from tests.handout.test_text import body

NETWORKS = (
    "resnet50",
    "densenet121",
    "vgg11_bn",
    "enet",
    "mobilenet_v2:width=0.5",
    "convnext_tiny",
)
ALONE = ("handout", "--network", "resnet50", "--no-measure")
CONVENTION = {"2"}
"""FLOPs a MAC."""


def counted(name: str, size: Any = None, batch: int = 1) -> NetworkCount:
    return compare_networks(name, size=size, batch=batch).networks[0]


def source(*counts: NetworkCount, language: Any = "en", **options: Any) -> str:
    lessons = [make_network_lesson(count) for count in counts]
    return body(text.network_sheet(lessons, [], language, **options))


def figures(count: NetworkCount) -> set[str]:
    """All numbers that the sheet of a network may show."""
    found: set[object] = {count.receptive_field, count.effective_stride, count.activations}
    found |= {*count.input, *count.output, count.params.total, count.macs.block, count.flops.block}
    lesson = make_network_lesson(count)
    for stage in lesson.stages:
        one = stage.count
        found |= {one.params, one.macs, *one.output, *stage.families.values()}
        found |= {f"{100 * one.params / count.params.total:.1f}"}
        found |= {f"{100 * one.macs / count.macs.block:.1f}"}
        found |= {times for times, _ in stage.texts}
        for run in stage.repetitions:
            found |= {run.times, run.part.params, *run.part.channels}
    block = lesson.worked.parts[0]
    found |= {block.others, block.params - block.others}
    for layer in block.layers:
        found |= {*layer.factors, *layer.positions, *layer.output, layer.weights, layer.params}
        found |= {layer.macs, layer.biases}
    return {str(one) for one in found}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_is_among_the_counts(name: str, language: str) -> None:
    count = counted(name, (96, 160), 2)
    found = numbers(source(count, language=language, title="x"))
    found = {one for one in found if "." not in one or one in figures(count)}
    assert found - figures(count) - CONVENTION == set()
    assert len(found) > 30


def rows(sheet: str) -> list[list[str]]:
    """The cells of the table of stages, but for its head."""
    table = re.findall(r"^\| \S+ \| .*%.*\|$", sheet, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


@pytest.mark.parametrize("name", NETWORKS)
def test_stages_add_up_to_the_totals(name: str) -> None:
    count = counted(name)
    table = rows(source(count))
    params, macs = (sum(int(row[column].replace(",", "")) for row in table) for column in (3, 5))
    assert (params, macs) == (count.params.total, count.macs.block)
    for column in (4, 6):
        assert sum(float(row[column].strip("%")) for row in table) == pytest.approx(100, abs=0.5)


@pytest.mark.parametrize("name", NETWORKS)
def test_blocks_add_up_to_their_stages(name: str) -> None:
    sheet = source(counted(name)).replace(r"\text{", "").replace("}", "").replace(",", "")
    written = re.sub("^.*….*$", "", sheet, flags=re.MULTILINE)
    sums = re.findall(r"((?:\$[\d \\cdot]+\$(?: \+ )?)+) = \$(\d+)\$\.$", written, re.MULTILINE)
    assert sums
    for terms, total in sums:
        products = terms.replace("$", "").split(" + ")
        factors = [map(int, one.split(r" \cdot ")) for one in products]
        assert sum(a * b for a, b in ((*one, 1)[:2] for one in factors)) == int(total)


def test_the_blocks_of_a_resnet(golden: Callable[[str, str], None]) -> None:
    """The first bottleneck of ResNet-50, 64 → 64 → 64 → 256 with its projection, and the others."""
    first = 64 * 64 + 9 * 64 * 64 + 2 * 64 * 256 + 2 * (64 + 64 + 256 + 256)
    other = 256 * 64 + 9 * 64 * 64 + 64 * 256 + 2 * (64 + 64 + 256)
    sheet = source(counted("resnet50"))
    plain = sheet.replace(r"\text{", "").replace("}", "").replace(r" \cdot ", "·")
    assert f"${first:,}$ + $2·{other:,}$ = ${first + 2 * other:,}$" in plain
    assert "**25,557,032**" in plain  # torchvision's
    golden("handout-network.md", sheet)


def test_of_many_blocks_the_outermost_are_shown() -> None:
    """Layer n of DenseNet's second stage takes 128 + 32·n channels; BN, 1×1, BN, 3×3."""
    params = [2 * c + c * 128 + 256 + 9 * 128 * 32 for c in range(128, 512, 32)]
    sheet = source(counted("densenet121")).replace(r"\text{", "").replace("}", "")
    first, second, *_, last = params
    assert f"${first:,}$ + ${second:,}$ + … + ${last:,}$ = ${sum(params):,}$." in sheet


@pytest.mark.parametrize("name", NETWORKS)
def test_the_languages_have_the_same_sections_and_numbers(name: str) -> None:
    english, chinese = (source(counted(name), language=one, title="x") for one in ("en", "zh"))
    items = chinese
    for full, half in zip("，、；：。", (", ", ", ", "; ", ": ", "."), strict=True):
        items = items.replace(full, half)
    for pattern in (r"^(#+) ", r"^\|(?=:|-)(.*)$", r"(\$[^$]+\$)", r"^(- .*)$"):
        assert re.findall(pattern, english, re.MULTILINE) == re.findall(
            pattern, items, re.MULTILINE
        ), pattern
    assert not re.findall(r"^- .*(?:\$|`)[,:;.]", chinese, re.MULTILINE)
    assert numbers(english) == numbers(chinese)
    assert not re.search(r"[\u4e00-\u9fff]", english)
    for word in ("阶段", "参数量", "感受野"):
        assert word in chinese


def test_names_of_ones_own_are_text(tmp_path: Path) -> None:
    """A file's name and a stage's are no markup."""
    path = tmp_path / "a`b_c_.toml"
    path.write_text('[[stage]]\nname = "__x__"\nblock = "plain:out=8"\ndepth = 2\n', "utf-8")
    sheet = source(counted(str(path)))
    assert r"| \_\_x\_\_ |" in sheet
    assert f"## Network {text.escape(str(path))}, stage" in sheet
    assert f"The input of `` {path} `` is" in sheet


def test_a_sheet_of_blocks_is_the_same_but_for_the_networks(tmp_path: Path) -> None:
    blocks = ("plain:in=64,out=128", "bottleneck:in=64,out=128")
    for name, networks in (("without.md", ()), ("with.md", ["resnet50", "resnet18"])):
        write_handout(tmp_path / name, *blocks, networks=networks, measure=False, exercises=1)
    without, both = ((tmp_path / name).read_text("utf-8") for name in ("without.md", "with.md"))
    begin, end = both.index("## Network resnet50"), both.index("<!-- page break -->")
    section = both[begin:end]
    assert section.count("1×3×224×224") == section.count("## Network") == 2
    assert (both[:begin] + both[end:]).replace("with_files", "without_files") == without


def test_python_and_the_command_write_the_same(run: Run, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.md", tmp_path / "theirs.md"
    options = ("--set", "width=0.5", "--size", "96x128", "--lang", "zh")
    assert run(*ALONE, *options, "-o", str(theirs)).code == 0
    spec = "resnet50:width=0.5"
    write_handout(ours, networks=spec, size=(96, 128), lang="zh", measure=False)
    assert body(ours.read_text("utf-8")) == body(theirs.read_text("utf-8"))
    write_handout(ours, networks=[counted(spec, (96, 128))], lang="zh", measure=False, force=True)
    assert body(ours.read_text("utf-8")) == body(theirs.read_text("utf-8"))
    assert os.listdir(tmp_path) != []


def test_beside_blocks_a_network_has_its_own_size(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    blocks = ("--in", "64", "--out", "128", "--size", "28")
    assert run(*ALONE, *blocks, "-o", str(path)).code == 0
    sheet = path.read_text("utf-8")
    assert "1×64×28×28" in sheet
    assert "1×3×224×224" in sheet


@pytest.mark.torch
def test_counters_check_it(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    options = ("--network", "resnet20", "-o", str(path))
    assert run("handout", *options).code == 0
    assert re.search(r"checked against torch 2\S+, fvcore", path.read_text("utf-8"))


def test_no_sheet_is_made_of_counters_that_disagree(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def contradicted(count: NetworkCount, *_args: object, **_options: object) -> NetworkCount:
        torch = Counted(figures={"params": {"stem.0.conv": 1}}, version="2")
        return replace(count, others={"torch": torch})

    with pytest.raises(HandoutError, match="the counters of resnet20 contradict each other"):
        make_network_lesson(contradicted(counted("resnet20")))
    monkeypatch.setattr("bottlecalc.agreement.ask.measured", contradicted)
    result = run("handout", "--network", "resnet20", "-o", str(tmp_path / "a.md"))
    assert result.code == 1
    assert "resnet20 stem.0.conv: parameters by closed form 432, by torch 1" in result.err
    assert os.listdir(tmp_path) == []


REFUSED = [
    (("resnet5",), "unknown network 'resnet5' (did you mean resnet"),
    (("resnet50:widht=2",), "resnet50 has no 'widht' (did you mean width?); its keys are width"),
    (("resnet50", "--set", "width=0"), "width = '0'; give a decimal above 0, such as 0.5"),
    (("resnet50", "--set", "expand=3"), "resnet50 has no 'expand'; its keys are width, depth"),
    (("resnet50", "--size", "0"), "--size '0' is no size; give H or HxW of at least 1"),
    (("resnet50", "--batch", "0"), "--batch '0' is not allowed; give a whole number of at least 1"),
    (("nosuch.toml",), "nosuch.toml cannot be read: No such file or directory"),
]


@pytest.mark.parametrize(("arguments", "sentence"), REFUSED)
def test_bad_input_is_one_sentence(
    arguments: tuple[str, ...],
    sentence: str,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("handout", "--no-measure", "-o", "a.md", "--network", *arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
    assert result.err.count("\n") == 1
    assert os.listdir(tmp_path) == []


def test_python_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    with pytest.raises(NetworkError, match="unknown network 'resnet5'"):
        write_handout(path, networks="resnet5", measure=False)
    with pytest.raises(TypeError, match="5 is no network; give one, such as 'resnet50:width"):
        write_handout(path, networks=5, measure=False)  # type: ignore[arg-type]
    assert os.listdir(tmp_path) == []


@pytest.mark.slow
def test_every_format_has_the_stages(run: Run, tmp_path: Path) -> None:
    for ending in formats.ENDINGS:
        path = tmp_path / f"sheet{ending}"
        assert run(*ALONE, "--exercises", "2", "-o", str(path)).err == ""
    assert {"25557032", "75008"} <= numbers(html_text((tmp_path / "sheet.html").read_text("utf-8")))
    assert {"25,557,032", "75,008"} <= set(re.findall(r"[\d,]+", pdf_text(tmp_path / "sheet.pdf")))
    assert r"\textbf{25,557,032}" in (tmp_path / "sheet.tex").read_text("utf-8")
    assert sorted(os.listdir(tmp_path)) == sorted(f"sheet{ending}" for ending in formats.ENDINGS)
    notebook: Any = nbformat.read(tmp_path / "sheet.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    (cell,) = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    exec(cell, {})
    with pytest.raises(AssertionError):
        exec(cell.replace("25557032", "25557033"), {})


@pytest.mark.slow
def test_tables_fit_screens_and_paper(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.html"
    run("handout", "--no-measure", "--network", "densenet121", "--network", "enet", "-o", str(path))
    with browser() as chromium:
        for width in (360, 1280):
            page = chromium.new_page(viewport={"width": width, "height": 800})
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == width
        page.pdf(path=tmp_path / "a4.pdf", format="A4")
        cells = page.eval_on_selector_all("table", "ts => ts.map(t => t.innerText)")
    assert len(cells) == 4
    check_tables(pdf_text(tmp_path / "a4.pdf"), cells)
