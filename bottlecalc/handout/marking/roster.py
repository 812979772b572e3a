"""A class: the names of a table, or as they are given; and who of them has answered."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from os import PathLike

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError, Language
from bottlecalc.handout.marking import remarks
from bottlecalc.handout.marking.encoding import decode
from bottlecalc.handout.marking.headings import Headings, known_columns, read_names
from bottlecalc.handout.marking.responses import AnswersError, Responses
from bottlecalc.handout.marking.students import FaultsError, Student, labels, read_student, spelled
from bottlecalc.handout.marking.table import TableError, find_delimiter, rows
from bottlecalc.text.calls import brief, quoted
from bottlecalc.text.files import file_path, read_bytes, shown
from bottlecalc.text.lines import JOINERS, is_line
from bottlecalc.text.suggest import did_you_mean

Class = str | PathLike[str] | Sequence[str]
"""A path of a table with a row for each student, or their names."""


class ClassError(FaultsError):
    """A class that has no forms; its text says all that is wrong with it, a line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(faults, "the class has {} faults; nothing was done")


def read_class(
    given: object, warn: Callable[[str], object] = warnings.warn, language: Language = "en"
) -> tuple[Student, ...]:
    """The students of a class.

    Args:
        given: a path of a table with a column of names, in the encodings of answers; or the names.
        warn: told in a sentence what was guessed.
        language: of that sentence.

    Raises:
        ClassError: it names nobody, or somebody twice whom nothing tells apart.
        HandoutError: the file cannot be read, or it is neither a path nor names.
    """
    if isinstance(given, str | PathLike):
        file = file_path(given)
        decoded = decode(read_bytes(file, HandoutError, "give a CSV file"), None, shown(file))
        if decoded.encoding:
            warn(remarks.guessed_names(decoded.encoding, brief(decoded.sample), language))
        students = tuple(_table(decoded.text))
    elif isinstance(given, Sequence) and all(isinstance(one, str) for one in given):
        students = tuple(Student(spelled(one), "") for one in given)
    else:
        raise HandoutError(
            f"{argument('students')} {quoted(given)} are no students; give the path of a table, or"
            " a list of names"
        )
    if faults := [*_faults(students)]:
        raise ClassError(faults)
    return students


def find_labels(responses: Responses, students: Sequence[Student]) -> dict[Student, str]:
    """What each who has answered is called in the class.

    Raises:
        AnswersError: somebody is not in the class, or two are the same.
    """
    names = labels(students)
    found = {one: _find(one, students) for one in responses.answers}
    faults = [*_strangers(found, names), *_twice(found, names)]
    if faults:
        raise AnswersError(faults)
    return {one: names[place] for one, place in found.items() if place is not None}


def _table(text: str) -> Iterator[Student]:
    found = rows(text, find_delimiter(text, known_columns))
    try:
        first = next(found, None)
        headings = Headings() if first is None else read_names(first.cells)
        if not headings.name or headings.faults:
            raise ClassError(headings.faults or [_nameless()])
        yield from (read_student(row.cells, headings) for row in found)
    except TableError as error:
        raise ClassError(
            [f"line {error.line} of the class is no CSV ({error}); save it as CSV"]
        ) from None


def _nameless() -> str:
    return "the class has no column of names; its first line must name one: student, or 姓名"


def _faults(students: Sequence[Student]) -> Iterator[str]:
    if not students:
        yield f"{argument('students')} names nobody; give one student at least"
    for n, one in enumerate(students):
        if not one.name.strip(JOINERS):
            yield f"student {n + 1} of the class has the name {quoted(one.name)}; give a name"
        elif not is_line(one.name):
            yield (
                f"student {n + 1} of the class has the name {quoted(one.name)}, of which something"
                " is not seen; give a name without it"
            )
        elif one in students[:n]:
            yield (
                f"the class has {brief(one.name)} twice; give a column that tells them apart, such"
                " as email or 学号"
            )


def _find(one: Student, students: Sequence[Student]) -> int | None:
    """Where in the class a student is, by name, and by what else tells two of one name apart."""
    named = [n for n, other in enumerate(students) if other.name == one.name]
    if len(named) == 1:
        return named[0]
    same = [n for n in named or range(len(students)) if _is_known_by(one, students[n])]
    return same[0] if len(same) == 1 else None


def _is_known_by(one: Student, other: Student) -> bool:
    """Whether what identifies the one is the other's, in whichever column each table has it."""
    own = {one.identity or one.name}
    return bool(own & {other.identity or other.name})


def _strangers(found: dict[Student, int | None], names: Sequence[str]) -> Iterator[str]:
    for one, place in found.items():
        if place is None:
            name = labels([*found])[[*found].index(one)]
            yield f"{brief(name)} has answered and is not in the class{did_you_mean(name, names)}"


def _twice(found: dict[Student, int | None], names: Sequence[str]) -> Iterator[str]:
    places = [place for place in found.values() if place is not None]
    for place in sorted({place for place in places if places.count(place) > 1}):
        yield f"several have answered as {brief(names[place])}, of whom the class has one"
