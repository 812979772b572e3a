"""A worksheet, or a class's forms, as the file that a school's system takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bottlecalc.handout import Language
from bottlecalc.handout.forms import Form
from bottlecalc.handout.lms import gift, moodle, qti
from bottlecalc.handout.lms.question import Quiz, make_quiz
from bottlecalc.handout.lms.words import WORDS
from bottlecalc.handout.lms.worth import Worth
from bottlecalc.version import __version__

WRITERS: Mapping[str, Callable[[Quiz], bytes]] = {
    "moodle": moodle.write,
    "gift": gift.write,
    "qti": qti.write,
}
"""By the name of the format; ``formats.QUIZZES`` has their endings."""


def quiz_file(
    forms: Sequence[Form],
    language: Language,
    form: str,
    worth: Worth,
    *,
    title: str = "",
    command: str = "",
) -> bytes:
    """The questions of one worksheet, or of a class's forms as variants.

    Args:
        forms: whose exercises are asked.
        language: of all words.
        form: the format: ``"moodle"``, ``"gift"`` or ``"qti"``.
        worth: what answers are worth.
        title: instead of the usual one.
        command: that makes the file again.

    Raises:
        HandoutError: the format has no such grade.
    """
    words = WORDS[language]
    again = f"{words.again} {command}" if command else ""
    about = words.made.format(__version__) + again
    return WRITERS[form](make_quiz(forms, language, worth, title, about))
