"""Reading handouts back: their text, their numbers, and a browser to open them in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import Count
from bottlecalc.explore.break_even import break_even_mid
from bottlecalc.handout.lesson import Lesson
from bottlecalc.handout.multiples import change, exact, times
from bottlecalc.handout.reasons import Reasons
from bottlecalc.handout.totals import make_totals
from bottlecalc.layers.receptive import square
from bottlecalc.render.explain import title as tool_title
from bottlecalc.tools import fvcore

NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)")
CHROMIUM = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def numbers(text: str) -> set[str]:
    """All numbers of a text, without separators; what is in ``code`` is none."""
    plain = re.sub(r"```.*?```|`[^`]*`", " ", text, flags=re.DOTALL)
    return {found.strip(",").replace(",", "") for found in NUMBER.findall(plain)}


def counts(lesson: Lesson) -> set[str]:
    """All numbers that a sheet may show: its counts', and their ratios."""
    figures: set[object] = set()
    for count in (*lesson.cases, lesson.plain, lesson.basic, lesson.bottleneck):
        figures |= set(_figures(count))
    for width in lesson.middle.widths:
        figures |= {width.mid, width.params, exact(width.ratio).strip("×")}
        figures |= {width.macs, exact(width.macs_ratio).strip("×")}
    for account in (one for total in make_totals(lesson.bottleneck) for one in total.accounts):
        figures |= {account.says, account.factor, account.base, *numbers(tool_title(account))}
        for line in account.lines:
            figures |= {abs(line.value), abs(line.each), line.count, *numbers(line.what)}
    for value in (lesson.params_ratio, lesson.macs_ratio):
        figures |= {times(value).strip("×"), times(1 / value).strip("×")}
    figures |= {exact(one.value).strip("×") for row in lesson.grid for one in row}
    figures |= {*(change(lesson.params_ratio, lesson.ratio_with_shortcut) or ())}
    figures |= {lesson.block.groups, lesson.middle.rank, lesson.shared_weights}
    figures |= {*_reasons(lesson)}
    return {str(one).replace(",", "") for one in figures}


def _figures(count: Count) -> Iterator[int]:
    yield from count.input
    for scopes in (count.params, count.macs, count.flops):
        yield from scopes
    yield from (fvcore.total(count.layers), count.relus, break_even_mid(count.block) or 0)
    for layer in count.layers:
        yield from (*layer.factors, *layer.positions, *layer.output)
        yield from (layer.weights, layer.params, layer.macs)
        if layer.factors:
            k, _, channels, *_ = (*layer.factors, 1, 1)
            yield from (k * k, k * k * channels)
        yield from map(int, re.findall(r"\d+", layer.op.label))


def _reasons(lesson: Lesson) -> Iterator[object]:
    """What the section *why* may show, beside what is published and where the first block fails."""
    reasons = Reasons(lesson=lesson)
    for count in (*reasons.equal_cost, lesson.plain, lesson.basic, lesson.bottleneck):
        yield from (*_figures(count), count.activations, *numbers(square(count.receptive_field)))
    for layer in (*reasons.wide, reasons.spatial, reasons.upsampling):
        yield from (layer.in_channels, layer.weights)
    yield from (reasons.quarter, reasons.saved, reasons.stride)
    yield from PUBLISHED_FIGURES


PUBLISHED_FIGURES = (
    *("34", "3.6", "24.52", "7.46", "512", "50", "3.8", "22.85", "6.71", "2048", "10"),
    *("1", "2015", "3", "5", "2018"),  # tables, figures and years
    *(56, 28, 14, 3, 4, 5, 2, 64, 256),  # where the first block fails
)
"""He et al. 2015, arXiv:1512.03385, tables 1 and 3; docs/blocks.md of the first block."""


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.hidden += tag in ("style", "script", "annotation", "code", "title")
        if tag in ("td", "p", "li", "mo", "mn", "mtext", "tr"):
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("style", "script", "annotation", "code", "title")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.text.append(data)


def html_text(html: str) -> str:
    """What a reader sees of a page, but for code."""
    parser = _Text()
    parser.feed(html)
    return "".join(parser.text)


def tool(name: str) -> str:
    """Where a program is; without it the test is skipped, but for where all must be tested."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return path


def pdf_text(path: Path) -> str:
    """A PDF's text as poppler reads it."""
    command = [tool("pdftotext"), "-layout", str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    path = tool("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        try:
            yield chromium
        finally:
            chromium.close()
