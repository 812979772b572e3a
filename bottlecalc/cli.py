"""The command line: parse, call, print, exit."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import prod
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from bottlecalc.blocks import FAMILIES, Block, BlockError, keys, parse
from bottlecalc.compare import compare as compare_counts
from bottlecalc.counts import Count, Measurement, Witness
from bottlecalc.formulas import count
from bottlecalc.measure import MeasureError, decline, failure_named, measure
from bottlecalc.render import FORMATS
from bottlecalc.render.words import ascii_only, objections, omissions
from bottlecalc.version import __version__

FINE, FAILED, BAD_INPUT = 0, 1, 2
WHOLE_NUMBER = re.compile("[0-9]+", re.ASCII)
UNBOUNDED = 100_000
"""Columns enough for any table: piped output is as wide as its content."""

Format = Literal["table", "json", "csv", "markdown"]

app = typer.Typer(
    add_completion=True,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def main() -> None:
    """Run the command line; an error is one sentence on stderr and exit code 2."""
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    try:
        code = app(prog_name="bottlecalc", standalone_mode=False)
    except typer.TyperException as error:
        code = _refuse(_usage(error))
    except (BlockError, MeasureError) as error:
        code = _refuse(str(error))
    except ImportError as error:
        code = _refuse(f"{error}; install what is missing with: python -m pip install bottlecalc")
    except OSError as error:  # a full disk, or a library that torch cannot load
        _abandon_stdout()
        code = _refuse(str(error))
    sys.exit(code)


def _usage(error: typer.TyperException) -> str:
    """Typer's complaint as one sentence, and where to read more."""
    message = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{message}; see {context.command_path} --help" if message and context else message


def _version(asked: bool) -> None:
    if asked:
        print(f"bottlecalc {__version__}")
        raise typer.Exit


@app.callback()
def bottlecalc(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """What a bottleneck block costs, against the plain 3×3 residual block it replaces.

    Example: `bottlecalc compare --in 64 --out 128`
    """


@app.command()
def compare(
    in_channels: Annotated[
        str | None, typer.Option("--in", metavar="N", help="Channels of the input.")
    ] = None,
    out_channels: Annotated[
        str | None, typer.Option("--out", metavar="N", help="Channels of the output.")
    ] = None,
    mid_channels: Annotated[
        str | None,
        typer.Option(
            "--mid", metavar="N", help="Width of a bottleneck's middle.  [default: out // 4]"
        ),
    ] = None,
    stride: Annotated[
        str | None, typer.Option(metavar="N", help="Of the (first) 3×3 and the projection.")
    ] = None,
    dilation: Annotated[
        str | None, typer.Option(metavar="N", help="Of every 3×3, and its padding.")
    ] = None,
    groups: Annotated[str | None, typer.Option(metavar="N", help="Of a bottleneck's 3×3.")] = None,
    downsample: Annotated[
        bool, typer.Option("--downsample", help="Halve the size: max pooling on the shortcut.")
    ] = False,
    upsample: Annotated[
        bool,
        typer.Option("--upsample", help="Double the size: a transposed convolution at the end."),
    ] = False,
    size: Annotated[
        str, typer.Option(metavar="H|HxW", help="Height and width of the input.")
    ] = "56",
    batch: Annotated[str, typer.Option(metavar="N", help="Images in the input.")] = "1",
    blocks: Annotated[
        list[str] | None,
        typer.Option(
            "--block",
            metavar="SPEC",
            autocompletion=lambda: list(FAMILIES),
            help="A block to compare, as often as wanted; the first is the baseline."
            " family:key=value,… of plain, basic, bottleneck.  [default: plain, bottleneck]",
        ),
    ] = None,
    measured: Annotated[
        bool | None,
        typer.Option(
            "--measure/--no-measure",
            help="Ask torch and fvcore too, or not.  [default: ask, unless it would take too much]",
        ),
    ] = None,
    output_format: Annotated[
        Format,
        typer.Option("--format", metavar="FORMAT", help="table, json, csv or markdown."),
    ] = "table",
) -> None:
    """Compare blocks: parameters, MACs and FLOPs, proven by four witnesses.

    What a SPEC says overrides the options.

    Examples:

    `bottlecalc compare --in 64 --out 128`

    `bottlecalc compare --in 64 --out 128 --mid 16 --size 56x112 --no-measure`

    `bottlecalc compare --in 64 --out 128 --block plain --block bottleneck:mid=16`

    `bottlecalc compare --block basic:in=9,out=9 --block bottleneck:in=36,out=36`

    `bottlecalc compare --in 256 --out 512 --stride 2 --format json`
    """
    options = {
        "in": in_channels, "out": out_channels, "mid": mid_channels, "stride": stride,
        "dilation": dilation, "groups": groups, "downsample": "true" if downsample else None,
        "upsample": "true" if upsample else None,
    }  # fmt: skip
    said = {key: text for key, text in options.items() if text is not None}
    chosen = _blocks(blocks or ["plain", "bottleneck"], said)
    height_width, images = _size(size), _batch(batch)
    counts = [count(block, height_width, images) for block in chosen]
    measurements = [] if measured is False else _measurements(chosen, counts, bool(measured))
    comparison = compare_counts(counts, measurements)
    _print(FORMATS[output_format](comparison, _console()))
    if output_format != "table":
        for sentence in (*objections(comparison), *omissions(comparison)):
            print(sentence, file=sys.stderr)
    if comparison.agrees is False:
        raise typer.Exit(FAILED)


def _blocks(specs: Sequence[str], options: Mapping[str, str]) -> list[Block]:
    blocks = [parse(spec, options) for spec in specs]
    for key in options:
        if not any(key in keys(type(block)) for block in blocks):
            families = ", ".join(dict.fromkeys(block.family for block in blocks))
            raise BlockError(
                f"--{key} {options[key]} is given, and no compared block has {key} ({families});"
                f" leave it out, or add a --block that has it"
            )
    return blocks


def _size(text: str) -> tuple[int, int]:
    sides = text.split("x")
    if len(sides) > 2 or not all(WHOLE_NUMBER.fullmatch(side) and int(side) for side in sides):
        raise BlockError(f"--size {text!r} is no size; give H or HxW, such as 56 or 56x112")
    return int(sides[0]), int(sides[-1])


def _batch(text: str) -> int:
    if not WHOLE_NUMBER.fullmatch(text) or not int(text):
        raise BlockError(f"--batch {text!r} is no batch; give a whole number of at least 1")
    return int(text)


def _measurements(
    blocks: Sequence[Block], counts: Sequence[Count], insist: bool
) -> list[Measurement]:
    """Ask the other witnesses about every block; whoever insists has fvcore run at any size."""
    declined = [_declined(counted, insist) for counted in counts]
    with _spinner("loading torch and fvcore") as say:
        measurements = []
        for block, counted, reasons in zip(blocks, counts, declined, strict=True):
            measurements.append(_measurement(block, counted, reasons, say))
    return measurements


def _declined(counted: Count, insist: bool) -> Mapping[Witness, str]:
    elements = prod(counted.input) + counted.activations
    reasons = decline(counted.macs.block, elements, counted.params.block)
    if insist and "torch" in reasons:
        raise MeasureError(f"{counted.block} cannot be measured: {reasons['torch']}")
    return {} if insist else reasons


def _measurement(
    block: Block, counted: Count, declined: Mapping[Witness, str], say: Callable[[str], None]
) -> Measurement:
    if "torch" in declined:
        return Measurement({}, {}, declined)
    import torch

    from bottlecalc.modules import build

    say(f"measuring {block}")
    with failure_named(str(block)), torch.device("meta" if "fvcore" in declined else "cpu"):
        module = build(block)
    return measure(module, counted.input, declined)


@contextmanager
def _spinner(doing: str) -> Iterator[Callable[[str], None]]:
    """Say on stderr, where that is a terminal, what is being done; gone when it is done."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    console = Console(stderr=True)
    with console.status(Text(doing)) as status:
        yield lambda text: status.update(Text(text))


def _console() -> Console:
    """Stdout as rich sees it; as wide as need be where it is no terminal."""
    if sys.stdout.isatty():
        return Console()
    return Console(width=UNBOUNDED, height=UNBOUNDED)


def _print(text: str) -> None:
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = ascii_only(text)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough: `bottlecalc … | head`
        _abandon_stdout()


def _abandon_stdout() -> None:
    """Keep the interpreter from flushing at exit what cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(sentence: str) -> int:
    if sentence:
        print(f"Error: {sentence}", file=sys.stderr)
    return BAD_INPUT
