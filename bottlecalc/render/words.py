"""How names and texts of others are spelled, in every format that people read."""

from __future__ import annotations

import re
from collections.abc import Sequence

FIGURE_NAMES = {
    "params": "parameters",
    "macs": "MACs",
    "flops": "FLOPs",
    "fvcore_total": "fvcore total",
    "activations": "activations",
}

CONTROL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
"""What moves the cursor, ends a line or turns text around (Unicode's Cc, Zl, Zp, Bidi_Control)."""

COMMAND = re.compile(r"^(\s*):(?=:)|#(?=#\[)", re.MULTILINE)
"""Where GitHub's runner reads a command in a log: ``::`` after blanks, ``##[`` anywhere."""

MARKUP = r"[\\`*_\[\]<>|~&#]"
SHORTHAND = r"[$@]|:(?=[\w+-]+:|//)|(?<=\bwww)\."
"""What GitHub makes a formula, a mention, a picture or a link of, escaped or not, unless tags part
it.
"""


_ASCII = str.maketrans(
    {
        "×": "x",
        "·": "*",
        "─": "-",
        "→": "->",
        "≠": "!=",
        "≤": "<=",
        "≥": ">=",
        "–": "-",
        "±": "+-",
        "✓": "ok",
        "✗": "NO",
    }
)


def name(figure: str) -> str:
    """A figure in words, with its scope where it has one: ``parameters (main)``."""
    whole, _, scope = figure.rpartition("_")
    if figure in FIGURE_NAMES or not whole:
        return FIGURE_NAMES.get(figure, figure)
    return f"{FIGURE_NAMES[whole]} ({scope})"


def ascii_only(text: str) -> str:
    """The same text for an encoding that has nothing but ASCII."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def visible(text: str) -> str:
    """The text with control characters spelled out, but for ends of lines, and no commands."""
    if text.isprintable() and ":" not in text and "#" not in text:
        return text  # as nearly every piece of a table is
    return COMMAND.sub(_defused, CONTROL.sub(_spelled, text))


def _spelled(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def _defused(found: re.Match[str]) -> str:
    """Its first mark spelled out as Python would."""
    blanks, mark = found[1] or "", found[0][-1]
    return rf"{blanks}\x{ord(mark):x}"


def line(text: str) -> str:
    """The text on one line, every control character spelled out."""
    return visible(text.replace("\n", r"\n"))


def markdown(text: str) -> str:
    """Text that Markdown leaves as it is, on one line, in a list or a cell of a table."""
    escaped = re.sub(MARKUP, r"\\\g<0>", visible(text))
    escaped = re.sub(SHORTHAND, r"<span>\g<0></span>", escaped)
    escaped = re.sub(r"^([0-9]*)([-+.)])(?=\s)", r"\1\\\2", escaped)
    return "<br>".join(line.strip() for line in escaped.split("\n"))


def code(text: str) -> str:
    """A name as Markdown's code, or escaped where it holds what would end that."""
    return markdown(line(text)) if re.search("[`|]", text) else f"`{line(text)}`"


def renaming(before: str, after: str) -> str:
    """Both names at once, what they share written once.

    >>> renaming("stages.2.skip.0", "stages.2.shortcut.0"), renaming("a", "a")
    ('stages.2.{skip → shortcut}.0', 'a')
    """
    if before == after:
        return after
    old, new = before.split("."), after.split(".")
    begin = _shared(old, new)
    end = min(_shared(old[::-1], new[::-1]), min(len(old), len(new)) - begin)
    was, now = (".".join(parts[begin : len(parts) - end]) for parts in (old, new))
    if not begin and not end:
        return f"{before} → {after}"
    return ".".join([*new[:begin], f"{{{was} → {now}}}", *new[len(new) - end :]])


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """With how many of the same both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
