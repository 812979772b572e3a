"""A lesson and its exercises as Markdown, the one source of all formats.

Every number comes from a count; the templates, one of each for every language, hold the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any

from bottlecalc.agreement.compare import Comparison
from bottlecalc.handout import Language
from bottlecalc.handout.exercises import Answer, Exercise
from bottlecalc.handout.lesson import Lesson, filter_weights, letter, width
from bottlecalc.layers.count import Row
from bottlecalc.render.words import number, ratio, shape
from bottlecalc.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

MARKS = re.compile(r"""([\\`*_{}\[\]<>#+\-.!|~^$&@'"])""")
"""All that Markdown could take for markup, math, a quotation mark or an entity."""


def sheet(
    lesson: Lesson,
    exercises: Sequence[Exercise],
    language: Language,
    *,
    title: str = "",
    command: str = "",
    figures: Mapping[str, str] | None = None,
    with_code: bool = False,
) -> str:
    """The sheet, and the worksheet where there are exercises.

    Args:
        lesson: what it shows.
        exercises: appended as a worksheet.
        language: of its words.
        title: instead of the usual one.
        command: that makes this sheet again.
        figures: where each of them lies; none are shown without.
        with_code: add a cell of Python that counts the blocks again.
    """
    template = environment(language).get_template(f"sheet.{language}.md.jinja")
    return template.render(
        **_figures_of(lesson),
        title=title,
        command=command,
        figures=figures or {},
        notebook=_code(lesson) if with_code else "",
        version=__version__,
        checked=_checked(lesson.comparison),
        worksheet=_listed("worksheet", exercises, language) if exercises else "",
    )


def key(exercises: Sequence[Exercise], language: Language, *, title: str, command: str) -> str:
    """The key: each exercise with its answer worked, and what the usual slips give."""
    template = environment(language).get_template(f"key.{language}.md.jinja")
    listed = _listed("key", exercises, language)
    return template.render(key=listed, title=title, command=command, version=__version__)


def remark(slip: str, wrong: Answer, language: Language) -> str:
    """What a teacher says to a slip: ``15,584? you kept the biases.``."""
    return str(_words(language).said(slip, wrong))


@lru_cache
def environment(language: Language) -> Environment:
    """The templates, with the filters by which numbers and names are written."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("bottlecalc.handout"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters.update(
        n=number, shape=shape, tex=tex, product=product, positions=positions, times=times,
        exact=ratio, md=escaped, code=code, answer=answer, filter_weights=filter_weights,
        factors=lambda row: product(row.factors), params=params,
    )  # fmt: skip
    found.globals.update(letter=letter)
    return found


def tex(value: int) -> str:
    r"""An integer within a formula: ``\text{73,728}``."""
    return rf"\text{{{value:,}}}" if value >= 1000 else str(value)


def product(factors: Sequence[int]) -> str:
    r"""A product within a formula: ``3 \cdot 3 \cdot 64``."""
    return r" \cdot ".join(map(tex, factors))


def params(row: Row) -> str:
    r"""A layer's parameters as a formula: ``$2 \cdot 64 = 128$``."""
    bias = f" + {tex(row.bias)}" if row.bias else ""
    return f"${product(row.factors)}{bias} = {tex(row.params)}$"


def positions(factors: Sequence[int]) -> str:
    """The positions at which weights are used; a batch of one goes without saying."""
    return product(factors[1:] if factors[0] == 1 else factors)


def times(value: Fraction) -> str:
    """How many times, as people quote it: ``4.8×``."""
    return f"{float(value):,.1f}×" if 1 <= value < 10**6 else ratio(value)


def answer(value: Answer) -> str:
    """A number with separators, or the letter of a choice."""
    return number(value) if isinstance(value, int) else value


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKS.sub(r"\\\1", text)


def code(text: str) -> str:
    """Text as code, whatever it holds."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"


def _figures_of(lesson: Lesson) -> dict[str, Any]:
    """What the templates call the figures of a lesson."""
    plain, bottleneck = lesson.plain, lesson.bottleneck
    norm = next(row for row in bottleneck.rows if row.op == "batch norm")
    kernel, ratio = plain.rows[0].factors[0], lesson.quoted[0].value
    return {
        "lesson": lesson, "cases": lesson.cases, "plain": plain, "bottleneck": bottleneck,
        "m": width(bottleneck), "end": bottleneck.break_even_mid, "groups": lesson.block.groups,
        "k": kernel, "k2": kernel * kernel, "norm": norm, "ratio": ratio,
        "exact_ratio": (10 * ratio).denominator == 1,
        "fvcore_per_element": norm.fvcore_total // prod(norm.output),
        "flops_per_mac": bottleneck.flops.main // bottleneck.macs.main,
        "positions": positions(plain.rows[0].positions),
        "main_weights": [w for w in (r.weights for r in bottleneck.rows if r.path == "main") if w],
        "projection": next((row for row in bottleneck.rows if row.name == "shortcut.conv"), None),
    }  # fmt: skip


def _checked(comparison: Comparison) -> str:
    return ", ".join(f"{name} {version}" for name, version in comparison.versions.items())


def _code(lesson: Lesson) -> str:
    """Python that counts the same blocks and holds them against the sheet."""
    batch, _, height, breadth = lesson.bottleneck.input
    lines = ["from bottlecalc import count, parse", ""]
    for case in lesson.cases:
        counted = f"count(parse({str(case.block)!r}), ({height}, {breadth}), {batch})"
        lines += [f"block = {counted}", "print(block.block, block.params, block.macs)",
                  f"assert block.params == {tuple(case.params)}",
                  f"assert block.macs == {tuple(case.macs)}"]  # fmt: skip
    return "\n".join(lines)


def _listed(template: str, exercises: Sequence[Exercise], language: Language) -> str:
    words = _words(language)
    return (
        environment(language)
        .get_template(f"{template}.md.jinja")
        .render(
            exercises=exercises,
            said=words.said,
            question=lambda x: getattr(words, x.kind)(x.given),
            work=lambda x: getattr(words, f"{x.kind}_work")(x),
        )
    )


def _words(language: Language) -> Any:
    """The macros that put the kinds of exercises and the slips into words."""
    return environment(language).get_template(f"exercises.{language}.md.jinja").module
