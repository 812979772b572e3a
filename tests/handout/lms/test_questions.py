"""Every question of every kind, in every format and both languages, read back."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc.formulas.vocabulary import conv
from bottlecalc.handout import formats, text
from bottlecalc.handout.bank import BANK
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.forms import Form
from bottlecalc.handout.lms.markup import SYMBOLS, formula, html
from bottlecalc.handout.lms.systems import WRITERS, quiz_file
from bottlecalc.handout.lms.worth import Worth
from bottlecalc.handout.worksheet import draw
from tests.handout.lms.readers import READERS, Asked, plain
from tests.handout.test_exercises import BY_TORCH

HALF = Worth(Fraction(1), Fraction(1, 2))
BY_HAND = Exercise(
    kind="pointwise",
    quantities={"c": 24, "d": 48},
    answer=1152,
    slips={"bias": 1200, "kernel": 10368, "added": 72},
    layers=(conv("conv", (1, 24, 1, 1), 48, 1),),
)
"""48 filters with a weight for each of 24 channels."""

HINTS = {
    "en": "Type digits alone: no separators, no unit.",
    "zh": "只填数字，不写千位分隔符和单位。",
}
COUNTED = ("groups", "macs", "pointwise", "three_layers")
"""Kinds whose other way is quick."""

languages = pytest.mark.parametrize("language", ["en", "zh"])
everywhere = pytest.mark.parametrize("form", READERS)


def written(exercises: list[Exercise], language: Any, form: str, worth: Worth = HALF) -> bytes:
    return quiz_file([Form("", "", tuple(exercises))], language, form, worth)


def told(markdown: str) -> str:
    """Markdown without its marks, and quotation marks as they are typed."""
    return re.sub(r"[*`]", "", markdown)


def typed(text: str) -> str:
    return re.sub("[“”]", '"', text.replace("’", "'"))


def check(asked: Asked, exercise: Exercise, language: Any) -> None:
    """A question asks what the exercise does, knows the key's answers, and says the key's words."""
    worth = {str(exercise.answer): (Fraction(1), "")}
    for slip, wrong in exercise.slips.items():
        worth[str(wrong)] = (Fraction(1, 2), told(text.remark(slip, wrong, language)))
    answers = {value: (share, typed(said)) for value, (share, said) in asked.answers.items()}
    assert answers == worth
    is_choice = isinstance(exercise.answer, str)
    assert asked.choices == (tuple(sorted(worth)) if is_choice else ())
    question, _, rest = asked.text.partition("\n")
    options = text.options(exercise, language)
    lines = [f"{letter} {told(option)}" for letter, option in options.items()]
    assert typed(rest) == typed("\n".join(lines or [HINTS[language]]))
    for shown in (question, asked.work):
        assert not re.search(r"[$\\*`{}]|&\w+;", shown), shown
    assert numbers(question) == numbers(text.question(exercise, language))
    assert numbers(asked.work) == numbers(text.work(exercise, language))
    if not is_choice:
        assert f"{exercise.answer:,}" in asked.work


def check_all(content: bytes, form: str, exercises: list[Exercise], language: Any) -> None:
    for asked, exercise in zip(READERS[form](content), exercises, strict=True):
        check(asked, exercise, language)


def numbers(shown: str) -> list[str]:
    return re.findall(r"\d+", shown)


@everywhere
@languages
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_question_is_its_exercise(form: str, language: Any, seed: int) -> None:
    exercises = draw(len(BANK), seed)
    content = written(exercises, language, form)
    check_all(content, form, exercises, language)
    assert [one.name for one in READERS[form](content)] == [
        f"{number:02} {exercise.kind}" for number, exercise in enumerate(exercises, 1)
    ]


def test_the_right_answer_is_torchs() -> None:
    exercises = [one for one in draw(len(BANK), 5) if one.kind in COUNTED]
    content = written(exercises, "en", "moodle")
    for asked, exercise in zip(READERS["moodle"](content), exercises, strict=True):
        right = str(BY_TORCH[exercise.kind](exercise.quantities))
        assert asked.answers[right] == (Fraction(1), "")


@everywhere
@languages
def test_one_answer_tampered_with_is_seen(form: str, language: Any) -> None:
    exercises = [BY_HAND, *draw(3, 8)]
    content = written(exercises, language, form)
    for value in ("1152", "10368"):
        tampered = content.replace(value.encode(), str(int(value) + 1).encode(), 1)
        assert tampered != content
        with pytest.raises((AssertionError, KeyError)):
            check_all(tampered, form, exercises, language)


@everywhere
def test_the_same_questions_are_the_same_bytes(form: str) -> None:
    content = written(draw(4, 7), "zh", form)
    assert content == written(draw(4, 7), "zh", form)
    assert content != written(draw(4, 8), "zh", form)


@everywhere
def test_an_exercise_has_one_identifier_for_ever(form: str) -> None:
    """Written once; other versions and machines must find their questions again."""
    (asked,) = READERS[form](written([BY_HAND], "en", form))
    assert asked.identifier == "q01-pointwise-en-56a857018c"
    every = READERS[form](written(draw(100, 7), "en", form))
    assert len({one.identifier for one in every}) == 100
    assert [one.name for one in every] == sorted(one.name for one in every)
    assert every[0].name.startswith("001 ")


def test_a_question_by_hand() -> None:
    (asked,) = READERS["moodle"](written([BY_HAND], "en", "moodle"))
    assert asked == Asked(
        "01 pointwise",
        "q01-pointwise-en-56a857018c",
        "How many parameters does a 1×1 convolution from 24 to 48 channels have, without bias?\n"
        "Type digits alone: no separators, no unit.",
        "Each of the 48 filters has one weight for each of 24 channels: 1·1·24·48 = 1,152.",
        {
            "1152": (Fraction(1), ""),
            "1200": (Fraction(1, 2), "1,200? you kept the biases."),
            "10368": (Fraction(1, 2), "10,368? you counted a 3×3."),
            "72": (
                Fraction(1, 2),
                "72? you added the channels instead of multiplying them.",
            ),
        },
    )


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"3 \cdot 3 \cdot 64 \cdot 32 = \text{18,432}", "3·3·64·32 = 18,432"),
        (
            r"9 \cdot m^2 + (24 + 32) \cdot m \le 7",
            "9·<i>m</i><sup>2</sup> + (24 + 32)·<i>m</i> ≤ 7",
        ),
        (r"(9 - 4 \cdot 2) \div 2", "(9 − 4·2) ÷ 2"),
        ("m < 3 > 2", "<i>m</i> &lt; 3 &gt; 2"),
        (r"\frac{9}{4}", "9 ÷ 4"),
    ],
)
def test_formulas_need_no_tex(tex: str, shown: str) -> None:
    assert formula(tex) == shown


def test_a_command_that_nothing_is_known_of_is_no_silent_loss() -> None:
    assert "sqrt" not in SYMBOLS
    with pytest.raises(KeyError, match="sqrt"):
        html(r"$\sqrt{2}$")


def test_markup_is_escaped_and_kept() -> None:
    shown = html('a *b* **c** `d<e` "f" & <3, $1 < 2$')
    assert shown == (
        "<p>a <em>b</em> <strong>c</strong> <code>d&lt;e</code> “f” &amp; &lt;3, 1 &lt; 2</p>"
    )
    assert plain(shown) == "a b c d<e “f” & <3, 1 < 2"
    assert html("a\n\nb") == "<p>a</p><p>b</p>"


def test_every_format_has_its_writer_and_its_ending() -> None:
    assert list(formats.QUIZZES.values()) == list(WRITERS) == list(READERS)
    assert not formats.QUIZZES.keys() & formats.ENDINGS.keys()
    assert not set(formats.QUIZZES.values()) & formats.FORMATS.keys()
