"""A class's forms as variants: of each exercise one is drawn, and no student is named."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from typing import Any
from xml.etree import ElementTree

import pytest

from bottlecalc.handout.forms import Form
from bottlecalc.handout.lms.systems import quiz_file
from bottlecalc.handout.lms.worth import Worth
from bottlecalc.handout.worksheet import class_forms
from tests.handout.lms.readers import CP, QTI, READERS, package
from tests.handout.lms.test_questions import check

NAMES = ("Ada", "王小明")
HALF = Worth(Fraction(1), Fraction(1, 2))
everywhere = pytest.mark.parametrize("form", READERS)


def forms() -> list[Form]:
    """Two of a class, and one more with the exercises of the second."""
    first, second = class_forms(3, NAMES, "a secret")
    return [first, second, second._replace(number="ZZZZZZ", student="Cleo")]


@everywhere
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_form_is_among_the_variants_once(form: str, language: Any) -> None:
    content = quiz_file(forms(), language, form, HALF)
    asked = READERS[form](content)
    class_ = forms()[:2]
    exercises = list(zip(*(one.exercises for one in class_), strict=True))
    assert [one.name for one in asked] == [
        f"{number:02} {variants[0].kind} {one.number}"
        for number, variants in enumerate(exercises, 1)
        for one in class_
    ]
    for one, exercise in zip(asked, chain(*exercises), strict=True):
        check(one, exercise, language)
    assert len({one.identifier for one in asked}) == 6


@everywhere
def test_nobody_is_named(form: str) -> None:
    content = quiz_file(forms(), "zh", form, HALF, title="三班").decode("utf-8", "replace")
    assert not [name for name in (*NAMES, "Cleo", "a secret") if name in content]


def categories(root: ElementTree.Element) -> list[tuple[str, int]]:
    """Every category, and how many questions follow it."""
    found: list[tuple[str, int]] = []
    for question in root:
        if question.get("type") == "category":
            found.append((question.findtext("category/text") or "", 0))
        else:
            found[-1] = (found[-1][0], found[-1][1] + 1)
    return found


@pytest.mark.parametrize(("language", "word"), [("en", "Exercise"), ("zh", "练习")])
def test_moodle_has_a_category_for_each_exercise(language: Any, word: str) -> None:
    root = ElementTree.fromstring(quiz_file(forms(), language, "moodle", HALF, title="7a/7b"))
    above = "$course$/top/7a//7b"
    slots = [(f"{above}/{word} 0{number}", 2) for number in (1, 2, 3)]
    assert categories(root) == [(above, 0), *slots]


def test_gift_has_them_too() -> None:
    lines = quiz_file(forms(), "en", "gift", HALF, title="7a").decode().split("\n")
    found = [line for line in lines if line.startswith("$CATEGORY: ")]
    assert found == [f"$CATEGORY: $course$/top/7a/Exercise 0{number}" for number in (1, 2, 3)]


def test_qti_draws_one_of_each_exercise() -> None:
    files = package(quiz_file(forms(), "en", "qti", HALF))
    sections = list(files["test.xml"].iter(f"{QTI}assessmentSection"))
    assert [one.attrib["title"] for one in sections] == [f"Exercise 0{n}" for n in (1, 2, 3)]
    for section in sections:
        assert [one.attrib["select"] for one in section.iter(f"{QTI}selection")] == ["1"]
        assert len(list(section.iter(f"{QTI}assessmentItemRef"))) == 2
    resources = list(files["imsmanifest.xml"].iter(f"{CP}resource"))
    assert len(resources) == len({one.attrib["identifier"] for one in resources}) == 7
