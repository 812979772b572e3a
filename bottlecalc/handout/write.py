"""A handout written: its files, from the figures to the last format, all or none of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from bottlecalc.agreement.compare import Comparison, Measuring, compare
from bottlecalc.agreement.networks import NetworkCount, compare_networks
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.arguments import SIDE
from bottlecalc.blocks.spec import Block
from bottlecalc.handout import Language, figure, formats, read_language, text
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.formats import Format
from bottlecalc.handout.lab import lab
from bottlecalc.handout.lesson import Lesson, make_lesson
from bottlecalc.handout.network import NetworkLesson, make_network_lesson
from bottlecalc.handout.paper import USUAL, Paper, Print, read_print
from bottlecalc.handout.slides import slides
from bottlecalc.handout.worksheet import worksheet
from bottlecalc.networks.spec import Network
from bottlecalc.text.calls import public
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
    answers: bool = False,
    to: str | None = None,
    paper: Paper = "a4",
    large_print: bool = False,
    force: bool = False,
    command: str = "",
    warn: Callable[[str], object] = warnings.warn,
) -> None:
    """Write a teacher's sheet about blocks or networks, with a worksheet, or the key of one.

    Args:
        path: of the sheet: .md, .html, .pdf, .tex, .docx or .ipynb. Figures of .md and .tex lie
            beside it, in ``…_files``.
        blocks: that are compared, one of them a bottleneck: specs, their text, or what was counted
            of them. A key needs none, and a sheet of networks alone.
        networks: whose stages are shown too: specs, their text, or what was counted of them.
        size: height and width of the input, or both in one [pixels]; 56 for blocks, each its own
            for networks, which have it also where blocks are shown beside them.
        batch: images in the input.
        measure: whether torch and fvcore check the figures first, as in ``compare``.
        lang: ``"en"`` or, for Simplified Chinese, ``"zh"``.
        title: instead of the usual one.
        exercises: how many the worksheet has, at most 100.
        seed: what they are drawn by; the same one, the same exercises.
        answers: write the key of the exercises instead of the sheet.
        to: the format, whatever the path ends in: ``"markdown"``, ``"html"``, ``"pdf"``,
            ``"latex"``, ``"docx"``, ``"ipynb"`` or ``"revealjs"``.
        paper: ``"a4"`` or ``"letter"``, on which a PDF, LaTeX, a docx and HTML are printed.
        large_print: in letters of 18 pt, in the same formats, for who sees little.
        force: write over files that exist.
        command: that makes the file again, said at its end.
        warn: told in a sentence what is left out for want of a library.

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
    drawn = worksheet(exercises, seed, "answers" if answers else "")
    if answers:
        made = key_files(drawn, language, file, form, title=title, command=command, print_=print_)
    else:
        shown = _networks(networks, None if blocks else size, batch, measure)
        asked = blocks or not shown
        sides = (SIDE, SIDE) if size is None else size
        compared = compare(*blocks, size=sides, batch=batch, measure=measure) if asked else None
        made = sheet_files(
            compared, drawn, language, file, form,
            networks=shown, title=title, command=command, print_=print_, warn=warn,
        )  # fmt: skip
    _publish(made, file, force)


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


def target(path: Path, to: str | None, force: bool) -> Format:
    """The format of a file that may be written.

    Raises:
        HandoutError: there is none, or it lacks a library.
        OutputError: the file exists.
    """
    keep([path], force)
    return formats.choose(path, to)


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


def key_files(
    exercises: Sequence[Exercise],
    language: Language,
    path: Path,
    form: Format,
    *,
    title: str = "",
    command: str = "",
    print_: Print = USUAL,
) -> dict[Path, bytes]:
    """The file that makes the key of these exercises.

    Args:
        exercises: whose answers are worked.
        language: of its words.
        path: where the key will lie.
        form: the format.
        title: instead of the usual one.
        command: that makes this key again.
        print_: what it is printed on, and in which size.

    Raises:
        HandoutError: the title is not one line.
    """
    lines: dict[str, Any] = {"title": title, "command": command}
    if form.text == "slides":
        source = slides(None, exercises, language, answers=True, **lines)
    else:
        source = text.key(exercises, language, **lines)
    return formats.convert(form, source, {}, path, language, print_)


def _figures(
    lesson: Lesson, language: Language, width: float, warn: Callable[[str], object]
) -> Mapping[str, str]:
    """The figures; Markdown does without where there is nothing to draw with."""
    try:
        return figure.draw(lesson, language, width)
    except ModuleNotFoundError as error:
        warn(f"The figures are left out: {error}; {formats.INSTALL}")
        return {}
