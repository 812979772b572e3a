"""``bottlecalc sweep``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bottlecalc.blocks.arguments import SIDE
from bottlecalc.cli import completion, networks, options
from bottlecalc.cli.block_options import WORDS, BlockOptions, block_options
from bottlecalc.cli.comparison import remark
from bottlecalc.cli.output import (
    FAILED,
    TERMINAL,
    console,
    deliver_pieces,
    progress,
    spinner,
    tell,
)
from bottlecalc.render.layout import unbounded
from bottlecalc.render.verdict import of_sample
from bottlecalc.tools import check

if TYPE_CHECKING:
    from bottlecalc.explore.course import Course
    from bottlecalc.explore.designs import Designs, Page
    from bottlecalc.explore.sample import Sample
    from bottlecalc.explore.sweep import Sweep
    from bottlecalc.render.plot import Drawing

Format = Literal["table", "json", "csv", "markdown", "parquet"]


@block_options
def sweep(
    shared: BlockOptions,
    words: networks.Words = None,
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
        Format | None, options.format_option("table, json, csv, markdown or parquet")
    ] = None,
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

    `bottlecalc sweep network resnet50 --set width=0.5,1 --set depth=1,2`
    """
    form = options.read_format(output_format, output, Format)
    if name := networks.read_words(words, "sweep"):
        idle = {"--block": bool(blocks), "--where": bool(where), "--pareto": bool(pareto),
                "--sort": bool(sort), "--limit": bool(limit), "--measure": measure,
                "--plot": bool(plot), "--shard": shard != "1/1"}  # fmt: skip
        return networks.sweep(name, shared, form, output, idle)
    ask = {"where": where or (), "pareto": pareto, "sort": sort, "limit": limit}
    swept, course = _sweep(shared, blocks or (), **ask, shard=shard)
    _check_length(swept, yes)
    _check_files(form, output, plot)
    drawn = _sample(measure, sample, seed)
    drawing = _drawing(swept, plot, {"plot-key": plotted, "x": x, "y": y})
    shown = _shown(swept, course, drawing, quiet=output is not None)
    if drawn:
        shown = drawn.watch(shown)
    pieces = _pieces(form, swept, shown, output, plot)
    deliver_pieces(pieces, output, plot, drawing.drawn if drawing else None)
    if skipped := course.remark(WORDS):
        tell(skipped)
    if drawn:
        _measure(drawn)


def _sweep(shared: BlockOptions, specs: Iterable[str], **ask: Any) -> tuple[Sweep, Course]:
    """What is swept, and how it goes."""
    from bottlecalc.explore.course import Course
    from bottlecalc.explore.sweep import sweep

    size = SIDE if shared.size is None else shared.size
    return sweep(*specs, size=size, batch=shared.batch, **ask, **shared.keys), Course()


def _check_length(swept: Sweep, yes: bool) -> None:
    """Refuse what is counted in minutes and written in gigabytes, unless it is wanted."""
    from bottlecalc.explore.sweep import MOST_COUNTED

    if swept.visited > MOST_COUNTED and not yes:
        raise options.OptionError(
            f"the grid has {swept.visited:,} designs, more than {MOST_COUNTED:,}; give --yes to"
            " sweep them all the same, or fewer values"
        )


def _check_files(form: str, output: Path | None, plot: str | None) -> None:
    """Refuse files that cannot be, before anything is counted.

    Raises:
        OptionError: one would be the other, or a format needs one.
    """
    from bottlecalc.render import files

    if plot is not None and output is not None and realpath(plot) == realpath(output):
        raise options.OptionError(
            f"--plot and --output are the same file, {plot}; give each one of its own"
        )
    if form == "parquet" and output is None:
        raise options.OptionError("--format parquet writes a file; give --output FILE")
    files.check(form)


def _sample(measure: bool, sample: str, seed: str) -> Sample | None:
    from bottlecalc.explore.sample import Sample

    if measure:
        return Sample(sample, seed)
    _refuse_idle("--measure", {"--sample": sample != "20", "--seed": seed != "0"})
    return None


def _drawing(swept: Sweep, file: str | None, keys: Mapping[str, str | None]) -> Drawing | None:
    if file is None:
        _refuse_idle("--plot", {f"--{name}": key is not None for name, key in keys.items()})
        return None
    from bottlecalc.render.plot import drawing_of

    return drawing_of(swept.grid, file, *keys.values())


def _shown(swept: Sweep, course: Course, drawing: Drawing | None, quiet: bool) -> Iterator[Designs]:
    """The designs to show, the first page counted, so that what is wrong is said at once."""
    from bottlecalc.explore.shard import WHOLE

    def watch(every: Iterator[Page]) -> Iterator[Page]:
        if quiet or not sys.stdout.isatty():
            every = progress(every, swept.visited, lambda: course.visited)
        return drawing.watch(every) if drawing else every

    shown = swept.pages(course, watch)
    first = next(shown, None)
    if first is None:
        part = "" if swept.shard == WHOLE else " of this part of the grid"
        tell(f"No design{part} meets the conditions.")
    return chain(filter(None, [first]), shown)


def _pieces(
    form: str, swept: Sweep, pages: Iterable[Designs], output: Path | None, plot: str | None
) -> Iterator[str | bytes]:
    """What is written, piece by piece."""
    from bottlecalc.render import files

    if output is None and plot == TERMINAL:
        return ("" for _ in pages)  # visited all the same, for what is drawn of them
    return files.pieces(form, swept, pages, console() if output is None else unbounded())


def _measure(drawn: Sample) -> None:
    """Ask all counters about a sample, and say on stderr how many agreed."""
    with spinner("loading torch and fvcore") as say:
        comparison = drawn.compare(say)
    if comparison is None:
        return
    remark(comparison)
    tell(of_sample(comparison, drawn.seed))
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
