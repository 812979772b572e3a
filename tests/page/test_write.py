"""``bottlecalc page``: the file, and what it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import ArgumentError, Bottleneck, InvertedResidual, PageError, write_page
from bottlecalc.page.write import SCRIPTS, html
from tests.conftest import Run


def data(path: Path) -> Any:
    """What a page holds for its scripts."""
    text = path.read_text("utf-8")
    found = re.search(r'<script type="application/json" id="data">\n(.*?)\n</script>', text, re.S)
    assert found
    return json.loads(found[1])


def test_a_page_is_one_small_file_that_asks_for_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    done = run("page", "-o", str(path))
    assert (done.code, done.out, done.err) == (0, "", "")
    assert path.stat().st_size <= 400_000
    assert [one.name for one in tmp_path.iterdir()] == ["page.html"]
    text = path.read_text("utf-8")
    assert set(re.findall(r"https?://[^\s\"'`]*", text)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(img|link|iframe|object)|\bsrc=|@import|url\(|fetch\(|import\(", text)
    assert "default-src 'none'" in text
    assert text.count("<script>") == len(SCRIPTS)


def test_it_opens_with_what_is_given(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    options = ("--in", "48", "--out", "96", "--mid", "12", "--size", "28x30", "--lang", "zh")
    assert run("page", *options, "-o", str(path)).code == 0
    start = data(path)["start"]
    assert start["lang"] == "zh"
    assert start["state"] == {
        "baseline": "plain", "block": "bottleneck", "in": "48", "out": "96", "mid": "12",
        "groups": "1", "stride": "1", "size": "28x30",
    }  # fmt: skip
    assert '<html lang="zh-Hans">' in path.read_text("utf-8")


def test_the_function_writes_what_the_command_does(run: Run, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.html", tmp_path / "theirs.html"
    write_page(ours, Bottleneck(24, 24), InvertedResidual(24, 24, expand=4), size=28)
    blocks = ("--block", "bottleneck", "--block", "inverted:expand=4")
    done = run("page", "--in", "24", "--out", "24", "--size", "28", *blocks, "-o", str(theirs))
    assert done.code == 0
    assert ours.read_bytes() == theirs.read_bytes()


REFUSED = {
    (): "no file is given; give -o FILE, such as bottleneck.html",
    ("--dilation", "2"): (
        "dilation = 2 of plain:in=64,out=128,dilation=2 has no control on the page; leave dilation"
        " out"
    ),
    ("--downsample",): (
        "downsample = true of plain:in=64,out=128,downsample=true has no control on the page;"
        " leave downsample out"
    ),
    ("--block", "plain", "--block", "mbconv"): (
        "the page shows plain, basic, bottleneck, inverted, and not mbconv; give two of these"
    ),
    ("--block", "bottleneck"): (
        "a page sets one block against another; give two blocks, not bottleneck:in=64,out=128"
    ),
    ("--block", "bottleneck", "--block", "bottleneck:mid=3"): (
        "mid is not the same in bottleneck:in=64,out=128 and in bottleneck:in=64,out=128,mid=3,"
        " and the page has one mid for both; give both the same"
    ),
    ("--in", "1000001"): "in = 1000001 is more than the page shows; give 1,000,000 at most",
    ("--size", "8x1000001"): (
        "--size = 1000001 is more than the page shows; give 1,000,000 at most"
    ),
    ("--mid", "3", "--groups", "2"): (
        "groups = 2 does not divide mid = 3 in bottleneck:in=64,out=128,mid=3,groups=2; give groups"
        " that divide mid, or another mid"
    ),
    ("--batch", "2"): "--batch 2: a page counts one image; leave --batch out",
}


@pytest.mark.parametrize("options", REFUSED, ids=" ".join)
def test_what_is_no_page_is_one_sentence(
    options: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    target = ("-o", str(path)) if options else ()
    done = run("page", *options, *target)
    assert (done.code, done.out, done.err) == (2, "", f"Error: {REFUSED[options]}\n")
    assert not path.exists()


def test_what_exists_is_kept(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("mine", "utf-8")
    done = run("page", "-o", str(path))
    sentence = f"{path} exists; give another file, or --force to write over it"
    assert (done.code, done.err) == (2, f"Error: {sentence}\n")
    assert path.read_text("utf-8") == "mine"
    assert run("page", "-o", str(path), "--force").code == 0
    assert path.read_text("utf-8").startswith("<!doctype html>")


def test_the_function_refuses_in_its_own_words(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    with pytest.raises(PageError, match=r"^lang 'fr' is no language; give 'en' or 'zh'$"):
        write_page(path, lang="fr")  # type: ignore[arg-type]  # it is none
    with pytest.raises(PageError, match="mid_channels is not the same in"):
        write_page(path, Bottleneck(8, 8, mid=2), Bottleneck(8, 8, mid=4))
    with pytest.raises(ArgumentError, match="3 is no block"):
        write_page(path, 3, 4)  # type: ignore[arg-type]  # it is none
    with pytest.raises(ArgumentError, match=r'write write_page\("bottleneck.html"'):
        write_page(path, langs="en")  # type: ignore[call-arg]  # it is none
    assert not path.exists()


def test_nothing_that_is_said_ends_the_script() -> None:
    assert html({"in": "</script><b>"}, "en").count("</script><b>") == 0
