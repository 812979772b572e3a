"""Raises that somebody approved: how far a figure may go meanwhile, until when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bottlecalc.budgets.budget import Figure

AllowanceStatus = Literal["used", "unused", "expired"]


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """An approved raise of one figure, beyond what its budget says.

    Attributes:
        budget: its name, or a pattern of names.
        to: the most that the figure may be, included.
        reason: why.
        figure: that may be more; None for the one that the budget limits.
        until: the last day on which it holds, or None.
    """

    budget: str
    to: int
    reason: str
    figure: Figure | None = None
    until: date | None = None

    @property
    def is_expired(self) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.until < today()

    def __str__(self) -> str:
        """``params up to 60,000 until 2027-01-31``."""
        until = f" until {self.until.isoformat()}" if self.until else ""
        return f"{self.figure or ''} up to {self.to:,}{until}".lstrip()


def today() -> date:
    """The day on which budgets are checked, where they are."""
    return date.today()
