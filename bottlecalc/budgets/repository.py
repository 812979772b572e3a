"""The budgets of a repository: found, read and held, and its baseline kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, chdir, contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from bottlecalc.budgets import baseline as baselines
from bottlecalc.budgets.baseline import read_baseline
from bottlecalc.budgets.budget import Budget
from bottlecalc.budgets.check import Counting
from bottlecalc.budgets.check import check as hold_all
from bottlecalc.budgets.counting import count_if_there, models_of
from bottlecalc.budgets.file import CONFIGS, has_budgets, read_contents, select
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.budgets.lock import Lock, LockError, outdated
from bottlecalc.budgets.verdict import Against, Report, Verdict
from bottlecalc.errors import argument
from bottlecalc.models.worker import Bounds, Worker, WorkerError
from bottlecalc.text.calls import public, quoted
from bottlecalc.text.files import read_text, shown
from bottlecalc.text.patterns import is_pattern

if TYPE_CHECKING:
    from bottlecalc.budgets.against import Base

LOCK = "bottlecalc.lock.json"
ROOTS = (".git", ".hg")
"""What the top folder of a repository holds; budgets are not looked for above it."""


class Files(NamedTuple):
    """Where the budgets and their baseline are.

    Attributes:
        budgets: a TOML file.
        baseline: which may not be there yet.
        folder: that the paths of models are relative to.
    """

    budgets: Path
    baseline: Path
    folder: Path


@public('check("bottlecalc.toml")')
def check(
    config: str | Path | None = None,
    names: str | Sequence[str] = (),
    *,
    baseline: str | Path | None = None,
    update: bool = False,
    against: str | None = None,
    locked: bool = False,
    only: Literal["blocks", "models"] | None = None,
    exit_zero: bool = False,
    progress: Callable[[str], object] = str,
    host: Callable[[], AbstractContextManager[None]] = nullcontext,
    timeout: float | None = None,
    max_memory: float | None = None,
) -> Report:
    """Check blocks and models against their budgets, as ``bottlecalc check`` does.

    Args:
        config: the file of the budgets; where it is None, the nearest ``bottlecalc.toml`` or
            ``pyproject.toml`` with budgets, in the working directory or above it.
        names: of the budgets to check; all where none are named.
        baseline: what was counted before; ``bottlecalc.lock.json`` beside the budgets.
        update: write what is counted now to the baseline, unless something cannot be counted.
        against: another revision, whose budgets are counted in its tree, in a process of its own,
            and stand for the baseline: a branch, a tag, a commit, or ``merge-base:origin/main``.
        locked: fail where the baseline is not what is counted now.
        only: those of blocks and networks, for which torch is not loaded, or those of models.
        exit_zero: have exceeded budgets fail nothing.
        progress: told what is being checked.
        host: makes the context in which the user's code runs, where there is any.
        timeout: of a model, which is then counted in a process of its own; in this one where it is
            None [s].
        max_memory: of that process; what is free where it is None [bytes].

    Raises:
        BudgetError: the budgets cannot be found or read, or none has such a name, or there is no
            such baseline, or what is asked contradicts itself.
        LockError: the baseline cannot be read.
        OutputError: the baseline cannot be written.
    """
    _check_options(baseline, update, against, locked)
    files = locate(config, baseline)
    bounds = None if timeout is None else Bounds(timeout, max_memory)
    text = read_text(files.budgets, BudgetError)
    find = _as_it_is if only == "blocks" else _finder(files.folder, host, bounds)
    contents = read_contents(text, _shown(files.budgets), find)
    budgets = contents.budgets
    chosen = _only(only, select(budgets, _listed(names), str(files.budgets)))
    lock = None
    if against is None or locked:
        lock = _lock(files.baseline, baseline is not None, update, len(chosen) == len(budgets))
    base = _base(against, files, budgets, chosen, progress)
    hosting = host if any(budget.model for budget in chosen) else nullcontext
    with hosting(), chdir(files.folder), _counting(bounds) as counting:
        report = hold_all(
            chosen, lock, growth=not update, exit_zero=exit_zero, progress=progress,
            base=base.budgets if base else None, counting=counting,
        )  # fmt: skip
    if base:
        report = _with_base(report, base.against)
    if locked:
        report = _with_lock(report, lock, budgets, files.baseline)
    notes = [] if report.verdicts else [_nothing(only, names)]
    notes += contents.unmatched
    notes += _updated(files.baseline, report, budgets) if update else _strangers(lock, budgets)
    if config is None:
        notes += _elsewhere(files.budgets)
    pressing = (*report.pressing, *contents.unmatched)
    return replace(report, notes=(*report.notes, *notes), pressing=pressing)


@contextmanager
def _counting(bounds: Bounds | None) -> Iterator[Counting]:
    """Counts what a budget is of: blocks here, models in a process of their own."""
    if bounds is None:
        yield count_if_there
        return
    with Worker(count_if_there, bounds) as worker:
        yield lambda budget: (worker if budget.model else count_if_there)(budget)


def _finder(
    folder: Path, host: Callable[[], AbstractContextManager[None]], bounds: Bounds | None
) -> Callable[[str], list[str]]:
    """Finds the models of a pattern, for which the user's code may be run."""

    def find(text: str) -> list[str]:
        if not is_pattern(text):
            return [text]
        with host(), chdir(folder):
            if bounds is None:
                return models_of(text)
            with suppress(WorkerError), Worker(models_of, bounds) as worker:
                return worker(text)
        return [text]  # counting it says why

    return find


def _as_it_is(text: str) -> list[str]:
    return [text]


def _only(kind: str | None, budgets: Sequence[Budget]) -> tuple[Budget, ...]:
    """Those of blocks and networks, or of models; all where neither is asked for.

    Raises:
        BudgetError: something else is.
    """
    if kind not in (None, "blocks", "models"):
        raise BudgetError(f"{argument('only')} {quoted(kind)} is neither 'blocks' nor 'models'")
    kinds = {"blocks": False, "models": True, None: None}
    return tuple(one for one in budgets if kinds[kind] in (None, one.model is not None))


def _nothing(only: str | None, names: str | Sequence[str]) -> str:
    whose = "none of the budgets named" if names else "no budget"
    return f"{whose} is of {only}: nothing was checked"


def _check_options(
    baseline: str | Path | None, update: bool, against: str | None, locked: bool
) -> None:
    """Refuse options of which one makes the other idle.

    Raises:
        BudgetError: there are two such.
    """
    pairs = [
        ("against", "baseline", against is not None and baseline is not None and not locked),
        ("against", "update", against is not None and update),
        ("locked", "update", locked and update),
    ]
    for one, other, both in pairs:
        if both:
            raise BudgetError(
                f"{argument(one)} and {argument(other)} exclude each other; leave one of the two"
                " out"
            )


def _base(
    against: str | None, files: Files, budgets: Sequence[Budget], chosen: Sequence[Budget],
    progress: Callable[[str], object],
) -> Base | None:  # fmt: skip
    if against is None:
        return None
    if not isinstance(against, str):
        raise BudgetError(f"against = {quoted(against)} is no revision; give text, such as 'main'")
    from bottlecalc.budgets.against import count_base  # a check without it needs no git

    progress(f"counting the budgets of {against}")
    return count_base(against, files.budgets, files.folder, budgets, chosen)


def _with_base(report: Report, against: Against) -> Report:
    """What was found at the other revision, beside; it could not be counted: exit code 2."""
    notes = []
    if any(verdict.baseline for verdict in report.verdicts) or not against.problem:
        notes.append(f"held against {against}, counted in its tree by what is installed here")
    if against.new:
        notes.append(f"new with this change: {', '.join(map(repr, against.new))}")
    if against.removed:
        notes.append(f"removed by this change: {', '.join(map(repr, against.removed))}")
    if not against.problem:
        return replace(report, against=against, notes=tuple(notes))
    return replace(
        report, against=against, exit_code=2, notes=(*notes, against.problem),
        verdicts=tuple(_unheld(verdict, against) for verdict in report.verdicts),
        pressing=(against.problem,),
    )  # fmt: skip


def _unheld(verdict: Verdict, against: Against) -> Verdict:
    """With a note where its growth could not be held."""
    is_held = verdict.baseline or verdict.budget.name in against.new
    if is_held or not verdict.budget.grows or not verdict.count:
        return verdict
    note = f"max_increase is not held against {against}"
    return replace(verdict, notes=(*verdict.notes, note))


def _with_lock(report: Report, lock: Lock | None, budgets: Sequence[Budget], path: Path) -> Report:
    """That the baseline is not what an update would write: exit code 1."""
    found = outdated(lock, report.verdicts, budgets)
    if not found:
        return report
    note = f"{path} is out of date: {'; '.join(found)}; write it with: bottlecalc check --update"
    return replace(
        report,
        notes=(*report.notes, note),
        pressing=(*report.pressing, note),
        exit_code=report.exit_code or 1,
    )


def locate(config: str | Path | None = None, baseline: str | Path | None = None) -> Files:
    """Where the budgets and their baseline are.

    Raises:
        BudgetError: no file is named, and there is none.
    """
    budgets = _nearest() if config is None else _path("config", config)
    return Files(
        budgets=budgets,
        baseline=budgets.parent / LOCK if baseline is None else _path("baseline", baseline),
        folder=Path.cwd() if config is not None else budgets.parent,
    )


def _path(name: str, value: object) -> Path:
    if not isinstance(value, str | os.PathLike):
        raise BudgetError(f"{argument(name)} = {quoted(value)} is no path; give one of a file")
    return Path(value)


def _listed(names: object) -> list[str]:
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, list | tuple) or not all(isinstance(name, str) for name in listed):
        raise BudgetError(f"names = {quoted(names)} are no names of budgets; give texts, in a list")
    return [*listed]


def _nearest() -> Path:
    """The nearest file that has budgets; where none has, the one that is here."""
    here = Path.cwd()
    found = [path for folder in _upwards(here) for path in _configs(folder)]
    path = next(filter(_has_budgets, found), next(iter(_configs(here)), None))
    if path is None:
        raise BudgetError(
            f"there is neither {' nor '.join(CONFIGS)} with budgets here or above; go where one is,"
            f" or name it with {argument('config')}"
        )
    return Path(os.path.relpath(path))


def _upwards(folder: Path) -> Iterator[Path]:
    """A folder and those above, up to the top of its repository."""
    for each in (folder, *folder.parents):
        yield each
        if any((each / root).exists() for root in ROOTS):
            return


def _configs(folder: Path) -> Iterator[Path]:
    return (folder / name for name in CONFIGS if (folder / name).is_file())


def _has_budgets(path: Path) -> bool:
    """Whether it is there for budgets: our own file always is."""
    if path.name == CONFIGS[0]:
        return True
    try:
        return has_budgets(path.read_text("utf-8-sig", "replace"))
    except OSError:  # which whoever reads it says
        return False


def _lock(path: Path, is_named: bool, update: bool, is_whole: bool) -> Lock | None:
    """The baseline; None where there is none, or where an update replaces one that is damaged."""
    if is_named and not update and not os.path.exists(path):
        raise BudgetError(
            f"{argument('baseline')} {shown(path)} is not there; name another, or make it with"
            f" {argument('update')}"
        )
    try:
        return read_baseline(path)
    except LockError:
        if update and is_whole:
            return None
        raise


def _shown(path: Path) -> str:
    """The file's name as whoever reads the report knows it: on GitHub, from the repository."""
    on_github = os.environ.get("GITHUB_ACTIONS") == "true"
    root = os.environ.get("GITHUB_WORKSPACE") if on_github else None
    absolute = Path(os.path.realpath(path))
    if root and absolute.is_relative_to(os.path.realpath(root)):
        return absolute.relative_to(os.path.realpath(root)).as_posix()
    return str(path)


def _updated(path: Path, report: Report, budgets: Sequence[Budget]) -> list[str]:
    """Write the baseline, unless something could not be counted, and say so."""
    if any(verdict.problem for verdict in report.verdicts):
        return [f"{path} was not written: not every budget could be checked"]
    baselines.update(path, report.verdicts, budgets)
    return [f"{path} was written"]


def _strangers(lock: Lock | None, budgets: Sequence[Budget]) -> list[str]:
    names = lock.strangers(budgets) if lock else ()
    stale = f"the baseline is stale: no budget is named {', '.join(map(repr, names))}"
    return [f"{stale}; drop what is not needed with: bottlecalc check --update"] if names else []


def _elsewhere(path: Path) -> list[str]:
    """That the budgets are not where the check is run, or that another file has some too."""
    other = path.parent / CONFIGS[1]
    notes = [] if path.parent == Path() else [f"the budgets are those of {path}"]
    if path.name == CONFIGS[0] and other.is_file() and _has_budgets(other):
        notes.append(f"{other} has budgets too, and they are not read: {path} comes first")
    return notes
