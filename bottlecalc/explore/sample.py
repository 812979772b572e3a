"""A random sample of a sweep, asked of all counters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.compare import Comparison, compare
from bottlecalc.errors import argument
from bottlecalc.explore.designs import Design, Designs
from bottlecalc.explore.grid import SweepError
from bottlecalc.text.calls import quoted, whole_number
from bottlecalc.text.numbers import WHOLE_NUMBER


class Sample:
    """Some of the designs that pass by, each as likely as any other.

    Attributes:
        size: how many.
        seed: what they are drawn by.
        designs: that were drawn so far.
    """

    def __init__(self, size: int | str, seed: int | str) -> None:
        """Begin to draw.

        Raises:
            SweepError: the size is no whole number of at least 1, or the seed no whole number.
        """
        self.size, self.seed = _size(size), _seed(seed)
        self.designs: list[Design] = []
        self._random, self._passed = Random(self.seed), 0

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


def _size(given: int | str) -> int:
    is_text = isinstance(given, str) and WHOLE_NUMBER.fullmatch(given)
    number = int(given) if is_text else whole_number(given)
    if not number:
        raise SweepError(
            f"{argument('sample')} {quoted(given)} is not allowed; give a whole number of at"
            " least 1"
        )
    return number


def _seed(given: int | str) -> str:
    """As text, which is what designs are drawn by."""
    text = given if isinstance(given, str) else quoted(given, str)
    if isinstance(given, bool) or not WHOLE_NUMBER.fullmatch(text):
        raise SweepError(f"{argument('seed')} {quoted(given)} is no seed; give a whole number")
    return text
