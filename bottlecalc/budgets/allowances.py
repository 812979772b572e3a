"""``allow`` of a budget file into approved raises, and these to the budgets that they are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bottlecalc.budgets.allowance import Allowance
from bottlecalc.budgets.budget import FIGURES, Budget, Figure
from bottlecalc.budgets.entry import unknown
from bottlecalc.budgets.limits import BudgetError, read_limit
from bottlecalc.text.calls import quoted
from bottlecalc.text.patterns import matches
from bottlecalc.text.suggest import did_you_mean

KEYS = ("budget", "figure", "to", "reason", "until")
EXAMPLE = 'allow = [{ budget = "net", to = "60k", reason = "…", until = 2027-01-31 }]'


def read_allowances(table: object, file: str, name: str = "") -> Iterator[Allowance]:
    """Read ``allow``.

    Args:
        table: what the file holds under that key.
        file: its name, for errors.
        name: of the budget that it stands in; empty where it stands beside them.

    Raises:
        BudgetError: it is no list of tables, or one of these is wrong.
    """
    if not isinstance(table, list) or not all(isinstance(one, dict) for one in table):
        raise BudgetError(f"{file}: allow = {quoted(table)} is no list of tables; give {EXAMPLE}")
    for place, values in enumerate(table, 1):
        usual = {"budget": name} if name else {}
        yield _Reader({**usual, **values}, f"{file}: allow {place}").allowance()


def allowed(budgets: Sequence[Budget], allowances: Sequence[Allowance]) -> tuple[Budget, ...]:
    """Budgets with what was approved of each."""
    return tuple(replace(one, allowances=(*_of(one, allowances),)) for one in budgets)


def unmatched(budgets: Sequence[Budget], allowances: Iterable[Allowance]) -> Iterator[str]:
    """What was approved of budgets that there are not, a sentence each."""
    names = [budget.name for budget in budgets]
    for allowance in allowances:
        if not any(_fits(allowance, b.name) or b.is_called(allowance.budget) for b in budgets):
            hint = did_you_mean(allowance.budget, names, 0.5, "{!r}")
            yield (
                f"approved of no budget: {allowance.budget!r}, {allowance} ({allowance.reason});"
                f" mend its name or take it out{hint}"
            )


def _of(budget: Budget, allowances: Iterable[Allowance]) -> Iterator[Allowance]:
    for allowance in allowances:
        if _fits(allowance, budget.name):
            yield replace(allowance, figure=allowance.figure or budget.main_figure)


def _fits(allowance: Allowance, name: str) -> bool:
    return allowance.budget == name or matches(name, allowance.budget)


@dataclass(frozen=True)
class _Reader:
    """One table of ``allow``, being read.

    Attributes:
        values: by key.
        where: it stands, for errors.
    """

    values: Mapping[str, Any]
    where: str

    def allowance(self) -> Allowance:
        for key in self.values:
            if key not in KEYS:
                raise self._error(unknown(key, KEYS))
        figure = self._figure()
        return Allowance(
            budget=self._text("budget"), figure=figure, to=self._limit(figure),
            reason=self._text("reason"), until=self._until(),
        )  # fmt: skip

    def _error(self, sentence: str) -> BudgetError:
        return BudgetError(f"{self.where}: {sentence}")

    def _text(self, key: str) -> str:
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            got = f"{key} = {quoted(value)} says nothing" if key in self.values else f"no {key}"
            raise self._error(f'{got}; give {key} = "…"')
        return value

    def _figure(self) -> Figure | None:
        value = self.values.get("figure")
        if value is not None and value not in FIGURES:
            raise self._error(f"figure = {quoted(value)}; give {', '.join(FIGURES)}")
        return value

    def _limit(self, figure: Figure | None) -> int:
        if "to" not in self.values:
            raise self._error('no to; give the most that it may be, such as to = "60k"')
        try:
            return read_limit(figure or "params", self.values["to"])
        except BudgetError as error:
            raise self._error(f"to = {error}") from None

    def _until(self) -> date | None:
        value = self.values.get("until")
        with suppress(ValueError):  # which is refused below
            value = date.fromisoformat(value) if isinstance(value, str) else value
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        raise self._error(f"until = {quoted(value)} is no day; give one, such as 2027-01-31")
