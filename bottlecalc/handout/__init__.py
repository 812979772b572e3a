"""A printable lesson about a comparison: the sheet, its worksheet, the key, and the marking."""

from __future__ import annotations

from typing import Literal

from bottlecalc.errors import BottlecalcError

Language = Literal["en", "zh"]


class HandoutError(BottlecalcError):
    """A handout that cannot be made; its text says why and what would do."""
