"""Moodle XML, as https://docs.moodle.org/en/Moodle_XML_format has it; there is no schema of it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bottlecalc.handout.lms.grades import percent
from bottlecalc.handout.lms.question import Question, Quiz, Response
from bottlecalc.handout.marking.points import decimal

GUESSES = {2: "1", 3: "0.5", 4: "0.3333333"}
"""What another try costs, so that trying all alternatives gives nothing."""

PENALTY = "0.3333333"
"""The same where a number is asked for: Moodle's own."""


def write(quiz: Quiz) -> bytes:
    """The file of a quiz: a category, or one for each exercise that has variants.

    Raises:
        HandoutError: Moodle has no such grade.
    """
    root = Element("quiz")
    root.append(_category(quiz.title, about=quiz.about))
    for title, slot in zip(quiz.slot_titles(), quiz.slots, strict=True):
        if quiz.varied:
            root.append(_category(quiz.title, title))
        root.extend([_question(question, quiz) for question in slot])
    indent(root)
    content: bytes = tostring(root, "utf-8", xml_declaration=True, short_empty_elements=False)
    return content + b"\n"


def path(*titles: str) -> str:
    """Where a category is in the course that the questions are imported into."""
    return "/".join(["$course$", "top", *(title.replace("/", "//") for title in titles)])


def _category(*titles: str, about: str = "") -> Element:
    category = Element("question", type="category")
    _text(category, "category", path(*titles))
    _text(category, "info", about, format="plain_text")
    SubElement(category, "idnumber")
    return category


def _question(question: Question, quiz: Quiz) -> Element:
    element = Element("question", type="multichoice" if question.alternatives else "numerical")
    _text(element, "name", question.name)
    _text(element, "questiontext", question.text, format="html")
    _text(element, "generalfeedback", question.work, format="html")
    _field(element, "defaultgrade", str(decimal(quiz.points)))
    _field(element, "penalty", GUESSES.get(len(question.alternatives), PENALTY))
    _field(element, "hidden", "0")
    _field(element, "idnumber", question.identifier)
    element.extend(list(_choices(question) if question.alternatives else _numbers(question)))
    return element


def _numbers(question: Question) -> Iterator[Element]:
    for response in question.responses:
        answer = _answer(response, "moodle_auto_format")
        _field(answer, "tolerance", "0")
        yield answer
    for name, value in (("unitgradingtype", "0"), ("unitpenalty", "0.1"), ("showunits", "3")):
        yield _leaf(name, value)


def _choices(question: Question) -> Iterator[Element]:
    for name, value in (("single", "true"), ("shuffleanswers", "false")):
        yield _leaf(name, value)
    yield _leaf("answernumbering", "none")
    for letter in question.alternatives:
        yield _answer(question.response(letter), "html")


def _answer(response: Response, form: str) -> Element:
    answer = Element("answer", fraction=percent(response.share), format=form)
    _field(answer, "text", response.value)
    _text(answer, "feedback", response.feedback, format="html")
    return answer


def _text(parent: Element, name: str, content: str, **attributes: str) -> None:
    _field(SubElement(parent, name, attributes), "text", content)


def _field(parent: Element, name: str, content: str) -> None:
    parent.append(_leaf(name, content))


def _leaf(name: str, content: str) -> Element:
    leaf = Element(name)
    leaf.text = content
    return leaf
