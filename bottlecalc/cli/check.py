"""``bottlecalc check``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bottlecalc.blocks import BlockError
from bottlecalc.cli import options
from bottlecalc.cli.output import OutputError, console, guests, save, spinner, write
from bottlecalc.counts import Count, Witness
from bottlecalc.formulas import count as count_block
from bottlecalc.models import InputError, ModelCount
from bottlecalc.targets import Target, TargetError

if TYPE_CHECKING:
    from bottlecalc.budgets import Budget, Report, Verdict
    from bottlecalc.lock import Lock

Format = Literal["table", "json", "markdown", "github", "junit", "sarif"]
Versions = Mapping[Witness, str]

CONFIGS = (Path("bottlecalc.toml"), Path("pyproject.toml"))
LOCK = "bottlecalc.lock.json"


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
    from bottlecalc.budgetfile import select
    from bottlecalc.render.reports import FORMATS

    path = Path(config) if config else _config()
    budgets = _read_budgets(path)
    chosen = select(budgets, names or (), str(path))
    lock_path = Path(baseline) if baseline else path.parent / LOCK
    lock = _read_lock(lock_path, needed=baseline is not None and not update)
    with guests(), spinner("checking budgets") as say:
        found = [_checked(budget, lock, update, traceback, say) for budget in chosen]
    notes = _updated(found, lock_path, lock, budgets) if update else _strangers(lock, budgets)
    report = _report(found, exit_zero, notes)
    _summarise(report)
    text = FORMATS[output_format](report, console())
    if output:
        save(Path(output), text)
        text = FORMATS["table"](report, console())
    write(text)
    raise typer.Exit(report.exit_code)


def _config() -> Path:
    from bottlecalc.budgetfile import BudgetError

    found = next((path for path in CONFIGS if path.is_file()), None)
    if found is None:
        raise BudgetError(
            f"there is neither {CONFIGS[0]} nor {CONFIGS[1]} here; go where one is, or name it"
            " with --config"
        )
    return found


def _read_budgets(path: Path) -> tuple[Budget, ...]:
    from bottlecalc.budgetfile import BudgetError, read

    return read(_text(path, BudgetError), _shown(path))


def _read_lock(path: Path, needed: bool) -> Lock | None:
    from bottlecalc.lock import LockError, read

    if not needed and not path.exists():
        return None
    return read(_text(path, LockError), str(path))


def _text(path: Path, refusal: type[Exception]) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise refusal(f"{path} cannot be read: {reason}; give another file") from None


def _shown(path: Path) -> str:
    """The file's name as whoever reads the report knows it: on GitHub, from the repository."""
    root = os.environ.get("GITHUB_WORKSPACE") if _on_github() else None
    absolute = path.resolve()
    if root and absolute.is_relative_to(Path(root).resolve()):
        return absolute.relative_to(Path(root).resolve()).as_posix()
    return str(path)


def _checked(
    budget: Budget, lock: Lock | None, update: bool, traceback: bool, say: Callable[[str], None]
) -> tuple[Verdict, Versions]:
    """Hold one budget; whatever keeps it from being counted is its verdict."""
    from bottlecalc.budgets import Verdict, hold

    say(f"checking {budget.name}")
    held = replace(budget, max_increase=None) if update else budget
    try:
        with options.traced(traceback):
            count = _count(held)
    except (BlockError, InputError, TargetError, ImportError) as error:
        return Verdict(held, problem=str(error)), {}
    versions = count.versions if isinstance(count, ModelCount) else {}
    return hold(held, count, lock.baselines.get(budget.name) if lock else None), versions


def _count(budget: Budget) -> Count | ModelCount:
    if budget.block:
        return count_block(budget.block, budget.size)
    from bottlecalc.counting import count_target

    target = Target(str(budget.model), budget.arguments)
    return count_target(target, budget.inputs, budget.counter)


def _report(
    found: Sequence[tuple[Verdict, Versions]], exit_zero: bool, notes: Sequence[str]
) -> Report:
    from bottlecalc.budgets import Report, exit_code

    verdicts = tuple(verdict for verdict, _ in found)
    versions = {name: version for _, asked in found for name, version in asked.items()}
    return Report(verdicts, exit_code(verdicts, exit_zero), tuple(notes), versions)


def _strangers(lock: Lock | None, budgets: Sequence[Budget]) -> list[str]:
    names = lock.strangers(budgets) if lock else ()
    listed = ", ".join(map(repr, names))
    stale = f"the baseline is stale: no budget is named {listed}"
    return [f"{stale}; drop what is not needed with: bottlecalc check --update"] if names else []


def _updated(
    found: Sequence[tuple[Verdict, Versions]],
    path: Path,
    lock: Lock | None,
    budgets: Sequence[Budget],
) -> list[str]:
    """Write the baseline, unless something could not be counted."""
    from bottlecalc.render.locks import document

    verdicts = [verdict for verdict, _ in found]
    if any(verdict.problem for verdict in verdicts):
        return [f"{path} was not written: not every budget could be checked"]
    versions = {name: version for _, asked in found for name, version in asked.items()}
    kept = lock.kept(budgets) if lock else {}
    save(path, document(verdicts, kept, versions))
    return [f"{path} was written"]


def _on_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _summarise(report: Report) -> None:
    """Append the check to the summary that GitHub shows of a job."""
    from bottlecalc.render.breaches import markdown

    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path or not _on_github():
        return
    try:
        with Path(path).open("a", encoding="utf-8") as summary:
            summary.write(f"{markdown(report)}\n")
    except OSError as error:
        raise OutputError(
            f"{path} of GITHUB_STEP_SUMMARY cannot be written: {error.strerror}; mend the job"
        ) from error
