"""``bottlecalc diff``: its table, JSON and Markdown, and exit code 0 whatever differs."""

from __future__ import annotations

import json
import re
from random import Random
from typing import get_args

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from bottlecalc import diff
from bottlecalc.changes.diff import COSTS, Diff, diff_sides
from bottlecalc.cli.diff import Format
from bottlecalc.render.diff import FORMATS, as_markdown
from bottlecalc.render.diff_modules import MOST_GROUPS, MOST_INSIDE, rows
from bottlecalc.render.layout import COLOUR
from bottlecalc.render.words import renaming
from tests.changes.test_diff import side
from tests.changes.trees import changed, node, random_tree
from tests.conftest import Run, run_on_terminal

PAIR = ("resnet50", "resnet50:width=0.5")
HOSTILE = "<script>|`x`$y$ @all\x1b[31m\n::add-mask::x"


def test_formats_offered_are_the_formats_there_are() -> None:
    assert get_args(Format) == tuple(FORMATS)


@pytest.mark.parametrize("format_", get_args(Format))
def test_exit_code_0_whatever_differs(format_: str, run: Run) -> None:
    for pair in (PAIR, (PAIR[0], PAIR[0])):
        done = run("diff", *pair, "--format", format_)
        assert (done.code, done.err) == (0, "")
        assert "25,557,032" in done.out or "25557032" in done.out  # torchvision's


def test_the_json_is_as_documented(run: Run) -> None:
    document = json.loads(run("diff", *PAIR, "--format", "json").out)
    assert document == diff(*PAIR).to_dict()
    assert list(document) == ["schema", "versions", "a", "b", "input", "figures", "modules",
                              "notes"]  # fmt: skip
    assert document["schema"] == "bottlecalc.diff/1"
    assert (document["a"], document["b"], document["input"]) == (*PAIR, "1×3×224×224")
    assert list(document["figures"]) == ["params", "macs", "activations", "bytes"]
    assert document["figures"]["params"]["before"] == 25_557_032
    for cost in COSTS:
        grown = [one["figures"][cost]["change"] for one in document["modules"]]
        assert sum(grown) == document["figures"][cost]["change"]


def test_nothing_changed_is_said(run: Run) -> None:
    assert "No module changed." in run("diff", "resnet18", "resnet18").out


def test_an_error_is_one_sentence_and_no_output(run: Run) -> None:
    done = run("diff", "restnet50", "resnet50")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "did you mean resnet50?" in done.err


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_the_table_fits(columns: int) -> None:
    text = re.sub(COLOUR, "", run_on_terminal(columns, "diff", *PAIR).out)
    begin, legend, rest = text.partition("MACs: of")  # after what turned while it was counted
    assert "stage4" in rest
    assert all(cell_len(line) <= columns for line in (legend + rest).splitlines()), begin


def random_diff(seed: int) -> Diff:
    random = Random(seed)
    before = random_tree(random)
    return diff_sides(side(before), side(changed(random, before)))


@pytest.mark.parametrize("seed", range(200))
def test_rows_add_up_to_the_wholes(seed: int) -> None:
    """Places and what stands alone together are all that changed; what is inside, its place."""
    found = random_diff(seed)
    listed = [*rows(found.modules)]
    outer = [row for row in listed if not row.is_inside]
    for place, cost in enumerate(COSTS):
        grown = sum(row.growth[place] or 0 for row in outer)
        assert grown == (found.figures[cost].change or 0)
    inside = sum(1 for row in listed if row.is_inside)
    assert len(outer) <= 2 * MOST_GROUPS + 2
    assert inside <= max(MOST_GROUPS * (MOST_INSIDE + 1), 13)


def test_what_came_as_a_whole_is_one_row() -> None:
    """torchvision's: a bottleneck of ResNet-101's third stage has 1,117,184 parameters."""
    listed = [*rows(diff("resnet50", "resnet101").modules)]
    assert [row.name for row in listed[:3]] == ["stage3", "stage3.6", "stage3.7"]
    assert listed[1].growth[0] == 1_117_184


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("a.b.c", "a.x.c", "a.{b → x}.c"),
        ("b", "x", "b → x"),
        ("a.b", "a.b.b", "a.b.{ → b}"),
        ("b.c", "a.b.c", "{ → a}.b.c"),
        ("a", "a", "a"),
    ],
)
def test_a_renaming_is_written_once(before: str, after: str, text: str) -> None:
    assert renaming(before, after) == text


def test_nothing_of_others_is_markup_or_a_command() -> None:
    before = [node(""), node(HOSTILE, params=3)]
    found = diff_sides(side(before), side([node(""), node(HOSTILE, HOSTILE, params=4)]))
    text = as_markdown(found)
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert "<script>" not in html
    assert "\x1b" not in text
    assert not re.search(r"^\s*::add-mask", text + str(found), re.MULTILINE)
    rows_ = re.findall(r"<tr>\s*(.*?)</tr>", html, re.DOTALL)
    assert {len(re.findall(r"<t[dh]", row)) for row in rows_} == {5}


def test_the_line_of_an_interpreter() -> None:
    assert repr(diff("resnet50", "resnet101")) == (
        "<Diff resnet50 → resnet101: +18,992,128 parameters, 170 modules changed>"
    )
    assert len(diff(*PAIR).to_frame()) == len(diff(*PAIR).modules)
