"""The command line: parse, call, print, exit. One file a command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bottlecalc.blocks import BlockError
from bottlecalc.cli.compare import compare
from bottlecalc.cli.handout import handout
from bottlecalc.cli.output import BAD_INPUT, OutputError, abandon_stdout
from bottlecalc.handout import HandoutError
from bottlecalc.measure import MeasureError
from bottlecalc.version import __version__

REFUSALS = (BlockError, HandoutError, MeasureError, OutputError)
"""Errors whose text is the sentence that the user reads."""

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="markdown")
app.command()(compare)
app.command()(handout)


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


def main() -> None:
    """Run the command line; an error is one sentence on stderr and exit code 2."""
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    try:
        code = app(prog_name="bottlecalc", standalone_mode=False)
    except typer.TyperException as error:
        code = _refuse(_usage(error))
    except REFUSALS as error:
        code = _refuse(str(error))
    except ImportError as error:
        code = _refuse(f"{error}; install what is missing with: python -m pip install bottlecalc")
    except OSError as error:  # a full disk, or a library that torch cannot load
        abandon_stdout()
        code = _refuse(str(error))
    sys.exit(code)


def _usage(error: typer.TyperException) -> str:
    """Typer's complaint as one sentence, and where to read more."""
    message = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{message}; see {context.command_path} --help" if message and context else message


def _refuse(sentence: str) -> int:
    if sentence:
        print(f"Error: {sentence}", file=sys.stderr)
    return BAD_INPUT
