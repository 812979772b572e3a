"""The answers of a class, from somebody's table; all that is wrong with it is told at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from bottlecalc.handout import HandoutError
from bottlecalc.handout.marking.encoding import DecodedText
from bottlecalc.handout.marking.headings import (
    Headings,
    exercise_number,
    known_columns,
    read_headings,
)
from bottlecalc.handout.marking.notation import BLANK
from bottlecalc.handout.marking.table import Row, TableError, find_delimiter, rows
from bottlecalc.render.records import unquoted
from bottlecalc.text.calls import brief, quoted

MOST_FAULTS = 30
"""So many are told, and how many more there are."""

GROUPS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
HAN = re.compile("[\u3400-\u9fff]")


class Student(NamedTuple):
    """Who answered.

    Attributes:
        name: as it is written.
        identity: what tells two students of one name apart: an address, or a number; empty where
            the table has none.
    """

    name: str
    identity: str


class AnswersError(HandoutError):
    """Answers that cannot be marked; its text says all that is wrong with them, a line each."""

    def __init__(self, faults: list[str]) -> None:
        shown = faults[:MOST_FAULTS]
        more = len(faults) - len(shown)
        rest = [f"and {more} more faults like these"] if more else []
        heading = [f"the answers have {len(faults)} faults; nothing was marked"]
        super().__init__("\n".join(shown if len(faults) == 1 else [*heading, *shown, *rest]))


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
    decoded: DecodedText, exercises: int, warn: Callable[[str], object]
) -> Responses:
    """The answers of a class.

    Args:
        decoded: the table.
        exercises: how many the worksheet has.
        warn: told in a sentence what was guessed, or left unread.

    Raises:
        AnswersError: a column is missing, or a row names no student, no such exercise, or one that
            the student has answered before, or has more cells than there are columns.
    """
    text = decoded.text
    if decoded.encoding:
        warn(
            f"The answers are not in UTF-8 and were read as {decoded.encoding}"
            f" ({brief(decoded.sample)}); if that is misspelled, save them as CSV UTF-8"
        )
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
    for sentence in _remarks(headings):
        warn(sentence)
    return responses


def _enter(
    responses: Responses, row: Row, headings: Headings, columns: int, exercises: int
) -> None:
    """The answers of one row; or why there are none."""
    cells, fault = _fitted(row, headings, columns)
    student, line = _student(cells, headings), f"line {row.line} of the answers"
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
        theirs |= {n: unquoted(_cell(cells, column)) for column, n in headings.numbers.items()}
        return
    text, answer = _cell(cells, headings.exercise), _cell(cells, headings.answer)
    number = exercise_number(text)
    if text in BLANK and answer in BLANK:  # a student who handed nothing in
        return
    if number is None or not 1 <= number <= exercises:
        yield f"has the exercise {quoted(text)}; give a number from 1 to {exercises}"
    elif number in theirs:
        name = brief(_student(cells, headings).name)
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


def _cell(cells: tuple[str, ...], column: int) -> str:
    """What stands in a column; nothing where the row ends before it."""
    return cells[column] if column < len(cells) else ""


def _student(cells: tuple[str, ...], headings: Headings) -> Student:
    parts = [_name(_cell(cells, column)) for column in headings.name]
    family_first = len(parts) == 2 and all(map(HAN.match, parts))
    name = "".join(reversed(parts)) if family_first else " ".join(filter(None, parts))
    identity = "" if headings.identity is None else _name(_cell(cells, headings.identity))
    return Student(name, identity)


def _name(cell: str) -> str:
    """One spelling of a name, however a keyboard composed it."""
    return " ".join(unicodedata.normalize("NFC", unquoted(cell)).split())


def _remarks(headings: Headings) -> Iterator[str]:
    if headings.ordered:
        yield "The columns of questions were taken in their order, the first as exercise 1."
    if headings.unread:
        shown = ", ".join(map(quoted, headings.unread[:10]))
        more = f" and {len(headings.unread) - 10} more" if len(headings.unread) > 10 else ""
        yield f"Columns that were not read: {shown}{more}."
