"""Patterns of names, as shells have them: ``stage*``, ``net_?``, ``[ab]``."""

from __future__ import annotations

SIGNS = frozenset("*?[")


def is_pattern(text: str) -> bool:
    """Whether it may be of several names."""
    return not SIGNS.isdisjoint(text)


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern is of a name, its case respected."""
    from fnmatch import fnmatchcase  # which most commands need not load

    return fnmatchcase(name, pattern)
