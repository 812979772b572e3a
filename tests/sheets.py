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

from bottlecalc.handout.lesson import Lesson
from bottlecalc.handout.text import times
from bottlecalc.layers.count import Count
from bottlecalc.render.words import ratio

NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)")
CHROMIUM = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def numbers(text: str) -> set[str]:
    """All numbers of a text, without separators; what is in ``code`` is none."""
    plain = re.sub(r"`[^`]*`", " ", text)
    return {found.strip(",").replace(",", "") for found in NUMBER.findall(plain)}


def counted(lesson: Lesson) -> set[str]:
    """All numbers that a sheet may show: its counts', and their ratios."""
    found: set[object] = set()
    for count in (*lesson.cases, lesson.plain, lesson.basic, lesson.bottleneck):
        found |= set(_figures(count))
    for width in lesson.widths:
        found |= {width.mid, width.params, ratio(width.ratio).strip("×")}
    found |= {times(quoted.value).strip("×") for quoted in lesson.quoted}
    found |= {times(lesson.macs_ratio).strip("×"), lesson.block.groups}
    return {str(one).replace(",", "") for one in found}


def _figures(count: Count) -> Iterator[int]:
    yield from (*count.input, *count.params, *count.macs, *count.flops)
    yield from (count.fvcore_total, count.relus, count.break_even_mid or 0)
    for row in count.rows:
        yield from (*row.factors, *row.positions, *row.output, row.weights, row.params, row.macs)
        if row.factors:
            k, _, channels, *_ = (*row.factors, 1, 1)
            yield from (k * k, k * k * channels)
        yield from map(int, re.findall(r"\d+", row.op))


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
        started = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        try:
            yield started
        finally:
            started.close()
