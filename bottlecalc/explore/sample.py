"""A random sample of a sweep, asked of all counters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.compare import Comparison, compare
from bottlecalc.explore.designs import Design, Designs


class Sample:
    """Some of the designs that pass by, each as likely as any other.

    Attributes:
        size: how many.
        seed: what they are drawn by.
        designs: that were drawn so far.
    """

    def __init__(self, size: int, seed: str) -> None:
        self.size, self.seed = size, seed
        self.designs: list[Design] = []
        self._random, self._passed = Random(seed), 0

    def watch(self, pages: Iterable[Designs]) -> Iterator[Designs]:
        """Pass pages on, drawing from them (Vitter 1985, algorithm R)."""
        for page in pages:
            for place in range(len(page)):
                self._draw(page, place)
            yield page

    def _draw(self, page: Designs, place: int) -> None:
        if self._passed < self.size:
            self.designs.append(page.design(place))
        elif (drawn := self._random.randrange(self._passed + 1)) < self.size:
            self.designs[drawn] = page.design(place)
        self._passed += 1

    def compare(self, progress: Callable[[str], object] = str) -> Comparison | None:
        """Ask all counters about what was drawn; None where nothing was."""
        counts = [
            closed_form.count(design.block, (design.height, design.width), design.batch)
            for design in self.designs
        ]
        return compare(*counts, measure=None, progress=progress) if counts else None
