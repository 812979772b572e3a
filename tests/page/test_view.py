"""The page used: bet, controls, address, keyboard, phone, languages, ink."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bottlecalc import BlockError, parse, write_page
from tests.page.conftest import Open
from tests.page.states import states

pytestmark = pytest.mark.slow

TEXTBOOK = "#in=64&out=128&mid=32"
LONG = (
    "#in=999999&out=1000000&mid=777777&size=99999x88888&figure=macs&scope=block&stride=3"
    "&block=bottleneck&baseline=inverted"
)


def fragment(tab: Any) -> str:
    return str(tab.evaluate("location.hash"))


def text(tab: Any, selector: str) -> str:
    return str(tab.locator(selector).text_content())


def test_a_bet_comes_first_and_shows_no_answer(open_page: Open) -> None:
    tab = open_page()
    assert tab.locator("#bet").is_visible()
    assert not tab.locator("#answer").is_visible()
    assert not tab.locator("#controls").is_visible()
    visible = tab.locator("body").inner_text()
    for number in ("73,728", "15,360", "9,216", "4.80"):
        assert number not in visible
    tab.get_by_label("My bet").fill("3,5")
    tab.get_by_role("button", name="Bet", exact=True).click()
    assert text(tab, "#told") == "You bet 3.5×. It is 4.80×."
    assert fragment(tab) == "#in=64&out=128"
    assert tab.evaluate("document.activeElement.id") == "ratio"


@pytest.mark.parametrize("bet", ["", "much", "0", "-3", "1e9", "<b>"])
def test_what_is_no_bet_is_told(bet: str, open_page: Open) -> None:
    tab = open_page()
    tab.get_by_label("My bet").fill(bet)
    tab.keyboard.press("Enter")
    assert text(tab, "#bet-wrong") == (
        f"“{bet}” is no bet; give a number above 0, such as 3 or 0.5."
    )
    assert not tab.locator("#answer").is_visible()


def test_who_does_not_want_to_bet_need_not(open_page: Open) -> None:
    tab = open_page("#lang=zh")
    tab.get_by_role("button", name="不猜，直接看").click()
    assert (text(tab, "#ratio"), text(tab, "#told")) == ("4.80×", "")
    assert fragment(tab) == "#in=64&out=128&lang=zh"


def test_a_state_shows_its_answer_at_once(open_page: Open) -> None:
    tab = open_page("#mid=16")
    assert tab.locator("#answer").is_visible()
    assert not tab.locator("#bet").is_visible()
    assert fragment(tab) == "#in=64&out=128&mid=16"


def test_controls_change_the_address_and_the_address_the_controls(open_page: Open) -> None:
    tab = open_page(TEXTBOOK)
    tab.get_by_label("Channels out").fill("256")
    tab.get_by_label("What is counted").select_option("macs")
    tab.get_by_label("Of which layers").select_option("main path and shortcut")
    tab.get_by_label("B", exact=True).select_option("inverted")
    tab.get_by_label("Widening of the inverted block").fill("4")
    tab.get_by_label("Height and width").fill("28x30")
    said = fragment(tab)
    assert said == (
        "#block=inverted&in=64&out=256&mid=32&expand=4&size=28x30&figure=macs&scope=convs"
    )
    again = open_page(said)
    assert text(again, "#sums") == text(tab, "#sums")
    assert again.get_by_label("Widening of the inverted block").input_value() == "4"
    again.evaluate(f"location.hash = '{TEXTBOOK}'")
    again.wait_for_function("byId('ratio').textContent === '4.80×'")
    assert again.get_by_label("Channels out").input_value() == "128"


def test_the_middle_follows_until_somebody_sets_it(open_page: Open) -> None:
    tab = open_page("#in=64&out=128")
    middle, follows = tab.get_by_label("Middle of the bottleneck"), tab.get_by_label("a quarter of")
    assert (middle.input_value(), follows.is_checked()) == ("32", True)
    tab.get_by_label("Channels out").fill("256")
    assert middle.input_value() == "64"
    assert fragment(tab) == "#in=64&out=256"
    middle.fill("20")
    assert not follows.is_checked()
    tab.get_by_label("Channels out").fill("128")
    assert (middle.input_value(), fragment(tab)) == ("20", "#in=64&out=128&mid=20")
    follows.check()
    assert (middle.input_value(), fragment(tab)) == ("32", "#in=64&out=128")


def test_it_opens_with_what_it_was_written_with(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_page(path, "basic:in=9,out=36", "bottleneck:in=9,out=36,mid=6", size=14, lang="zh")
    tab = open_page("", path)
    assert text(tab, "h1") == "瓶颈结构到底省多少？"
    tab.locator("#bet-skip").click()
    assert fragment(tab) == "#baseline=basic&in=9&out=36&mid=6&size=14"
    tab.get_by_role("button", name="English").click()
    assert fragment(tab).endswith("&lang=en")


WRONG = {
    "#in=0": "in = 0; give a whole number from 1 to 1,000,000.",
    "#in=": "in is empty; give a whole number from 1 to 1,000,000.",
    "#in=1.5": "in = 1.5; give a whole number from 1 to 1,000,000.",
    "#out=1000001": "out = 1000001; give a whole number from 1 to 1,000,000.",
    "#mid=-3": "mid = -3; give a whole number from 1 to 1,000,000.",
    "#size=56x": (
        "size = 56x; give height and width, such as 56 or 28x56, each from 1 to 1,000,000."
    ),
    "#block=mbconv": (
        "block = mbconv is none; give one of plain, basic, bottleneck, inverted."
    ),
    "#in=64&width=3": (
        "width is no key of this page; they are baseline, block, in, out, mid, groups, expand,"
        " stride, size, figure, scope, lang, embed."
    ),
    "#in=%3Cb%3Ex": "in = <b>x; give a whole number from 1 to 1,000,000.",
    "#mid=32&groups=3": (
        "groups = 3 does not divide mid = 32 in"
        " bottleneck:in=64,out=128,stride=1,mid=32,groups=3; give groups that divide mid, or"
        " another mid"
    ),
    "#in=8&out=3": (
        "mid = 3 // 4 = 0 in bottleneck:in=8,out=3,stride=1,groups=1; give the width of the"
        " middle: mid=N"
    ),
}  # fmt: skip


@pytest.mark.parametrize("given", WRONG)
def test_what_cannot_be_is_refused_in_words(given: str, open_page: Open) -> None:
    tab = open_page(given)
    assert tab.locator("#wrong-list").inner_text() == WRONG[given]
    assert not tab.locator("#answer").is_visible()
    assert not tab.locator("#bet").is_visible()
    assert tab.locator("#controls").is_visible()
    tab.get_by_role("button", name="中文").click()
    chinese = tab.locator("#wrong-list").inner_text()
    assert chinese.endswith("。")
    assert "give" not in chinese


def test_a_wrong_number_is_mended_where_it_stands(open_page: Open) -> None:
    tab = open_page(TEXTBOOK)
    tab.get_by_label("Channels in").fill("")
    assert tab.locator("#wrong-list").inner_text().startswith("in is empty; give a whole number")
    assert tab.get_by_label("Channels in").get_attribute("aria-invalid") == "true"
    tab.get_by_label("Channels in").fill("64")
    assert tab.get_by_label("Channels in").get_attribute("aria-invalid") == "false"
    tab.get_by_label("Groups").fill("5")
    assert tab.locator("#wrong").is_visible()
    tab.get_by_label("Groups").fill("4")
    assert not tab.locator("#wrong").is_visible()
    assert fragment(tab) == "#in=64&out=128&mid=32&groups=4"


def test_it_refuses_what_bottlecalc_refuses(open_page: Open) -> None:
    tab, random = open_page(TEXTBOOK), Random(9)
    refused = 0
    for shown in states(40, seed=9):
        mid, groups = random.randint(1, 40), random.choice((1, 2, 3, 5))
        said = {**shown.said, "block": "bottleneck", "baseline": "plain"}
        said |= {"mid": str(mid), "groups": str(groups)}
        try:
            parse(f"bottleneck:in=4,out=8,mid={mid},groups={groups}")
            fine = True
        except BlockError:
            fine = False
        hash_ = "&".join(f"{key}={value}" for key, value in said.items())
        tab.evaluate("(hash) => { location.hash = hash; open(); }", hash_)
        assert tab.locator("#answer").is_visible() == fine, hash_
        refused += not fine
    assert 5 < refused < 35


def test_the_point_is_moved_by_keys(open_page: Open) -> None:
    tab = open_page(TEXTBOOK)
    point = tab.get_by_role("slider", name="Width of the middle")
    point.focus()
    for key, m in (
        *(("ArrowRight", 33), ("ArrowUp", 34), ("ArrowLeft", 33), ("PageUp", 41)),
        *(("PageDown", 33), ("Home", 1), ("ArrowLeft", 1)),
    ):
        tab.keyboard.press(key)
        assert fragment(tab) == f"#in=64&out=128&mid={m}"
        assert point.get_attribute("aria-valuenow") == str(m)
    assert tab.evaluate("document.activeElement.id") == "point"
    assert point.get_attribute("aria-valuetext") == "m = 1: parameters, 201"


def test_the_point_is_dragged(open_page: Open) -> None:
    tab = open_page("#in=64&out=128&mid=32&groups=4")
    point = tab.locator("#point")
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 120, y, steps=4)
    tab.mouse.up()
    found = re.fullmatch(r"#in=64&out=128&mid=(\d+)&groups=4", fragment(tab))
    assert found
    assert int(found[1]) > 40
    assert int(found[1]) % 4 == 0
    assert tab.get_by_label("Middle of the bottleneck").input_value() == found[1]


def test_every_control_is_named_and_reached_by_tab(open_page: Open) -> None:
    tab = open_page(TEXTBOOK)
    names = tab.evaluate(
        "[...document.querySelectorAll('input, select')].filter((one) => one.offsetParent)"
        ".map((one) => [one.id, [...one.labels].map((label) => label.textContent).join('')])"
    )
    assert len(names) == 11
    assert all(name for _, name in names)
    tab.locator("[data-lang=zh]").focus()
    reached = []
    for _ in range(13):
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate("document.activeElement.id"))
    assert [one for one, _ in names] + ["point"] == reached[: len(names) + 1]


@pytest.mark.parametrize("said", ["", TEXTBOOK, f"{TEXTBOOK}&embed=1", LONG, "#in=0"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_phone_need_not_scroll_sideways(said: str, language: str, open_page: Open) -> None:
    for width in (360, 768):
        tab = open_page(f"{said or '#'}&lang={language}", width=width)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("said", ["", TEXTBOOK, "#in=0"])
def test_the_language_is_all_of_the_pages(said: str, open_page: Open) -> None:
    tab = open_page(said)
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert not re.search(r"[一-鿿]", tab.locator("body").inner_text().replace("中文", ""))
    tab.get_by_role("button", name="中文").click()
    assert tab.evaluate("document.documentElement.lang") == "zh-Hans"
    assert tab.title() == "瓶颈结构到底省多少？"
    words = set(re.findall(r"[A-Za-z]{3,}", tab.locator("body").inner_text()))
    assert words <= {
        *("English", "bottlecalc", "compare", "out", "mid", "torch", "fvcore", "conv", "ReLU"),
        *("MAC", "FLOPs", "bn"),
    }
    assert tab.locator("[data-lang=zh]").get_attribute("aria-pressed") == "true"


def test_embedded_it_has_no_title_of_its_own(open_page: Open) -> None:
    tab = open_page(f"{TEXTBOOK}&embed=1")
    assert not tab.locator("h1").is_visible()
    assert not tab.locator("footer").is_visible()
    assert text(tab, "#ratio") == "4.80×"
    tab.get_by_label("Channels out").fill("64")
    assert fragment(tab) == "#in=64&out=64&mid=32&embed=1"


@pytest.mark.parametrize("figure", ["params", "macs", "activations"])
def test_ink_is_cost(figure: str, open_page: Open) -> None:
    """Areas on the screen are to each other as the numbers below them."""
    tab = open_page(TEXTBOOK)
    for shown in states(12, seed=4):
        hash_ = f"{shown.fragment}&figure={figure}&scope=convs"
        tab.evaluate("(hash) => { location.hash = hash; open(); }", hash_)
        drawn = tab.evaluate("""[...document.querySelectorAll(".patch")].map((patch) => [
            Number(patch.querySelector("b").textContent.replaceAll(",", "")),
            [...patch.querySelectorAll(".tile")].reduce((sum, one) =>
                sum + one.getAttribute("width") * one.getAttribute("height"), 0),
            [...patch.querySelectorAll(".band")].length,
        ])""")
        whole = [(cost, area) for cost, area, bands in drawn if not bands]
        scale = sum(area for _, area in whole) / sum(cost for cost, _ in whole)
        for cost, area in whole:
            assert area == pytest.approx(scale * cost, rel=1e-6), shown


def test_text_stands_out_from_what_is_behind_it(open_page: Open) -> None:
    """WCAG 2.1, 1.4.3: 4.5 to 1; large text less, which is not made use of."""
    tab = open_page(TEXTBOOK)
    worst = tab.evaluate("""() => {
        const light = (rgb) => {
            const [r, g, b] = rgb.match(/[\\d.]+/g).map(Number).map((one) => one / 255)
                .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (one) => {
            for (; one; one = one.parentElement) {
                const colour = getComputedStyle(one).backgroundColor;
                if (!colour.endsWith(", 0)")) return colour;
            }
            return "rgb(255, 255, 255)";
        };
        const texts = [...document.querySelectorAll("body *")].filter((one) =>
            one.getClientRects().length && [...one.childNodes].some((node) =>
                node.nodeType === 3 && node.textContent.trim()));
        return Math.min(...texts.map((one) => {
            const style = getComputedStyle(one);
            const back = one.classList.contains("weights") ? "rgb(236, 236, 236)" : behind(one);
            const [a, b] = [one.ownerSVGElement ? style.fill : style.color, back].map(light)
                .sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05);
        }));
    }""")
    assert worst >= 4.5


def test_printed_it_has_the_answer_and_no_controls(open_page: Open) -> None:
    tab = open_page(TEXTBOOK)
    tab.emulate_media(media="print")
    for selector, visible in (("#controls", False), ("#languages", False), ("#ratio", True),
                              ("#table-b", True), ("#plot", True)):  # fmt: skip
        assert tab.locator(selector).is_visible() == visible, selector


def test_a_table_says_what_the_areas_show(open_page: Open) -> None:
    tab = open_page(TEXTBOOK)
    rows = tab.locator("#table-b tbody tr").all_inner_texts()
    assert [re.split(r"\t", row) for row in rows] == [
        ["1×1 conv conv1", "1·1·64·32", "2,048"],
        ["3×3 conv conv2", "3·3·32·32", "9,216"],
        ["1×1 conv conv3", "1·1·32·128", "4,096"],
    ]
    assert text(tab, "#table-b caption") == "B: bottleneck: parameters, main path"


def test_a_bottleneck_looks_like_one(open_page: Open) -> None:
    tab = open_page(TEXTBOOK)
    corners = tab.evaluate("""[...byId("blocks").children].map((block) =>
        [...block.querySelectorAll(".box")].map((box) => box.getAttribute("points").split(" ")
            .map((corner) => Number(corner.split(",")[0]))))""")
    boxes = [[[b - a, c - d] for a, b, c, d in block] for block in corners]
    scale = 128 / boxes[0][0][1]
    widths = [[round(x * scale) for x in pair] for pair in boxes[1][:3]]
    assert widths == [[64, 32], [32, 32], [32, 128]]
    assert "one of B on 3×3." in text(tab, "#blocks-caption")
    tab = open_page("#in=64&out=64&baseline=basic")
    assert "An output of A depends on 5×5 of the input" in text(tab, "#blocks-caption")
