"""Sheets: their numbers are counts, and their languages agree."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bottlecalc import Count, compare, count, parse
from bottlecalc.handout import exam, figure, text
from bottlecalc.handout.forms import make_form
from bottlecalc.handout.lesson import Lesson, letter, make_lesson
from bottlecalc.handout.worksheet import draw
from tests.handout.sheets import counts, numbers

LANGUAGES = ("en", "zh")
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
    assert found - counts(lesson(name)) == set()
    assert len(found) > 30


def test_a_number_that_is_no_count_is_seen() -> None:
    tampered = source("textbook", "en").replace("15,360", "15,361")
    assert numbers(body(tampered)) - counts(lesson("textbook")) == {"15361"}


def test_the_textbook_arithmetic_is_there() -> None:
    found = (
        source("textbook", "en").replace(r"\text{", "").replace("}", "").replace(r" \cdot ", "·")
    )
    for line in ("$64·3·3 = 576$ weights a filter, × 128 filters = **73,728**",
                 "$2,048 + 9,216 + 4,096 = 15,360$", "**m = 80**"):  # fmt: skip
        assert line in found
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
    figures = {f"block-{n}": f"{n}.svg" for n in range(3)} | {"ink": "ink.svg", "cost": "cost.svg"}
    both = [text.sheet(lesson(name), draw(15, 7), one, figures=figures) for one in ("en", "zh")]
    for pattern in (r"^(#+) ", r"^(\d+)\. ", r"\]\((\S+)\)$", r"^\|(?=:|-)(.*)$", r"(\$\$.*\$\$)"):
        english, chinese = (re.findall(pattern, one, re.MULTILINE) for one in both)
        assert english == chinese, pattern
    assert numbers(both[0]) == numbers(both[1])
    assert not re.search(r"[\u4e00-\u9fff]", both[0])
    for word in ("瓶颈", "残差连接", "通道", "乘加运算"):
        assert word in both[1]


def test_the_keys_of_both_languages_have_the_same_numbers() -> None:
    both = [exam.key([make_form(draw(40, 3))], one) for one in ("en", "zh")]
    assert numbers(both[0]) == numbers(both[1])
    assert both[0].count("\n    - ") == both[1].count("\n    - ") > 60


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figure_shows_the_counts_channels(name: str, language: Any) -> None:
    one = lesson(name)
    figures = figure.draw(one, language)
    assert list(figures) == [*(f"block-{n}" for n in range(len(one.cases))), "ink", "cost"]
    for svg, case in zip(figures.values(), one.cases, strict=False):
        flows = re.findall(r'class="channels">([^<]+)</text>', svg)
        assert {int(flow) for flow in flows} == channels(case)
        words = " ".join(re.findall(r">([^<>\n]+)</text>", svg))
        assert words.count("ReLU") == case.relus
    assert figures == figure.draw(one, language)


def channels(case: Count) -> set[int]:
    return {case.input[1], *(layer.output[1] for layer in case.layers)}


def test_letters_go_on() -> None:
    assert [letter(n) for n in (0, 1, 25, 26, 701, 702)] == ["A", "B", "Z", "AA", "ZZ", "AAA"]
