"""Marks and statistics as tables: CSV, Markdown, JSON, data frames and a notebook's HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError, Language
from bottlecalc.handout.marking.marks import (
    ExerciseCount,
    Marks,
    MarkStatistics,
    SlipCount,
    StudentMarks,
)
from bottlecalc.handout.marking.points import Points, decimal
from bottlecalc.handout.marking.students import Student, labels
from bottlecalc.handout.marking.verdict import VERDICTS, Mark
from bottlecalc.handout.marking.words import TAUGHT, WORDS, remark, slip
from bottlecalc.render import frames
from bottlecalc.render import html as notebook
from bottlecalc.render.records import as_csv, as_json
from bottlecalc.render.rows import Rows
from bottlecalc.render.words import markdown
from bottlecalc.text.calls import quoted
from bottlecalc.text.files import keep, output_path, save_all
from bottlecalc.text.schema import heading

Cell = str | int | None
Grid = list[list[Cell]]

MARK = "\ufeff"
"""How a CSV begins in which Excel shall not take UTF-8 for something else."""

ENDINGS = {".csv": "csv", ".json": "json", ".md": "markdown"}


def text(result: object, form: str) -> str:
    """The result in a format."""
    return FORMATS[form](result)


def choose(path: Path | None, to: str | None) -> str:
    """The format that is asked for: by name, or by the ending of a file; CSV on stdout.

    Raises:
        HandoutError: there is no such format.
    """
    if to is not None:
        if to in FORMATS:
            return to
        raise HandoutError(
            f"{argument('to')} {quoted(to)} is no format of marks; give {', '.join(FORMATS)}"
        )
    if path is None:
        return "csv"
    if path.suffix.lower() not in ENDINGS:
        raise HandoutError(
            f"{path} ends in no format of marks; give one of {', '.join(ENDINGS)}, or"
            f" {argument('to')}"
        )
    return ENDINGS[path.suffix.lower()]


def write(result: object, path: str | PathLike[str], to: str | None, force: bool) -> None:
    """The result into a file.

    Raises:
        HandoutError: there is no such format.
        OutputError: the file exists, or cannot be written.
    """
    file = output_path(path)
    form = choose(file, to)
    keep([file], force)
    content = text(result, form)
    needs_mark = form == "csv" and not content.isascii()
    save_all({file: MARK + content if needs_mark else content})


def html(result: object) -> str:
    """The rows as a table of a notebook."""
    return notebook.table(_rows(result), repr(result).strip("<>"))


def frame(result: object) -> Any:
    """The rows as a data frame."""
    return frames.frame(_rows(result))


def document(result: object) -> dict[str, Any]:
    """What the JSON holds."""
    if isinstance(result, MarkStatistics):
        return _statistics_document(result)
    assert isinstance(result, Marks)
    points = result.points
    return {
        **heading("marks", {}),
        "exercises": [
            {"exercise": n, "kind": one.kind, "answer": one.answer if result.is_common else None}
            for n, one in enumerate(result.key, 1)
        ],
        "seed": result.seed,
        "points": None if points is None else _points(points),
        "students": [_student(one, result) for one in result.students],
    }


def _points(points: Points) -> dict[str, int | float]:
    return {name: decimal(value) for name, value in points._asdict().items()}


def _student(student: StudentMarks, marks: Marks) -> dict[str, Any]:
    return {
        "student": student.student,
        "identity": student.identity or None,
        "form": student.form.number,
        "right": student.right,
        "points": None if marks.points is None else decimal(student.points),
        "marks": [_mark(mark, student, marks) for mark in student.marks],
    }


def _mark(mark: Mark, student: StudentMarks, marks: Marks) -> dict[str, Any]:
    return {
        "exercise": mark.exercise,
        "answer": student.form.exercises[mark.exercise - 1].answer,
        "written": mark.written,
        "value": mark.value,
        "verdict": mark.verdict or None,
        "slips": list(mark.slips),
        "doubt": mark.doubt or None,
        "remark": remark(mark, marks.language),
        "points": None if marks.points is None else decimal(marks.points.of(mark)),
    }


def _statistics_document(statistics: MarkStatistics) -> dict[str, Any]:
    language = statistics.language
    return {
        **heading("mark-statistics", {}),
        "students": statistics.students,
        "exercises": [
            {
                "exercise": one.exercise,
                **{verdict or "unanswered": n for verdict, n in one.verdicts.items()},
                "slips": [_slip(count, language) for count in one.slips],
            }
            for one in statistics.exercises
        ],
        "slips": [_slip(count, language) for count in statistics.slips],
    }


def _slip(count: SlipCount, language: Language) -> dict[str, Any]:
    return {
        "slip": count.slip,
        "times": count.times,
        "exercises": list(count.exercises),
        "remark": slip(count.slip, language),
        "see": TAUGHT.get(count.slip),
    }


def _grid(result: object) -> Grid:
    if isinstance(result, MarkStatistics):
        return _statistics_grid(result)
    assert isinstance(result, Marks)
    words, count = WORDS[result.language].columns, len(result.key)
    points = [words["points"]] if result.points is not None else []
    head: list[Cell] = [words["student"], *range(1, count + 1), words["right"], *points]
    names = labels([Student(one.student, one.identity) for one in result.students])
    students = zip(result.students, names, strict=True)
    return [head, *(_marks_row(student, label, result) for student, label in students)]


def _marks_row(student: StudentMarks, label: str, marks: Marks) -> list[Cell]:
    points = [str(decimal(student.points))] if marks.points is not None else []
    said = [remark(mark, marks.language) for mark in student.marks]
    return [label, *said, student.right, *points]


def _statistics_grid(statistics: MarkStatistics) -> Grid:
    language = statistics.language
    words = WORDS[language].columns
    counts = [words[verdict] for verdict in VERDICTS]
    asides = [words[name] for name in ("commonest", "times", "see")]
    rows = [_count_row(one, language) for one in statistics.exercises]
    return [[words["exercise"], *counts, *asides], *rows]


def _count_row(count: ExerciseCount, language: Language) -> list[Cell]:
    most = next(iter(count.slips), None)
    aside: list[Cell] = ["", None, ""]
    if most is not None:
        aside = [slip(most.slip, language), most.times, TAUGHT.get(most.slip, "")]
    return [count.exercise, *count.verdicts.values(), *aside]


def _slips_grid(statistics: MarkStatistics) -> Grid:
    language = statistics.language
    words = WORDS[language].columns
    head: list[Cell] = [words[name] for name in ("remark", "times", "exercises", "see")]
    rows: Grid = [
        [
            slip(count.slip, language), count.times,
            ", ".join(map(str, count.exercises)), TAUGHT.get(count.slip, ""),
        ]
        for count in statistics.slips
    ]  # fmt: skip
    return [head, *rows]


def _rows(result: object) -> Rows:
    head, *rows = _grid(result)
    return Rows(tuple(map(str, head)), map(tuple, rows), len(rows))


def _as_markdown(result: object) -> str:
    tables = [_table(_grid(result))]
    if isinstance(result, MarkStatistics) and result.slips:
        tables.append(_table(_slips_grid(result)))
    return "\n".join(tables)


def _table(grid: Grid) -> str:
    head, *rows = grid
    rule = "|" + " --- |" * len(head)
    return "\n".join([_line(head), rule, *map(_line, rows)]) + "\n"


def _line(cells: Iterable[Cell]) -> str:
    return f"| {' | '.join('' if cell is None else markdown(str(cell)) for cell in cells)} |"


def _as_csv(result: object) -> str:
    rows: Sequence[Sequence[Cell]] = _grid(result)
    return as_csv(rows)


FORMATS: Mapping[str, Callable[[object], str]] = {
    "csv": _as_csv,
    "json": lambda result: as_json(document(result)),
    "markdown": _as_markdown,
}
