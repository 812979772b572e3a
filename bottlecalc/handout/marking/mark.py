"""Marking a class: answers against a key, the usual slips recognised."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from os import PathLike

from bottlecalc.agreement.result import Count
from bottlecalc.blocks.spec import Block
from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError, Language, read_language
from bottlecalc.handout.forms import Form
from bottlecalc.handout.marking import remarks
from bottlecalc.handout.marking.encoding import decode
from bottlecalc.handout.marking.marks import Marks, StudentMarks
from bottlecalc.handout.marking.points import Points, read_points
from bottlecalc.handout.marking.responses import Responses, read_responses
from bottlecalc.handout.marking.roster import Class, find_labels, read_class
from bottlecalc.handout.marking.students import Student, labels
from bottlecalc.handout.marking.verdict import judge
from bottlecalc.handout.worksheet import worksheet
from bottlecalc.text.calls import brief, public, quoted
from bottlecalc.text.files import file_path, read_bytes, shown


@public('mark_answers("answers.csv", exercises=8)')
def mark_answers(
    path: str | PathLike[str],
    exercises: int,
    seed: int = 0,
    lang: Language = "en",
    *,
    level: int | None = None,
    blocks: Sequence[Block | str | Count] = (),
    size: int | Sequence[int] | None = None,
    students: Class | None = None,
    secret: str = "",
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
        level: of all exercises, as they were written.
        blocks: that they were written with.
        size: of the input that they were written with [pixels].
        students: of a class whose forms they are: the path of a table, or the names.
        secret: that their forms were drawn by.
        points: what verdicts are worth, as ``{"slip": 0.5}`` or ``"slip=0.5"``; right is worth 1
            and all else 0 where nothing else is said.
        encoding: of the table, where it cannot be told from its bytes: ``"cp1250"``.
        warn: told in a sentence what was guessed, left unread, or cannot be read.

    Returns:
        The marks; they print as CSV with one row a student.

    Raises:
        HandoutError: the file cannot be read, holds no such answers or answers of somebody who is
            not in the class (all that is wrong with them is told), or a number, the points or the
            language are none.
    """
    file, language = file_path(path), read_language(lang)
    members = None if students is None else read_class(students, warn, language)
    drawn = worksheet(
        exercises, seed, "check", level=level, blocks=blocks, size=size,
        students=None if members is None else labels(members), secret=secret,
    )  # fmt: skip
    worth = None if points is None else read_points(points)
    if not isinstance(encoding, str):
        raise HandoutError(
            f"{argument('encoding')} {quoted(encoding)} is no text; give a name, such as utf-8"
        )
    content = read_bytes(file, HandoutError, "give a CSV file")
    decoded = decode(content, encoding, shown(file))
    responses = read_responses(decoded, drawn.exercises, warn, language)
    called = None if members is None else find_labels(responses, members)
    marks = mark(responses, drawn.forms, language, called=called, points=worth, seed=drawn.seed)
    for sentence in _remarks(marks):
        warn(sentence)
    return marks


def mark(
    responses: Responses,
    forms: Sequence[Form],
    language: Language,
    *,
    called: Mapping[Student, str] | None = None,
    points: Points | None = None,
    seed: int = 0,
) -> Marks:
    """The marks of a class.

    Args:
        responses: what it answered.
        forms: of the worksheet: one for everybody, or one for each student.
        language: of the words of the marks.
        called: who has answered, as their forms have it; None where one form is everybody's.
        points: what verdicts are worth.
        seed: what the exercises were drawn by.
    """
    theirs = {form.student: form for form in forms}
    students = [
        _student(student, answers, theirs["" if called is None else called[student]], points)
        for student, answers in responses.answers.items()
    ]
    return Marks(
        students=tuple(students), forms=tuple(forms), seed=seed, points=points, language=language
    )


def _student(
    student: Student, answers: Mapping[int, str], form: Form, points: Points | None
) -> StudentMarks:
    worth = points or Points()
    marks = tuple(
        judge(n, answers.get(n, ""), exercise) for n, exercise in enumerate(form.exercises, 1)
    )
    total = sum(map(worth.of, marks), Fraction(0))
    return StudentMarks(
        student=student.name, identity=student.identity, form=form, marks=marks, points=total
    )


def _remarks(marks: Marks) -> Iterator[str]:
    """Which answers somebody has to look at, and who has given none."""
    places = [
        f"{brief(student.student)} {mark.exercise}"
        for student in marks.students
        for mark in student.marks
        if mark.verdict == "unreadable"
    ]
    if places:
        yield remarks.answers(places, marks.language)
    present = {one.form.student for one in marks.students}
    everybody = [form.student for form in marks.forms if form.student]
    if absent := [brief(one) for one in everybody if one not in present]:
        yield remarks.absent(absent, marks.language)
