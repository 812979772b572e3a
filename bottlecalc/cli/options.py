"""Options that commands share, and how their text is read."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from bottlecalc.blocks import COMPARED, FAMILIES, Block, BlockError, keys, parse
from bottlecalc.targets import TargetError, last_lines

WHOLE_NUMBER = re.compile("[0-9]+", re.ASCII)

In = Annotated[str | None, typer.Option("--in", metavar="N", help="Channels of the input.")]
Out = Annotated[str | None, typer.Option("--out", metavar="N", help="Channels of the output.")]
Mid = Annotated[
    str | None,
    typer.Option("--mid", metavar="N", help="Width of a bottleneck's middle.  [default: out // 4]"),
]
Stride = Annotated[
    str | None, typer.Option("--stride", metavar="N", help="Of the (first) 3×3 and the projection.")
]
Dilation = Annotated[
    str | None, typer.Option("--dilation", metavar="N", help="Of every 3×3, and its padding.")
]
Groups = Annotated[str | None, typer.Option("--groups", metavar="N", help="Of a bottleneck's 3×3.")]
Downsample = Annotated[
    bool, typer.Option("--downsample", help="Halve the size: max pooling on the shortcut.")
]
Upsample = Annotated[
    bool, typer.Option("--upsample", help="Double the size: a transposed convolution at the end.")
]
Size = Annotated[
    str, typer.Option("--size", metavar="H|HxW", help="Height and width of the input.")
]
Batch = Annotated[str, typer.Option("--batch", metavar="N", help="Images in the input.")]
Blocks = Annotated[
    list[str] | None,
    typer.Option(
        "--block",
        metavar="SPEC",
        autocompletion=lambda: list(FAMILIES),
        help="A block to compare, as often as wanted; the first is the baseline."
        f" family:key=value,… of {', '.join(FAMILIES)}.  [default: {', '.join(COMPARED)}]",
    ),
]
Measure = Annotated[
    bool | None,
    typer.Option(
        "--measure/--no-measure",
        help="Ask torch and fvcore too, or not.  [default: ask, unless it would take too much]",
    ),
]


Traceback = Annotated[
    bool,
    typer.Option("--traceback", help="Show the last lines of your own code's traceback on errors."),
]


class ArgumentError(ValueError):
    """An option that cannot be read; its text says why."""


@contextmanager
def traced(wanted: bool) -> Iterator[None]:
    """On an error in the user's code show the last lines of its traceback, where wanted."""
    try:
        yield
    except TargetError as error:
        if wanted and error.__cause__:
            print(last_lines(error.__cause__), end="", file=sys.stderr)
        raise


def read_arguments(texts: Sequence[str]) -> dict[str, object]:
    """Read ``key=value`` texts, each value as in TOML.

    Raises:
        ArgumentError: one is not of that form, or a key comes twice.
    """
    read: dict[str, object] = {}
    for text in texts:
        key, _, value = text.partition("=")
        if not key.isidentifier():
            raise ArgumentError(f"--arg {text!r} is no argument; give key=value, such as depth=6")
        if key in read:
            raise ArgumentError(f"--arg {key} is given twice; give it once")
        read[key] = _toml_value(key, value)
    return read


def _toml_value(key: str, text: str) -> object:
    from bottlecalc import toml

    try:
        read = toml.loads(f"value = {text}")
    except toml.TOMLDecodeError:
        read = {}
    if set(read) != {"value"}:
        raise ArgumentError(
            f"--arg {key}={text}: {text!r} is no TOML value; give a number, true, false,"
            f" [1, 2], or text in quotes: --arg '{key}=\"{text}\"'"
        )
    return read["value"]


def read_blocks(specs: Sequence[str], options: Mapping[str, str | bool | None]) -> list[Block]:
    """The blocks of these specs (or the usual ones), the options filling what they leave out.

    Raises:
        BlockError: a spec is wrong, or an option is given that no block has.
    """
    said = {key: _text(value) for key, value in options.items() if value not in (None, False)}
    blocks = [parse(spec, said) for spec in specs or COMPARED]
    for key, text in said.items():
        if not any(key in keys(type(block)) for block in blocks):
            families = ", ".join(dict.fromkeys(block.family for block in blocks))
            raise BlockError(
                f"--{key} {text} is given, and no compared block has {key} ({families});"
                f" leave it out, or add a --block that has it"
            )
    return blocks


def read_size(text: str) -> tuple[int, int]:
    """Height and width: ``56`` or ``56x112``.

    Raises:
        BlockError: it is neither.
    """
    sides = text.split("x")
    if len(sides) > 2 or not all(WHOLE_NUMBER.fullmatch(side) and int(side) for side in sides):
        raise BlockError(f"--size {text!r} is no size; give H or HxW, such as 56 or 56x112")
    return int(sides[0]), int(sides[-1])


def read_batch(text: str) -> int:
    """How many images.

    Raises:
        BlockError: it is no whole number of at least 1.
    """
    if not WHOLE_NUMBER.fullmatch(text) or not int(text):
        raise BlockError(f"--batch {text!r} is no batch; give a whole number of at least 1")
    return int(text)


def read_depth(text: str) -> int:
    """How many levels of modules.

    Raises:
        ArgumentError: it is no whole number.
    """
    if not WHOLE_NUMBER.fullmatch(text):
        raise ArgumentError(
            f"--depth {text!r} is no depth; give a whole number, 0 for totals alone"
        )
    return int(text)


def _text(value: object) -> str:
    return "true" if value is True else str(value)
