"""Exercises as the questions that a learning management system asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256

from bottlecalc.handout import Language, text
from bottlecalc.handout.exercises import Answer, Exercise
from bottlecalc.handout.forms import Form
from bottlecalc.handout.lms.markup import html
from bottlecalc.handout.lms.words import WORDS
from bottlecalc.handout.lms.worth import Worth


@dataclass(frozen=True)
class Response:
    """An answer that is known.

    Attributes:
        value: as it is typed: digits alone, or the letter of a choice.
        share: of the points that it gives, from 0 to 1.
        feedback: HTML that is said to it; empty where there is nothing to say.
    """

    value: str
    share: Fraction
    feedback: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question.

    Attributes:
        name: that a teacher finds it by; names sort as the exercises do.
        identifier: of its own, the same whenever it is written.
        text: what is asked, as HTML.
        work: the answer worked, as HTML.
        responses: the right one first, then the usual slips.
        alternatives: the letters to choose from; empty where a number is asked for.
    """

    name: str
    identifier: str
    text: str
    work: str
    responses: tuple[Response, ...]
    alternatives: tuple[str, ...] = ()

    @property
    def right(self) -> Response:
        """The right answer."""
        return self.responses[0]

    @property
    def slips(self) -> tuple[Response, ...]:
        """What the usual slips give."""
        return self.responses[1:]

    def response(self, value: str) -> Response:
        """What is said to this answer."""
        known = (one for one in self.responses if one.value == value)
        return next(known, Response(value, Fraction(0)))


@dataclass(frozen=True, kw_only=True)
class Quiz:
    """Questions by exercise: of each one, or variants of which a student is asked one.

    Attributes:
        title: of the whole, and of the category that holds it.
        language: of all words.
        points: what the right answer to a question is worth.
        slots: of each exercise its variants, in the order of the forms.
        about: what made it, and how it is made again.
    """

    title: str
    language: Language
    points: Fraction
    slots: tuple[tuple[Question, ...], ...]
    about: str

    @property
    def varied(self) -> bool:
        """Whether any exercise has variants."""
        return any(len(slot) > 1 for slot in self.slots)

    def slot_titles(self) -> Iterator[str]:
        """``Exercise 01`` and so on, so that they sort."""
        for number in range(1, len(self.slots) + 1):
            yield WORDS[self.language].slot.format(_padded(number, len(self.slots)))


@dataclass(frozen=True)
class Writing:
    """How exercises become questions.

    Attributes:
        language: of their words.
        worth: what answers are worth.
        of: how many exercises there are.
    """

    language: Language
    worth: Worth
    of: int = field(default=0)

    def question(self, number: int, exercise: Exercise, form: str) -> Question:
        """The question of an exercise.

        Args:
            number: of the exercise, from 1.
            exercise: with its answer and slips.
            form: the number of its form; empty where there is one alone.
        """
        place, options = _padded(number, self.of), text.options(exercise, self.language)
        return Question(
            name=" ".join(filter(None, (place, exercise.kind, form))),
            identifier=f"q{place}-{exercise.kind}-{self.language}-{_digest(exercise)}",
            text=self._asked(exercise, options),
            work=html(text.work(exercise, self.language)),
            responses=tuple(self._responses(exercise)),
            alternatives=tuple(options),
        )

    def _asked(self, exercise: Exercise, options: Mapping[str, str]) -> str:
        """What is asked, and below it how it is answered: by a letter alone, as on paper, so that
        answers that come back are marked alike.
        """
        answers = [f"**{letter}** {option}" for letter, option in options.items()]
        asked = text.question(exercise, self.language)
        return html("\n\n".join([asked, *(answers or [WORDS[self.language].digits])]))

    def _responses(self, exercise: Exercise) -> Iterator[Response]:
        yield Response(_typed(exercise.answer), Fraction(1))
        for slip, wrong in exercise.slips.items():
            remark = html(text.remark(slip, wrong, self.language))
            yield Response(_typed(wrong), self.worth.slip, remark)


def make_quiz(
    forms: Sequence[Form], language: Language, worth: Worth, title: str, about: str
) -> Quiz:
    """The questions of one worksheet, or of the forms of a class.

    Args:
        forms: whose exercises are asked; of several, exercises in the same place are variants.
        language: of all words.
        worth: what answers are worth.
        title: instead of the usual one.
        about: what made it, and how it is made again.
    """
    writing = Writing(language, worth, len(forms[0].exercises))
    several = len(forms) > 1
    rows = [
        [
            writing.question(number, exercise, form.number if several else "")
            for number, exercise in enumerate(form.exercises, 1)
        ]
        for form in forms
    ]
    return Quiz(
        title=title or WORDS[language].title,
        language=language,
        points=worth.points,
        slots=tuple(map(_distinct, zip(*rows, strict=True))),
        about=about,
    )


def _distinct(variants: Sequence[Question]) -> tuple[Question, ...]:
    """Without those that two forms have in common."""
    return tuple({one.identifier: one for one in reversed(variants)}.values())[::-1]


def _typed(answer: Answer) -> str:
    return str(answer)


def _padded(number: int, of: int) -> str:
    return f"{number:0{max(2, len(str(of)))}}"


def _digest(exercise: Exercise) -> str:
    """By which two exercises of one kind differ: what is told in them, and no seed."""
    told = repr((sorted(exercise.quantities.items()), exercise.answer))
    return sha256(told.encode()).hexdigest()[:10]
