"""Drawing exercises from the bank: one seed, one worksheet, on any machine; or a class's forms."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, repeat
from random import Random
from typing import NamedTuple

from bottlecalc.agreement.result import Count
from bottlecalc.blocks.arguments import SIDE, read_block, read_size
from bottlecalc.blocks.residual import Bottleneck
from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError
from bottlecalc.handout.bank import BANK, LEVEL, LEVELS
from bottlecalc.handout.bank.numbers import Numbers, Own
from bottlecalc.handout.bank.reasons import REASONS
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.forms import Form, make_form
from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.numbers import WHOLE_NUMBER

MOST = 100
"""More exercises than a class can do."""

TRIES = 20
"""So often is an exercise drawn of the class's own block, until every slip has its own number."""


class Worksheet(NamedTuple):
    """What a worksheet is of, before anything is drawn.

    Attributes:
        exercises: how many.
        seed: what they are drawn by.
        level: of all of them; None for every level.
        own: the class's own block, whose channels come first.
        students: whose forms it has, one each; None where it is one for everybody.
        secret: without which nobody draws those again.
    """

    exercises: int
    seed: int
    level: int | None = None
    own: Own | None = None
    students: tuple[str, ...] | None = None
    secret: str = ""

    @property
    def common(self) -> list[Exercise]:
        """The exercises of everybody's form."""
        return draw(self.exercises, self.seed, self.level, self.own)

    @property
    def forms(self) -> tuple[Form, ...]:
        """One for everybody, or one for each student."""
        if self.students is None:
            return (make_form(self.common),)
        return class_forms(
            self.exercises, self.students, self.secret, seed=self.seed, level=self.level
        )


def worksheet(
    exercises: object,
    seed: object,
    purpose: str = "",
    *,
    level: object = None,
    blocks: Sequence[object] = (),
    size: object = None,
    students: Sequence[str] | None = None,
    secret: object = "",
) -> Worksheet:
    """The worksheet that is asked for, each number as one or as its text.

    Args:
        exercises: how many.
        seed: what they are drawn by.
        purpose: the argument that needs at least one of them.
        level: of all of them, 1 to 3.
        blocks: of which the first bottleneck's channels come first: specs, their text, or counts.
        size: height and width of its input, or both in one [pixels].
        students: whose forms it has; None where it is one for everybody.
        secret: what their forms are drawn by.

    Raises:
        HandoutError: a number is no whole number, or there are too many exercises, or none, or no
            secret, or there are blocks as well as students.
        BlockError, ArgumentError: a block, or the size, is none.
    """
    how_many = _how_many(exercises, purpose)
    number = _whole("seed", seed, "a whole number of at least 0")
    own = _own(blocks, SIDE if size is None else size)
    _check_class(students, secret, own)
    members = None if students is None else tuple(students)
    return Worksheet(how_many, number, _level(level), own, members, str(secret))


def _how_many(exercises: object, purpose: str) -> int:
    how_many = _whole("exercises", exercises, f"a whole number from 0 to {MOST}")
    option = argument("exercises")
    if how_many > MOST:
        raise HandoutError(
            f"{option} {quoted(exercises)} is too many; give a whole number from 0 to {MOST}"
        )
    if purpose and not how_many:
        raise HandoutError(
            f"{argument(purpose)} is given without exercises; give {option} N as well"
        )
    return how_many


def _level(given: object) -> int | None:
    if given is None:
        return None
    allowed = " to ".join(map(str, (min(LEVELS), max(LEVELS))))
    level = _whole("level", given, f"a whole number from {allowed}")
    if level not in LEVELS:
        raise HandoutError(
            f"{argument('level')} {quoted(given)} is no level; give a whole number from {allowed}"
        )
    return level


def _whole(name: str, given: object, allowed: str) -> int:
    is_text = isinstance(given, str) and WHOLE_NUMBER.fullmatch(given)
    number = int(str(given)) if is_text else whole_number(given, 0)
    if number is None:
        raise HandoutError(f"{argument(name)} {quoted(given)} is no number; give {allowed}")
    return number


def _own(blocks: Sequence[object], size: object) -> Own | None:
    """The first bottleneck of them, and the size of its input."""
    for given in blocks:
        block = given.block if isinstance(given, Count) else read_block(given)
        if isinstance(block, Bottleneck):
            sides = given.input[2:] if isinstance(given, Count) else read_size(size)
            return Own(block, (sides[0], sides[1]))
    return None


def _check_class(students: object, secret: object, own: Own | None) -> None:
    name, option = argument("students"), argument("secret")
    if not isinstance(secret, str) or (students is not None and not secret.strip()):
        raise HandoutError(
            f"{name} is given without a secret, and whoever draws by the names alone has every"
            f" form and its key; give {option} TEXT as well, and keep it to yourself"
        )
    if secret and students is None:
        raise HandoutError(f"{option} is given without a class; give {name} CSV as well")
    if own is not None and students is not None:
        raise HandoutError(
            f"{name} is given with a bottleneck, {own.block}, and the forms of a class have each"
            " their own numbers; leave one of the two out"
        )


def draw(
    how_many: int, seed: int | str, level: int | None = None, own: Own | None = None
) -> list[Exercise]:
    """So many exercises, all different: every kind once before any comes again.

    The same seed gives the same ones on any machine: whole numbers drawn by ``random.Random``.

    Args:
        how_many: there are to be.
        seed: what they are drawn by.
        level: of all of them; None for every level.
        own: the class's own block, of which the first exercise of each kind is.
    """
    return _draw(kinds(how_many, seed, level), seed, seed, own)


def class_forms(
    how_many: int, students: Sequence[str], secret: str, *, seed: int = 0, level: int | None = None
) -> tuple[Form, ...]:
    """A form for each student: the same kinds in the same order, other numbers.

    A form is its name's whoever else is in the class: it is drawn by the HMAC of the seed and
    the name under the secret (RFC 2104, with SHA-256).

    Args:
        how_many: exercises a form.
        students: their names.
        secret: without which nobody draws them again.
        seed: another one, another test of the same class.
        level: of all exercises; None for every level.
    """
    common = keyed(secret, f"{seed}")
    same = kinds(how_many, common, level)
    seeds = {one: keyed(secret, f"{seed}\n{one}") for one in students}
    return tuple(make_form(_draw(same, seeds[one], common), one) for one in students)


def kinds(how_many: int, seed: int | str, level: int | None = None) -> list[str]:
    """The kinds of so many exercises, in their order."""
    return list(islice(_rounds(Random(f"kinds {seed}"), level), how_many))


def _rounds(random: Random, level: int | None) -> Iterator[str]:
    names = sorted(name for name in BANK if level in (None, LEVEL[name]))
    while True:
        yield from random.sample(names, len(names))


def _draw(
    kinds: Sequence[str], seed: int | str, common: int | str, own: Own | None = None
) -> list[Exercise]:
    """Of these kinds, what is asked drawn by the common seed and the numbers by the other."""
    random = Random(f"numbers {seed}")
    exercises: list[Exercise] = []
    for n, kind in enumerate(kinds):
        alike = Random(f"question {n} {common}")
        first = Numbers(random, None if kind in kinds[:n] else own, alike)
        exercises.append(_fresh(kind, first, exercises))
    return exercises


def keyed(secret: str, text: str) -> str:
    """What text is under a secret: whoever has not the one cannot make the other."""
    key, message = (one.encode("utf-8", "surrogatepass") for one in (secret, text))
    return hmac.new(key, message, "sha256").hexdigest()


def _fresh(kind: str, numbers: Numbers, before: Sequence[Exercise]) -> Exercise:
    """An exercise of that kind that is sound and not there yet; of the class's own if one is."""
    sources = chain(repeat(numbers, TRIES), repeat(replace(numbers, own=None)))
    drawn = (replace(BANK[kind](source), kind=kind) for source in sources)
    return next(one for one in drawn if one.sound and not _is_there(one, before))


def _is_there(exercise: Exercise, before: Sequence[Exercise]) -> bool:
    """Whether it was drawn before; a reason also in another order, until each was asked for."""
    reasons = {x.quantities["asked"] for x in before if x.kind == "reason"}
    asked = exercise.quantities.get("asked")
    return exercise in before or (asked in reasons and len(reasons) < len(REASONS))
