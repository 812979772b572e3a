"""What the first row of a table says: who answers, which exercise, and where the answers stand.

English and Chinese, as teachers write them and as Moodle and Canvas do. A table is long, with a row
for each answer, or wide, with a row for each student and a column for each exercise.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from bottlecalc.text.calls import quoted

STUDENT = (
    "student", "student name", "full name", "name", "pupil", "learner",
    "学生", "学生姓名", "姓名", "全名", "學生", "學生姓名",
)  # fmt: skip
FAMILY_NAME = ("last name", "surname", "family name", "姓", "姓氏")
GIVEN_NAME = ("first name", "given name", "名", "名字")
IDENTITY = (
    "id number", "student id", "student number", "sis id", "学号", "學號", "编号", "id",
    "email address", "email", "e-mail", "username", "user name", "user",
    "电子邮件地址", "电子邮件", "邮箱", "用户名",
)  # fmt: skip
EXERCISE = (
    "exercise", "exercise number", "question", "question number", "task", "problem", "number", "no",
    "题号", "题目", "题", "习题", "练习", "问题", "題號", "題目", "練習",
)  # fmt: skip
ANSWER = ("answer", "response", "student answer", "答案", "回答", "作答", "解答", "答")
NEEDED = "student, exercise, answer (or 学生, 题号, 答案)"

RESPONSES = r"(?:response|answer|回答|答案|作答|响应|答)"
QUESTIONS = (
    "(?:q|question|exercise|ex|task|problem|number|no|nr|#|第|题|题目|题号|习题|练习|问题|題|題目)"
)
NUMBER = re.compile(
    rf"(?:(?:(?P<response>{RESPONSES})|{QUESTIONS})[ .:-]*)?"
    r"0*(?P<number>\d{1,4})(?:\.0+)?[ .)、:]*(?:题|題|道|问)?"
)
CANVAS = re.compile(r"\d+: ?.*", re.DOTALL)
CANVAS_END = "n correct"


class Headings(NamedTuple):
    """Where in each row things stand, as indices of columns.

    Attributes:
        name: the student's name, in one column or as given name and family name.
        identity: what tells two students of one name apart; None where nothing does.
        exercise: the exercise's number, in a long table.
        answer: the answer, in a long table.
        numbers: of a wide table, the column of each exercise.
        unread: what the columns are called that say nothing here.
        faults: why no answers can be read by them.
        ordered: whether exercises were told by their order alone.
    """

    name: tuple[int, ...] = ()
    identity: int | None = None
    exercise: int | None = None
    answer: int | None = None
    numbers: Mapping[int, int] = MappingProxyType({})
    unread: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    ordered: bool = False


def exercise_number(text: str) -> int | None:
    """The number of an exercise as people write it.

    >>> [exercise_number(text) for text in ("１", "01", "Q1", "第1题", "one")]
    [1, 1, 1, 1, None]
    """
    found = NUMBER.fullmatch(_plain(text))
    return int(found["number"]) if found else None


def known_columns(cells: Sequence[str]) -> int:
    """How many columns are known by their names, in any kind of table."""
    names = [_plain(cell) for cell in cells]
    roles = {*STUDENT, *FAMILY_NAME, *GIVEN_NAME, *IDENTITY, *EXERCISE, *ANSWER}
    return sum(name in roles or bool(NUMBER.fullmatch(name)) for name in names)


def read_headings(cells: Sequence[str], exercises: int) -> Headings:
    """What the columns hold.

    Args:
        cells: the first row.
        exercises: how many there are.
    """
    names = [_plain(cell) for cell in cells]
    student = _student(names)
    twice = [*_repeated(names, student)]
    exercise, answer = _find(names, EXERCISE), _find(names, ANSWER)
    read = Headings(name=student, identity=_identity(names, student))
    if exercise is not None and answer is not None:
        read = read._replace(exercise=exercise, answer=answer)
        twice += [*_repeated(names, [exercise, answer])]
    else:
        read = _wide(read, names, exercises)
    faults = [*_missing(read, exercise, answer)] or [*twice, *read.faults]
    return read._replace(unread=_unread(read, cells), faults=tuple(faults))


def read_names(cells: Sequence[str]) -> Headings:
    """Where in a table of a class the names stand, and what tells students apart."""
    names = [_plain(cell) for cell in cells]
    student = _student(names)
    twice = tuple(_repeated(names, student, "class"))
    return Headings(name=student, identity=_identity(names, student), faults=twice)


def _student(names: Sequence[str]) -> tuple[int, ...]:
    """Where the name stands; where there is none, what else tells students apart."""
    one, halves = _find(names, STUDENT), (_find(names, GIVEN_NAME), _find(names, FAMILY_NAME))
    whole = tuple(n for n in halves if n is not None) if one is None else (one,)
    return whole or tuple(n for n in [_find(names, IDENTITY)] if n is not None)


def _identity(names: Sequence[str], student: tuple[int, ...]) -> int | None:
    found = _find(names, IDENTITY)
    return None if found in student else found


def _find(names: Sequence[str], among: Iterable[str]) -> int | None:
    return next((names.index(name) for name in among if name in names), None)


def _repeated(
    names: Sequence[str], columns: Iterable[int], table: str = "answers"
) -> Iterable[str]:
    for column in columns:
        if names.count(names[column]) > 1:
            yield f"two columns of the {table} are called {quoted(names[column])}; leave one out"


def _missing(read: Headings, exercise: int | None, answer: int | None) -> Iterable[str]:
    is_wide = bool(read.numbers) or bool(read.faults)
    missing = [] if read.name else ["student"]
    if not is_wide:
        missing += ["exercise"] if exercise is None else []
        missing += ["answer"] if answer is None else []
    if missing:
        yield (
            f"the answers have no column {', '.join(missing)}; their first line must name {NEEDED},"
            " or student and the number of every exercise: student, 1, 2"
        )


def _wide(read: Headings, names: Sequence[str], exercises: int) -> Headings:
    """The columns of exercises; where some are called answers, only those."""
    if CANVAS_END in names:
        return _canvas(read, names, exercises)
    found = {n: match for n, name in enumerate(names) if (match := NUMBER.fullmatch(name))}
    answers = {n: match for n, match in found.items() if match["response"]}
    numbers = {n: int(match["number"]) for n, match in (answers or found).items()}
    return read._replace(numbers=numbers, faults=tuple(_wrong(numbers, names, exercises)))


def _wrong(numbers: dict[int, int], names: Sequence[str], exercises: int) -> Iterable[str]:
    for column, number in numbers.items():
        if not 1 <= number <= exercises:
            yield (
                f"the answers have the column {quoted(names[column])};"
                f" give numbers from 1 to {exercises}"
            )
    times = Counter(numbers.values())
    for number in sorted(number for number in times if times[number] > 1):
        yield f"two columns of the answers are of exercise {number}; leave one out"


def _canvas(read: Headings, names: Sequence[str], exercises: int) -> Headings:
    """Canvas's report of a quiz: questions have its own numbers, so that their order tells."""
    columns = [n for n, name in enumerate(names) if CANVAS.fullmatch(name)]
    fault = () if len(columns) == exercises else (
        f"the answers have {len(columns)} questions and the worksheet {exercises}; give as many"
        " exercises as the quiz has questions",
    )  # fmt: skip
    numbers = {column: number for number, column in enumerate(columns, 1)}
    return read._replace(numbers=numbers, faults=fault, ordered=True)


def _unread(read: Headings, cells: Sequence[str]) -> tuple[str, ...]:
    used = {*read.name, read.identity, read.exercise, read.answer, *read.numbers}
    return tuple(cell for n, cell in enumerate(cells) if n not in used and cell)


def _plain(text: str) -> str:
    """Without case, quotation marks, and what a keyboard or a font adds."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(map(_digit, wide)).replace("_", " ").strip(" \"':*\ufeff")
    return " ".join(kept.split())


def _digit(one: str) -> str:
    return str(unicodedata.decimal(one, one))
