"""How figures are spelled, in every format that people read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from bottlecalc.layers.count import Figure, Shape

if TYPE_CHECKING:
    from bottlecalc.agreement.compare import Comparison

FIGURE_NAMES: dict[Figure, str] = {
    "params": "parameters",
    "macs": "MACs",
    "fvcore_total": "fvcore total",
    "activations": "activations",
}


def name(figure: str) -> str:
    """A figure in words, with its scope where it has one: ``parameters (main)``."""
    whole, _, scope = figure.rpartition("_")
    words = {str(key): text for key, text in FIGURE_NAMES.items()} | {"flops": "FLOPs"}
    if figure in words or not whole:
        return words.get(figure, figure)
    return f"{words[whole]} ({scope})"


CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
MARKUP = re.compile(r"[\\`*_\[\]<>|~&#]")

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


def number(value: int) -> str:
    """An integer with thousands separators."""
    return f"{value:,}"


def shape(dimensions: Shape | tuple[int, ...], times: str = "×") -> str:
    """Dimensions: ``1×64×56×56``."""
    return times.join(map(str, dimensions))


def ratio(value: Fraction) -> str:
    """How many times, to two decimals, or to three digits where those would be mostly zeros."""
    if value >= 10**6:
        return f"{round(value):,}×"
    return f"{float(value):,.2f}×" if value >= Fraction(1, 10) else f"{float(value):.3g}×"


def percent(part: int, whole: int) -> str:
    """A share, to one decimal: ``96.8%``."""
    if not whole:
        return "–"
    tenths = round(Fraction(1000 * part, whole))
    return f"{tenths // 10}.{tenths % 10}%"


def ascii_only(text: str) -> str:
    """The same text for an encoding that has nothing but ASCII."""
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def visible(text: str) -> str:
    """The text with control characters spelled out, but for ends of lines."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def line(text: str) -> str:
    """The text on one line, every control character spelled out."""
    return visible(text).replace("\n", r"\n")


def markdown(text: str) -> str:
    """Text that Markdown leaves as it is, on one line, in a list or a cell of a table."""
    escaped = MARKUP.sub(r"\\\g<0>", text)
    escaped = re.sub(r"^([0-9]*)([-+.)])(?=\s)", r"\1\\\2", escaped)
    return "<br>".join(line.strip() for line in escaped.split("\n"))


def code(text: str) -> str:
    """A name as Markdown's code, or escaped where it holds what would end that."""
    return markdown(line(text)) if re.search(r"[`|\x00-\x1f]", text) else f"`{text}`"


def objections(comparison: Comparison) -> Iterator[str]:
    """A sentence for every layer on which a witness contradicts the closed form."""
    for block in comparison.blocks:
        for layer, figure, closed_form, witness, found in block.differences:
            yield (
                f"{block.count.block} {layer or '(the block itself)'}: {FIGURE_NAMES[figure]}"
                f" by closed form {closed_form:,}, by {witness} {found:,}"
            )


def omissions(comparison: Comparison) -> Iterator[str]:
    """A sentence for every witness that was left out, and why."""
    for block in comparison.blocks:
        for witness, reason in block.left_out.items():
            yield f"{witness} was left out for {block.count.block}: {reason}"
