"""Marking a class: answers against a key, the usual slips recognised."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from bottlecalc.handout import HandoutError, Language
from bottlecalc.handout.exercises import Answer, Exercise, read_answer
from bottlecalc.handout.text import remark

COLUMNS = ("student", "exercise", "answer")

Answers = dict[str, dict[int, Answer]]
"""By student, the answer to each exercise by its number."""


def read_answers(text: str, exercises: int) -> Answers:
    """The answers of a class from CSV with the columns student, exercise and answer.

    Raises:
        HandoutError: a column is missing, or a line names no student, no such exercise, or one
            that the student has answered before.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    found: Answers = {}
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise HandoutError(
                f"the answers have no column {', '.join(missing)};"
                f" their first line must name {', '.join(COLUMNS)}"
            )
        for row in reader:
            _enter(found, row, exercises, reader.line_num)
    except csv.Error as error:
        raise HandoutError(
            f"line {reader.line_num} of the answers is no CSV ({error}); save them as CSV"
        ) from error
    return found


def marked(answers: Answers, exercises: Sequence[Exercise], language: Language) -> str:
    """CSV with one row a student: each exercise's mark, and how many are right."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    numbers = range(1, len(exercises) + 1)
    writer.writerow(["student", *numbers, "right"])
    for student, said in answers.items():
        marks = [_mark(said.get(n), exercise, language) for n, exercise in enumerate(exercises, 1)]
        writer.writerow([student, *marks, marks.count("right")])
    return text.getvalue()


def _enter(found: Answers, row: dict[str, str | None], exercises: int, line: int) -> None:
    student, exercise, answer = ((row[name] or "").strip() for name in COLUMNS)
    if not student:
        raise HandoutError(f"line {line} of the answers names no student; give a name")
    if exercise not in map(str, range(1, exercises + 1)):
        raise HandoutError(
            f"line {line} of the answers has the exercise {exercise!r};"
            f" give a number from 1 to {exercises}"
        )
    given = found.setdefault(student, {})
    if int(exercise) in given:
        raise HandoutError(
            f"line {line} of the answers has exercise {exercise} of {student} again; give it once"
        )
    given[int(exercise)] = read_answer(answer)


def _mark(said: Answer | None, exercise: Exercise, language: Language) -> str:
    if said in (None, ""):
        return ""
    assert said is not None
    if said == exercise.answer:
        return "right"
    slip = exercise.slip(said)
    return remark(slip, said, language) if slip else "wrong"
