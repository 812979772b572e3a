"""What the tests of budgets share: a block, its baseline, and how an entry begins."""

from __future__ import annotations

from bottlecalc import Block, Bottleneck, count
from bottlecalc.budgets.budget import Budget
from bottlecalc.budgets.counting import figures
from bottlecalc.budgets.verdict import Baseline, own_figures

BLOCK = Bottleneck(64, 128)
HEAD = '[[budget]]\nname = "a"\nblock = "plain:in=3,out=4"\n'
MODEL = '[[budget]]\nname = "a"\nmodel = "net:Net"\n'


def baseline(block: Block, budget: Budget) -> Baseline:
    """What was counted of this block, had it been the budget's."""
    cost = count(block)
    return Baseline(
        of=budget.of, basis=budget.basis, figures=figures(cost), modules=own_figures(cost)
    )
