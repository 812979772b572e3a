"""A printable lesson about a comparison: the sheet, its worksheet, the key, and the marking."""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "zh"]


class HandoutError(Exception):
    """A handout that cannot be made; its text says why and what would do."""
