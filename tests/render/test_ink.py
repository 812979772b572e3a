"""Weights drawn as areas: as much ink as there are parameters, all to one scale."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bottlecalc import ArgumentError, PlotError, compare, count, parse
from bottlecalc.layers.count import Scope
from bottlecalc.render.ink import EMPTY, drawing, ink
from bottlecalc.render.patches import patches
from tests.cli.own import CODE
from tests.conftest import Run
from tests.families import FAMILY_TESTS

SVG = "{http://www.w3.org/2000/svg}"
AWKWARD = [
    "plain:in=3,out=11,stride=2",
    "bottleneck:in=14,out=26,mid=9,groups=3,upsample=true",
    "inverted:in=7,out=13,stride=2",
    "convnext:in=48",
    "enet-asymmetric:in=128",
    "shuffle:in=8,out=16,stride=2",
    "repvgg:in=48,out=48",
]


class Ink(NamedTuple):
    """What is drawn of a layer.

    Attributes:
        layer: its name.
        params: that are said of it.
        sizes: width and height of each of its tiles, or blocks of these [pixels].
    """

    layer: str
    params: int
    sizes: list[tuple[float, float]]

    @property
    def area(self) -> float:
        return sum(width * height for width, height in self.sizes)


def layers(svg: str) -> Iterator[Ink]:
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        if "data-layer" in group.attrib:
            yield Ink(
                group.attrib["data-layer"], int(group.attrib["data-params"]), [*_sizes(group)]
            )


def _sizes(group: Any) -> Iterator[tuple[float, float]]:
    for rect in group.iter(f"{SVG}rect"):
        if rect.attrib.get("fill") != EMPTY:
            yield float(rect.attrib["width"]), float(rect.attrib["height"])
    for path in group.iter(f"{SVG}path"):
        _, _, step = path.attrib["d"].partition("l")
        across, down = map(float, step.split())
        yield (across**2 + down**2) ** 0.5, float(path.attrib["stroke-width"])


def test_the_textbooks_pair_is_nine_tiles_beside_nine_and_two_strips() -> None:
    """He et al., arXiv:1512.03385, figure 5, at 64 and 128 channels."""
    svg = ink(
        [count(parse("plain:in=64,out=128")), count(parse("bottleneck:in=64,out=128"))], "main"
    )
    drawn = list(layers(svg))
    scale = drawn[0].sizes[0][0] / 64
    units = [[(round(w / scale), round(h / scale)) for w, h in one.sizes] for one in drawn]
    assert units == [9 * [(64, 128)], [(64, 32)], 9 * [(32, 32)], [(32, 128)]]
    assert [one.params for one in drawn] == [73_728, 2_048, 9_216, 4_096]


@pytest.mark.parametrize("scope", ["main", "convs", "block"])
@pytest.mark.parametrize("spec", AWKWARD)
def test_areas_are_parameters_to_one_scale(spec: str, scope: Scope) -> None:
    blocks = [count(parse("plain:in=13,out=29")), count(parse(spec))]
    drawn = list(layers(ink(blocks, scope)))
    area = sum(one.area for one in drawn) / sum(one.params for one in drawn)
    for one in drawn:
        unsure = 0.0006 * sum(width + height for width, height in one.sizes)
        assert one.area == pytest.approx(area * one.params, rel=2e-3, abs=unsure), one.layer
    assert sum(one.params for one in drawn) == sum(getattr(one.params, scope) for one in blocks)


def test_every_family_is_drawn_whole() -> None:
    for name, tests in FAMILY_TESTS.items():
        counted = count(tests.published[0].block)
        for scope in ("main", "convs", "block"):
            found = patches(counted.layers, scope)
            assert sum(one.params for one in found) == getattr(counted.params, scope), name


def test_groups_leave_the_blocks_of_the_diagonal() -> None:
    (_, second, _) = layers(ink([count(parse("bottleneck:in=64,out=128,groups=4"))], "main"))
    scale = second.sizes[0][0] / 8
    assert len(second.sizes) == 9 * 4
    assert {(round(w / scale), round(h / scale)) for w, h in second.sizes} == {(8, 8)}


def test_a_depthwise_layer_is_a_diagonal() -> None:
    narrow = next(one for one in layers(ink([count(parse("separable:in=24,out=8"))])))
    assert len(narrow.sizes) == 9 * 24
    wide, pointwise = layers(ink([count(parse("separable:in=999,out=8"))]))
    assert len(wide.sizes) == 9
    assert wide.area / pointwise.area == pytest.approx(9 / 8, rel=5e-3)


def test_so_many_tiles_are_one() -> None:
    """Nobody would see them; their area is the same."""
    first, _ = layers(ink([count(parse("separable:in=5,out=7,kernel=99"))], "main"))
    assert len(first.sizes) == 5
    assert first.area == pytest.approx((250 / (99 * 5)) ** 2 * first.params, rel=1e-3)


def test_numbers_beyond_all_floats_are_one_sentence(run: Run, tmp_path: Path) -> None:
    huge = f"1{'0' * 400}"
    done = run(*FAST, "--in", huge, "--plot", str(tmp_path / "ink.svg"))
    assert done.code == 2
    assert done.err == "Error: the numbers are too large to be drawn; give fewer channels\n"
    assert not (tmp_path / "ink.svg").exists()


def test_who_cannot_see_it_is_told() -> None:
    svg = ET.fromstring(ink([count(parse("bottleneck:in=64,out=128"))], "main"))
    assert svg.attrib["role"] == "img"
    assert svg.find(f"{SVG}title") is not None
    assert (svg.find(f"{SVG}desc").text or "") == (  # type: ignore[union-attr]  # it is there
        "A  bottleneck:in=64,out=128: conv1 1×1 conv 1·1·64·32 = 2,048, "
        "conv2 3×3 conv 3·3·32·32 = 9,216, conv3 1×1 conv 1·1·32·128 = 4,096."
    )


def test_a_drawing_of_nothing_is_a_drawing() -> None:
    assert ET.fromstring(drawing([])).tag == f"{SVG}svg"


FAST = ("compare", "--in", "64", "--out", "128", "--no-measure", "--summary")


def test_compare_draws(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ink.svg"
    plain = run(*FAST)
    done = run(*FAST, "--plot", str(file))
    assert (done.code, done.out, done.err) == (0, plain.out, "")
    text = "".join(ET.parse(file).getroot().itertext())
    for words in ("73,728 parameters on the main path", "23,552 with the shortcut", "3·3·32·32 ="):
        assert words in text
    compare("plain:in=64,out=128", "bottleneck:in=64,out=128").plot(tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_bytes() == file.read_bytes()


def test_a_drawing_and_its_table_are_both_written_or_none(run: Run, tmp_path: Path) -> None:
    file, table = tmp_path / "ink.svg", tmp_path / "table.csv"
    assert run(*FAST[:-1], "--plot", str(file), "-o", str(table)).code == 0
    assert table.read_text("utf-8").startswith("block,")
    file.unlink()
    done = run(*FAST, "--plot", str(file), "-o", str(tmp_path / "none" / "table.txt"))
    assert done.code == 2
    assert not file.exists()
    done = run(*FAST, "--plot", str(file), "-o", str(file))
    assert (done.code, done.err) == (
        2,
        f"Error: --plot and --output are the same file, {file}; give each one of its own\n",
    )


def test_what_is_no_figure_is_refused(run: Run, tmp_path: Path) -> None:
    done = run(*FAST, "--plot", "ink.png")
    sentence = "--plot 'ink.png' is no figure of blocks; end it in .svg"
    assert (done.code, done.out, done.err) == (2, "", f"Error: {sentence}\n")
    with pytest.raises(PlotError, match=r"^plot 'ink' is no figure of blocks; end it in \.svg$"):
        compare("plain:in=4,out=8").plot("ink")
    with pytest.raises(ArgumentError, match="3 is no path"):
        compare("plain:in=4,out=8").plot(3)  # type: ignore[arg-type]  # it is wrong


def test_a_block_of_ones_own_has_nothing_to_draw(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("blocks.py").write_text(CODE, "utf-8")
    own = ("compare", "--in", "8", "--out", "8", "--block", "blocks.py:Grouped", "--plot", "i.svg")
    done = run(*own)
    assert done.code == 2
    assert done.err.splitlines()[-1] == (
        "Error: no block has a closed form, whose layers are what is drawn; compare a block of a"
        " family too, or leave --plot out"
    )
    assert not Path("i.svg").exists()
    assert run(*own, "--block", "plain").code == 0
    assert "blocks.py" not in Path("i.svg").read_text("utf-8")
