"""One block and what tools say of it: true sums, true totals, in words of either language."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import product
from typing import Any

import pytest

from bottlecalc import BlockError, Bottleneck, compare, count
from bottlecalc.agreement.result import Count
from bottlecalc.handout import text
from bottlecalc.handout.lesson import make_lesson
from bottlecalc.handout.terms import in_words
from bottlecalc.handout.totals import make_totals
from bottlecalc.tools.table import TOOLS
from tests.handout.test_text import LESSONS, body, source
from tests.tools.evidence import SPECS

LANGUAGES = ("en", "zh")
HEADINGS = {"en": r"## One block, (\S+) totals\n", "zh": r"## 一个残差块，(\S+)个总数\n"}
TERM = re.compile(r"([+−]) ([\d,]+) ?[(（]([^()（）]*?), ?(\d+) × ([\d,]+) ([^()（）]+)[)）]")


def integer(written: str) -> int:
    return int(re.sub(r"[,*]", "", written))


def section(sheet: str, language: str) -> tuple[str, list[list[str]]]:
    """How many totals the title says there are, and the cells of the table below it."""
    _, said, rest = re.split(HEADINGS[language], sheet)
    lines = [line for line in rest.partition("\n## ")[0].split("\n") if line.startswith("| **")]
    cells = (line.replace("\u00a0", " ").strip("|").split(" | ") for line in lines)
    return said, [[cell.strip() for cell in row] for row in cells]


def summed(cell: str) -> int:
    """What a sum comes to, every product worked out again."""
    base = re.match(r"(?:(\d+) × )?([\d,]+) MACs", cell)
    assert base
    value = int(base[1] or 1) * integer(base[2])
    terms = TERM.findall(cell.replace("，", ", "))
    assert len(terms) == len(re.findall(r"[+−] [\d,]+", cell))
    for sign, term, _, each, counted, _ in terms:
        assert integer(term) == int(each) * integer(counted)
        value += integer(term) if sign == "+" else -integer(term)
    return value


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sum_is_its_total_and_the_title_counts_them(name: str, language: Any) -> None:
    said, rows = section(body(source(name, language)), language)
    totals = [integer(row[0]) for row in rows]
    assert totals == [summed(row[-1]) for row in rows] == sorted(totals)
    assert said == in_words(len(set(totals)), language)
    assert 7 < len(set(totals)) < 14


def test_a_sum_that_is_wrong_is_seen() -> None:
    right = "2 × 100 MACs + 20 (batch norm, 2 × 10 elements) − 5 (**!** others, 1 × 5 MACs)"
    assert summed(right) == 215
    with pytest.raises(AssertionError):
        summed(right.replace("2 × 10 ", "2 × 11 "))


def test_the_totals_are_what_the_tools_printed() -> None:
    """Of the textbook's bottleneck, as they were recorded."""
    recorded = SPECS["bottleneck:in=64,out=128"]
    _, rows = section(source("textbook", "en"), "en")
    said = {
        tool.split(" ")[0]: integer(total)
        for total, tools, *_ in rows
        for tool in tools.split(", ")
    }
    assert said == {tool: recorded[tool][0] for tool in said}
    assert said.keys() == {tool.name for tool in TOOLS if tool.package}


def test_tools_that_agree_share_a_row_and_chance_does_not() -> None:
    """All norms of an identity bottleneck are followed by a ReLU: 4 for each is 2 and twice 1."""
    same = make_lesson(compare("plain:in=64,out=64", "bottleneck:in=64,out=64"))
    said, rows = section(text.sheet(same, [], "en"), "en")
    tools = [re.sub(r" [\d.post]+(?=,|$)", "", row[1]) for row in rows if row[0] == rows[4][0]]
    assert tools == ["ptflops-pytorch", "thop, ultralytics-thop"]
    assert (said, len(rows)) == ("nine", 10)


def test_what_tools_that_agree_call_it_is_told_once() -> None:
    """A word that several tools of one total share stands there once."""
    _, rows = section(source("textbook", "en"), "en")
    words = {row[1].split(" ")[0]: row[2].split(", ") for row in rows}
    assert words["fvcore"] == ["flops"]
    together = [row[2] for row in rows if "thop" in row[1] and ", " in row[1]]
    assert together == ["MACs"]


def test_faults_are_marked_and_conventions_are_not() -> None:
    _, rows = section(source("strided", "en"), "en")
    marked = {row[1].split(" ")[0]: re.findall(r"\(\*\*!\*\* ([^,(]*)", row[-1]) for row in rows}
    assert marked["thop"] == ["transposed convolutions: counted at the output's places"]
    assert marked["ptflops-pytorch"] == ["activations again"]
    assert marked["fvcore"] == marked["FlopCounterMode"] == []


def bottlenecks() -> list[Count]:
    """Of every setting, on one image and on two."""
    found = []
    options = ("stride", "downsample", "upsample", "avg", "v1", "se")
    for values in product((1, 2), *[(False, True)] * 4, (None, 4)):
        settings: dict[str, Any] = dict(zip(options, values, strict=True))
        for out, batch in product((64, 128), (1, 2)):
            with suppress(BlockError):
                found.append(count(Bottleneck(64, out, **settings), 28, batch))
    return found


def test_every_term_of_a_bottleneck_is_in_chinese() -> None:
    template: Any = text.environment("zh").get_template("totals.zh.md.jinja")
    words = {
        template.make_module({"totals": [], "bottleneck": None}).sum(total.sum)
        for one in bottlenecks()
        for total in make_totals(one)
    }
    left = {word for one in words for word in re.findall(r"[A-Za-z]+", one)}
    assert left == {"MAC", "MACs", "profiler", "softmax"}
    assert len(words) > 100


def test_small_numbers_are_words() -> None:
    assert [in_words(n, "en") for n in (1, 8, 16, 17, 1000)] == [
        "one",
        "eight",
        "sixteen",
        "17",
        "1,000",
    ]
    assert [in_words(n, "zh") for n in (2, 10, 16, 17)] == ["两", "十", "十六", "17"]
