"""A class's marks, and what they say of each exercise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from os import PathLike
from typing import Any

from bottlecalc.handout import Language
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.forms import Form
from bottlecalc.handout.marking.points import Points
from bottlecalc.handout.marking.verdict import VERDICTS, Mark, Verdict


@dataclass(frozen=True, kw_only=True)
class StudentMarks:
    """One student's marks.

    Attributes:
        student: as the table names them.
        identity: an address or number that the table has beside the name; else empty.
        form: of the worksheet that they had.
        marks: one for each exercise of the worksheet.
        points: what they are worth together.
    """

    student: str
    identity: str
    form: Form
    marks: tuple[Mark, ...]
    points: Fraction

    @property
    def right(self) -> int:
        """How many are right."""
        return sum(mark.verdict == "right" for mark in self.marks)


@dataclass(frozen=True, kw_only=True)
class SlipCount:
    """How often a slip was made.

    Attributes:
        slip: its name.
        times: by how many answers, those with another slip as well among them.
        exercises: in which.
    """

    slip: str
    times: int
    exercises: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ExerciseCount:
    """How one exercise was answered.

    Attributes:
        exercise: its number on the worksheet, from 1.
        verdicts: how many answers have each; under an empty one, how many are missing.
        slips: those made, the commonest first.
    """

    exercise: int
    verdicts: dict[Verdict, int]
    slips: tuple[SlipCount, ...]


class _Table:
    """What prints as CSV, becomes JSON and data frames, and is written into files."""

    def __str__(self) -> str:
        from bottlecalc.handout.marking import sheets

        return sheets.text(self, "csv")

    def _repr_html_(self) -> str:
        from bottlecalc.handout.marking import sheets

        return sheets.html(self)

    def to_dict(self) -> dict[str, Any]:
        """What the command writes as JSON."""
        from bottlecalc.handout.marking import sheets

        return sheets.document(self)

    def to_frame(self) -> Any:
        """A data frame with the rows of the CSV, of pandas or else of polars.

        Raises:
            FrameError: neither is installed.
        """
        from bottlecalc.handout.marking import sheets

        return sheets.frame(self)

    def write(
        self, path: str | PathLike[str], to: str | None = None, *, force: bool = False
    ) -> None:
        """Write a file: CSV, which begins with a byte order mark where Excel needs one, JSON or
        Markdown.

        Args:
            path: of the file, which ends in .csv, .json or .md.
            to: ``"csv"``, ``"json"`` or ``"markdown"``, whatever the path ends in.
            force: write over a file that exists.

        Raises:
            HandoutError: there is no such format.
            OutputError: the file exists, or cannot be written.
        """
        from bottlecalc.handout.marking import sheets

        sheets.write(self, path, to, force)


@dataclass(frozen=True, kw_only=True, repr=False)
class MarkStatistics(_Table):
    """How a class did: each exercise, and each slip.

    Attributes:
        students: how many there are.
        exercises: how each was answered.
        slips: those made in all of them, the commonest first.
        language: of its words.
    """

    students: int
    exercises: tuple[ExerciseCount, ...]
    slips: tuple[SlipCount, ...]
    language: Language

    def __repr__(self) -> str:
        return f"<MarkStatistics of {self.students} students, {len(self.exercises)} exercises>"


@dataclass(frozen=True, kw_only=True, repr=False)
class Marks(_Table):
    """The marks of a class.

    Attributes:
        students: in the order of the table.
        forms: of the worksheet, with the answers: one for everybody, or one for each student of
            the class.
        seed: what they were drawn by.
        points: what each verdict is worth; None where nobody asked for points.
        language: of its words.
    """

    students: tuple[StudentMarks, ...]
    forms: tuple[Form, ...]
    seed: int
    points: Points | None
    language: Language

    @property
    def key(self) -> tuple[Exercise, ...]:
        """The exercises of the first form; all have the same kinds, in the same order."""
        return self.forms[0].exercises

    @property
    def is_common(self) -> bool:
        """Whether all students had the same exercises."""
        return len(self.forms) == 1

    def __repr__(self) -> str:
        return f"<Marks of {len(self.students)} students, {len(self.key)} exercises>"

    @cached_property
    def statistics(self) -> MarkStatistics:
        """How the class did: each exercise, and each slip."""
        marks = [mark for student in self.students for mark in student.marks]
        return MarkStatistics(
            students=len(self.students),
            exercises=tuple(_count(n, marks) for n in range(1, len(self.key) + 1)),
            slips=_slips(marks),
            language=self.language,
        )


def _count(exercise: int, marks: Sequence[Mark]) -> ExerciseCount:
    own = [mark for mark in marks if mark.exercise == exercise]
    verdicts = Counter(mark.verdict for mark in own)
    return ExerciseCount(
        exercise=exercise,
        verdicts={verdict: verdicts[verdict] for verdict in VERDICTS},
        slips=_slips(own),
    )


def _slips(marks: Sequence[Mark]) -> tuple[SlipCount, ...]:
    """The commonest first; of two as common, the one made first."""
    where: dict[str, list[int]] = {}
    for mark in marks:
        for slip in mark.slips:
            where.setdefault(slip, []).append(mark.exercise)
    counts = [
        SlipCount(slip=slip, times=len(found), exercises=tuple(sorted(set(found))))
        for slip, found in where.items()
    ]
    return tuple(sorted(counts, key=lambda count: -count.times))
