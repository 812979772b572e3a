"""Who counted, and whether they agree: the same words for blocks and for models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from bottlecalc.agreement.compare import Comparison
from bottlecalc.agreement.result import Count, ModelCount
from bottlecalc.layers.count import Counter
from bottlecalc.render.layout import heading, hung
from bottlecalc.render.remarks import omissions, remarks
from bottlecalc.render.words import FIGURE_NAMES, line
from bottlecalc.tools import check

WIDTH = 13
"""Letters of the longest name of a figure, and a blank."""


def of_blocks(counts: Sequence[Count]) -> Iterator[Text]:
    """Of blocks: every figure by all who counted it, and what contradicts."""
    versions = {name: version for count in counts for name, version in count.versions.items()}
    yield _counters({"closed form": "", **versions})
    if check.agrees(counts) is None:
        yield Text(" No other counter was asked: these are the closed forms alone.")
    for figure in check.FIGURES:
        names = dict.fromkeys(name for count in counts for name in check.by_counter(count)[figure])
        if len(names) > 1:
            differences = (one for count in counts for one in check.differences(count))
            yield _line(figure, list(names), any(one.figure == figure for one in differences))
    for count in counts:
        yield from (Text(f" {sentence}", style="red") for sentence in objections(count))
    yield from (Text(f" {sentence}", style="yellow") for sentence in omissions(*counts))


def of_model(count: ModelCount) -> Iterator[RenderableType]:
    """Of a model: its MACs by both counters, and all that has to be said of them."""
    if count.counters:
        yield _counters(count.versions)
    else:
        yield heading("Counters: none; give --input to have MACs counted")
    if count.agrees is not None:
        yield _line("macs", list(count.counters), not count.agrees)
    yield from (hung("", line(remark), "yellow") for remark in remarks(count))


def objections(count: Count) -> Iterator[str]:
    """A sentence for every layer on which a counter contradicts the closed form."""
    for one in check.differences(count):
        yield (
            f"{count.block} {one.layer or '(the block itself)'}: {FIGURE_NAMES[one.figure]}"
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


def _line(figure: str, names: Sequence[str], differ: bool) -> Text:
    mark = ("✗", "bold red") if differ else ("✓", "bold green")
    text = f" {FIGURE_NAMES[figure]:<{WIDTH}} {(' ≠ ' if differ else ' = ').join(names)}"
    return Text.assemble(" ", mark, text, "" if differ else ", on every layer")
