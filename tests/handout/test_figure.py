"""The figure of a block: the branches that it has, and how they meet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bottlecalc import count, parse, write_handout
from bottlecalc.handout import figure


class Shown(NamedTuple):
    """What a figure has.

    Attributes:
        columns: of boxes.
        sign: of where they meet, as often as it stands there.
        channels: beside its arrows, in the order in which they are drawn.
    """

    columns: int
    sign: tuple[str, ...]
    channels: tuple[int, ...]


FIGURES = {
    "bottleneck:in=64,out=128": Shown(2, ("+",), (64, 32, 32, 128, 64, 128, 128, 128)),
    "inverted:in=8,out=8": Shown(2, ("+",), (8, 48, 48, 8, 8, 8, 8)),
    "inverted:in=8,out=16,stride=2": Shown(1, (), (8, 48, 48, 16)),
    "mbconv:in=8,out=8": Shown(2, ("+",), (8, 48, 48, 48, 8, 8, 8, 8)),
    "separable:in=8,out=16": Shown(1, (), (8, 8, 16)),
    "convnext:in=8": Shown(2, ("+",), (8, 8, 32, 8, 8, 8, 8)),
    "fire:in=64,out=128": Shown(2, ("concat",), (64, 16, 64, 16, 64, 128)),
    "dense:in=8,growth=4": Shown(2, ("concat",), (8, 8, 16, 4, 8, 8, 12)),
    "shuffle:in=8,out=8": Shown(2, ("concat",), (4, 4, 4, 4, 4, 4, 8, 8)),
    "shuffle:in=8,out=16,stride=2": Shown(2, ("concat",), (8, 8, 8, 8, 8, 8, 8, 16, 16)),
    "repvgg:in=8,out=8": Shown(3, ("+",), (8, 8, 8, 8, 8, 8, 8, 8)),
    "repvgg:in=8,out=16": Shown(2, ("+",), (8, 16, 8, 16, 16, 16)),
    "repvgg:in=8,out=8,deploy=true": Shown(1, (), (8, 8)),
    "enet-up:in=64,out=16": Shown(2, ("+",), (64, 16, 16, 16, 64, 16, 16, 16, 16)),
}


def words(svg: str) -> list[str]:
    return re.findall(r">([^<>\n]+)</text>", svg)


def columns(svg: str) -> int:
    """How many different places, from left to right, the boxes stand at."""
    paths = re.findall(r'id="patch_\d+">\s*<path d="M ([\d.]+) ([\d.]+)[^"QC]*z', svg)
    background, *boxes = [float(left) for left, _ in paths]
    assert background == 0
    return len(set(boxes))


def drawn(spec: str, language: Any = "en") -> str:
    return figure.block_figure(count(parse(spec), (8, 8)), "A", language)


@pytest.mark.parametrize("spec", FIGURES)
def test_the_figure_has_the_branches_that_the_block_has(spec: str) -> None:
    svg = drawn(spec)
    said = words(svg)
    channels = tuple(int(word) for word in said if word.isdigit())
    sign = tuple(word for word in said if word in ("+", "concat"))
    assert FIGURES[spec] == Shown(columns(svg), sign, channels)


def test_an_identity_is_drawn_where_there_is_one() -> None:
    for spec, times in (
        ("inverted:in=8,out=8", 1),
        ("inverted:in=8,out=16", 0),
        ("basic:in=8,out=8", 1),
        ("basic:in=8,out=16", 0),
        ("shuffle:in=8,out=8", 1),
        ("shuffle:in=8,out=8,stride=2", 0),
        ("separable:in=8,out=8", 0),
    ):
        assert words(drawn(spec)).count("identity") == times, spec


def test_squeeze_and_excitation_stands_where_it_weighs() -> None:
    said = words(drawn("mbconv:in=8,out=8"))
    place = said.index("squeeze and excitation")
    assert said[place + 1] == "48 → 2 → 48"
    assert said.index("3×3 conv") < place < len(said) - said[::-1].index("1×1 conv")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sheet_of_new_families_says_what_its_figures_show(language: Any, tmp_path: Path) -> None:
    specs = ("bottleneck:in=64,out=64", "convnext:in=64", "shuffle:in=64,out=128,stride=2")
    blocks = [parse(spec) for spec in specs]
    path = tmp_path / "sheet.md"
    write_handout(path, *blocks, measure=False, lang=language)
    sheet = path.read_text("utf-8")
    concat = {"en": "*concat*", "zh": "“拼接”"}[language]
    assert concat in sheet
    assert r"| linear1 | – | $64 \to 256$ | 56×56 |" in sheet
    main = re.findall(r"= \*\*([\d,]+)\*\*", sheet.rpartition("shuffle:in")[2].partition("## ")[0])
    assert sum(int(one.replace(",", "")) for one in main) == count(blocks[2]).params.main
    alone = tmp_path / "alone.md"
    write_handout(alone, *blocks[:2], measure=False, lang=language)
    assert concat not in alone.read_text("utf-8")


def test_the_weights_of_a_sheets_main_path_are_those_of_both_branches(tmp_path: Path) -> None:
    path = tmp_path / "sheet.md"
    blocks = parse("bottleneck:in=64,out=64"), parse("fire:in=64,out=128")
    write_handout(path, *blocks, measure=False)
    assert r"$\text{1,024} + \text{1,024} + \text{9,216} = \text{11,264}$" in path.read_text(
        "utf-8"
    )
