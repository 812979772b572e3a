"""The answers of a class, from somebody's table; all that is wrong with it is told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bottlecalc.handout import Language
from bottlecalc.handout.marking import remarks
from bottlecalc.handout.marking.encoding import DecodedText
from bottlecalc.handout.marking.headings import (
    Headings,
    exercise_number,
    known_columns,
    read_headings,
)
from bottlecalc.handout.marking.notation import BLANK
from bottlecalc.handout.marking.students import FaultsError, Student, cell_at, read_student
from bottlecalc.handout.marking.table import Row, TableError, find_delimiter, rows
from bottlecalc.render.records import unquoted
from bottlecalc.text.calls import brief, quoted

GROUPS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")


class AnswersError(FaultsError):
    """Answers that cannot be marked; its text says all that is wrong with them, a line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(faults, "the answers have {} faults; nothing was marked")


@dataclass(frozen=True)
class Responses:
    """What a class answered.

    Attributes:
        answers: of each student by the exercise's number, as they were written.
        faults: why the table cannot be marked.
    """

    answers: dict[Student, dict[int, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_responses(
    decoded: DecodedText,
    exercises: int,
    warn: Callable[[str], object],
    language: Language = "en",
) -> Responses:
    """The answers of a class.

    Args:
        decoded: the table.
        exercises: how many the worksheet has.
        warn: told in a sentence what was guessed, or left unread.
        language: of these sentences.

    Raises:
        AnswersError: a column is missing, or a row names no student, no such exercise, or one that
            the student has answered before, or has more cells than there are columns.
    """
    text = decoded.text
    if decoded.encoding:
        warn(remarks.guessed(decoded.encoding, brief(decoded.sample), language))
    found = rows(text, find_delimiter(text, known_columns))
    responses = Responses()
    try:
        first = next(found, Row(1, ()))
        headings = read_headings(first.cells, exercises)
        responses.faults.extend(headings.faults)
        for row in found if not headings.faults else ():
            _enter(responses, row, headings, len(first.cells), exercises)
    except TableError as error:
        responses.faults.append(
            f"line {error.line} of the answers is no CSV ({error}); save them as CSV"
        )
    if responses.faults:
        raise AnswersError(responses.faults)
    for sentence in _remarks(headings, language):
        warn(sentence)
    return responses


def _enter(
    responses: Responses, row: Row, headings: Headings, columns: int, exercises: int
) -> None:
    """The answers of one row; or why there are none."""
    cells, fault = _fitted(row, headings, columns)
    student, line = read_student(cells, headings), f"line {row.line} of the answers"
    faults = [f"{line} {fault}"] if fault else []
    if not student.name:
        faults.append(f"{line} names no student; give a name")
    elif headings.numbers and student in responses.answers:
        faults.append(
            f"{line} names {brief(student.name)} again; give one row a student, or a column that"
            " tells them apart, such as email or 学号"
        )
    else:
        theirs = responses.answers.setdefault(student, {})
        faults += [f"{line} {wrong}" for wrong in _add(theirs, cells, headings, exercises)]
    responses.faults.extend(faults)


def _add(
    theirs: dict[int, str], cells: tuple[str, ...], headings: Headings, exercises: int
) -> Iterator[str]:
    """Add a row's answers to a student's; what is wrong with them."""
    if headings.exercise is None or headings.answer is None:
        theirs |= {n: unquoted(cell_at(cells, column)) for column, n in headings.numbers.items()}
        return
    text, answer = cell_at(cells, headings.exercise), cell_at(cells, headings.answer)
    number = exercise_number(text)
    if text in BLANK and answer in BLANK:  # a student who handed nothing in
        return
    if number is None or not 1 <= number <= exercises:
        yield f"has the exercise {quoted(text)}; give a number from 1 to {exercises}"
    elif number in theirs:
        name = brief(read_student(cells, headings).name)
        yield f"has exercise {number} of {name} again; give it once"
    else:
        theirs[number] = unquoted(answer)


def _fitted(row: Row, headings: Headings, columns: int) -> tuple[tuple[str, ...], str]:
    """The cells that have a column, and what is wrong with the row.

    ``Ada,1,23,040`` has one cell more, whose thousands are put together again where the answer
    stands last.
    """
    cells = row.cells
    if not any(cells[columns:]):
        return cells, ""
    joined = ",".join(cells[columns - 1 :])
    if headings.answer == columns - 1 and GROUPS.fullmatch(joined):
        return (*cells[: columns - 1], joined), ""
    return cells, (
        f"has {len(cells)} cells for {columns} columns; put an answer with separators in quotation"
        ' marks: "23,040"'
    )


def _remarks(headings: Headings, language: Language) -> Iterator[str]:
    if headings.ordered:
        yield remarks.ordered(language)
    if headings.unread:
        yield remarks.columns(headings.unread, language)
