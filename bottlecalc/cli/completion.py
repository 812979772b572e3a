"""What a shell completes, and what may be asked of completion; silent wherever something is wrong.

Nothing here loads numpy or torch: whoever presses TAB waits.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from itertools import chain

import typer

from bottlecalc.blocks import spec
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.errors import BottlecalcError
from bottlecalc.explore.figures import FIGURES, NUMBERS, SHORT

VARIABLE = "_BOTTLECALC_COMPLETE"
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
INSTRUCTION = f"(source|complete)_({'|'.join(SHELLS)})"
ABOUT_SHELLS = ("--install-completion", "--show-completion")


class CompletionError(BottlecalcError, ValueError):
    """A request of a shell that cannot be understood; its text says why."""


def networks() -> list[str]:
    """Those that have names."""
    from bottlecalc.networks.table import NETWORKS

    return list(NETWORKS)


def subjects() -> list[str]:
    """What can be explained by its name: a network, or the family of a block."""
    return [*networks(), *families()]


def tools() -> list[str]:
    """Counters whose rules are known."""
    from bottlecalc.tools.table import NAMES

    return list(NAMES)


def families() -> list[str]:
    """The families of blocks."""
    return list(FAMILIES)


def figures() -> list[str]:
    """What a design costs."""
    return list(FIGURES)


def columns() -> list[str]:
    """All that designs may be chosen by: what they cost, their input, and what is said of them."""
    said = (spec.numbers(family) for family in FAMILIES.values())
    return list(dict.fromkeys((*SHORT, *NUMBERS, *chain.from_iterable(said))))


def block_keys() -> list[str]:
    """All that blocks may be told by, switches too."""
    said = (spec.keys(family) for family in FAMILIES.values())
    return list(dict.fromkeys(chain.from_iterable(said)))


def settings(incomplete: str) -> list[str]:
    """A key and the sign after it."""
    return [] if "=" in incomplete else [f"{name}=" for name in block_keys()]


def quantities() -> list[str]:
    """What may be sought: a number of a block, or the size."""
    said = (spec.numbers(family) for family in FAMILIES.values())
    return [*dict.fromkeys(chain.from_iterable(said)), "size"]


def ordering(incomplete: str) -> list[str]:
    """A column, largest first after ``-``."""
    sign = "-" if incomplete.startswith("-") else ""
    return [f"{sign}{name}" for name in columns()]


def front(incomplete: str) -> list[str]:
    """One column more of several."""
    before, comma, last = incomplete.rpartition(",")
    sign = "-" if last.startswith("-") else ""
    return [f"{before}{comma}{sign}{name}" for name in columns()]


def budgets(ctx: typer.Context) -> list[str]:
    """The names of the budgets that would be checked."""
    from bottlecalc.budgets.file import read
    from bottlecalc.budgets.repository import locate

    try:
        path = locate(ctx.params.get("config")).budgets
        return [_quoted(budget.name) for budget in read(path.read_text("utf-8-sig"), str(path))]
    except (OSError, ValueError):
        return []


def _quoted(name: str) -> str:
    """As bash needs it, which inserts what it is given."""
    return shlex.quote(name) if os.environ.get(VARIABLE) == "complete_bash" else name


def check_request() -> None:
    """Refuse what no shell asks for.

    Raises:
        CompletionError: the variable that shells ask by says something else.
    """
    instruction = os.environ.get(VARIABLE)
    if instruction and not re.fullmatch(INSTRUCTION, instruction):
        raise CompletionError(
            f"{VARIABLE} = {instruction!r} is no request for completion; unset it, or let it be"
            f" source_SHELL or complete_SHELL, with one of {', '.join(SHELLS)}"
        )
    if instruction == "complete_bash" and not _has_bash_said_where():
        raise CompletionError(
            f"{VARIABLE} is set without COMP_WORDS, or without a number in COMP_CWORD; unset it"
        )


def _has_bash_said_where() -> bool:
    return "COMP_WORDS" in os.environ and os.environ.get("COMP_CWORD", "").isdecimal()


def heed_named_shell() -> None:
    """Have ``--install-completion zsh`` install zsh's, and not that of the shell that runs.

    Typer takes a name only where it may not detect the shell, which this variable says.
    """
    option, _, value = sys.argv[1].partition("=") if len(sys.argv) > 1 else ("", "", "")
    if option in ABOUT_SHELLS and (value or sys.argv[2:]):
        os.environ["_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"] = "1"
