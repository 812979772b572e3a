"""Slides: each fits its screen, none needs a network, and the answer comes after the bet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bottlecalc import compare, write_handout
from bottlecalc.handout import HandoutError, formats
from bottlecalc.handout.lesson import make_lesson
from bottlecalc.handout.slides import slides
from tests.conftest import Run
from tests.handout.sheets import browser, counts, numbers
from tests.handout.test_paper import KINDS
from tests.handout.test_text import lesson
from tests.handout.test_write import INSTALL, missing

FAST = ("handout", "--in", "64", "--out", "128", "--no-measure", "--to", "revealjs")
HEADINGS = {
    "en": ["The question", "Your bet", "Ink is cost", "The same as blocks", "A, layer by layer",
           "B, layer by layer", "The answer", "Where does it end?", "Why does it work?"],
    "zh": ["问题", "先猜一猜", "墨迹即代价", "同样的残差块", "A：逐层计算", "B：逐层计算", "答案",
           "到哪里就不划算了？", "为什么行得通？"],
}  # fmt: skip
LONGEST = (
    *("--block", "plain:stride=2", "--block", "bottleneck:stride=2,upsample=true,se=4,avg=true"),
    *("--block", "mbconv", "--block", "inverted:expand=6,stride=2"),
    *("--network", "mobilenet_v2", "--network", "resnet18"),
)


@pytest.mark.parametrize("language", HEADINGS)
def test_a_slide_for_each_thought(language: str) -> None:
    one = lesson("textbook")
    names = ("block-0", "block-1", "ink", "cost")
    source = slides(one, [], language, figures=dict.fromkeys(names, "a.svg"))  # type: ignore[arg-type]
    titles = re.findall(r"^## (.*)$", source, re.MULTILINE)
    assert titles[:-1] == HEADINGS[language]
    thoughts = source.split("\n## ")
    assert "4.8" not in "".join(thoughts[:7])
    assert "[4.8×]{.huge}" in thoughts[7]
    body = "\n## ".join(thoughts[:-1])
    assert numbers(body) - counts(one) == set()


def test_without_reveal(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", missing("pyreveal"))
    result = run(*FAST, "-o", str(tmp_path / "slides.html"))
    assert result.code == 2
    assert result.err == (
        "Error: a handout as revealjs needs pyreveal, which is not installed;"
        f" install it with: {INSTALL}\n"
    )
    assert list(tmp_path.iterdir()) == []


DECKS = {
    "textbook": (("en", "--exercises", "16"), 27),
    "groups": (("zh", *KINDS["groups"], "--exercises", "16", "--answers"), 18),
    "longest": (("zh", *LONGEST), 16),
}


@pytest.mark.slow
@pytest.mark.parametrize("deck", DECKS)
def test_every_slide_fits_its_screen(deck: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "slides.html"
    (language, *arguments), many = DECKS[deck]
    assert run(*FAST, "--lang", language, *arguments, "-o", str(path)).err == ""
    asked: list[str] = []
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-fitted]")
        assert page.evaluate("Reveal.getTotalSlides()") == many
        for place in range(many):
            page.evaluate(f"Reveal.slide({place})")
            slide = "Reveal.getCurrentSlide()"
            sides = f"(s => [s.scrollWidth, s.scrollHeight])({slide})"
            assert page.evaluate(sides)[0] <= 1280, place
            assert page.evaluate(sides)[1] <= 720, place
            smallest = f"parseFloat(getComputedStyle({slide}).fontSize)"
            assert page.evaluate(smallest) >= 20, place
        page.keyboard.press("ArrowLeft")
        assert page.evaluate("Reveal.getIndices().h") == many - 2
        assert page.evaluate("[...document.images].every(one => one.naturalWidth && one.alt)")
    assert {one.partition(":")[0] for one in asked} <= {"file", "data"}
    assert [one for one in asked if one.startswith("file")] == [path.as_uri()]


SAID = {
    "plain:in=5,out=7 bottleneck:in=5,out=7,mid=35": ("grow with the square", "nothing is lost"),
    "plain:in=8,out=8 bottleneck:in=8,out=8,mid=40,groups=40": ("is depthwise", "nothing is lost"),
    "plain:in=8,out=9 bottleneck:in=8,out=9,mid=3": ("grow with the square", "3 numbers come"),
}


@pytest.mark.parametrize("specs", SAID)
def test_the_reasons_follow_the_numbers(specs: str) -> None:
    one = make_lesson(compare(*specs.split(), measure=False))
    *_, reasons, _ = slides(one, [], "en").split("\n## ")
    assert reasons.startswith("Why does it work?")
    wanted = SAID[specs]
    assert [words in reasons for words in wanted] == [True, True]
    others = {words for all_words in SAID.values() for words in all_words} - {*wanted}
    assert not [words for words in others if words in reasons]


def test_only_a_single_form_is_shown(tmp_path: Path) -> None:
    with pytest.raises(HandoutError, match="slides show one form, and a class of 2 has one each"):
        write_handout(
            tmp_path / "a.html", exercises=1, students=["Ada", "Bert"], secret="s", to="revealjs"
        )
    assert list(tmp_path.iterdir()) == []
