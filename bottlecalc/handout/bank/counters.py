"""Exercises about what tools say, and why it is something else."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from bottlecalc.agreement import closed_form
from bottlecalc.handout.bank.bottlenecks import convolutions, widths
from bottlecalc.handout.bank.numbers import Numbers, letters
from bottlecalc.handout.exercises import Exercise
from bottlecalc.layers.calls import Evidence
from bottlecalc.tools import calflops, fvcore, fvcore_calls, pytorch, thop, torchprofile
from bottlecalc.tools.base import Tool
from bottlecalc.tools.predict import lines, prediction
from bottlecalc.tools.written import evidence

UNDONE = (thop.THOP, fvcore_calls.TRAIN, calflops.OPERATIONS)
"""Tools whose rules a class can undo: each has one for batch norm, one at most for ReLU."""

TOLD = {
    "torch": pytorch.FLOP_COUNTER_MODE,
    "fvcore": fvcore_calls.EVAL,
    "thop": thop.THOP,
    "calflops": calflops.OPERATIONS,
    "torchprofile": torchprofile.TORCHPROFILE,
}
"""Tools whose rules tell them apart by what they say of one block."""


class Rule(NamedTuple):
    """What a tool counts.

    Attributes:
        tool: its name and version.
        mac: for every MAC.
        norm: for every element that a batch norm puts out.
        relu: for every element that a ReLU puts out.
    """

    tool: str
    mac: int
    norm: int
    relu: int


def tools(numbers: Numbers) -> Exercise:
    """Two tools disagree about the same block: what does the one count that the other does not?"""
    height, width = numbers.block_size()
    block = numbers.projecting()
    count = closed_form.count(block, (height, width))
    flops, macs, total = count.flops.block, count.macs.block, fvcore.total(count.layers)
    slips = {
        "macs_against_flops": flops - total,
        "half": (total - macs) // 2,
        "parameters": count.params.block - count.params.convs,
    }
    sides = {"h": height, "w": width}
    quantities = {**widths(block), **sides, "torch": flops, "fvcore": total, "macs": macs}
    return Exercise(quantities=quantities, answer=total - macs, slips=slips)


def convention(numbers: Numbers) -> Exercise:
    """A tool says more than the MACs: its rule, undone, leads back to them."""
    (height, width), tool = numbers.block_size(), numbers.alike.choice(UNDONE)
    block = numbers.projecting()
    count = closed_form.count(block, (height, width))
    seen, positions = evidence(count), height * width
    macs, total, factor = count.macs.block, prediction(tool, seen), tool.factor
    norm = next(line for line in lines(tool, seen) if line.what == fvcore.BATCH_NORM.what)
    more = total - factor * macs
    slips = {
        "total": total,
        "flops": 2 * macs,
        "forgot_positions": (total - more // positions) // factor,
        "projection_norm": macs + norm.each * block.out_channels * positions // factor,
        "rate": macs + (norm.each - norm.each // 2) * norm.count // factor,
    }
    quantities = {
        **widths(block), "h": height, "w": width, "tool": f"{tool.name} {tool.version}",
        "calls": tool.calls_it, "total": total, "factor": factor, "each": norm.each,
        "norms": norm.count, "relus": more - norm.value,
    }  # fmt: skip
    layers = convolutions(count)
    return Exercise(quantities=quantities, answer=macs, slips=slips, layers=layers)


def which_tool(numbers: Numbers) -> Exercise:
    """Whose rule gives this total."""
    height, width = numbers.block_size()
    block, names = numbers.projecting(), numbers.random.sample([*TOLD], 4)
    count = closed_form.count(block, (height, width))
    seen = evidence(count)
    totals = [prediction(TOLD[name], seen) for name in names]
    if totals.count(totals[0]) > 1:  # of the class's own, which has so few weights
        return which_tool(replace(numbers, own=None))
    options, answer = numbers.choice(*names)
    norms = next(line.count for line in lines(thop.THOP, seen) if line.what == "batch norm")
    quantities = {
        **widths(block), "h": height, "w": width, "macs": count.macs.block, "norms": norms,
        "total": totals[0], "options": options,
        "rules": {name: _rule(TOLD[name], seen) for name in options},
    }  # fmt: skip
    wrong = letters(options, answer)
    slips = {f"not_{name}": letter for name, letter in wrong.items()}
    return Exercise(quantities=quantities, answer=answer, slips=slips, layers=convolutions(count))


def _rule(tool: Tool, seen: Evidence) -> Rule:
    each = {line.what: line.each for line in lines(tool, seen)}
    norm = each.pop(fvcore.BATCH_NORM.what, 0)
    return Rule(f"{tool.name} {tool.version}", tool.factor, norm, sum(each.values()))
