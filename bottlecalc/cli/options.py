"""Options that commands share, and how their text is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from bottlecalc.blocks.residual import COMPARED, FAMILIES, Block, family_name, keys, parse
from bottlecalc.errors import BottlecalcError
from bottlecalc.text.numbers import WHOLE_NUMBER

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


class OptionError(BottlecalcError, ValueError):
    """An option that is wrong, or does not go with the others; its text says why."""


def said(options: Mapping[str, str | bool | None]) -> dict[str, str]:
    """The options that were given, as text."""
    given = {key: value for key, value in options.items() if value not in (None, False)}
    return {key: "true" if value is True else str(value) for key, value in given.items()}


Traceback = Annotated[
    bool,
    typer.Option("--traceback", help="Show the last lines of your own code's traceback on errors."),
]


@contextmanager
def traced(wanted: bool) -> Iterator[None]:
    """On an error in the user's code show the last lines of its traceback, where wanted."""
    try:
        yield
    except BottlecalcError as error:
        if wanted and error.__cause__:
            from bottlecalc.models.target import last_lines

            print(last_lines(error.__cause__), end="", file=sys.stderr)
        raise


def read_arguments(texts: Sequence[str]) -> dict[str, object]:
    """Read ``key=value`` texts, each value as in TOML.

    Raises:
        OptionError: one is not of that form, or a key comes twice.
    """
    read: dict[str, object] = {}
    for text in texts:
        key, given, value = text.partition("=")
        if not given or not key.isidentifier():
            raise OptionError(f"--arg {text!r} is no argument; give key=value, such as depth=6")
        if key in read:
            raise OptionError(f"--arg {key} is given twice; give it once")
        read[key] = _toml_value(key, value)
    return read


def _toml_value(key: str, text: str) -> object:
    import tomllib

    try:
        read = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        read = {}
    if set(read) != {"value"}:
        raise OptionError(f"--arg {key}={text}: {text!r} is no TOML value; {_meant(key, text)}")
    return read["value"]


def _meant(key: str, text: str) -> str:
    if text in ("True", "False"):
        return f"give --arg {key}={text.lower()}"
    if text == "None":
        return f"TOML has none of that: leave {key} out, or name a function that gives it"
    return f"give a number, true, false, [1, 2], or text in quotes: --arg '{key}=\"{text}\"'"


def read_blocks(specs: Sequence[str], options: Mapping[str, str | bool | None]) -> list[Block]:
    """The blocks of these specs (or the usual ones), the options filling what they leave out.

    Raises:
        BlockError: a spec is wrong.
        OptionError: an option is given that no block has.
    """
    given = said(options)
    blocks = [parse(spec, given) for spec in specs or COMPARED]
    refuse_unknown(given, [type(block) for block in blocks])
    return blocks


def refuse_unknown(given: Mapping[str, str], families: Sequence[type[Block]]) -> None:
    """Refuse an option that none of these families has.

    Raises:
        OptionError: there is one.
    """
    for key, text in given.items():
        if not any(key in keys(family) for family in families):
            names = ", ".join(dict.fromkeys(map(family_name, families)))
            raise OptionError(
                f"--{key} {text} is given, and no compared block has {key} ({names});"
                f" leave it out, or add a --block that has it"
            )


def read_size(text: str) -> tuple[int, int]:
    """Height and width: ``56`` or ``56x112``.

    Raises:
        OptionError: it is neither.
    """
    sides = text.split("x")
    if len(sides) > 2 or not all(WHOLE_NUMBER.fullmatch(side) and int(side) for side in sides):
        raise OptionError(
            f"--size {text!r} is no size; give H or HxW of at least 1, such as 56 or 56x112"
        )
    return int(sides[0]), int(sides[-1])


def read_number(option: str, text: str) -> int:
    """The number that an option gives.

    Raises:
        OptionError: it is no whole number of at least 1.
    """
    if not WHOLE_NUMBER.fullmatch(text) or not int(text):
        raise OptionError(f"{option} {text!r} is not allowed; give a whole number of at least 1")
    return int(text)


def read_depth(text: str) -> int:
    """How many levels of modules.

    Raises:
        OptionError: it is no whole number.
    """
    if not WHOLE_NUMBER.fullmatch(text):
        raise OptionError(f"--depth {text!r} is no depth; give a whole number, 0 for totals alone")
    return int(text)
