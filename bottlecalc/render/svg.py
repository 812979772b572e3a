"""SVG by hand: elements as text, the same for the same drawing, and room for what is written."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from unicodedata import east_asian_width

SANS = "system-ui, 'DejaVu Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
LETTER = 0.56
"""Width of a letter or digit, in heights of the font; a wide font's, so that nothing is cut."""


def element(name: str, /, *content: str, **attributes: object) -> str:
    """One element; ``class_`` is ``class``, and ``text_anchor`` is ``text-anchor``.

    >>> element("rect", width=3.126, height=2)
    '<rect width="3.13" height="2"/>'
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_quotable(_value(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{said}>{''.join(content)}</{name}>" if content else f"<{name}{said}/>"


def text(words: str, x: float, y: float, **attributes: object) -> str:
    """One line of text, its baseline at ``y``.

    Typst draws what says no weight in a variable font's thinnest.
    """
    weight = 700 if attributes.get("font_weight") == "bold" else 400
    style = f"font-variation-settings: 'wght' {weight}"
    return element("text", escape(words), style=style, x=x, y=y, **attributes)


def document(
    width: float, height: float, title: str, description: str, parts: Iterable[str], font: str
) -> str:
    """A whole drawing on white, which says what it is to those who cannot see it.

    Args:
        width: of it [pixels].
        height: of it [pixels].
        title: its name.
        description: what can be seen.
        parts: its elements.
        font: families of the font of its text.
    """
    heads = element("title", escape(title), id="title"), element("desc", escape(description))
    size = {"width": width, "height": height, "viewBox": f"0 0 {_value(width)} {_value(height)}"}
    ground = element("rect", width=width, height=height, fill="#fff", class_="ground")
    drawing = element(
        "svg", *heads, ground, "\n", "\n".join(parts), "\n",
        xmlns="http://www.w3.org/2000/svg", **size, role="img", aria_labelledby="title",
        font_family=font, font_size=12,
    )  # fmt: skip
    return f"{drawing}\n"


def breadth(words: str, size: float = 12) -> float:
    """How much room a line of text takes at most, in a font of that size [pixels]."""
    wide = sum(east_asian_width(letter) in "WF" for letter in words)
    return size * (wide + LETTER * (len(words) - wide))


def _quotable(value: str) -> str:
    return escape(value, quote=False).replace('"', "&quot;")


def _value(value: object) -> str:
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)
