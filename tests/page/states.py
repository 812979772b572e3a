"""Random states of the page: its fragment, and the two blocks that it shows."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode

from bottlecalc import Count, count, parse
from bottlecalc.page.expressions import KINDS

SIZES = ("56", "1", "15x11", "7x30", "224", "1000x999")


class Shown(NamedTuple):
    """What a page shows.

    Attributes:
        said: by key of the fragment.
        specs: of both blocks.
        size: height and width of the input [pixels].
    """

    said: dict[str, str]
    specs: tuple[str, str]
    size: tuple[int, int]

    @property
    def fragment(self) -> str:
        return f"#{urlencode(self.said)}"

    @property
    def counts(self) -> list[Count]:
        return [count(parse(spec), size=self.size) for spec in self.specs]


def states(many: int, seed: int) -> Iterator[Shown]:
    """So many, each of blocks that can be; the same for the same seed."""
    random = Random(seed)
    for _ in range(many):
        said = {"baseline": random.choice([*KINDS]), "block": random.choice([*KINDS])}
        size = random.choice(SIZES)
        sides = [int(side) for side in size.split("x")]
        numbers = _numbers(random)
        specs = [spec(said[which], numbers) for which in ("baseline", "block")]
        yield Shown({**said, **numbers, "size": size}, (specs[0], specs[1]), (sides[0], sides[-1]))


def _numbers(random: Random) -> dict[str, str]:
    groups = random.choice((1, 1, 2, 3, 7, 32))
    numbers = {
        "in": random.randint(1, 300),
        "out": random.randint(4, 300) * groups,
        "groups": groups,
        "expand": random.choice((1, 2, 3, 6)),
        "stride": random.choice((1, 1, 2, 3)),
    }
    if random.random() < 0.2:
        numbers["in"] = numbers["out"]
    if random.random() < 0.7 or numbers["out"] // 4 % groups:
        numbers["mid"] = groups * random.randint(1, 60)
    return {name: str(number) for name, number in numbers.items()}


def spec(family: str, numbers: dict[str, str]) -> str:
    """The block of a family that these keys make."""
    said = (f"{name}={numbers[name]}" for name in KINDS[family] if name in numbers)
    return f"{family}:{','.join(said)}"
