"""A lesson as Markdown, the one source of all formats.

Every number comes from a count; the templates, one of each for every language, hold the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from bottlecalc.agreement.result import ClosedForm, Count
from bottlecalc.blocks.residual import Residual
from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError, Language
from bottlecalc.handout.exercises import Answer, Exercise
from bottlecalc.handout.forms import make_form
from bottlecalc.handout.lesson import Lesson, filter_weights, letter
from bottlecalc.handout.multiples import change, exact, times
from bottlecalc.handout.names import block_name, flow
from bottlecalc.handout.network import NetworkLesson, Stage
from bottlecalc.handout.reasons import PUBLISHED, SMALL_SIDES, STRIDE, WIDER, FirstBlock, Reasons
from bottlecalc.handout.terms import PUNCTUATION, in_words, term
from bottlecalc.handout.totals import make_totals
from bottlecalc.layers.count import MAIN
from bottlecalc.layers.joins import Concat
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import BatchNorm
from bottlecalc.layers.receptive import spelled
from bottlecalc.render import branches
from bottlecalc.render.explain import plural
from bottlecalc.render.explain import title as tool_title
from bottlecalc.render.patches import patches
from bottlecalc.text.calls import quoted
from bottlecalc.text.lines import is_line
from bottlecalc.text.numbers import number, percent
from bottlecalc.text.shapes import shape
from bottlecalc.tools import fvcore
from bottlecalc.version import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

MARKS = re.compile(r"""([\\`*_{}\[\]<>#+\-.!|~^$&@'"])""")
"""All that Markdown could take for markup, math, a quotation mark or an entity."""


MOST_TERMS = 6
"""Of a sum that is written out."""


def sheet(
    lesson: Lesson,
    exercises: Sequence[Exercise],
    language: Language,
    *,
    title: str = "",
    command: str = "",
    figures: Mapping[str, str] | None = None,
    networks: Sequence[NetworkLesson] = (),
) -> str:
    """The sheet, and the worksheet where there are exercises.

    Args:
        lesson: what it shows.
        exercises: appended as a worksheet.
        language: of its words.
        title: instead of the usual one.
        command: that makes this sheet again.
        figures: where each of them lies; none are shown without.
        networks: whose stages it shows as well.

    Raises:
        HandoutError: the title is not one line.
    """
    template = environment(language).get_template(f"sheet.{language}.md.jinja")
    return template.render(
        **facts(lesson),
        title=one_line("title", title),
        command=one_line("command", command),
        figures=figures or {},
        networks=networks,
        version=__version__,
        counters=counters([*lesson.cases, *(one.count for one in networks)]),
        worksheet=section(exercises, language),
    )


def network_sheet(
    networks: Sequence[NetworkLesson],
    exercises: Sequence[Exercise],
    language: Language,
    *,
    title: str = "",
    command: str = "",
    with_code: bool = False,
) -> str:
    """The sheet of networks alone, and the worksheet where there are exercises.

    Args:
        networks: what it shows.
        exercises: appended as a worksheet.
        language: of its words.
        title: instead of the usual one.
        command: that makes this sheet again.
        with_code: add a cell of Python that counts the networks again.

    Raises:
        HandoutError: the title is not one line.
    """
    template = environment(language).get_template(f"networks.{language}.md.jinja")
    return template.render(
        title=one_line("title", title),
        command=one_line("command", command),
        networks=networks,
        notebook="\n\n".join(map(network_code, networks)) if with_code else "",
        version=__version__,
        counters=counters([one.count for one in networks]),
        worksheet=section(exercises, language),
    )


def question(exercise: Exercise, language: Language) -> str:
    """What an exercise asks."""
    return str(getattr(words_in(language), exercise.kind)(exercise.quantities))


def work(exercise: Exercise, language: Language) -> str:
    """Its answer, worked."""
    return str(getattr(words_in(language), f"{exercise.kind}_work")(exercise))


def remark(slip: str, wrong: Answer, language: Language) -> str:
    """What a teacher says to a slip: ``15,584? you kept the biases.``."""
    return str(words_in(language).sentence(slip, wrong))


@lru_cache
def environment(language: Language) -> Environment:
    """The templates, with the filters by which numbers and names are written."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("bottlecalc.handout"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters.update(
        n=number, shape=shape, tex=tex, product=product, positions=positions, times=times,
        exact=exact, md=escape, code=code, answer=answer, filter_weights=filter_weights,
        factors=lambda layer: product(layer.factors), params=params, terms=terms,
        percent=percent, sides=spelled, patches=partial(patches, scope="convs"),
        plural=plural, tool_title=tool_title,
        term=partial(term, language=language), in_words=partial(in_words, language=language),
        named=partial(block_name, language=language), flow=flow,
    )  # fmt: skip
    templates.globals.update(
        letter=letter, main_branches=MAIN, between=PUNCTUATION[language], language=language
    )
    return templates


def tex(value: int) -> str:
    r"""An integer within a formula: ``\text{73,728}``."""
    return rf"\text{{{value:,}}}" if value >= 1000 else str(value)


def product(factors: Sequence[int]) -> str:
    r"""A product within a formula: ``3 \cdot 3 \cdot 64``."""
    return r" \cdot ".join(map(tex, factors))


def params(layer: Layer) -> str:
    r"""A layer's parameters as a formula: ``$2 \cdot 64 = 128$``."""
    biases = f" + {tex(layer.biases)}" if layer.biases else ""
    return f"${product(layer.factors)}{biases} = {tex(layer.params)}$"


def terms(stage: Stage) -> str:
    r"""How blocks make a stage's parameters: ``$a$ + $2 \cdot b$ = $c$``, of many the outermost."""
    runs = [
        rf"${run.times} \cdot {tex(run.part.params)}$"
        if run.times > 1
        else f"${tex(run.part.params)}$"
        for run in stage.repetitions
    ]
    shown = [*runs[:2], "…", runs[-1]] if len(runs) > MOST_TERMS else runs
    return f"{' + '.join(shown)} = ${tex(stage.count.params)}$"


def positions(factors: Sequence[int]) -> str:
    """The positions at which weights are used; a batch of one goes without saying."""
    return product(factors[1:] if factors[0] == 1 else factors)


def answer(value: Answer) -> str:
    """A number with separators, or the letter of a choice."""
    return number(value) if isinstance(value, int) else value


def escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKS.sub(r"\\\1", text)


def code(text: str) -> str:
    """Text as code, whatever it holds."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"


def one_line(name: str, text: object) -> str:
    """Text that a template takes; blank text is none.

    Raises:
        HandoutError: it is not one line.
    """
    if not isinstance(text, str) or not is_line(text):
        raise HandoutError(
            f"{argument(name)} {quoted(text)} is not one line of text; give one without breaks"
        )
    return text if text.strip() else ""


def facts(lesson: Lesson) -> dict[str, Any]:
    """What the templates call the figures of a lesson."""
    plain, bottleneck = lesson.plain, lesson.bottleneck
    layers = bottleneck.layers
    kernel, ratio = plain.layers[0].factors[0], lesson.params_ratio
    return {
        **_joins(lesson), "lesson": lesson, "cases": lesson.cases, "middle": lesson.middle,
        **_reasons(lesson), "change": change(lesson.params_ratio, lesson.ratio_with_shortcut),
        "plain": plain, "bottleneck": bottleneck,
        "groups": lesson.block.groups, "k": kernel, "k2": kernel * kernel,
        "ratio": ratio, "exact_ratio": Fraction(times(ratio).rstrip("×").replace(",", "")) == ratio,
        "norm": next(layer for layer in layers if isinstance(layer.op, BatchNorm)),
        "projection": next((layer for layer in layers if layer.name == "shortcut.conv"), None),
        "main_layers": [layer for layer in layers if layer.branch == "main" and layer.weights],
        "biased": _biased(lesson), "bends": _bends(lesson),
        "positions": positions(plain.layers[0].positions),
        "flops_per_mac": bottleneck.flops.main // bottleneck.macs.main,
        "bottleneck_letter": letter(lesson.cases.index(bottleneck)),
        "totals": make_totals(bottleneck),
        "fvcore_total": fvcore.total(layers),
        "fvcore_per_element": fvcore.BATCH_NORM.each,
        "fvcore_per_pooled": fvcore.GLOBAL_AVERAGE_POOL.each,
    }  # fmt: skip


def _reasons(lesson: Lesson) -> dict[str, Any]:
    """What the templates call the figures behind *why*."""
    reasons = Reasons(lesson=lesson)
    return {
        "reasons": reasons, "classical": reasons.equal_cost, "fields": reasons.fields,
        "wider": WIDER, "least_stride": STRIDE, "published": PUBLISHED,
        "first": FirstBlock(), "small_sides": SMALL_SIDES,
    }  # fmt: skip


def _joins(lesson: Lesson) -> dict[str, bool]:
    """Whether there is more in the figures than shortcuts that are added."""
    joins = [branches.joins(case) for case in lesson.cases]
    asides = any(branches.of(case, "aside") for case in lesson.cases)
    return {
        "has_other_branches": asides or not all(joins),
        "has_concat": any(isinstance(op, Concat) for ops in joins for op in ops),
    }


def _bends(lesson: Lesson) -> list[tuple[str, Count]]:
    """The cases whose ReLUs stand in the figure as they are counted, each with its letter."""
    cases = ((letter(place), case) for place, case in enumerate(lesson.cases))
    return [(name, case) for name, case in cases if isinstance(case.block, Residual)]


def _biased(lesson: Lesson) -> list[tuple[str, Layer]]:
    """The convolutions that have biases, each with the letter of its case."""
    cases = ((letter(place), case) for place, case in enumerate(lesson.cases))
    return [(name, layer) for name, case in cases for layer in case.layers if layer.biases]


def counters(counts: Iterable[ClosedForm]) -> str:
    """Who counted beside the closed form: ``torch 2.14.0, fvcore 0.1.5``."""
    versions = {name: version for count in counts for name, version in count.versions.items()}
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def lesson_code(lesson: Lesson) -> str:
    """Python that counts the same blocks and holds them against the sheet."""
    lines = ["from bottlecalc import count, parse"]
    for case in lesson.cases:
        batch, _, *size = case.input
        lines += [
            "",
            f"block = count(parse({str(case.block)!r}), size={tuple(size)}, batch={batch})",
            "print(block.block, block.params, block.macs)",
            *_assertions(case),
        ]
    return "\n".join(lines)


def network_code(lesson: NetworkLesson) -> str:
    """Python that counts the same network and holds it against the sheet."""
    count = lesson.count
    batch, _, *size = count.input
    return "\n".join(
        [
            "from bottlecalc import compare_networks",
            "",
            f"comparison = compare_networks({str(count.network)!r}, size={tuple(size)},"
            f" batch={batch})",
            "network = comparison.networks[0]",
            "print(comparison)",
            f"assert network.params.total == {count.params.total}",
            f"assert network.macs.block == {count.macs.block}",
        ]
    )


def _assertions(case: Count) -> Iterator[str]:
    """``assert block.params.main == 15360``, and so on."""
    for figure, scopes in (("params", case.params), ("macs", case.macs)):
        for scope, value in scopes._asdict().items():
            yield f"assert block.{figure}.{scope} == {value}"


def items(template: str, exercises: Sequence[Exercise], language: Language, **more: object) -> str:
    """The exercises as a numbered list, by a template of that name, which may take more."""
    found = environment(language).get_template(f"{template}.md.jinja")
    return found.render(exercises=exercises, **exercise_words(language), **more)


def exercise_words(language: Language) -> dict[str, Any]:
    """What templates of exercises call to put them into words."""
    words = words_in(language)
    return {
        "sentence": words.sentence,
        "answer_line": words.answer_line,
        "question": partial(question, language=language),
        "options": partial(options, language=language),
        "work": partial(work, language=language),
    }


def options(exercise: Exercise, language: Language) -> dict[str, str]:
    """What there is to choose from, in Markdown, by its letter; nothing where a number is asked."""
    names, words = exercise.quantities.get("options", ()), words_in(language)
    return {
        letter(n): str(getattr(words, f"{exercise.kind}_option")(exercise.quantities, name))
        for n, name in enumerate(names)
    }


def words_in(language: Language) -> Any:
    """The macros that put the kinds of exercises and the slips into words."""
    return environment(language).get_template(f"exercises.{language}.md.jinja").module


def section(exercises: Sequence[Exercise], language: Language) -> str:
    """The worksheet at the end of a sheet, under the number of its form."""
    if not exercises:
        return ""
    form = words_in(language).form(make_form(exercises).number)
    return f"{form}\n\n{items('worksheet', exercises, language)}"
