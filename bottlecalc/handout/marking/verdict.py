"""One answer judged against the key: right, a usual slip, wrong, or not to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.marking.combinations import find_pair
from bottlecalc.handout.marking.notation import Measure, WrittenAnswer, read_answer

Verdict = Literal["right", "slip", "wrong", "unreadable", ""]
VERDICTS: tuple[Verdict, ...] = ("right", "slip", "wrong", "unreadable", "")

ASKED: Mapping[str, Measure] = {
    **dict.fromkeys(
        (
            *("pointwise", "three_layers", "projection", "batch_norm", "dilation", "groups"),
            *("mistake", "inverted"),
        ),
        "params",
    ),
    **dict.fromkeys(("macs", "stride", "transposed", "convention"), "macs"),
    "flops": "flops",
}
"""What each kind of exercise asks for, where that has a name of its own."""

OTHER_MEASURE = "measure"
"""The slip of whoever has the right number and calls it something else."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An answer and what it is worth.

    Attributes:
        exercise: its number on the worksheet, from 1.
        written: the answer as it was given; empty where there is none.
        verdict: ``"right"``, ``"slip"``, ``"wrong"``, ``"unreadable"``, or empty where nothing was
            answered.
        value: what was read; None where nothing was.
        slips: the usual slip that gives this, or the two that do together.
        doubt: why it cannot be read.
    """

    exercise: int
    written: str = ""
    verdict: Verdict = ""
    value: int | float | str | None = None
    slips: tuple[str, ...] = ()
    doubt: str = ""


def judge(number: int, text: str, exercise: Exercise) -> Mark:
    """The mark of an answer.

    Args:
        number: of the exercise on its worksheet.
        text: what was written.
        exercise: with its key.
    """
    written = read_answer(text)
    if written.blank:
        return Mark(exercise=number, written=text)
    doubt = written.doubt or _doubt(written, exercise)
    slips = () if doubt else _slips(written, exercise)
    return Mark(
        exercise=number,
        written=text,
        verdict=_verdict(written, exercise, slips, doubt),
        value=_plain(written.value),
        slips=slips,
        doubt=doubt,
    )


def _verdict(
    written: WrittenAnswer, exercise: Exercise, slips: tuple[str, ...], doubt: str
) -> Verdict:
    if doubt:
        return "unreadable"
    if slips:
        return "slip"
    return "right" if written.value == exercise.answer else "wrong"


def _doubt(written: WrittenAnswer, exercise: Exercise) -> str:
    """Why this is no answer to this exercise, though it can be read."""
    value, right = written.value, exercise.answer
    if isinstance(value, str) or isinstance(right, str):
        both = isinstance(value, str) and isinstance(right, str)
        return "" if both else "letter" if isinstance(right, str) else "number"
    assert value is not None
    known = value == right or exercise.slip(_whole(value)) or find_pair(exercise, value)
    near = written.step is not None and 2 * abs(value - right) <= written.step
    if near and not known:
        return "rounded"
    return "fraction" if _is_close(value, exercise) else _side(written, exercise)


def _is_close(value: Fraction, exercise: Exercise) -> bool:
    """Whether it would be right as a whole number; of percentages also as the share, 0.26."""
    right = int(exercise.answer)
    spelled = (value, 100 * value) if exercise.kind == "ratio" else (value,)
    return value.denominator > 1 and any(abs(one - right) < 1 for one in spelled)


def _side(written: WrittenAnswer, exercise: Exercise) -> str:
    """A field of 25×25 has the right side, and is its area to whoever multiplies."""
    is_square = written.factors == 2 and written.value == int(exercise.answer) ** 2
    return "square" if is_square and exercise.kind == "receptive_field" else ""


def _slips(written: WrittenAnswer, exercise: Exercise) -> tuple[str, ...]:
    value, asked = written.value, ASKED.get(exercise.kind, "")
    if value == exercise.answer:
        other = bool(asked and written.measure and asked != written.measure)
        return (OTHER_MEASURE,) if other else ()
    if value is None or isinstance(value, str):
        slip = exercise.slip(value or "")
        return (slip,) if slip else ()
    slip = exercise.slip(_whole(value))
    return (slip,) if slip else find_pair(exercise, value) or ()


def _whole(value: Fraction) -> int:
    """The number where it is whole; otherwise one that nothing gives."""
    return int(value) if value.denominator == 1 else -1


def _plain(value: Fraction | str | None) -> int | float | str | None:
    if not isinstance(value, Fraction):
        return value
    return int(value) if value.denominator == 1 else float(value)
