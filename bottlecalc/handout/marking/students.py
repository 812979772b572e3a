"""Students as a table names them, and what tells those of one name apart."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from bottlecalc.handout import HandoutError
from bottlecalc.handout.marking.headings import Headings
from bottlecalc.render.records import unquoted

MOST_FAULTS = 30
"""So many are told, and how many more there are."""

HAN = re.compile("[\u3400-\u9fff]")


class Student(NamedTuple):
    """Who answered, or is in a class.

    Attributes:
        name: as it is written.
        identity: what tells two students of one name apart: an address, or a number; empty where
            the table has none.
    """

    name: str
    identity: str


class FaultsError(HandoutError):
    """A table of somebody's that cannot be used; its text says all that is wrong, a line each."""

    def __init__(self, faults: Sequence[str], heading: str) -> None:
        shown = faults[:MOST_FAULTS]
        more = len(faults) - len(shown)
        rest = [f"and {more} more faults like these"] if more else []
        heading = heading.format(len(faults))
        super().__init__("\n".join(shown if len(faults) == 1 else [heading, *shown, *rest]))


def labels(students: Sequence[Student]) -> list[str]:
    """What each is called, with their identity where several have one name."""
    times = Counter(one.name for one in students)
    namesakes = [bool(one.identity) and times[one.name] > 1 for one in students]
    return [
        f"{one.name} ({one.identity})" if told else one.name
        for one, told in zip(students, namesakes, strict=True)
    ]


def read_student(cells: Sequence[str], headings: Headings) -> Student:
    """The student of a row."""
    parts = [spelled(cell_at(cells, column)) for column in headings.name]
    family_first = len(parts) == 2 and all(map(HAN.match, parts))
    name = "".join(reversed(parts)) if family_first else " ".join(filter(None, parts))
    identity = "" if headings.identity is None else spelled(cell_at(cells, headings.identity))
    return Student(name, identity)


def cell_at(cells: Sequence[str], column: int) -> str:
    """What stands in a column; nothing where the row ends before it."""
    return cells[column] if column < len(cells) else ""


def spelled(cell: str) -> str:
    """One spelling of a name, however a keyboard composed it."""
    return " ".join(unicodedata.normalize("NFC", unquoted(cell)).split())
