"""What a sheet says of a pair: true whatever the middle, the rivals and the settings are."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest

from bottlecalc import compare
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.handout import figure, text
from bottlecalc.handout.lesson import make_lesson
from bottlecalc.handout.names import FAMILY_NAMES, block_name
from tests.handout.sheets import counts, numbers

LANGUAGES: tuple[Any, ...] = ("en", "zh")
PLAIN, BOTTLENECK = "plain:in=64,out=128", "bottleneck:in=64,out=128"
FIGURES = {f"block-{place}": "b.svg" for place in range(4)} | {"ink": "i.svg", "cost": "c.svg"}


def sheet(*specs: str, language: Any = "en", **options: Any) -> str:
    lesson = make_lesson(compare(*specs, measure=False))
    return text.sheet(lesson, [], language, **options)


def grid(markdown: str) -> list[list[str]]:
    """Rows of the table of rivals."""
    rows = re.findall(r"^\| (one|two) 3×3 \| (\S.*)\|$", markdown, re.MULTILINE)
    return [[rival, *(cell.strip() for cell in cells.split("|"))] for rival, cells in rows]


def test_the_grid_has_both_rivals_in_every_scope() -> None:
    """A and B as drawn are 3.48×: the 73,728 and the 15,360, and to both the projection's 8,192."""
    found = sheet(PLAIN, BOTTLENECK)
    assert grid(found) == [
        ["one", "**4.80×** = 73,728 ÷ 15,360", "**3.48×** = 81,920 ÷ 23,552",
         "**3.41×** = 82,432 ÷ 24,192"],
        ["two", "**14.40×** = 221,184 ÷ 15,360", "**9.74×** = 229,376 ÷ 23,552",
         "**9.51×** = 230,144 ÷ 24,192"],
    ]  # fmt: skip
    assert "Counting the shortcut, **4.8 becomes 3.5**:" in found
    assert "both have 8,192 weights there" in found
    assert "**4.8 倍就变成 3.5 倍**" in sheet(PLAIN, BOTTLENECK, language="zh")


def test_an_upsampling_is_told_of_both_rivals() -> None:
    """A transposed 2×2 has 4·128² = 65,536 weights: (73,728 + 73,728) ÷ (15,360 + 73,728)."""
    found = sheet(f"{PLAIN},upsample=true", f"{BOTTLENECK},upsample=true")
    (one, two) = grid(found)
    assert one[2] == "**1.66×** = 147,456 ÷ 89,088"
    assert two[2] == "**3.31×** = 294,912 ÷ 89,088"
    assert "Counting the shortcut and the upsampling, **4.8 becomes 1.7**:" in found
    assert "Others have: upsample of A, upsample of B." in found


def test_nothing_is_said_to_change_where_nothing_does() -> None:
    found = sheet("plain:in=64,out=64", "bottleneck:in=64,out=64")
    assert "becomes" not in found
    assert "the shortcut is the identity" in found


@pytest.mark.parametrize(
    "rival", ["basic:in=64,out=128", "inverted:in=64,out=128", f"{BOTTLENECK},mid=8"]
)
def test_the_rivals_of_the_grid_are_always_the_same(rival: str) -> None:
    """Whatever is compared, and in whatever order."""
    assert grid(sheet(BOTTLENECK, rival)) == grid(sheet(PLAIN, BOTTLENECK))


def test_a_ratio_below_one_is_the_other_way_round() -> None:
    """638,976 ÷ 73,728 = 8.67."""
    found = sheet(PLAIN, f"{BOTTLENECK},mid=256")
    assert "the bottleneck, here the dearer, has **8.7×** the parameters of one 3×3" in found
    assert "瓶颈结构反而更贵，它的参数量是一个 3×3 卷积的 **8.7 倍**" in sheet(
        PLAIN, f"{BOTTLENECK},mid=256", language="zh"
    )
    assert "More bends for fewer weights" not in found
    assert "the bottleneck saves " not in found.partition("## How to choose")[2]


def test_with_groups_the_end_is_the_largest_multiple() -> None:
    """9/4·143² + 192·143 = 73,466.25 satisfies it too."""
    specs = PLAIN, f"{BOTTLENECK},groups=4"
    assert "**m = 140**, the largest multiple of 4 for which" in sheet(*specs)
    assert "**m = 140**，即满足下式的最大的 4 的倍数：" in sheet(*specs, language="zh")
    assert "the largest for which" in sheet(PLAIN, BOTTLENECK)


WORDS = {
    BOTTLENECK: ("goes down to 32 channels", "narrow space", "at most 32 numbers", "压缩到 32"),
    f"{BOTTLENECK},mid=256": (
        "goes up to 256 channels", "wide space", "holds nothing back", "扩张到 256",
    ),
    "bottleneck:in=64,out=64,mid=64": (
        "recombines its 64 channels", "no fewer than enter and leave", "holds nothing back",
        "和两头一样宽",
    ),
    "bottleneck:in=64,out=256,mid=64": (
        "goes to 64 channels", "than there are at the narrower end", "holds nothing back",
        "变到 64",
    ),
    f"{BOTTLENECK},mid=384,groups=384": (
        "a depthwise 3×3 there, one filter a channel", "has 3,456 of the main path's 77,184",
        "This block expands, as MobileNetV2's", "逐通道的 3×3 卷积",
    ),
}  # fmt: skip


@pytest.mark.parametrize("spec", WORDS)
def test_the_words_follow_the_middle(spec: str) -> None:
    *english, chinese = WORDS[spec]
    found = sheet(PLAIN, spec)
    assert all(words in found for words in english)
    assert chinese in sheet(PLAIN, spec, language="zh")
    others = {word for words in WORDS.values() for word in words} - {*WORDS[spec]}
    assert not {word for word in others - {"holds nothing back"} if word in found}


def test_a_depthwise_middle_has_its_own_formula() -> None:
    found = sheet(PLAIN, f"{BOTTLENECK},mid=384,groups=384")
    assert r"$$9 \cdot m + (64 + 128) \cdot m < \text{73,728}.$$" in found
    assert "grows with $m$ alone" in found
    assert "## Case B: a bottleneck, 64 → 384 → 128, depthwise" in found


def test_macs_end_elsewhere_with_a_stride() -> None:
    """At 71: 56²·64·71 + 28²·(9·71² + 128·71) = 56,944,272, below 57,802,752 of one 3×3."""
    specs = f"{PLAIN},downsample=true", f"{BOTTLENECK},downsample=true"
    found = sheet(*specs)
    assert "saves parameters is **m = 80**" in found
    assert "saves MACs is **m = 71**" in found
    assert "| 71 | 59,001 | 1.25× | 56,944,272 | 1.02× | the last that saves MACs |" in found
    assert r"< \text{57,802,752}.$$" in found
    assert "**m = 71**，即满足下式的最大整数：" in sheet(*specs, language="zh")


@pytest.mark.parametrize(
    ("more", "english", "chinese"),
    [
        ((), "two", "两"),
        (("basic:in=64,out=128",), "three", "三"),
        (("basic:in=64,out=128", f"{BOTTLENECK},mid=8"), "four", "四"),
    ],
)
def test_blocks_are_as_many_as_are_said(more: tuple[str, ...], english: str, chinese: str) -> None:
    specs = (PLAIN, BOTTLENECK, *more)
    assert f"## The {english} blocks\n" in sheet(*specs)
    assert f"## {chinese}个块的结构\n" in sheet(*specs, language="zh")
    assert ("is about **B**" in sheet(*specs)) == (len(more) == 2)


def test_one_of_something_is_singular() -> None:
    found = sheet("plain:in=1,out=1", "bottleneck:in=1,out=1,mid=1")
    assert not re.findall(r"\b1 (?:channels|filters|numbers)\b|\b1\$? weights\b", found)
    assert "takes 1 channel and gives 1" in found


@pytest.mark.parametrize("family", FAMILIES)
def test_blocks_of_every_family_are_named(family: str) -> None:
    """A heading is words in each language; the spec stands in the text."""
    keys = {"dense": "growth=4", "convnext": "kernel=7", "regnet": "out=64,group_width=8"}
    spec = f"{family}:in=64,{keys.get(family, 'out=64')}"
    for language in LANGUAGES:
        found = sheet("bottleneck:in=64,out=64", spec, language=language)
        name = FAMILY_NAMES[language][family]
        (heading,) = re.findall(r"^## (?:Case|情形) B.*$", found, re.MULTILINE)
        assert name in heading
        assert f"`{family}:in=64" in found
        assert not re.findall(r"^#.*(?:`|=).*$", found, re.MULTILINE)


NAMED = {
    BOTTLENECK: ("a bottleneck, 64 → 32 → 128", "瓶颈块，64 → 32 → 128"),
    "basic:in=48,out=80,stride=2": (
        "two 3×3, 48 → 80 → 80, stride 2", "两个 3×3 卷积，48 → 80 → 80，步幅 2",
    ),
    "bottleneck:in=64,out=64,groups=4,dilation=2,downsample=true": (
        "a bottleneck, 64 → 16 → 64, 4 groups, dilation 2, downsampling",
        "瓶颈块，64 → 16 → 64，分 4 组，空洞率 2，下采样",
    ),
    "inverted:in=8,out=16": ("an inverted residual, 8 → 48 → 16", "倒残差块，8 → 48 → 16"),
    "fire:in=64,out=128": ("a Fire module, 64 → 128", "Fire 模块，64 → 128"),
}  # fmt: skip


@pytest.mark.parametrize("spec", NAMED)
def test_a_block_in_words(spec: str) -> None:
    (one,) = compare(spec, measure=False).closed_forms
    assert (block_name(one, "en"), block_name(one, "zh")) == NAMED[spec]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_relus_add_up_in_the_picture(language: Any) -> None:
    """He et al., arXiv:1512.03385, figure 5: one after each of two, and one after the addition."""
    lesson = make_lesson(compare(PLAIN, BOTTLENECK, "basic:in=64,out=128", measure=False))
    drawn = figure.draw(lesson, language)
    found = text.sheet(lesson, [], language, figures=FIGURES)
    assert [drawn[f"block-{place}"].count("ReLU</text>") for place in range(3)] == [1, 3, 2]
    words = {"en": "one in A, three in B, two in C.", "zh": "A 有一个，B 有三个，C 有两个。"}
    assert words[language] in found
    assert {"en": "Three ReLUs in the bottleneck", "zh": "瓶颈块有三个 ReLU"}[language] in found


WHY = (
    "= $\\text{73,728}$ weights; for less, ",
    "= $\\text{69,632}$, there is a bottleneck 256 → 64 → 256, four times as wide",
    "Through two 3×3 an element sees 5×5 pixels, through this bottleneck 3×3",
    "At each position at most 32 numbers come through",
    "1,003,520 numbers in the bottleneck, 802,816 in the plain block. Fewer weights, more to store",
    "reads one position of four; the other three never reach",
    "| ResNet-34 | two 3×3 | 34 | $3.6 \\cdot 10^9$ | 24.52% | 7.46% |",
    "| ResNet-50 | bottlenecks | 50 | $3.8 \\cdot 10^9$ | 22.85% | 6.71% |",
    "What this does not show",
    "On 384 channels a full 3×3 has 1,327,104 weights, a depthwise one 3,456",
    "which here has 65,536 weights; against one 3×3 the bottleneck saves 58,368",
    "fails at 56×56: 28 against 14",
    "here 32. This block saves up to m = 80",
)
"""He et al., arXiv:1512.03385, figure 5 and tables 1 and 3; the rest by hand: 56²·(32 + 32 + 128 +
128) outputs and 56²·(128 + 128), 9·384², 9·384, 4·128²."""


@pytest.mark.parametrize("words", WHY, ids=[words[:30] for words in WHY])
def test_why(words: str) -> None:
    assert words in sheet(PLAIN, BOTTLENECK)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (
            "stride=3",
            "A projection of stride 3, as here, reads one position of nine; the other eight",
        ),
        ("downsample=true", "Here the shortcut is pooled before its projection"),
        ("stride=2,avg=true", "Here the shortcut takes the mean before its projection"),
    ],
)
def test_what_a_projection_drops(spec: str, words: str) -> None:
    assert words in sheet(PLAIN, f"{BOTTLENECK},{spec}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_block_is_there_to_be_corrected(language: Any) -> None:
    source = (files("bottlecalc.handout") / "templates/first_block.py").read_text("utf-8")
    found = sheet(PLAIN, BOTTLENECK, language=language)
    assert f"``` python\n{source}```\n" in found
    assert found.index("FirstBlock(64, 64, upsample=True, stride=2)") < found.index(
        {"en": "## The three faults", "zh": "## 三处错误"}[language]
    )


SHEETS = [
    (PLAIN, BOTTLENECK),
    (f"{PLAIN},upsample=true", f"{BOTTLENECK},upsample=true,groups=4"),
    (f"{BOTTLENECK},downsample=true,mid=200", "inverted:in=64,out=128", "convnext:in=64"),
    ("basic:in=21,out=33,stride=3", "bottleneck:in=21,out=33,mid=50,groups=50,se=3,stride=3"),
    (PLAIN, "bottleneck:in=1,out=7,mid=3,dilation=2"),
]


@pytest.mark.parametrize("specs", SHEETS, ids=[specs[-1] for specs in SHEETS])
def test_the_languages_say_the_same_numbers(specs: tuple[str, ...]) -> None:
    lesson = make_lesson(
        compare(*specs, size=(15, 22) if "down" not in specs[0] else 14, measure=False)
    )
    english, chinese = (text.sheet(lesson, [], one, figures=FIGURES) for one in LANGUAGES)
    for pattern in (r"^(#+) ", r"^\|(?=:|-)(.*)$", r"(\$[^$\n]+\$)"):
        assert re.findall(pattern, english, re.MULTILINE) == re.findall(
            pattern, chinese, re.MULTILINE
        ), pattern
    found = numbers(english.rpartition("\n---\n")[0])
    assert found == numbers(chinese.rpartition("\n---\n")[0])
    assert found - counts(lesson) == set()


@pytest.mark.parametrize("specs", SHEETS, ids=[specs[-1] for specs in SHEETS])
def test_chinese_is_set_as_chinese(specs: tuple[str, ...]) -> None:
    """Full-width marks, Chinese quotation marks, and none at the beginning of a line."""
    found = re.sub(r"```.*?```", "", sheet(*specs, language="zh", figures=FIGURES), flags=re.DOTALL)
    prose = re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", found)
    assert not re.findall(r"^\s*[。，、；：）”].*$", found, re.MULTILINE)
    assert not re.findall(r"[\u4e00-\u9fff] ?[,;:!?]|[,;:!?\"] ?[\u4e00-\u9fff]", prose)
    assert not re.findall(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", prose)
    assert '"' not in prose
    assert "被除数" in prose
    assert "被除者" not in prose


SQUEEZED = "bottleneck:in=64,out=128,se=16"


def test_squeeze_and_excitation_is_told_wherever_it_counts() -> None:
    """fvcore's 76,269,568 are 73,861,120 + 2 · 1,003,520 normalised + 401,408 that are pooled."""
    found, chinese = sheet(PLAIN, SQUEEZED), sheet(PLAIN, SQUEEZED, language="zh")
    assert "2 for every normalised element and 1 for every element that squeeze" in found
    assert "每个被归一化的元素 2 次、压缩与激励所池化的每个元素 1 次：" in chinese
    assert "through this bottleneck's convolutions 3×3; it is 3×3 through one 3×3. Squeeze" in found
    assert "Without its ReLUs and squeeze and excitation the main path" in found
    assert "width of each image; with some tools, of a pooling those that go in." in found
    assert "quee" not in sheet(PLAIN, BOTTLENECK)
    assert "of a pooling" not in sheet(PLAIN, BOTTLENECK)


def test_a_quarter_is_told_where_there_is_one() -> None:
    assert "a quarter of the output's channels, here 32." in sheet(PLAIN, BOTTLENECK)
    of_90 = sheet("plain:in=60,out=90", "bottleneck:in=60,out=90")
    assert "a quarter of the output's channels. This" in of_90  # which is 22.5


def test_nothing_but_one_looks_like_one() -> None:
    """27·10¹² by 27,000,001,238,084, a millionth of a percent too dear, is no 1.00×."""
    found = sheet("plain:in=1000000,out=3000000", "bottleneck:in=1000000,out=3000000")
    row = next(one for one in found.splitlines() if one.startswith("| 1,524,026 |"))
    assert row == "| 1,524,026 | 27,000,001,238,084 | 0.99999995× | no saving |"
