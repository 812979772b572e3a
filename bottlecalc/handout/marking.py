"""Marking a class: answers against a key, the usual slips recognised."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

from bottlecalc.handout import HandoutError, Language, read_language
from bottlecalc.handout.exercises import Answer, Exercise, read_answer
from bottlecalc.handout.text import remark
from bottlecalc.handout.worksheet import worksheet
from bottlecalc.render.records import Cell, as_csv, unquoted
from bottlecalc.text.calls import public
from bottlecalc.text.files import file_path, read_bytes

COLUMNS = ("student", "exercise", "answer")

Answers = dict[str, dict[int, Answer]]
"""By student, the answer to each exercise by its number."""


@public('mark_answers("answers.csv", exercises=8)')
def mark_answers(
    path: str | PathLike[str], exercises: int, seed: int = 0, lang: Language = "en"
) -> str:
    """Mark the answers of a class to the exercises of a worksheet.

    Args:
        path: of a CSV file with the columns student, exercise and answer.
        exercises: how many the worksheet has.
        seed: what they were drawn by.
        lang: of what is said to the usual slips, ``"en"`` or ``"zh"``.

    Returns:
        CSV with one row a student: each exercise's mark, and how many are right.

    Raises:
        HandoutError: the file cannot be read, holds no such answers, or a number or the language is
            none.
    """
    file, language = file_path(path), read_language(lang)
    drawn = worksheet(exercises, seed, "check")
    return mark(read_answers(_read(file), len(drawn)), drawn, language)


def _read(path: Path) -> str:
    try:
        return read_bytes(path, HandoutError, "give a CSV file").decode("utf-8")
    except UnicodeDecodeError as error:
        raise HandoutError(f"{path} is not in UTF-8; save it as CSV UTF-8") from error


def read_answers(text: str, exercises: int) -> Answers:
    """The answers of a class from CSV with the columns student, exercise and answer.

    Raises:
        HandoutError: a column is missing, or a line names no student, no such exercise, or one
            that the student has answered before.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    answers: Answers = {}
    try:
        _require(reader.fieldnames or ())
        for row in reader:
            _enter(answers, row, exercises, reader.line_num)
    except csv.Error as error:
        raise HandoutError(
            f"line {reader.line_num} of the answers is no CSV ({error}); save them as CSV"
        ) from error
    return answers


def mark(answers: Answers, exercises: Sequence[Exercise], language: Language) -> str:
    """CSV with one row a student: each exercise's mark, and how many are right."""
    numbers = range(1, len(exercises) + 1)
    rows: list[list[Cell]] = [["student", *numbers, "right"]]
    for student, theirs in answers.items():
        marks = [_mark(theirs.get(n), exercises[n - 1], language) for n in numbers]
        rows.append([student, *marks, marks.count("right")])
    return as_csv(rows)


def _require(columns: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise HandoutError(
            f"the answers have no column {', '.join(missing)};"
            f" their first line must name {', '.join(COLUMNS)}"
        )


def _enter(answers: Answers, row: Mapping[str, str | None], exercises: int, line: int) -> None:
    student, exercise, answer = (unquoted((row[name] or "").strip()) for name in COLUMNS)
    if not student:
        raise HandoutError(f"line {line} of the answers names no student; give a name")
    if exercise not in map(str, range(1, exercises + 1)):
        raise HandoutError(
            f"line {line} of the answers has the exercise {exercise!r};"
            f" give a number from 1 to {exercises}"
        )
    theirs = answers.setdefault(student, {})
    if int(exercise) in theirs:
        raise HandoutError(
            f"line {line} of the answers has exercise {exercise} of {student} again; give it once"
        )
    theirs[int(exercise)] = read_answer(answer)


def _mark(answer: Answer | None, exercise: Exercise, language: Language) -> str:
    if answer is None or answer == "":
        return ""
    if answer == exercise.answer:
        return "right"
    slip = exercise.slip(answer)
    return remark(slip, answer, language) if slip else "wrong"
