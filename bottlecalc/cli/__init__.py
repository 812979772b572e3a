"""The command line: parse, call, print, exit. One file a command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib import import_module
from inspect import Parameter, signature
from signal import SIGINT
from typing import Annotated, Any

import typer

from bottlecalc.cli import signals
from bottlecalc.cli.block_options import WORDS
from bottlecalc.cli.completion import check_request, heed_named_shell
from bottlecalc.cli.options import with_parameters
from bottlecalc.cli.output import (
    BAD_INPUT,
    abandon_stdout,
    bound_width,
    giving_back_stdout,
    open_what_is_closed,
    spell_in_ascii_what_stdout_cannot,
    tell,
)
from bottlecalc.errors import BottlecalcError
from bottlecalc.version import __version__

COMPLAINT: Any = next(
    one
    for one in typer.BadParameter.__mro__
    if one.__name__ in ("TyperException", "ClickException")
)
"""What all of Typer's complaints are: click's before Typer 0.27, its own since."""

COMMANDS = (
    *("compare", "sweep", "solve", "count", "diff", "check", "network", "explain", "blocks"),
    *("handout", "page"),
)


def command_line(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands; every one costs milliseconds to load and lay out."""
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(bottlecalc)
    for name in names:
        app.command()(_telling_version(getattr(import_module(f"bottlecalc.cli.{name}"), name)))
    return app


def _version(asked: bool) -> None:
    if asked:
        print(f"bottlecalc {__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("-V", "--version", callback=_version, is_eager=True, help="Show the version."),
]


def _telling_version(command: Callable[..., None]) -> Callable[..., None]:
    """A command that takes --version too."""

    def run(version: bool = False, **values: Any) -> None:
        del version  # it was told, or not asked for
        command(**values)

    own = signature(command, eval_str=True).parameters.values()
    asked = Parameter("version", Parameter.KEYWORD_ONLY, default=False, annotation=Version)
    return with_parameters(run, command, [*own, asked])


def bottlecalc(version: Version = False) -> None:
    """What a bottleneck block costs, against the plain 3×3 residual block it replaces.

    Example: `bottlecalc compare --in 64 --out 128`

    Completion of a shell that is named: `bottlecalc --install-completion zsh`
    """


def main() -> None:
    """Run the command line in a process that goes on afterwards."""
    with giving_back_stdout():
        run()


def run() -> None:
    """Run the command line; an error is one sentence on stderr and exit code 2.

    A signal that ends it is exit code 128 and its number: 130 for Ctrl-C.
    """
    sys.set_int_max_str_digits(0)
    open_what_is_closed()
    bound_width()
    if sys.stdout is None:  # closed: `bottlecalc … >&-`
        sys.exit(_refuse("stdout is closed; leave it open, or send it to a file"))
    spell_in_ascii_what_stdout_cannot()
    heed_named_shell()
    code: int | None = 128 + SIGINT
    with suppress(KeyboardInterrupt), signals.ending():
        code = _run()
    sys.exit(128 + signals.came[0] if signals.came else code)


def _run() -> int | None:
    try:
        check_request()
        code: int | None = command_line(_asked())(prog_name="bottlecalc", standalone_mode=False)
    except COMPLAINT as error:
        return _refuse(_usage(error))
    except BottlecalcError as error:
        return _refuse(error.worded(WORDS))
    except ImportError as error:
        remedy = f"; install it with: python -m pip install {error.name}" if error.name else ""
        return _refuse(f"{error}{remedy}")
    except OSError as error:  # a full disk, or a library that torch cannot load
        abandon_stdout()
        return _refuse(str(error))
    except MemoryError:
        return _refuse("there is not enough memory; ask for less, or free some")
    return code


def _asked() -> Iterable[str]:
    """The one command that is asked for, where it is plain which; otherwise all."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        return ()
    return sys.argv[1:2] if sys.argv[1:2] and sys.argv[1] in COMMANDS else COMMANDS


def _usage(error: Any) -> str:
    """Typer's complaint as one sentence, and where to read more."""
    message = " ".join(error.format_message().split()).replace("Value error, ", "").rstrip(".")
    context = getattr(error, "ctx", None)
    return f"{message}; see {context.command_path} --help" if message and context else message


def _refuse(sentence: str) -> int:
    if sentence:
        tell(f"Error: {sentence}")
    return BAD_INPUT
