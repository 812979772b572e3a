"""Marking a class: answers against a key, the usual slips recognised."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from os import PathLike

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError, Language, read_language
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.marking.encoding import decode
from bottlecalc.handout.marking.marks import Marks, StudentMarks
from bottlecalc.handout.marking.points import Points, read_points
from bottlecalc.handout.marking.responses import Responses, Student, read_responses
from bottlecalc.handout.marking.verdict import judge
from bottlecalc.handout.worksheet import worksheet
from bottlecalc.text.calls import brief, public, quoted
from bottlecalc.text.files import file_path, read_bytes, shown

MOST_NAMES = 10
"""So many answers that cannot be read are named."""


@public('mark_answers("answers.csv", exercises=8)')
def mark_answers(
    path: str | PathLike[str],
    exercises: int,
    seed: int = 0,
    lang: Language = "en",
    *,
    points: str | Mapping[str, float | str] | None = None,
    encoding: str = "",
    warn: Callable[[str], object] = warnings.warn,
) -> Marks:
    """Mark the answers of a class to the exercises of a worksheet.

    Args:
        path: of a table with a row for each answer (columns student, exercise and answer) or for
            each student (a column for each exercise), as CSV in UTF-8, UTF-16 or GB18030 with
            commas, semicolons or tabs; as Moodle and Canvas export it, too.
        exercises: how many the worksheet has.
        seed: what they were drawn by.
        lang: of what is said to the answers, ``"en"`` or ``"zh"``.
        points: what verdicts are worth, as ``{"slip": 0.5}`` or ``"slip=0.5"``; right is worth 1
            and all else 0 where nothing else is said.
        encoding: of the table, where it cannot be told from its bytes: ``"cp1250"``.
        warn: told in a sentence what was guessed, left unread, or cannot be read.

    Returns:
        The marks; they print as CSV with one row a student.

    Raises:
        HandoutError: the file cannot be read, holds no such answers (all that is wrong with them
            is told), or a number, the points or the language are none.
    """
    file, language = file_path(path), read_language(lang)
    drawn = worksheet(exercises, seed, "check")
    worth = None if points is None else read_points(points)
    if not isinstance(encoding, str):
        raise HandoutError(
            f"{argument('encoding')} {quoted(encoding)} is no text; give a name, such as utf-8"
        )
    content = read_bytes(file, HandoutError, "give a CSV file")
    decoded = decode(content, encoding, shown(file))
    responses = read_responses(decoded, len(drawn), warn)
    marks = mark(responses, drawn, language, points=worth, seed=int(seed))
    for sentence in _unread(marks):
        warn(sentence)
    return marks


def mark(
    responses: Responses,
    exercises: Sequence[Exercise],
    language: Language,
    *,
    points: Points | None = None,
    seed: int = 0,
) -> Marks:
    """The marks of a class.

    Args:
        responses: what it answered.
        exercises: of the worksheet.
        language: of the words of the marks.
        points: what verdicts are worth.
        seed: what the exercises were drawn by.
    """
    worth, numbers = points or Points(), range(1, len(exercises) + 1)
    students = [
        _student(student, [theirs.get(n, "") for n in numbers], exercises, worth)
        for student, theirs in responses.answers.items()
    ]
    return Marks(
        students=tuple(students),
        key=tuple(exercises),
        seed=seed,
        points=points,
        language=language,
    )


def _student(
    student: Student, answers: Sequence[str], exercises: Sequence[Exercise], worth: Points
) -> StudentMarks:
    pairs = zip(answers, exercises, strict=True)
    marks = tuple(judge(n, answer, exercise) for n, (answer, exercise) in enumerate(pairs, 1))
    total = sum(map(worth.of, marks), Fraction(0))
    return StudentMarks(student=student.name, identity=student.identity, marks=marks, points=total)


def _unread(marks: Marks) -> list[str]:
    """Which answers somebody has to look at."""
    places = [
        f"{brief(student.student)} {mark.exercise}"
        for student in marks.students
        for mark in student.marks
        if mark.verdict == "unreadable"
    ]
    if not places:
        return []
    named = ", ".join(places[:MOST_NAMES])
    more = f" and {len(places) - MOST_NAMES} more" if len(places) > MOST_NAMES else ""
    return [f"Answers that cannot be read, to be looked at (student, exercise): {named}{more}."]
