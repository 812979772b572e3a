"""Markdown as HTML that any system shows as it is: formulas in Unicode, nothing left for TeX."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

FORMULA = re.compile(r"\$([^$]+)\$")
SYMBOLS = {
    "cdot": "·", "times": "×", "div": "÷", "le": "≤", "ge": "≥", "ne": "≠", "approx": "≈",
    "to": "→", "ldots": "…", "quad": " ",
}  # fmt: skip
"""What the commands of TeX are that the templates use."""


def html(markdown: str) -> str:
    r"""The paragraphs as XHTML.

    >>> html(r"Solve $9 \cdot m^2 \le \text{9,216}$ for the *largest* m.")
    '<p>Solve 9·<i>m</i><sup>2</sup> ≤ 9,216 for the <em>largest</em> m.</p>'
    """
    text = FORMULA.sub(lambda found: formula(found[1]), markdown.strip())
    return str(_reader().render(text)).strip().replace("\n", "")


def formula(tex: str) -> str:
    r"""A formula in Unicode, with HTML for what is italic or raised.

    >>> formula(r"3 \cdot 3 \cdot 64 \cdot 32 = \text{18,432}")
    '3·3·64·32 = 18,432'
    """
    plain = re.sub(r"\\text\{([^{}]*)\}", r"\1", tex)
    plain = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"\1 ÷ \2", plain)
    plain = re.sub(r"\\([a-z]+)", lambda found: SYMBOLS[found[1]], plain)
    plain = re.sub(r" *· *", "·", plain).replace("-", "−")
    italic = re.sub(r"(?<![a-zA-Z])[a-zA-Z](?![a-zA-Z])", r"{\g<0>}", plain)
    raised = re.sub(r"\^(\w)", r"<sup>\1</sup>", escape(italic, quote=False))
    return raised.replace("{", "<i>").replace("}", "</i>")


@lru_cache
def _reader() -> MarkdownIt:
    """Of CommonMark, with quotation marks as they are printed."""
    from markdown_it import MarkdownIt

    options = {"typographer": True, "xhtmlOut": True, "html": True}
    return MarkdownIt("commonmark", options).enable("smartquotes")
