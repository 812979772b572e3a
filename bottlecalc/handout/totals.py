"""What tools say of one block: their totals, and the sum that leads to each."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from bottlecalc.agreement.result import Count
from bottlecalc.text.shapes import Input
from bottlecalc.tools.explain import explain
from bottlecalc.tools.explanation import Account
from bottlecalc.tools.table import TOOLS


class Total(NamedTuple):
    """One sum, and the tools that make it.

    Attributes:
        accounts: of these tools, all with the same lines.
    """

    accounts: tuple[Account, ...]

    @property
    def sum(self) -> Account:
        """Any of the accounts, for its sum."""
        return self.accounts[0]

    @property
    def words(self) -> list[str]:
        """What the tools call it, each word once."""
        return list(dict.fromkeys(account.calls_it for account in self.accounts))

    @property
    def pools(self) -> bool:
        """Whether a pooling is of the sum, which some tools count by what goes in."""
        return any("pool" in line.what for line in self.sum.lines)


def make_totals(count: Count) -> list[Total]:
    """What every tool that is run on models says of a block's operations, the least first.

    Tools that add the same share one total; those that come to the same by other sums do not.
    """
    tools = dict.fromkeys(tool.name for tool in TOOLS if tool.package)
    explanation = explain(count.block, Input(count.input), tools=tools)
    accounts = [account for account in explanation.tools if account.figure == "operations"]
    ordered = sorted(accounts, key=lambda account: (account.says, repr(account.lines)))
    shared = groupby(ordered, key=lambda account: (account.factor, account.lines))
    return [Total(tuple(group)) for _, group in shared]
