"""The files of a handout, from the figures to the last format; who calls writes them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bottlecalc.agreement.compare import Comparison
from bottlecalc.handout import Language, figure, formats, text
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.formats import Format
from bottlecalc.handout.lesson import Lesson, make_lesson


def sheet_files(
    comparison: Comparison,
    exercises: Sequence[Exercise],
    language: Language,
    path: Path,
    form: Format,
    *,
    title: str = "",
    command: str = "",
    warn: Callable[[str], object] = warnings.warn,
) -> dict[Path, bytes]:
    """The files that make a sheet, the one at ``path`` first.

    Args:
        comparison: what the sheet is about.
        exercises: appended as a worksheet.
        language: of its words.
        path: where the sheet will lie, and figures beside it where the format has them so.
        form: the format.
        title: instead of the usual one.
        command: that makes this sheet again.
        warn: told in a sentence what is left out for want of a library.

    Raises:
        HandoutError: the comparison makes no lesson, or the title is not one line.
    """
    lesson = make_lesson(comparison)
    figures = _figures(lesson, language, warn)
    source = text.sheet(
        lesson, exercises, language, title=title, command=command,
        figures=formats.places(form, path, figures), with_code=form.with_code,
    )  # fmt: skip
    return formats.convert(form, source, figures, path, language)


def key_files(
    exercises: Sequence[Exercise],
    language: Language,
    path: Path,
    form: Format,
    *,
    title: str = "",
    command: str = "",
) -> dict[Path, bytes]:
    """The file that makes the key of these exercises.

    Args:
        exercises: whose answers are worked.
        language: of its words.
        path: where the key will lie.
        form: the format.
        title: instead of the usual one.
        command: that makes this key again.

    Raises:
        HandoutError: the title is not one line.
    """
    source = text.key(exercises, language, title=title, command=command)
    return formats.convert(form, source, {}, path, language)


def _figures(
    lesson: Lesson, language: Language, warn: Callable[[str], object]
) -> Mapping[str, str]:
    """The figures; Markdown does without where there is nothing to draw with."""
    try:
        return figure.draw(lesson, language)
    except ModuleNotFoundError as error:
        warn(f"The figures are left out: {error}; {formats.INSTALL}")
        return {}
