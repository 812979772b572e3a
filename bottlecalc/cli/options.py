"""Options that commands share, and how their text is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from bottlecalc.blocks.families import COMPARED
from bottlecalc.cli import completion
from bottlecalc.cli.output import tell
from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.training import OPTIMIZER, OPTIMIZERS, Recipe
from bottlecalc.text.calls import quoted
from bottlecalc.text.files import FORMATS
from bottlecalc.text.numbers import LARGEST_SEED, WHOLE_NUMBER, parse_quantity
from bottlecalc.text.shapes import parse_sides
from bottlecalc.text.suggest import did_you_mean

if TYPE_CHECKING:
    from bottlecalc.agreement.compare import Measuring
    from bottlecalc.models.worker import Bounds

Size = Annotated[
    str | None,
    typer.Option("--size", metavar="H|HxW", help="Height and width of the input.  [default: 56]"),
]
Batch = Annotated[str, typer.Option("--batch", metavar="N", help="Images in the input.")]
Blocks = Annotated[
    list[str] | None,
    typer.Option(
        "--block",
        metavar="SPEC",
        autocompletion=completion.families,
        help="A block to compare, as often as wanted; the first is the baseline."
        f" family:key=value,…; `bottlecalc blocks` lists them.  [default: {', '.join(COMPARED)}]",
    ),
]
Measure = Annotated[
    bool,
    typer.Option(
        "--measure/--no-measure",
        help="Ask torch and fvcore too, leaving out whoever would take too much; or not.",
    ),
]
Insist = Annotated[
    bool, typer.Option("--insist", help="Ask them at any size, whatever time and memory it takes.")
]
Arguments = Annotated[
    list[str] | None,
    typer.Option(
        "--arg",
        metavar="KEY=VALUE",
        help="For the class or function: a TOML value, null, or an object,"
        " config=pkg.module:Config(depth=2); '*=[1, 2]' by place; as often as wanted.",
    ),
]
Mode = Literal["eval", "train"]
ModeOption = Annotated[
    Mode,
    typer.Option(
        "--mode",
        metavar="MODE",
        help="eval, or train: a training step too, forward and backward, and its bytes.",
    ),
]
Optimizer = Annotated[
    str | None,
    typer.Option(
        "--optimizer",
        metavar="NAME",
        help=f"{', '.join(OPTIMIZERS)}, of a training step.  [default: {OPTIMIZER}]",
    ),
]
Frozen = Annotated[
    list[str] | None,
    typer.Option(
        "--freeze",
        metavar="NAME",
        help="A module that a training step does not train; as often as wanted.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write there, whole or not at all."),
]


def input_option(more: str = "") -> Any:
    """The option that says what a model is run on."""
    text = (
        "1x3x224x224, or 1x128:int64=ones, once for each input; by name ids=1x128:int64, or a TOML"
        f""" value, n=3, mode="text"; '{{a = "1x3", b = [1, 2]}}' is one table.{more}"""
    )
    return typer.Option("--input", metavar="[NAME=]SHAPE", help=text)


InputsFrom = Annotated[
    str,
    typer.Option(
        "--inputs-from",
        metavar="FILE.py:NAME",
        help="A function that returns what the model is run on, whatever that is.",
    ),
]


Dtype = Annotated[
    str,
    typer.Option(
        "--dtype",
        metavar="DTYPE",
        help="Of all floats, parameters and inputs: bfloat16, float16, float32 or float64.",
    ),
]
Module = Annotated[
    str,
    typer.Option(
        "--module", metavar="NAME", help="The figures of this part, while the whole is run."
    ),
]
Seed = Annotated[
    str,
    typer.Option(
        "--seed",
        metavar="N",
        help="By which weights and inputs are drawn, for where values decide what is run.",
    ),
]


def format_option(names: str) -> Any:
    """The option that chooses one of these formats."""
    text = f"{names}.  [default: by FILE's ending, or table]"
    return typer.Option("--format", metavar="FORMAT", help=text)


def read_format(given: str | None, output: Path | str | None, known: object) -> str:
    """The format that is given, or else that of the file's ending; a table without either.

    Args:
        given: by ``--format``.
        output: the file.
        known: a Literal of all formats that there are.
    """
    ending = FORMATS.get(Path(output).suffix.lower()) if output else None
    return given or (ending if ending in get_args(known) else None) or "table"


class OptionError(BottlecalcError, ValueError):
    """An option that is wrong, or does not go with the others; its text says why."""


Traceback = Annotated[
    bool,
    typer.Option("--traceback", help="Show the last lines of your own code's traceback on errors."),
]


TIMEOUT = "600"
Timeout = Annotated[
    str,
    typer.Option(
        "--timeout",
        metavar="SECONDS",
        help="Give a model no longer than this to be built and counted.",
    ),
]
MaxMemory = Annotated[
    str | None,
    typer.Option(
        "--max-memory",
        metavar="BYTES",
        help="Give a model no more memory than this, such as 4G.  [default: what is free]",
    ),
]


@contextmanager
def traced(wanted: bool) -> Iterator[None]:
    """On an error in the user's code show the last lines of its traceback, where wanted."""
    try:
        yield
    except BottlecalcError as error:
        if wanted:
            show_traceback(error.__cause__)
        raise


def show_traceback(cause: BaseException | None) -> None:
    """The last lines of what the user's code raised, on stderr."""
    if cause is not None:
        from bottlecalc.models.failure import last_lines

        tell(*last_lines(cause).splitlines())


def with_parameters(
    run: Callable[..., None], command: Callable[..., None], parameters: Iterable[Parameter]
) -> Callable[..., None]:
    """What runs in a command's stead, with these parameters, which Typer reads."""
    keywords = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in parameters]
    wrapped = wraps(command)(run)
    wrapped.__signature__ = Signature(keywords)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in keywords}
    return wrapped


def settings(said: Mapping[str, str], texts: Iterable[str], example: str) -> dict[str, str]:
    """What ``--set`` gives by key, beside what is said already.

    Raises:
        OptionError: a text is not of the form key=value, or something is given twice.
    """
    keys = dict(said)
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and value):
            raise OptionError(f"--set {text!r} sets nothing; give KEY=VALUE, such as {example}")
        if name in keys:
            raise OptionError(f"{name} is given twice, {keys[name]} and {value}; give it once")
        keys[name] = value
    return keys


def read_size(text: str) -> tuple[int, int]:
    """Height and width: ``56`` or ``56x112``.

    Raises:
        OptionError: it is neither.
    """
    sides = parse_sides(text)
    if sides is None:
        raise OptionError(
            f"--size {text!r} is no size; give H or HxW of at least 1, such as 56 or 56x112"
        )
    return sides


def read_number(option: str, text: str) -> int:
    """The number that an option gives.

    Raises:
        OptionError: it is no whole number of at least 1.
    """
    if not WHOLE_NUMBER.fullmatch(text) or not int(text):
        raise OptionError(f"{option} {text!r} is not allowed; give a whole number of at least 1")
    return int(text)


def read_bounds(timeout: str, max_memory: str | None) -> Bounds:
    """What a model may take.

    Raises:
        OptionError: that is no whole number, or nothing.
    """
    from bottlecalc.models.worker import Bounds

    seconds = _amount("timeout", timeout)
    return Bounds(seconds, None if max_memory is None else _amount("max-memory", max_memory))


def _amount(name: str, text: str) -> int:
    amount = parse_quantity(text, f"--{name}")
    if not amount:
        raise OptionError(f"--{name} {text!r} is nothing; give a whole number of at least 1")
    return amount


def read_depth(text: str) -> int:
    """How many levels of modules.

    Raises:
        OptionError: it is no whole number.
    """
    if not WHOLE_NUMBER.fullmatch(text):
        raise OptionError(f"--depth {text!r} is no depth; give a whole number, 0 for totals alone")
    return int(text)


def read_seed(text: str) -> int:
    """By what random numbers begin.

    Raises:
        OptionError: it is no whole number, or too large for one.
    """
    if not (WHOLE_NUMBER.fullmatch(text) and len(text) < 11 and int(text) <= LARGEST_SEED):
        raise OptionError(
            f"--seed {quoted(text)} is no seed; give a whole number from 0 to {LARGEST_SEED:,},"
            " such as 0"
        )
    return int(text)


def read_training(mode: Mode, optimizer: str | None, frozen: Sequence[str] | None) -> Recipe | None:
    """How a training step is taken, or None where none is asked.

    Raises:
        OptionError: there is no such optimizer, or an option goes with a training step alone.
    """
    if mode == "train":
        name = optimizer or OPTIMIZER
        if name not in OPTIMIZERS:
            hint = did_you_mean(name, OPTIMIZERS)
            raise OptionError(f"--optimizer {name!r}; give {', '.join(OPTIMIZERS)}{hint}")
        return Recipe(name, tuple(frozen or ()))
    for option, given in (("--optimizer", optimizer), ("--freeze", frozen)):
        if given:
            raise OptionError(f"{option} goes with a training step; give --mode train too")
    return None


def read_measure(measure: bool, insist: bool) -> Measuring:
    """Who is asked beside the closed form.

    Raises:
        OptionError: the options contradict each other.
    """
    if insist and not measure:
        raise OptionError("--insist and --no-measure exclude each other; leave one of the two out")
    return "insist" if insist else measure
