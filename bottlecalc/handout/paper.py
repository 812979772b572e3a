"""What a handout is printed on: the size of the paper, and of the letters."""

from __future__ import annotations

from typing import Literal, NamedTuple, cast, get_args

from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError
from bottlecalc.text.calls import quoted

Paper = Literal["a4", "letter"]

SIZES: dict[Paper, tuple[float, float]] = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
"""Width and height [millimetres]."""
MARGIN, NARROW = 20, 15
"""On all four sides, and in large print [millimetres]."""
LETTERS, LARGE = 10, 18
"""Height of letters [points]."""
INCH = 25.4
"""[millimetres]"""


class Print(NamedTuple):
    """How a handout is printed.

    Attributes:
        paper: that it is printed on.
        is_large: whether it is in large print, for who sees little.
    """

    paper: Paper = "a4"
    is_large: bool = False

    @property
    def letters(self) -> int:
        """Height of the text's letters [points]."""
        return LARGE if self.is_large else LETTERS

    @property
    def zoom(self) -> float:
        """How many times as large as usual all is."""
        return self.letters / LETTERS

    @property
    def width(self) -> float:
        """Of the paper [millimetres]."""
        return SIZES[self.paper][0]

    @property
    def height(self) -> float:
        """Of the paper [millimetres]."""
        return SIZES[self.paper][1]

    @property
    def margin(self) -> float:
        """On all four sides [millimetres]."""
        return NARROW if self.is_large else MARGIN

    @property
    def line(self) -> float:
        """Length of a line of text [millimetres]."""
        return self.width - 2 * self.margin

    @property
    def column(self) -> float:
        """Height of all lines of a page [millimetres]."""
        return self.height - 2 * self.margin

    @property
    def pixels(self) -> float:
        """Width of the figures that fill a line when they are zoomed [pixels]."""
        return self.line / INCH * 96 / self.zoom


USUAL = Print()


def read_print(paper: object, is_large: bool) -> Print:
    """The paper that is meant, and how it is printed on.

    Raises:
        HandoutError: there is no such paper.
    """
    if not isinstance(paper, str) or paper not in get_args(Paper):
        known = " or ".join(map(repr, get_args(Paper)))
        raise HandoutError(f"{argument('paper')} {quoted(paper)} is no paper; give {known}")
    return Print(cast(Paper, paper), is_large)
