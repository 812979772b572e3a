"""Forms as Markdown: a test to hand out, and the key of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bottlecalc.handout import Language
from bottlecalc.handout.bank import LEVEL
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.forms import Form
from bottlecalc.handout.text import environment, items, one_line, words_in
from bottlecalc.version import __version__

ROOM: Mapping[int, int] = {1: 25, 2: 40, 3: 60}
"""To work in below an exercise, by its level [mm]."""

LITTLE_ROOM = 8
"""Below one that asks for a reason [mm]."""


def exam(forms: Sequence[Form], language: Language, *, title: str = "", paged: bool = True) -> str:
    """A test: each form with lines for a name and points, and nothing of how it was drawn.

    Args:
        forms: one for everybody, or one for each student.
        language: of its words.
        title: of all forms, instead of the usual one.
        paged: with room below the exercises, and marks that keep each on a page; otherwise plain.

    Raises:
        HandoutError: the title is not one line.
    """
    template = "paged" if paged else "worksheet"
    return _render("exam", forms, language, template, title=title, paged=paged)


def key(forms: Sequence[Form], language: Language, *, title: str = "", command: str = "") -> str:
    """The key: each exercise with its answer worked, and what the usual slips give.

    Args:
        forms: one for everybody, or one for each student, whose answers are also a table.
        language: of its words.
        title: instead of the usual one.
        command: that makes this key again.

    Raises:
        HandoutError: the title is not one line.
    """
    again = {"command": one_line("command", command), "version": __version__}
    return _render("key", forms, language, "solutions", title=title, **again)


def room(exercise: Exercise) -> int:
    """To work in below an exercise [mm]."""
    return LITTLE_ROOM if exercise.kind == "reason" else ROOM[LEVEL[exercise.kind]]


def line(letters: int) -> str:
    """To write on, as wide as so many letters."""
    return r"\_" * letters


def _render(
    name: str, forms: Sequence[Form], language: Language, template: str, *, title: str, **more: Any
) -> str:
    words, templates = words_in(language), environment(language)
    return templates.get_template(f"{name}.{language}.md.jinja").render(
        forms=forms,
        title=one_line("title", title),
        number=words.form,
        line=line,
        objectives=lambda form: _objectives(form, words),
        exercises=lambda form: items(template, form.exercises, language, room=room),
        **more,
    )


def _objectives(form: Form, words: Any) -> list[str]:
    """What whoever has done a form can do, each once."""
    return [*dict.fromkeys(words.objectives[one.kind] for one in form.exercises)]
