"""Who counted, and whether they agree: the same words for blocks and for models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.result import ClosedForm, ModelCount, OwnCount
from bottlecalc.layers.count import Counter
from bottlecalc.render.layout import heading, hung
from bottlecalc.render.remarks import about_own, omissions, remarks
from bottlecalc.render.words import FIGURE_NAMES, line
from bottlecalc.tools import check

WIDTH = 13
"""Letters of the longest name of a figure, and a blank."""


def of_blocks(counts: Sequence[check.Checked]) -> Iterator[Text]:
    """Of blocks: every figure by all who counted it, and what contradicts."""
    yield _counters({name: _version(counts, name) for name in _names(counts)})
    if not any(count.others for count in counts):
        yield Text(" No other counter was asked: these are the closed forms alone.")
    own = [count for count in counts if isinstance(count, OwnCount)]
    yield from _lines([count for count in counts if isinstance(count, ClosedForm)])
    targets = [count.block.target for count in own]
    for target, one in zip(targets, own, strict=True):
        yield from _lines([one], target if targets.count(target) == 1 else str(one.block))
    for count in counts:
        if isinstance(count, ClosedForm):
            yield from (Text(f" {sentence}", style="red") for sentence in objections(count))
    for sentence in (*omissions(*counts), *about_own(own)):
        yield Text(f" {sentence}", style="yellow")


def _lines(counts: Sequence[check.Checked], whose: str = "") -> Iterator[Text]:
    """Every figure in which the counters of these blocks must agree."""
    found = [(check.compared(count), check.by_counter(count)) for count in counts if count.others]
    differ = {one.figure for count in counts for one in check.differences(count)}
    for figure in check.FIGURES:
        compared = [by[figure] for figures, by in found if figure in figures]
        names = dict.fromkeys(name for by in compared for name in by)
        if len(names) > 1:
            yield _line(figure, list(names), figure in differ, whose)


def _names(counts: Sequence[check.Checked]) -> dict[Counter, None]:
    """All who counted, the closed form first."""
    has_form = any(isinstance(one, ClosedForm) for one in counts)
    first: tuple[Counter, ...] = ("closed form",) if has_form else ()
    return dict.fromkeys((*first, *(name for count in counts for name in count.others)))


def _version(counts: Sequence[check.Checked], name: Counter) -> str:
    return next((count.versions[name] for count in counts if name in count.versions), "")


def of_model(count: ModelCount) -> Iterator[RenderableType]:
    """Of a model: its MACs by both counters, and all that has to be said of them."""
    if count.counters:
        yield _counters(count.versions)
    else:
        yield heading("Counters: none; give --input to have MACs counted")
    if count.agrees is not None:
        yield _line("macs", list(count.counters), not count.agrees)
    yield from (hung("", line(remark), "yellow") for remark in remarks(count))


def objections(count: ClosedForm) -> Iterator[str]:
    """A sentence for every layer on which a counter contradicts the closed form."""
    for one in check.differences(count):
        yield (
            f"{count.subject} {one.layer or '(the block itself)'}: {FIGURE_NAMES[one.figure]}"
            f" by {one.first} {one.expected:,}, by {one.counter} {one.found:,}"
        )


def of_sample(comparison: Comparison, seed: str) -> str:
    """Of designs that were drawn at random: how many of them agree, in one sentence."""
    right = sum(check.agrees([count]) is True for count in comparison.blocks)
    counters = " and ".join(f"{name} {version}" for name, version in comparison.versions.items())
    outcome = f"agree with {counters}" if counters else "could be measured"
    drawn = f"{len(comparison.blocks)} designs drawn at random (seed {seed})"
    return f"{right} of {drawn} {outcome}"


def _counters(versions: Mapping[Counter, str]) -> Text:
    return heading(f"Counters: {', '.join(f'{n} {v}'.strip() for n, v in versions.items())}")


def _line(figure: str, names: Sequence[str], differ: bool, whose: str = "") -> Text:
    mark = ("✗", "bold red") if differ else ("✓", "bold green")
    text = f" {FIGURE_NAMES[figure]:<{WIDTH}} {(' ≠ ' if differ else ' = ').join(names)}"
    aside = f" ({whose})" if whose else ""
    return Text.assemble(" ", mark, text, "" if differ else ", on every layer", aside)
