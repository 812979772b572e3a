"""The figure of a block: the branches that it has, and how they meet."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bottlecalc import count, parse, write_handout
from bottlecalc.handout.block_figure import FONTS, HALF, block_figure
from bottlecalc.render.svg import breadth


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


def words(svg: str, kind: str = "") -> list[str]:
    """What is written, all of it or what is of a class."""
    mark = f'class="{kind}"[^>]*' if kind else ""
    return re.findall(rf"<text[^>]*{mark}>([^<>\n]+)</text>", svg)


def places(svg: str) -> list[list[tuple[float, float]]]:
    """The corners of every box."""
    boxes = re.findall(r'points="([^"]*)"', svg)
    return [[_pair(corner) for corner in box.split()] for box in boxes]


def _pair(corner: str) -> tuple[float, float]:
    across, down = map(float, corner.split(","))
    return across, down


def columns(svg: str) -> int:
    """How many columns, an identity among them, stand beside each other."""
    middles = {round((corners[0][0] + corners[1][0]) / 2) for corners in places(svg)}
    return len(middles) + words(svg).count("identity")


def drawn(spec: str, language: Any = "en") -> str:
    return block_figure(count(parse(spec), (8, 8)), "A", language)


@pytest.mark.parametrize("spec", FIGURES)
def test_the_figure_has_the_branches_that_the_block_has(spec: str) -> None:
    svg = drawn(spec)
    channels = tuple(map(int, words(svg, "channels")))
    sign = tuple(words(svg, "sign"))
    assert FIGURES[spec] == Shown(columns(svg), sign, channels)


def test_a_box_is_as_wide_as_its_channels_and_holds_its_weights() -> None:
    """He et al., arXiv:1512.03385, figure 5: 1×1 64→32, 3×3 32→32, 1×1 32→128."""
    svg = drawn("bottleneck:in=64,out=128")
    scale = 128 / (2 * HALF)
    widths = [
        (round((b - a) * scale), round((c - d) * scale))
        for (a, _), (b, _), (c, _), (d, _) in places(svg)
    ]
    assert widths[:3] == [(64, 32), (32, 32), (32, 128)]
    assert words(svg, "weights") == ["2,048", "9,216", "4,096", "8,192"]
    assert words(svg, "field") == ["receptive field 3×3"]
    assert words(drawn("basic:in=64,out=64"), "field") == ["receptive field 5×5"]


def test_weights_that_do_not_fit_stand_beside_their_box() -> None:
    svg = drawn("bottleneck:in=1000,out=2000,mid=9")
    assert "3×3 conv" in words(svg)
    assert "batch norm, ReLU · 729" in words(svg)


def test_a_figure_is_as_wide_as_its_words() -> None:
    for spec in ("bottleneck:in=64,out=128,groups=8", "plain:in=7,out=7", "repvgg:in=8,out=16"):
        for language in ("en", "zh"):
            root = ET.fromstring(drawn(spec, language))
            room = float(root.attrib["width"])
            assert root.attrib["font-family"] == FONTS[language]
            for text in root.iter("{http://www.w3.org/2000/svg}text"):
                size = float(text.attrib.get("font-size", 12))
                is_middle = text.attrib.get("text-anchor") == "middle"
                reach = breadth(text.text or "", size) / (2 if is_middle else 1)
                assert float(text.attrib["x"]) + reach <= room, text.text


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
    assert said.index("3×3 conv, groups 48") < place < len(said) - said[::-1].index("1×1 conv")


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
    main = re.findall(r"= \*\*([\d,]+)\*\*", sheet.split("ShuffleNet V2")[-1].partition("## ")[0])
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
