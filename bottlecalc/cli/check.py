"""``bottlecalc check``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bottlecalc.cli import completion, options
from bottlecalc.cli.options import OptionError
from bottlecalc.cli.output import console, guests, spinner, tell, write
from bottlecalc.render.layout import unbounded
from bottlecalc.text.files import OutputError, drafting, encoded

if TYPE_CHECKING:
    from bottlecalc.budgets.verdict import Report

Format = Literal["table", "json", "markdown", "github", "junit", "sarif", "pr", "badge"]


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]…",
            autocompletion=completion.budgets,
            help="Budgets to check.  [default: all]",
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Where the budgets are.  [default: the nearest bottlecalc.toml or pyproject.toml"
            " with budgets, here or above]",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="What was counted before.  [default: bottlecalc.lock.json beside the budgets]",
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="REF",
            help="Hold budgets against those of another revision, counted in its tree: a branch,"
            " a tag, a commit, or merge-base:origin/main.",
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Write what is counted now to the baseline.")
    ] = False,
    locked: Annotated[
        bool, typer.Option("--locked", help="Fail where the baseline is not what is counted now.")
    ] = False,
    only: Annotated[
        Literal["blocks", "models"] | None,
        typer.Option(
            help="Check budgets of blocks and networks alone, for which torch is not loaded unless"
            " max_peak_bytes is held, or of models alone."
        ),
    ] = None,
    output_format: Annotated[
        Format | None,
        options.format_option("table, json, markdown, github, junit, sarif, pr or badge"),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write FORMAT there; the table goes to stdout."
        ),
    ] = None,
    comment: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Write a comment on a pull request there too, as --format pr gives it.",
        ),
    ] = None,
    exit_zero: Annotated[
        bool,
        typer.Option("--exit-zero", help="Exit with 0 where budgets are exceeded: report only."),
    ] = False,
    timeout: options.Timeout = options.TIMEOUT,
    max_memory: options.MaxMemory = None,
    traceback: options.Traceback = False,
) -> None:
    """Check blocks and models against their budgets.

    Exit code 0: all hold; 1: one is exceeded; 2: one could not be checked.

    Examples:

    `bottlecalc check`

    `bottlecalc check classifier --format json`

    `bottlecalc check --against merge-base:origin/main`

    `bottlecalc check --update`

    `bottlecalc check --only blocks`

    `bottlecalc check --format junit -o report.xml`
    """
    form = options.read_format(output_format, output, Format)
    bounds = options.read_bounds(timeout, max_memory)
    from bottlecalc.budgets.repository import check as check_budgets
    from bottlecalc.render.reports import FORMATS

    files = {"output": output, "comment": comment}
    with _reporting(files, config, baseline) as save, spinner("checking budgets") as say:
        report = check_budgets(
            config, names or (), baseline=baseline, update=update, against=against,
            locked=locked, only=only, exit_zero=exit_zero, progress=say, host=guests,
            timeout=bounds.seconds, max_memory=bounds.memory,
        )  # fmt: skip
        save("output", lambda: FORMATS[form](report, unbounded()))
        save("comment", lambda: FORMATS["pr"](report, unbounded()))
    for verdict in report.verdicts if traceback else ():
        tell(*verdict.traceback.splitlines())
    write(FORMATS["table" if output is not None else form](report, console()))
    _summarise(report)
    if report.against and report.against.problem:
        tell(f"Error: {report.against.problem}")
    raise typer.Exit(report.exit_code)


Save = Callable[[str, Callable[[], str]], object]
"""Makes a file's text, where the file is wanted, and writes it."""


@contextmanager
def _reporting(
    files: Mapping[str, str | None], config: str | None, baseline: str | None
) -> Iterator[Save]:
    """The report's files, begun before anything else is written: they tell what was."""
    wanted = {option: file for option, file in files.items() if file is not None}
    _check_files(wanted, config, baseline)
    with ExitStack() as stack:
        drafts = {name: stack.enter_context(drafting(Path(file))) for name, file in wanted.items()}

        def save(name: str, made: Callable[[], str]) -> None:
            if name in drafts:
                drafts[name](encoded(made()))

        yield save


def _check_files(files: Mapping[str, str], config: str | None, baseline: str | None) -> None:
    """Refuse one file for two things.

    Raises:
        OptionError: there is one.
    """
    from bottlecalc.budgets.repository import locate

    if not files:
        return
    found = locate(config, baseline)
    taken = {
        os.path.realpath(found.budgets): "the file of the budgets",
        os.path.realpath(found.baseline): "the file of the baseline",
    }
    for option, file in files.items():
        place = os.path.realpath(file)
        if file and place in taken:
            raise OptionError(f"--{option} {file} is {taken[place]}; give another for the report")
        taken[place] = f"that of --{option}"


def _on_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _summarise(report: Report) -> None:
    """Append the check to the summary that GitHub shows of a job."""
    from bottlecalc.render.budgets import markdown

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path or not _on_github():
        return
    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as summary:
            summary.write(f"\n{markdown(report)}\n")
    except OSError as error:
        raise OutputError(
            f"{path} of GITHUB_STEP_SUMMARY cannot be written: {error.strerror}; mend the job"
        ) from error
