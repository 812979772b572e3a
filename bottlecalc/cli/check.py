"""``bottlecalc check``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bottlecalc.cli import options
from bottlecalc.cli.options import OptionError
from bottlecalc.cli.output import OutputError, console, guests, save_all, spinner, tell, write
from bottlecalc.cli.reading import read_bytes
from bottlecalc.errors import BottlecalcError
from bottlecalc.render.layout import unbounded

if TYPE_CHECKING:
    from bottlecalc.budgets.budget import Budget
    from bottlecalc.budgets.lock import Lock
    from bottlecalc.budgets.verdict import Report

Format = Literal["table", "json", "markdown", "github", "junit", "sarif"]

CONFIGS = (Path("bottlecalc.toml"), Path("pyproject.toml"))
LOCK = "bottlecalc.lock.json"
SECTION = "[tool.bottlecalc"


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]…", help="Budgets to check.  [default: all]"),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Where the budgets are.  [default: bottlecalc.toml, or else pyproject.toml]",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help=f"What was counted before.  [default: {LOCK} beside the budgets]",
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Write what is counted now to the baseline.")
    ] = False,
    output_format: Annotated[
        Format,
        typer.Option(
            "--format", metavar="FORMAT", help="table, json, markdown, github, junit or sarif."
        ),
    ] = "table",
    output: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write FORMAT there; the table goes to stdout."),
    ] = None,
    exit_zero: Annotated[
        bool,
        typer.Option("--exit-zero", help="Exit with 0 where budgets are exceeded: report only."),
    ] = False,
    traceback: options.Traceback = False,
) -> None:
    """Check blocks and models against their budgets.

    Exit code 0: all hold; 1: one is exceeded; 2: one could not be checked.

    Examples:

    `bottlecalc check`

    `bottlecalc check classifier --format json`

    `bottlecalc check --update`

    `bottlecalc check --format junit --output report.xml`
    """
    from bottlecalc.budgets.check import check as hold_all
    from bottlecalc.budgets.file import select
    from bottlecalc.render.reports import FORMATS

    path = _config() if config is None else Path(config)
    budgets = _read_budgets(path)
    chosen = select(budgets, names or (), str(path))
    lock_path = path.parent / LOCK if baseline is None else Path(baseline)
    lock = _read_lock(lock_path, baseline is not None, update, partial=len(chosen) < len(budgets))
    _check_output(output, {"budgets": path, "baseline": lock_path})
    with _hosting(chosen), spinner("checking budgets") as say:
        report = hold_all(chosen, lock, growth=not update, exit_zero=exit_zero, progress=say)
    for verdict in report.verdicts if traceback else ():
        tell(*verdict.traceback.splitlines())
    files = _update(report, lock_path, lock, budgets) if update else {}
    notes = _updated(lock_path, files) if update else _strangers(lock, budgets)
    if config is None:
        notes += _unread(path)
    report = replace(report, notes=tuple(notes))
    if output is not None:
        files[Path(output)] = FORMATS[output_format](report, unbounded())
    save_all(files)
    write(FORMATS["table" if output is not None else output_format](report, console()))
    _summarise(report)
    raise typer.Exit(report.exit_code)


def _hosting(budgets: Sequence[Budget]) -> AbstractContextManager[None]:
    """What the user's code prints goes to stderr, where any of it is run."""
    return guests() if any(budget.model for budget in budgets) else nullcontext()


def _check_output(output: str | None, files: Mapping[str, Path]) -> None:
    for what, path in files.items():
        if output and os.path.realpath(output) == os.path.realpath(path):
            raise OptionError(
                f"--output {output} is the file of the {what}; give another for the report"
            )


def _config() -> Path:
    from bottlecalc.budgets.entry import BudgetError

    found = next((path for path in CONFIGS if path.is_file()), None)
    if found is None:
        raise BudgetError(
            f"there is neither {CONFIGS[0]} nor {CONFIGS[1]} here; go where one is, or name it"
            " with --config"
        )
    return found


def _unread(path: Path) -> list[str]:
    """That the other file has budgets too."""
    other = CONFIGS[1]
    if path == other or not other.is_file() or SECTION not in other.read_text("utf-8", "replace"):
        return []
    return [f"{other} has budgets too, and they are not read: {path} comes first"]


def _read_budgets(path: Path) -> tuple[Budget, ...]:
    from bottlecalc.budgets.entry import BudgetError
    from bottlecalc.budgets.file import read

    return read(_text(path, BudgetError), _shown(path))


def _read_lock(path: Path, named: bool, update: bool, partial: bool) -> Lock | None:
    """The baseline; None where there is none, or where an update replaces one that is damaged."""
    if not path.exists():
        if named and not update:
            raise OptionError(
                f"--baseline {path} is not there; name another, or make it with --update"
            )
        return None
    from bottlecalc.budgets.lock import LockError, read

    try:
        return read(_text(path, LockError), str(path))
    except LockError:
        if update and not partial:
            return None
        raise


def _text(path: Path, refusal: type[BottlecalcError]) -> str:
    try:
        return read_bytes(path, refusal, "give another file").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refusal(f"{path} cannot be read: it is not UTF-8; give another file") from None


def _shown(path: Path) -> str:
    """The file's name as whoever reads the report knows it: on GitHub, from the repository."""
    root = os.environ.get("GITHUB_WORKSPACE") if _on_github() else None
    absolute = Path(os.path.realpath(path))
    if root and absolute.is_relative_to(os.path.realpath(root)):
        return absolute.relative_to(os.path.realpath(root)).as_posix()
    return str(path)


def _strangers(lock: Lock | None, budgets: Sequence[Budget]) -> list[str]:
    names = lock.strangers(budgets) if lock else ()
    listed = ", ".join(map(repr, names))
    stale = f"the baseline is stale: no budget is named {listed}"
    return [f"{stale}; drop what is not needed with: bottlecalc check --update"] if names else []


def _update(
    report: Report, path: Path, lock: Lock | None, budgets: Sequence[Budget]
) -> dict[Path, str]:
    """The baseline to write: none where something could not be counted."""
    from bottlecalc.budgets.lock import Lock, document

    if any(verdict.problem for verdict in report.verdicts):
        return {}
    return {path: document(report.verdicts, (lock or Lock()).kept(budgets))}


def _updated(path: Path, files: Mapping[Path, str]) -> list[str]:
    return [f"{path} was written" if files else
            f"{path} was not written: not every budget could be checked"]  # fmt: skip


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
