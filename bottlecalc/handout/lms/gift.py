"""GIFT, as https://docs.moodle.org/en/GIFT_format has it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bottlecalc.handout.lms import moodle
from bottlecalc.handout.lms.grades import percent
from bottlecalc.handout.lms.question import Question, Quiz, Response

SPECIAL = re.compile(r"[\\~=#{}:]")


def write(quiz: Quiz) -> bytes:
    """The file of a quiz, every question worth a point; categories as in Moodle XML.

    Raises:
        HandoutError: Moodle has no such grade.
    """
    return ("\n\n".join(_paragraphs(quiz)) + "\n").encode()


def _paragraphs(quiz: Quiz) -> Iterator[str]:
    yield f"// {quiz.about}"
    if not quiz.varied:
        yield _category(quiz.title)
    for title, slot in zip(quiz.slot_titles(), quiz.slots, strict=True):
        if quiz.varied:
            yield _category(quiz.title, title)
        yield from map(_question, slot)


def _category(*titles: str) -> str:
    return f"$CATEGORY: {moodle.path(*titles)}"


def _question(question: Question) -> str:
    number = not question.alternatives
    responses = question.responses if number else map(question.response, question.alternatives)
    lines = [_number(one) if number else _choice(one, question) for one in responses]
    head = f"// [id:{question.identifier}]\n::{_escape(question.name)}::[html]"
    asked = f"{_escape(question.text)} {{{'#' if number else ''}"
    return "\n".join([head + asked, *lines, f"####{_escape(question.work)}", "}"])


def _number(response: Response) -> str:
    """An answer with its tolerance; one that gives nothing says so."""
    return f"={_weight(response)}{_escape(response.value)}:0{_feedback(response)}"


def _choice(response: Response, question: Question) -> str:
    mark = "=" if response == question.right else f"~{_weight(response) if response.share else ''}"
    return f"{mark}{_escape(response.value)}{_feedback(response)}"


def _weight(response: Response) -> str:
    return "" if response.share == 1 else f"%{percent(response.share)}%"


def _feedback(response: Response) -> str:
    return f"#{_escape(response.feedback)}" if response.feedback else ""


def _escape(text: str) -> str:
    r"""Text in which nothing means anything to GIFT.

    >>> _escape("9·m = {3}")
    '9·m \\= \\{3\\}'
    """
    return SPECIAL.sub(r"\\\g<0>", text)
