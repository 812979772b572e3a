"""What can stand as one line of text: a title, a name."""

from __future__ import annotations

from unicodedata import category

JOINERS = "\u200c\u200d"
"""Without which names in Persian or Sinhala are misspelt, and families of emoji fall apart."""


def is_line(text: str) -> bool:
    r"""Whether all of it is seen, in one line; spaces of any width are.

    >>> is_line("期中\u3000测验"), is_line("a\nb"), is_line("\u202eRTL")
    (True, False, False)
    """
    return all(one.isprintable() or one in JOINERS or category(one) == "Zs" for one in text)
