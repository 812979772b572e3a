"""Budgets held against another revision: found, and counted in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bottlecalc.budgets.base import BaseBudget, base_budgets, question
from bottlecalc.budgets.budget import Budget
from bottlecalc.budgets.verdict import Against
from bottlecalc.changes.isolated import IsolatedError, call
from bottlecalc.changes.revisions import Revision, RevisionError, laid_out, resolve

ANSWER = "bottlecalc.budgets.base:answer"


class Base(NamedTuple):
    """What was found at another revision.

    Attributes:
        against: the revision, and what is new and what is gone.
        budgets: that it has, by name.
    """

    against: Against
    budgets: Mapping[str, BaseBudget]


def count_base(
    ref: str, config: Path, folder: Path, budgets: Sequence[Budget], chosen: Sequence[Budget]
) -> Base:
    """The budgets of another revision, those that are chosen counted; or why they cannot be.

    Args:
        ref: names the revision.
        config: the file of the budgets, in the working tree.
        folder: that the paths of models are relative to.
        budgets: all there are today.
        chosen: those that are checked.
    """
    revision = None
    try:
        revision = resolve(ref, folder)
        wanted = {budget.name: budget for budget in chosen}
        found = base_budgets(_asked(revision, config, folder, wanted), str(revision))
    except (RevisionError, IsolatedError) as error:
        commit = revision.commit if revision else ""
        return Base(Against(ref=ref, commit=commit, problem=_problem(error, revision)), {})
    against = Against(
        ref=ref, commit=revision.commit, problem=_uncounted(found, revision),
        new=tuple(budget.name for budget in chosen if budget.name not in found),
        removed=tuple(name for name in found if name not in {one.name for one in budgets}),
    )  # fmt: skip
    return Base(against, found)


def _asked(revision: Revision, config: Path, folder: Path, wanted: Mapping[str, Budget]) -> Any:
    place = Path(os.path.realpath(folder))
    asked = question(os.path.relpath(os.path.realpath(config), place), wanted)
    with laid_out(revision) as tree:
        there = tree / place.relative_to(revision.root)
        if not there.is_dir():
            return {}  # and so no budgets
        return call(ANSWER, asked, tree, revision.root, there)


def _problem(error: RevisionError | IsolatedError, revision: Revision | None) -> str:
    if isinstance(error, RevisionError) or revision is None:
        return error.sentence
    return f"the budgets cannot be counted at {revision}: {error.sentence}; {REMEDY}"


def _uncounted(found: Mapping[str, BaseBudget], revision: Revision) -> str:
    """Why some of the budgets could not be counted there, or empty."""
    problems = {name: base.problem for name, base in found.items() if base.problem}
    if not problems:
        return ""
    name, problem = next(iter(problems.items()))
    more = f" (and {len(problems) - 1} more)" if problems.keys() - {name} else ""
    return f"{name!r}{more} cannot be counted at {revision}: {problem}; {REMEDY}"


REMEDY = "mend it there, or name another revision"
