"""How a sweep goes: what was visited, and what could not be."""

from __future__ import annotations

from dataclasses import dataclass

from bottlecalc.errors import PYTHON, BottlecalcError, Words


@dataclass
class Course:
    """How a sweep goes: designs visited, those not allowed, and what is wrong with the first."""

    visited: int = 0
    skipped: int = 0
    reason: BottlecalcError | None = None

    def skip(self, reason: BottlecalcError) -> None:
        """One more is not allowed."""
        self.skipped += 1
        self.reason = self.reason or reason

    def remark(self, words: Words = PYTHON) -> str:
        """What was skipped, in one sentence; nothing where all designs are allowed."""
        if self.reason is None:
            return ""
        several = f"{self.skipped:,} designs are not allowed and were skipped; the first"
        subject = several if self.skipped > 1 else "1 design is not allowed, and skipped"
        return f"{subject}: {self.reason.worded(words)}"

    @property
    def refusal(self) -> str:
        """What is wrong, in one sentence, where no design is allowed; nothing where one is."""
        if self.reason is None or self.skipped < self.visited:
            return ""
        several = f"none of the {self.skipped:,} designs is allowed"
        subject = several if self.skipped > 1 else "the only design is not allowed"
        return f"{subject}: {self.reason.sentence}"
