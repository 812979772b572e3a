"""How networks are written, and what is wrong with what is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bottlecalc.agreement.networks import count_network
from bottlecalc.blocks.spec import BlockError
from bottlecalc.networks.formula import costs
from bottlecalc.networks.grammar import parse
from bottlecalc.networks.spec import NetworkError
from bottlecalc.networks.table import NETWORKS


@pytest.mark.parametrize("name", NETWORKS)
def test_a_name_is_itself(name: str) -> None:
    assert str(parse(name)) == name


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("resnet50:width=0.50", "resnet50:width=0.5"),
        ("resnet50:width=1", "resnet50"),
        ("resnet20:classes=10,depth=2.0", "resnet20:depth=2"),
        ("resnet50:block=basic,se=4", "resnet50:block=basic,se=4"),
    ],
)
def test_a_network_is_written_by_what_is_turned(text: str, written: str) -> None:
    assert str(parse(text)) == written
    assert str(parse(written)) == written


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "basic:se=4",
            "basic is a family of blocks, and no network; give bottlecalc",
        ),
        ("resnet500", "unknown network 'resnet500' (did you mean resnet50?)"),
        ("resnet50:widht=2", "resnet50 has no 'widht' (did you mean width?); its keys are width,"),
        ("vgg11:se=4", "vgg11 has no 'se'; its keys are width, classes"),
        (
            "vgg11:block=basic",
            "block turns nothing of vgg11: it is made of no family's blocks; leave it",
        ),
        (
            "vgg11:depth=2",
            "depth turns nothing of vgg11: none of its stages repeats a block; leave",
        ),
        ("resnet50:block=basic:mid=4", "unknown key 'mid' in 'basic:mid=4'; the keys are in, out"),
        ("resnet50:block=basic:out=4", "out follows from the stages, in block = 'basic:out=4'"),
        ("resnet50:block=basic:stride=2", "stride follows from the stages"),
        ("resnet50:width=0", "width = '0'; give a decimal above 0, such as 0.5"),
        ("resnet50:depth=-1", "depth = '-1'; give a decimal above 0"),
        ("resnet50:classes=x", "classes = 'x'; give a whole number of at least 1"),
        ("resnet50:width", "width has no value in 'resnet50:width'; write width=VALUE"),
        ("resnet50:width=1,width=2", "width is given twice in"),
        ("nosuch.toml", "nosuch.toml cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_network_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises((NetworkError, BlockError)) as error:
        parse(text)
    assert sentence in str(error.value)


def test_a_file_begins_with_a_byte_order_mark(tmp_path: Path) -> None:
    """As editors on Windows write it."""
    path = tmp_path / "mine.toml"
    path.write_text('[[stage]]\nblock = "basic"\nout = 8\n', "utf-8-sig")
    assert parse(str(path)).stages[0].blocks == ("basic",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("resnet50:mid=0", "mid = 0 in bottleneck:in=64,out=256,mid=0; give a whole number of at"),
        ("densenet121:growth=0", "growth = 0 in dense:in=64,growth=0; give a whole number of"),
        ("resnet50:block=regnet", "regnet has no group_width; give group_width=N in the spec"),
        ("densenet121:bn_size=0", "bn_size = 0 in dense:in=64,bn_size=0; give a whole"),
        ("resnet50:depth=100000000", "would stand 300,000,000 times, and at most 32,768 are"),
    ],
)
def test_a_network_that_cannot_be_counted_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(NetworkError) as error:
        costs(parse(text), (64, 64), 1)
    assert sentence in str(error.value)


FILE = """\
size = 64
classes = 10
stem = ["conv:out=16,stride=2"]

[[stage]]
block = "inverted:expand=4"
depth = 2
out = 24

[[stage]]
block = ["bottleneck:mid=8", "max-pool:kernel=2"]
out = 48
stride = 2
"""


def test_a_file_is_a_network(tmp_path: Path) -> None:
    """464 of the stem; 16→24 and 24→24 of four times the width; 24-8-48; 48·10 + 10."""
    path = tmp_path / "mine.toml"
    path.write_text(FILE, "utf-8")
    network = parse(str(path))
    count = count_network(network)
    first = 16 * 64 + 9 * 64 + 64 * 24 + 2 * (64 + 64 + 24)
    second = 24 * 96 + 9 * 96 + 96 * 24 + 2 * (96 + 96 + 24)
    narrow = 24 * 8 + 9 * 64 + 8 * 48 + 24 * 48 + 2 * (8 + 8 + 48 + 48)
    stages = [stage.params for stage in count.stages]
    assert stages == [27 * 16 + 32, first + second, narrow, 490]
    assert count.output == (1, 10)


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("depth = 2", "dpth = 2", "line 7: unknown key 'dpth' (did you mean depth?)"),
        ("depth = 2", "depth = 0", "line 7: depth = 0; give a whole number of at least 1"),
        ("inverted:expand", "inverted:expnd", "line 6: unknown key 'expnd'"),
        (
            "inverted:",
            "invertd:",
            "line 6: there is no 'invertd:expand=4' (did you mean",
        ),
        ("max-pool:kernel=2", "norm:norm=none", "line 11: 'norm:norm=none' does nothing; give"),
        ("max-pool:kernel", "max-pool:kernl", "line 11: unknown key 'kernl'"),
        ('block = "inverted', 'blok = "inverted', "line 6: unknown key 'blok'"),
        ("classes = 10", "classes = 1.5", "classes = 1.5; give a whole number of at least 1"),
        ("size = 64", "sise = 64", "unknown key 'sise' (did you mean size?)"),
        ("out = 24", 'out = 24\nname = "head"', "line 9: name = 'head' is taken; give each stage"),
        ("out = 48", 'out = 48\nname = "stage1"', "line 13: name = 'stage1' is taken; give each"),
        ("[[stage]]", "[[stages]]", "unknown key 'stages' (did you mean stage?)"),
    ],
)
def test_a_file_that_is_wrong_names_the_line(
    right: str, wrong: str, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(FILE.replace(right, wrong), "utf-8")
    with pytest.raises(NetworkError) as error:
        count_network(parse(str(path)))
    assert f"{path}" in str(error.value)
    assert sentence in str(error.value)
