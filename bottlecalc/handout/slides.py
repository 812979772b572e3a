"""A lesson as slides: question, bet, picture, arithmetic, answer, break-even and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bottlecalc.handout import Language, text
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.lesson import Lesson
from bottlecalc.handout.network import NetworkLesson
from bottlecalc.version import __version__


def slides(
    lesson: Lesson | None,
    exercises: Sequence[Exercise],
    language: Language,
    *,
    title: str = "",
    command: str = "",
    figures: Mapping[str, str] | None = None,
    networks: Sequence[NetworkLesson] = (),
    form: str = "",
    answers: bool = False,
) -> str:
    """Slides as Markdown, a heading each.

    Args:
        lesson: what they show; None where they are about networks or exercises alone.
        exercises: a slide each.
        language: of the words.
        title: instead of the usual one.
        command: that makes these slides again.
        figures: where each of them lies; none are shown without.
        networks: whose stages are shown, a slide each.
        form: the number of the exercises' form, where it is to be shown.
        answers: whether each exercise has its answer.

    Raises:
        HandoutError: the title is not one line.
    """
    template = text.environment(language).get_template(f"slides.{language}.md.jinja")
    counts = [*(lesson.cases if lesson else ()), *(one.count for one in networks)]
    return template.render(
        **(text.facts(lesson) if lesson else {"lesson": None}),
        **text.exercise_words(language),
        title=text.one_line("title", title),
        command=text.one_line("command", command),
        figures=figures or {},
        networks=networks,
        exercises=exercises,
        form=text.words_in(language).form(form) if form else "",
        answers=answers,
        version=__version__,
        counters=text.counters(counts),
    )
