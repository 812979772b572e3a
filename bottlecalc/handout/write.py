"""A handout written: its files, from the figures to the last format, all or none of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from bottlecalc.agreement.compare import Comparison, Measuring, compare
from bottlecalc.agreement.networks import NetworkCount, compare_networks
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.arguments import SIDE
from bottlecalc.blocks.spec import Block
from bottlecalc.errors import argument
from bottlecalc.handout import (
    HandoutError,
    Language,
    exam,
    figure,
    formats,
    read_language,
    text,
)
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.formats import Format
from bottlecalc.handout.forms import Form
from bottlecalc.handout.lab import lab
from bottlecalc.handout.lesson import Lesson, make_lesson
from bottlecalc.handout.lms.systems import quiz_file
from bottlecalc.handout.lms.worth import read_worth
from bottlecalc.handout.marking.roster import Class, read_class
from bottlecalc.handout.marking.students import labels
from bottlecalc.handout.network import NetworkLesson, make_network_lesson
from bottlecalc.handout.paper import USUAL, Paper, Print, read_print
from bottlecalc.handout.slides import slides
from bottlecalc.handout.worksheet import worksheet
from bottlecalc.networks.spec import Network
from bottlecalc.text.calls import public, quoted
from bottlecalc.text.files import keep, output_path, save_all

SCREEN = 860.0
"""Width of figures on slides [pixels]."""
LESSONS: Mapping[str, Callable[..., str]] = {"sheet": text.sheet, "slides": slides, "lab": lab}
"""What is written of a lesson."""
AnyNetwork = Network | str | NetworkCount


@public('write_handout("sheet.pdf", Plain(64, 128), Bottleneck(64, 128))')
def write_handout(
    path: str | PathLike[str],
    *blocks: Block | str | Count,
    networks: AnyNetwork | Sequence[AnyNetwork] = (),
    size: int | Sequence[int] | None = None,
    batch: int = 1,
    measure: Measuring = True,
    lang: Language = "en",
    title: str = "",
    exercises: int = 0,
    seed: int = 0,
    level: int | None = None,
    students: Class | None = None,
    secret: str = "",
    only: Literal["worksheet"] | None = None,
    answers: bool = False,
    points: object = None,
    to: str | None = None,
    paper: Paper = "a4",
    large_print: bool = False,
    force: bool = False,
    command: str = "",
    warn: Callable[[str], object] = warnings.warn,
) -> None:
    """Write a teacher's sheet about blocks or networks, with a worksheet, or the key of one; or
    the exercises as questions for a school's system.

    Args:
        path: of the sheet: .md, .html, .pdf, .tex, .docx or .ipynb. Figures of .md and .tex lie
            beside it, in ``…_files``. Of questions: .xml (Moodle), .gift or .zip (QTI 2.1).
        blocks: that are compared, one of them a bottleneck: specs, their text, or what was counted
            of them. A key needs none, nor does a worksheet alone, nor a sheet of networks alone.
            The first exercise of every kind that takes a bottleneck is of theirs.
        networks: whose stages are shown too: specs, their text, or what was counted of them.
        size: height and width of the input, or both in one [pixels]; 56 for blocks, each its own
            for networks, which have it also where blocks are shown beside them.
        batch: images in the input.
        measure: whether torch and fvcore check the figures first, as in ``compare``.
        lang: ``"en"`` or, for Simplified Chinese, ``"zh"``.
        title: instead of the usual one.
        exercises: how many the worksheet has, at most 100.
        seed: what they are drawn by; the same one, the same exercises.
        level: of all exercises: 1 for one layer, 2 for a block, 3 for several steps.
        students: of a class, who have each a form with other numbers: the path of a table with
            their names, or the names. Only worksheets are written, or their key.
        secret: that their forms are drawn by, together with their names and the seed.
        only: ``"worksheet"``: a test to hand out, without the lesson and without what would tell
            how it was drawn.
        answers: write the key of the exercises instead of the sheet.
        points: what answers to questions are worth, as for ``mark_answers``: ``"slip=0.5"``.
        to: the format, whatever the path ends in: ``"markdown"``, ``"html"``, ``"pdf"``,
            ``"latex"``, ``"docx"``, ``"ipynb"``, ``"revealjs"``, ``"moodle"``, ``"gift"`` or
            ``"qti"``.
        paper: ``"a4"`` or ``"letter"``, on which a PDF, LaTeX, a docx and HTML are printed.
        large_print: in letters of 18 pt, in the same formats, for who sees little.
        force: write over files that exist.
        command: that makes the file again, said at its end.
        warn: told in a sentence what is left out for want of a library, or what was guessed of a
            class.

    Raises:
        HandoutError: the blocks make no lesson, the format is none or lacks a library, or a number,
            the language or the paper is none.
        BlockError, ArgumentError, MeasureError: as ``compare`` does.
        NetworkError: as ``compare_networks`` does.
        OutputError: a file exists, or cannot be written.
    """
    file, language = output_path(path), read_language(lang)
    print_ = read_print(paper, large_print)
    form = target(file, to, force)
    quiz = formats.quiz(file, to)
    _check_beside(quiz, answers=answers, only=only, points=points)
    purpose = _purpose(answers, only, students)
    drawn = worksheet(
        exercises, seed, purpose, level=level, blocks=blocks, size=size,
        students=_members(students, warn, language), secret=secret,
    )  # fmt: skip
    again = "" if secret else command
    if form is None:
        made = {
            file: question_file(
                drawn.forms, language, quiz, points=points, title=title, command=again
            )
        }
    elif answers:
        made = key_files(
            drawn.forms, language, file, form, title=title, command=again, print_=print_
        )
    elif purpose:
        made = exam_files(drawn.forms, language, file, form, title=title, print_=print_)
    else:
        shown = _networks(networks, None if blocks else size, batch, measure)
        asked = blocks or not shown
        sides = (SIDE, SIDE) if size is None else size
        compared = compare(*blocks, size=sides, batch=batch, measure=measure) if asked else None
        made = sheet_files(
            compared, drawn.common, language, file, form,
            networks=shown, title=title, command=command, print_=print_, warn=warn,
        )  # fmt: skip
    _publish(made, file, force)


def _check_beside(quiz: str, *, answers: object, only: object, points: object) -> None:
    """Refuse what questions for a school's system are not, and what nothing else is."""
    for name, value in {"answers": answers, "only": only}.items():
        if quiz and value:
            raise HandoutError(
                f"{argument(name)} is for something on paper, and questions as {quiz} hold their"
                " answers; leave one of the two out"
            )
    if points is not None and not quiz:
        raise HandoutError(
            f"{argument('points')} is given without answers; give to='moodle', 'gift' or 'qti' for"
            " questions that know them"
        )


def _purpose(answers: object, only: object, students: object) -> str:
    """The argument that asks for exercises and no lesson; empty where there is a lesson."""
    if only not in (None, "worksheet"):
        raise HandoutError(
            f"{argument('only')} {quoted(only)} is nothing that is written alone; give worksheet"
        )
    if only and answers:
        raise HandoutError(
            f"{argument('only')} and {argument('answers')} exclude each other; leave one of the"
            " two out"
        )
    given = {"answers": answers, "only": only, "students": students is not None}
    return next((name for name, value in given.items() if value), "")


def _members(
    given: Class | None, warn: Callable[[str], object], language: Language
) -> list[str] | None:
    """What the students of a class are called; None where there is none."""
    return None if given is None else labels(read_class(given, warn, language))


def _networks(
    given: AnyNetwork | Sequence[AnyNetwork],
    size: int | Sequence[int] | None,
    batch: int,
    measure: Measuring,
) -> tuple[NetworkCount, ...]:
    """The networks that are given, one or several, counted."""
    is_one = isinstance(given, Network | str | NetworkCount)
    listed: Sequence[Any] = [given] if is_one or not isinstance(given, Sequence) else given
    if not listed:
        return ()
    return compare_networks(*listed, size=size, batch=batch, measure=measure).networks


def target(path: Path, to: str | None, force: bool) -> Format | None:
    """The format of a file that may be written; None of questions for a school's system.

    Raises:
        HandoutError: there is none, or it lacks a library.
        OutputError: the file exists.
    """
    keep([path], force)
    return None if formats.quiz(path, to) else formats.choose(path, to)


def _publish(made: Mapping[Path, bytes], path: Path, force: bool) -> None:
    keep(made, force)
    folders = {one.parent for one in made} - {path.parent}
    save_all(made, folders.pop() if folders else None)


def sheet_files(
    comparison: Comparison | None,
    exercises: Sequence[Exercise],
    language: Language,
    path: Path,
    form: Format,
    *,
    networks: Sequence[NetworkCount] = (),
    title: str = "",
    command: str = "",
    print_: Print = USUAL,
    warn: Callable[[str], object] = warnings.warn,
) -> dict[Path, bytes]:
    """The files that make a sheet, the one at ``path`` first.

    Args:
        comparison: what the sheet is about; None where it is about networks alone.
        exercises: appended as a worksheet.
        language: of its words.
        path: where the sheet will lie, and figures beside it where the format has them so.
        form: the format.
        networks: whose stages it shows.
        title: instead of the usual one.
        command: that makes this sheet again.
        print_: what it is printed on, and in which size.
        warn: told in a sentence what is left out for want of a library.

    Raises:
        HandoutError: the comparison makes no lesson, or the title is not one line.
    """
    lessons = [make_network_lesson(one) for one in networks]
    if comparison is None:
        source = _network_text(lessons, exercises, language, form, title=title, command=command)
        return formats.convert(form, source, {}, path, language, print_)
    lesson = make_lesson(comparison)
    width = SCREEN if form.text == "slides" else print_.pixels
    figures = _figures(lesson, language, width, warn)
    source = LESSONS[form.text](
        lesson, exercises, language, title=title, command=command,
        figures=formats.places(form, path, figures), networks=lessons,
    )  # fmt: skip
    return formats.convert(form, source, figures, path, language, print_)


def _network_text(
    lessons: Sequence[NetworkLesson],
    exercises: Sequence[Exercise],
    language: Language,
    form: Format,
    **lines: Any,
) -> str:
    """What is said of networks alone; a lab of them is a sheet with a cell that counts again."""
    if form.text == "slides":
        return slides(None, exercises, language, networks=lessons, **lines)
    with_code = form.text == "lab"
    return text.network_sheet(lessons, exercises, language, with_code=with_code, **lines)


def exam_files(
    forms: Sequence[Form],
    language: Language,
    path: Path,
    form: Format,
    *,
    title: str = "",
    print_: Print = USUAL,
) -> dict[Path, bytes]:
    """The file that makes a test of these forms.

    Args:
        forms: one for everybody, or one for each student.
        language: of its words.
        path: where the test will lie.
        form: the format.
        title: instead of the usual one.
        print_: what it is printed on, and in which size.

    Raises:
        HandoutError: the title is not one line.
    """
    source = (
        _task_slides(forms, language, title=title)
        if form.text == "slides"
        else exam.exam(forms, language, title=title, paged=bool(form.writer))
    )
    return formats.convert(form, source, {}, path, language, print_)


def key_files(
    forms: Sequence[Form],
    language: Language,
    path: Path,
    form: Format,
    *,
    title: str = "",
    command: str = "",
    print_: Print = USUAL,
) -> dict[Path, bytes]:
    """The file that makes the key of these forms.

    Args:
        forms: whose answers are worked: one for everybody, or one for each student.
        language: of its words.
        path: where the key will lie.
        form: the format.
        title: instead of the usual one.
        command: that makes this key again.
        print_: what it is printed on, and in which size.

    Raises:
        HandoutError: the title is not one line.
    """
    source = (
        _task_slides(forms, language, title=title, command=command, answers=True)
        if form.text == "slides"
        else exam.key(forms, language, title=title, command=command)
    )
    return formats.convert(form, source, {}, path, language, print_)


def _task_slides(forms: Sequence[Form], language: Language, **lines: Any) -> str:
    """A slide for each exercise of a form.

    Raises:
        HandoutError: there is more than one form.
    """
    if len(forms) > 1:
        raise HandoutError(
            f"slides show one form, and a class of {len(forms)} has one each;"
            f" leave {argument('students')} out, or give another format with {argument('to')}"
        )
    (form,) = forms
    return slides(None, form.exercises, language, form=form.number, **lines)


def question_file(
    forms: Sequence[Form],
    language: Language,
    quiz: str,
    *,
    points: object = None,
    title: str = "",
    command: str = "",
) -> bytes:
    """The file of questions for a school's system.

    Args:
        forms: whose exercises are asked; of several, variants of each.
        language: of all words.
        quiz: the format: ``"moodle"``, ``"gift"`` or ``"qti"``.
        points: what answers are worth.
        title: instead of the usual one.
        command: that makes the file again.

    Raises:
        HandoutError: there are no exercises, or the points are none.
    """
    if not forms[0].exercises:
        raise HandoutError(
            f"questions as {quiz} are exercises, and there are none; give"
            f" {argument('exercises')} N as well"
        )
    return quiz_file(
        forms, language, quiz, read_worth(points),
        title=text.one_line("title", title), command=text.one_line("command", command),
    )  # fmt: skip


def _figures(
    lesson: Lesson, language: Language, width: float, warn: Callable[[str], object]
) -> Mapping[str, str]:
    """The figures; Markdown does without where there is nothing to draw with."""
    try:
        return figure.draw(lesson, language, width)
    except ModuleNotFoundError as error:
        warn(f"The figures are left out: {error}; {formats.INSTALL}")
        return {}
