"""What an explanation holds: what each tool says, and the sum that leads to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bottlecalc.text.display import Displayed
from bottlecalc.text.shapes import Input
from bottlecalc.tools.base import (
    Figure,
)
from bottlecalc.tools.predict import Line


@dataclass(frozen=True, kw_only=True)
class Account:
    """What one tool says of one figure, and why.

    Attributes:
        tool: its name.
        version: whose rules these are, or whose the tool is that was run.
        figure: operations, parameters or activations.
        calls_it: the tool's own word.
        sees: how it sees what a model does.
        factor: of the base.
        base: MACs, parameters or activations.
        lines: what it adds, or leaves out.
        ran: what the tool said when it was run; None where it was not.
        notes: a sentence each.
    """

    tool: str
    version: str
    figure: Figure
    calls_it: str
    sees: str
    factor: int
    base: int
    lines: tuple[Line, ...]
    ran: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def predicted(self) -> int:
        """What it says by its rules."""
        return self.factor * self.base + sum(line.value for line in self.lines)

    @property
    def says(self) -> int:
        """What it said when it was run, or else what it says by its rules."""
        return self.predicted if self.ran is None else self.ran

    @property
    def residue(self) -> int:
        """What the rules do not explain."""
        return self.says - self.predicted


@dataclass(frozen=True, kw_only=True)
class Match:
    """A convention, and what it gives.

    Attributes:
        says: the number.
        tool: by whose rules.
        calls_it: that tool's own word; for what nobody adds to, the tool's name again.
        factor: by which it is multiplied afterwards: ``2``, ``1/2``, or ``1``.
        input: on which.
        changes: what is not as usual, each in words.
        cut: whether it has to be cut off, rather than rounded, to be what is claimed.
    """

    says: int
    tool: str
    calls_it: str
    factor: str
    input: str
    changes: tuple[str, ...] = ()
    cut: bool = False

    @property
    def convention(self) -> str:
        """``"flops" of fvcore``; ``MACs`` where nobody adds anything."""
        return self.tool if self.tool == self.calls_it else f'"{self.calls_it}" of {self.tool}'

    @property
    def circumstances(self) -> str:
        """``batch norm fused; at 1×3×224×224``."""
        cut = ("cut off, not rounded",) if self.cut else ()
        return "; ".join((*self.changes, f"at {self.input}", *cut))

    @property
    def why(self) -> str:
        """The convention and the circumstances, in words."""
        return f"{self.convention}; {self.circumstances}"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Somebody's number, and every convention that gives it.

    Attributes:
        text: as it is written.
        figure: what it is of, operations or parameters.
        matches: exact ones first, then those in which least is unusual.
        tried: combinations.
        distinct: different numbers among what they give.
        by_chance: how many numbers that are spread as widely would match.
        nearest: the convention that comes nearest, where none matches.
        otherwise: how many conventions give it as another figure, where none matches.
        is_guessed: whether it has no unit, and was tried in millions and in billions.
    """

    text: str
    figure: Figure
    matches: tuple[Match, ...]
    tried: int
    distinct: int
    by_chance: float
    nearest: Match | None = None
    otherwise: int = 0
    is_guessed: bool = False


@dataclass(frozen=True, kw_only=True)
class Explanation(Displayed):
    """Why the numbers that tools give of a model differ.

    Attributes:
        target: what was counted.
        inputs: what it is run on.
        call: all that its forward is given, as text, constants too; empty where that is nothing.
        macs: of one forward pass [MACs].
        params: each counted once [parameters].
        tools: what each says.
        claims: somebody's numbers.
        notes: a sentence each.
        versions: of the libraries that were asked.
    """

    target: str
    inputs: tuple[Input, ...]
    call: str = ""
    macs: int
    params: int
    tools: tuple[Account, ...]
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = ()
    versions: Mapping[str, str]

    @property
    def is_explained(self) -> bool:
        """Whether nothing that a tool said is left over."""
        return not any(account.residue for account in self.tools)
