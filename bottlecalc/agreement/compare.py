"""Blocks compared, the first being the baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any, Literal, TypeVar

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.ratios import Ratio, ratio
from bottlecalc.agreement.result import AnyCount, ClosedForm, Count, ModelCount, OwnCount, Result
from bottlecalc.blocks.arguments import read_batch, read_block, read_size
from bottlecalc.blocks.own import OwnBlock, is_own
from bottlecalc.blocks.spec import Block, BlockError
from bottlecalc.errors import argument
from bottlecalc.layers.count import Counter
from bottlecalc.text.calls import ArgumentError, public, quoted
from bottlecalc.text.display import Displayed, results

AnyBlock = Block | OwnBlock | str | Count | OwnCount
"""What ``compare`` takes for one block."""

AnyForm = TypeVar("AnyForm", bound=ClosedForm)
Measuring = bool | Literal["insist"]
"""Whether counters beside the closed form are asked, and whether at any size."""


@dataclass(frozen=True, kw_only=True)
class Comparison(Displayed):
    """Blocks compared, the first being the baseline.

    Attributes:
        blocks: each counted, by all who were asked.
        ratios: the baseline to each of the others.
    """

    blocks: tuple[AnyCount, ...]
    ratios: tuple[Ratio, ...]

    @property
    def closed_forms(self) -> tuple[Count, ...]:
        """The blocks that have a closed form: all but the user's own."""
        return tuple(block for block in self.blocks if isinstance(block, Count))

    @property
    def versions(self) -> dict[Counter, str]:
        """Of the libraries that were asked."""
        return {name: version for one in self.blocks for name, version in one.versions.items()}

    @property
    def agrees(self) -> bool | None:
        """Whether all counters of all blocks agree; None where none was asked.

        In parameters, MACs and activations; what fvcore calls its total is not theirs, but its
        own, and held by ``bottlecalc.tools.check``, as the command and its JSON do.
        """
        verdicts = [block.agrees for block in self.blocks if block.agrees is not None]
        return all(verdicts) if verdicts else None

    @property
    def break_even_mid(self) -> int | None:
        """The widest middle with fewer parameters on the main path than the plain block has.

        None where the blocks compared have none, or several.
        """
        width: int | None = self.to_dict()["break_even_mid"]
        return width

    @property
    def break_even_mid_macs(self) -> int | None:
        """The same with fewer MACs: another width where the block halves the size on its way."""
        width: int | None = self.to_dict()["break_even_mid_macs"]
        return width

    @public('comparison.plot("ink.svg")')
    def plot(self, path: str | PathLike[str]) -> None:
        """Draw each layer's weights as an area, all blocks to one scale.

        Blocks of the user's own have no layers by closed form, and are left out.

        Args:
            path: of the figure: .svg.

        Raises:
            PlotError: it is no figure, or no block has a closed form.
            OutputError: the file cannot be written.
        """
        results().plot_blocks(self, path)


@public("compare(Plain(64, 128), Bottleneck(64, 128), size=56)")
def compare(
    *blocks: AnyBlock | Sequence[AnyBlock | ModelCount],
    size: int | Sequence[int] = (56, 56),
    batch: int = 1,
    measure: Measuring | None = False,
    progress: Callable[[str], object] = str,
) -> Comparison:
    """Compare blocks, the first being the baseline.

    Args:
        blocks: specs, or their text, or what was counted of them; or one list of these. A second
            list has what ``measure`` found in each, by way of other counters. A text such as
            ``"blocks.py:MyBlock:in_channels=64"`` is a block of one's own, an ``nn.Module`` class
            with its arguments: it has no closed form, so that it takes ``measure=True``.
        size: height and width of the input, or both in one [pixels].
        batch: images in the input.
        measure: whether to ask torch and fvcore too, leaving out whoever would take too much
            (None as well); ``"insist"`` asks them at any size. Unless asked,
            torch is not loaded.
        progress: told what is being measured.

    Raises:
        BlockError: there is no block, or not one measurement for each; or a text says none, or a
            block does not take such an input, or has no closed form and nobody else is asked.
        ArgumentError: something is given that is no block, or no size.
        MeasureError: a block could not be measured.
        TargetError: one's own cannot be found or built, or does not run on such an input.

    >>> from bottlecalc import Bottleneck, Plain
    >>> comparison = compare(Plain(64, 128), Bottleneck(64, 128), size=56)
    >>> float(comparison.ratios[0].params["main"])
    4.8
    """
    check_measuring(measure)
    sides, images = read_size(size), read_batch(batch)
    subjects = [_counted(one, sides, images) for one in _listed(blocks)]
    if not subjects:
        raise BlockError("no blocks were given; give at least one")
    if measure is False:
        _refuse_own(subjects)
    counts = [_measured(one, sides, images, measure, progress) for one in subjects]
    baseline, *others = counts
    return Comparison(
        blocks=tuple(counts), ratios=tuple(ratio(baseline, other) for other in others)
    )


def _measured(
    subject: AnyCount | OwnBlock, size: tuple[int, int], batch: int, measure: Measuring | None,
    progress: Callable[[str], object],
) -> AnyCount:  # fmt: skip
    """What was counted by closed form, or has none, counted by whoever is asked."""
    if isinstance(subject, OwnBlock):
        from bottlecalc.agreement import own

        return own.counted(subject, size, batch, measure == "insist", progress)
    if isinstance(subject, OwnCount) or measure is False:
        return subject
    return asked(subject, measure, progress)


def _refuse_own(subjects: Iterable[AnyCount | OwnBlock]) -> None:
    """Refuse blocks of the user's own where nobody counts them.

    Raises:
        BlockError: there is one.
    """
    for one in subjects:
        if isinstance(one, OwnBlock):
            raise BlockError(
                f"{one.target} has no closed form: it is counted by torch and fvcore alone; leave"
                f" {argument('no-measure')} out, or the block"
            )


def check_measuring(how: object) -> None:
    """Refuse what is no way of asking other counters.

    Raises:
        ArgumentError: it is none.
    """
    if not (how is None or isinstance(how, bool) or (isinstance(how, str) and how == "insist")):
        raise ArgumentError(f"measure = {quoted(how)}; give True, False or 'insist'")


def _listed(blocks: Sequence[Any]) -> Iterator[Any]:
    """Blocks one by one; of two lists, each block with what was measured of it."""
    lists = [one for one in blocks if isinstance(one, (list, tuple))]
    if not lists:
        yield from blocks
        return
    if len(lists) < len(blocks) or len(lists) > 2:
        raise BlockError(
            "blocks were given both by themselves and in lists; give them one by one, or in one"
            " list, and what was measured of them in a second"
        )
    counts, measured = [*lists, []][:2]
    if measured and len(measured) != len(counts):
        raise BlockError(
            f"{len(measured)} measurements were given for {len(counts)} counts;"
            " give one for each, or none"
        )
    for count, found in zip(counts, measured or [None] * len(counts), strict=True):
        yield count if found is None else (count, found)


def _counted(block: Any, size: tuple[int, int], batch: int) -> AnyCount | OwnBlock:
    """Counted by closed form, where there is one."""
    if isinstance(block, tuple):
        one, found = block
        return _with(found, _counted(one, size, batch))
    if isinstance(block, (Count, OwnCount, OwnBlock)):
        return block
    if isinstance(block, str) and is_own(block):
        return OwnBlock.parse(block)
    return closed_form.count(read_block(block), size, batch)


def _with(found: object, counted: AnyCount | OwnBlock) -> Count:
    """What was counted by closed form, and found by others."""
    if not isinstance(found, Result):
        raise ArgumentError(
            f"{quoted(found)} is no measurement; give one list of blocks, or in a second what"
            " measure(build(block), shape) found of each"
        )
    if not isinstance(counted, Count):
        raise BlockError(
            f"{getattr(counted, 'block', counted)} has no closed form to hold a measurement"
            " against; give one list of blocks alone, and measure=True"
        )
    return replace(counted, others=found.others, left_out=found.left_out)


def asked(count: AnyForm, how: Measuring | None, progress: Callable[[str], object]) -> AnyForm:
    """What was counted by closed form, counted by torch and fvcore too.

    Raises:
        MeasureError: it could not be measured.
    """
    from bottlecalc.agreement.ask import MeasureError, measured

    try:
        return measured(count, how == "insist", progress=progress)
    except MeasureError as error:
        raise MeasureError(f"{error.sentence}, or {argument('no-measure')}") from error.__cause__
