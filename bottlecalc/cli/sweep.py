"""``bottlecalc sweep``."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bottlecalc.blocks.arguments import SIDE
from bottlecalc.cli import completion, options
from bottlecalc.cli.comparison import remark
from bottlecalc.cli.options import BlockOptions, block_options
from bottlecalc.cli.output import (
    FAILED,
    console,
    heeding_interrupts,
    progress,
    spinner,
    tell,
    write_all,
)
from bottlecalc.render.layout import unbounded
from bottlecalc.text.files import drafting
from bottlecalc.text.numbers import WHOLE_NUMBER
from bottlecalc.tools import check

if TYPE_CHECKING:
    from bottlecalc.explore.designs import Designs, Page
    from bottlecalc.explore.sample import Sample
    from bottlecalc.explore.sweep import Sweep
    from bottlecalc.render.plot import Drawing

Format = Literal["table", "json", "csv", "markdown", "parquet"]
MOST_DESIGNS = 10**8
"""More than this take --yes: they are counted in minutes and written in gigabytes."""

TERMINAL = "-"
"""The file of a plot that is drawn in text."""

HELD = 1 << 24
"""Bytes of a table that wait in memory until its figure is drawn; more wait on disk."""


@block_options
def sweep(
    shared: BlockOptions,
    blocks: options.Blocks = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="CONDITION",
            autocompletion=completion.columns,
            help="Only designs so: 'params<=20k'; 'mid>=16' leaves out blocks without a mid.",
        ),
    ] = None,
    pareto: Annotated[
        str | None,
        typer.Option(
            "--pareto",
            metavar="KEY,KEY",
            autocompletion=completion.front,
            help="Only designs that no other beats in all of these; less is better, of -KEY more.",
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="KEY",
            autocompletion=completion.ordering,
            help="Smallest first; -KEY for largest first.",
        ),
    ] = None,
    limit: Annotated[
        str | None, typer.Option("--limit", metavar="N", help="At most so many designs.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Sweep even more than 100,000,000 designs.")
    ] = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Ask torch and fvcore too, about a random sample.")
    ] = False,
    sample: Annotated[
        str, typer.Option("--sample", metavar="N", help="How many designs --measure draws.")
    ] = "20",
    seed: Annotated[
        str, typer.Option("--seed", metavar="N", help="What --measure draws by.")
    ] = "0",
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot", metavar="FILE", help="Draw cost against the swept key: .svg, .png, .pdf or -."
        ),
    ] = None,
    plotted: Annotated[
        str | None,
        typer.Option(
            "--plot-key",
            metavar="KEY",
            autocompletion=completion.figures,
            help="Which cost to draw.  [default: params_main, or macs_main over size and batch]",
        ),
    ] = None,
    x: Annotated[
        str | None,
        typer.Option(
            "--x",
            metavar="KEY",
            help="Draw the designs as points, this to the right; see --pareto.",
        ),
    ] = None,
    y: Annotated[str | None, typer.Option("--y", metavar="KEY", help="And this upwards.")] = None,
    shard: Annotated[
        str,
        typer.Option(
            "--shard", metavar="I/N", help="Only the I-th of N equal parts, for as many machines."
        ),
    ] = "1/1",
    output: options.Output = None,
    output_format: Annotated[
        Format,
        typer.Option("--format", metavar="FORMAT", help="table, json, csv, markdown or parquet."),
    ] = "table",
) -> None:
    """Sweep: count every design of a grid, by closed form.

    Any number may be a list, `16,32,64`, a range with both ends, `8:128:8`, or one that
    multiplies, `64:1024:*2`; several give their product. A key may follow another one:
    `--mid out/2` (out//2 rounds down), `--groups mid`, `--out 2*in`. Keys of designs: params,
    macs, flops (of the whole block; params_main, params_convs, macs_main, … by scope),
    activations, ratio_params_block, ratio_macs_block, batch, height, width, and in, out, mid,
    stride, groups, …; blocks without a key that --where, --pareto or --x asks for are left out,
    and the baseline of the ratios is the first block all the same.

    Examples:

    `bottlecalc sweep --in 64 --out 128 --mid 16,32,64`

    `bottlecalc sweep --in 64:1024:*2 --out 256 --size 14,28 --format csv --output designs.csv`

    `bottlecalc sweep --in 64 --out 128 --mid 8:128:8 --where 'params<=20k' --sort -params`

    `bottlecalc sweep --in 64 --out 128 --mid 8:128:8 --plot widths.svg`

    `bottlecalc sweep --in 64 --out 64:512:64 --mid out/4 --plot costs.svg --x macs --y params`
    """
    ask = {"where": where or (), "pareto": pareto, "sort": sort, "limit": limit}
    swept = _sweep(shared, blocks or (), **ask, shard=shard)
    _check_length(swept, yes)
    _check_files(output_format, output, plot)
    drawn = _sample(measure, sample, seed)
    pages = _Pages(swept, _drawing(swept, plot, {"plot-key": plotted, "x": x, "y": y}))
    shown = pages.shown(quiet=output is not None)
    if drawn:
        shown = drawn.watch(shown)
    _deliver(_pieces(output_format, swept, shown, output, plot), output, plot, pages)
    pages.say_what_was_skipped()
    if drawn:
        _measure(drawn)


def _sweep(shared: BlockOptions, specs: Iterable[str], **ask: Any) -> Sweep:
    from bottlecalc.explore.sweep import sweep

    return sweep(
        *specs,
        size=SIDE if shared.size is None else shared.size,
        batch=shared.batch,
        **ask,
        **shared.keys,
    )


def _check_length(swept: Sweep, yes: bool) -> None:
    if swept.visited > MOST_DESIGNS and not yes:
        raise options.OptionError(
            f"the grid has {swept.visited:,} designs, more than {MOST_DESIGNS:,}; give --yes to"
            " sweep them all the same, or fewer values"
        )


def _check_files(form: Format, output: Path | None, plot: str | None) -> None:
    """Refuse files that cannot be, before anything is counted.

    Raises:
        OptionError: one would be the other, or a format needs one.
    """
    if plot is not None and output is not None and Path(plot).resolve() == output.resolve():
        raise options.OptionError(
            f"--plot and --output are the same file, {plot}; give each one of its own"
        )
    if form == "parquet":
        from bottlecalc.render.parquet import check

        if output is None:
            raise options.OptionError("--format parquet writes a file; give --output FILE")
        check()


def _sample(measure: bool, sample: str, seed: str) -> Sample | None:
    from bottlecalc.explore.sample import Sample

    if not measure:
        _refuse_idle("--measure", {"--sample": sample != "20", "--seed": seed != "0"})
        return None
    if not WHOLE_NUMBER.fullmatch(seed):
        raise options.OptionError(f"--seed {seed!r} is no seed; give a whole number")
    return Sample(options.read_number("--sample", sample), seed)


def _drawing(swept: Sweep, file: str | None, keys: Mapping[str, str | None]) -> Drawing | None:
    if file is None:
        _refuse_idle("--plot", {f"--{name}": key is not None for name, key in keys.items()})
        return None
    from bottlecalc.render.plot import drawing_of

    return drawing_of(swept.grid, file, keys["plot-key"], keys["x"], keys["y"])


class _Pages:
    """The pages of a sweep as they go by, what is drawn of them, and what is said on stderr."""

    def __init__(self, swept: Sweep, drawing: Drawing | None) -> None:
        from bottlecalc.explore.pages import Course

        self.swept, self.drawing, self.course = swept, drawing, Course()
        self.every: Iterator[Page] = iter(())

    def shown(self, quiet: bool) -> Iterator[Designs]:
        """Those to show, the first of them counted, so that what is wrong is said at once."""

        def watch(every: Iterator[Page]) -> Iterator[Page]:
            if quiet or not sys.stdout.isatty():
                every = progress(every, self.swept.visited, lambda: self.course.visited)
            self.every = self.drawing.watch(every) if self.drawing else every
            return self.every

        shown = self.swept.pages(self.course, watch)
        first = next(shown, None)
        if first is None:
            tell("No design meets the conditions.")
        return chain(filter(None, [first]), shown)

    def drawn(self) -> Drawing:
        """What is drawn, of all designs, those included that are not shown."""
        assert self.drawing
        deque(self.every, maxlen=0)
        return self.drawing

    def say_what_was_skipped(self) -> None:
        """On stderr, once all is written."""
        if self.course.reason:
            reason = self.course.reason.worded(options.WORDS)
            skipped = f"{self.course.skipped:,} designs are not allowed and were skipped; the first"
            subject = skipped if self.course.skipped > 1 else "1 design is not allowed, and skipped"
            tell(f"{subject}: {reason}")


def _pieces(
    form: Format, swept: Sweep, pages: Iterable[Designs], output: Path | None, plot: str | None
) -> Iterator[str | bytes]:
    """What is written, piece by piece."""
    if output is None and plot == TERMINAL:
        return ("" for _ in pages)  # visited all the same, for what is drawn of them
    if form == "parquet":
        from bottlecalc.render import parquet

        return parquet.pieces(pages, swept)
    from bottlecalc.render.designs import FORMATS, Title

    wide = console() if output is None else unbounded()
    return FORMATS[form](pages, Title.of(swept.grid), wide)


def _deliver(pieces: Iterator[Any], output: Path | None, plot: str | None, pages: _Pages) -> None:
    """Write the table and the figure: both, or none of them."""
    heeded: Iterator[Any] = heeding_interrupts(pieces)
    if output is None and plot is None:
        write_all(heeded)
        return
    text = ""
    with tempfile.SpooledTemporaryFile(HELD) as held:
        with ExitStack() as stack:
            figure = _figure_file(stack, plot)
            table = held.write if output is None else stack.enter_context(drafting(output))
            for piece in heeded:
                table(piece.encode() if isinstance(piece, str) else piece)
            if figure:
                figure(pages.drawn().picture(Path(str(plot)).suffix.lower()[1:]))
            if plot == TERMINAL:
                text = pages.drawn().text(shutil.get_terminal_size().columns)
        held.seek(0)
        write_all(chain((line.decode() for line in held), [text]))


def _figure_file(stack: ExitStack, plot: str | None) -> Callable[[bytes], object] | None:
    return None if plot in (None, TERMINAL) else stack.enter_context(drafting(Path(str(plot))))


def _measure(drawn: Sample) -> None:
    """Ask all counters about a sample, and say on stderr how many agreed."""
    with spinner("loading torch and fvcore") as say:
        comparison = drawn.compare(say)
    if comparison is None:
        return
    remark(comparison)
    right = sum(check.agrees([count]) is True for count in comparison.blocks)
    counters = " and ".join(f"{name} {version}" for name, version in comparison.versions.items())
    outcome = f"agree with {counters}" if counters else "could be measured"
    chosen = f"{len(comparison.blocks)} designs drawn at random (seed {drawn.seed})"
    tell(f"{right} of {chosen} {outcome}")
    if check.agrees(comparison.blocks) is False:
        raise typer.Exit(FAILED)


def _refuse_idle(switch: str, options_given: Mapping[str, bool]) -> None:
    """Refuse options that say nothing without another.

    Raises:
        OptionError: one is given.
    """
    for option, is_given in options_given.items():
        if is_given:
            raise options.OptionError(f"{option} says nothing without {switch}; give both or none")
