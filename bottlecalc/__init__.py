"""What a bottleneck block costs, against the plain 3×3 residual block it replaces.

>>> from bottlecalc import Bottleneck, Plain, compare, count
>>> plain, bottleneck = count(Plain(64, 128)), count(Bottleneck(64, 128))
>>> plain.params.main, bottleneck.params.main
(73728, 15360)
>>> float(compare(plain, bottleneck).ratios[0].params["main"])
4.8

``build(block)`` gives the block as an ``nn.Module``; ``compare(…, measure=True)`` asks torch and
fvcore what it costs; ``count_model(model, *inputs)`` counts any model. Only these load torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bottlecalc.version import __version__ as __version__

if TYPE_CHECKING:
    from bottlecalc.agreement.agreement import Difference
    from bottlecalc.agreement.ask import MeasureError, count_model, measure
    from bottlecalc.agreement.compare import Comparison, compare
    from bottlecalc.agreement.count import count
    from bottlecalc.agreement.networks import (
        NetworkComparison,
        NetworkCount,
        NetworkRatio,
        StageCount,
        compare_networks,
    )
    from bottlecalc.agreement.ratios import Ratio
    from bottlecalc.agreement.result import ClosedForm, Count, ModelCount, OwnCount
    from bottlecalc.agreement.training import count_training
    from bottlecalc.blocks.catalogue import Catalogue, Family, Key, families
    from bottlecalc.blocks.convnext import ConvNeXt
    from bottlecalc.blocks.csp import C2f
    from bottlecalc.blocks.dense import Dense
    from bottlecalc.blocks.enet import ENet, ENetAsymmetric, ENetDown, ENetUp
    from bottlecalc.blocks.families import FAMILIES
    from bottlecalc.blocks.fire import Fire
    from bottlecalc.blocks.ghost import Ghost
    from bottlecalc.blocks.grammar import parse
    from bottlecalc.blocks.mobile import FusedMBConv, InvertedResidual, MBConv, Separable
    from bottlecalc.blocks.own import OwnBlock
    from bottlecalc.blocks.preactivation import PreactBasic, PreactBottleneck
    from bottlecalc.blocks.regnet import RegNet
    from bottlecalc.blocks.repvgg import RepVGG
    from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
    from bottlecalc.blocks.shuffle import Shuffle
    from bottlecalc.blocks.spec import Block, BlockError, Rule
    from bottlecalc.budgets.allowance import Allowance
    from bottlecalc.budgets.budget import Budget
    from bottlecalc.budgets.budget import Limit as BudgetLimit
    from bottlecalc.budgets.increase import Increase, IncreaseError
    from bottlecalc.budgets.limits import BudgetError
    from bottlecalc.budgets.repository import check
    from bottlecalc.budgets.verdict import Against, Baseline, Finding, Part, Report, Verdict
    from bottlecalc.changes.diff import Change, Diff, ModuleChange, Side
    from bottlecalc.changes.documents import DocumentError
    from bottlecalc.changes.isolated import IsolatedError
    from bottlecalc.changes.revisions import RevisionError
    from bottlecalc.changes.source import diff
    from bottlecalc.errors import BottlecalcError
    from bottlecalc.explore.arrange import Order
    from bottlecalc.explore.break_even import BreakEven, break_even
    from bottlecalc.explore.condition import Condition
    from bottlecalc.explore.course import Course
    from bottlecalc.explore.designs import Design, Mixture, Page
    from bottlecalc.explore.grid import Grid, SweepError
    from bottlecalc.explore.network_solve import NetworkQuestion, NetworkSolution, solve_network
    from bottlecalc.explore.network_sweep import NetworkDesign, NetworkSweep, sweep_networks
    from bottlecalc.explore.question import Candidate, Limit, Question, Solution, SolveError
    from bottlecalc.explore.shard import Shard
    from bottlecalc.explore.solve import solve
    from bottlecalc.explore.sweep import Sweep, sweep
    from bottlecalc.explore.ties import Tie
    from bottlecalc.handout import HandoutError
    from bottlecalc.handout.exercises import Exercise
    from bottlecalc.handout.forms import Form
    from bottlecalc.handout.marking.mark import mark_answers
    from bottlecalc.handout.marking.marks import (
        ExerciseCount,
        Marks,
        MarkStatistics,
        SlipCount,
        StudentMarks,
    )
    from bottlecalc.handout.marking.points import Points
    from bottlecalc.handout.marking.verdict import Mark
    from bottlecalc.handout.write import write_handout
    from bottlecalc.layers.activation import Activation, PReLU
    from bottlecalc.layers.count import Operations, Params
    from bottlecalc.layers.counted import Counted, Node, Parameters
    from bottlecalc.layers.joins import Add, ChannelShuffle, Concat, Multiply
    from bottlecalc.layers.layer import Layer
    from bottlecalc.layers.normalisation import BatchNorm, LayerNorm, Scale
    from bottlecalc.layers.ops import Conv, Linear, Op
    from bottlecalc.layers.pooling import AveragePool, GlobalAveragePool, MaxPool, MaxUnpool
    from bottlecalc.layers.training import Memory as TrainingMemory
    from bottlecalc.layers.training import Recipe as TrainingRecipe
    from bottlecalc.layers.training import Step as TrainingStep
    from bottlecalc.layers.training import Training
    from bottlecalc.models.failure import ModelTypeError, TargetError
    from bottlecalc.modules.build import build
    from bottlecalc.networks.spec import Network, NetworkError, Stage
    from bottlecalc.networks.table import NETWORKS
    from bottlecalc.page import PageError
    from bottlecalc.page.write import write_page
    from bottlecalc.render.frames import FrameError
    from bottlecalc.render.ink import PlotError
    from bottlecalc.text.calls import ArgumentError
    from bottlecalc.text.files import OutputError
    from bottlecalc.text.fills import Fill
    from bottlecalc.text.numbers import QuantityError
    from bottlecalc.text.ranges import RangeError, Sizes
    from bottlecalc.text.shapes import Input, InputError
    from bottlecalc.tools.claim import ClaimError
    from bottlecalc.tools.explain import explain
    from bottlecalc.tools.explanation import Account, Claim, Explanation, Match
    from bottlecalc.tools.predict import Line

PLACES = {
    "agreement.agreement": "Difference",
    "agreement.ask": "MeasureError count_model measure",
    "agreement.compare": "Comparison compare",
    "agreement.count": "count",
    "agreement.networks": "NetworkComparison NetworkCount NetworkRatio StageCount compare_networks",
    "agreement.ratios": "Ratio",
    "agreement.result": "ClosedForm Count ModelCount OwnCount",
    "agreement.training": "count_training",
    "blocks.catalogue": "Catalogue Family Key families",
    "blocks.convnext": "ConvNeXt",
    "blocks.csp": "C2f",
    "blocks.dense": "Dense",
    "blocks.enet": "ENet ENetAsymmetric ENetDown ENetUp",
    "blocks.families": "FAMILIES",
    "blocks.fire": "Fire",
    "blocks.ghost": "Ghost",
    "blocks.grammar": "parse",
    "blocks.mobile": "FusedMBConv InvertedResidual MBConv Separable",
    "blocks.own": "OwnBlock",
    "blocks.preactivation": "PreactBasic PreactBottleneck",
    "blocks.regnet": "RegNet",
    "blocks.repvgg": "RepVGG",
    "blocks.residual": "Basic Bottleneck Plain",
    "blocks.shuffle": "Shuffle",
    "blocks.spec": "Block BlockError Rule",
    "budgets.allowance": "Allowance",
    "budgets.budget": "Budget BudgetLimit:Limit",
    "budgets.increase": "Increase IncreaseError",
    "budgets.limits": "BudgetError",
    "budgets.repository": "check",
    "budgets.verdict": "Against Baseline Finding Part Report Verdict",
    "changes.diff": "Change Diff ModuleChange Side",
    "changes.documents": "DocumentError",
    "changes.isolated": "IsolatedError",
    "changes.revisions": "RevisionError",
    "changes.source": "diff",
    "errors": "BottlecalcError",
    "explore.arrange": "Order",
    "explore.break_even": "BreakEven break_even",
    "explore.condition": "Condition",
    "explore.course": "Course",
    "explore.designs": "Design Mixture Page",
    "explore.grid": "Grid SweepError",
    "explore.network_solve": "NetworkQuestion NetworkSolution solve_network",
    "explore.network_sweep": "NetworkDesign NetworkSweep sweep_networks",
    "explore.question": "Candidate Limit Question Solution SolveError",
    "explore.shard": "Shard",
    "explore.solve": "solve",
    "explore.sweep": "Sweep sweep",
    "explore.ties": "Tie",
    "handout": "HandoutError",
    "handout.exercises": "Exercise",
    "handout.forms": "Form",
    "handout.marking.mark": "mark_answers",
    "handout.marking.marks": "ExerciseCount Marks MarkStatistics SlipCount StudentMarks",
    "handout.marking.points": "Points",
    "handout.marking.verdict": "Mark",
    "handout.write": "write_handout",
    "layers.activation": "Activation PReLU",
    "layers.count": "Operations Params",
    "layers.counted": "Counted Node Parameters",
    "layers.joins": "Add ChannelShuffle Concat Multiply",
    "layers.layer": "Layer",
    "layers.normalisation": "BatchNorm LayerNorm Scale",
    "layers.ops": "Conv Linear Op",
    "layers.pooling": "AveragePool GlobalAveragePool MaxPool MaxUnpool",
    "layers.training": "Training TrainingMemory:Memory TrainingRecipe:Recipe TrainingStep:Step",
    "models.failure": "ModelTypeError TargetError",
    "modules.build": "build",
    "networks.spec": "Network NetworkError Stage",
    "networks.table": "NETWORKS",
    "page": "PageError",
    "page.write": "write_page",
    "render.frames": "FrameError",
    "render.ink": "PlotError",
    "text.calls": "ArgumentError",
    "text.files": "OutputError",
    "text.fills": "Fill",
    "text.numbers": "QuantityError",
    "text.ranges": "RangeError Sizes",
    "text.shapes": "Input InputError",
    "tools.claim": "ClaimError",
    "tools.explain": "explain",
    "tools.explanation": "Account Claim Explanation Match",
    "tools.predict": "Line",
}
"""Where public names live, and after a colon as what; each is loaded when it is used."""

HOMES = {
    name.partition(":")[0]: f"{home}:{name.partition(':')[2]}".rstrip(":")
    for home, names in PLACES.items()
    for name in names.split()
}
"""By public name."""

__all__ = [
    "FAMILIES",
    "NETWORKS",
    "Account",
    "Activation",
    "Add",
    "Against",
    "Allowance",
    "ArgumentError",
    "AveragePool",
    "Baseline",
    "Basic",
    "BatchNorm",
    "Block",
    "BlockError",
    "BottlecalcError",
    "Bottleneck",
    "BreakEven",
    "Budget",
    "BudgetError",
    "BudgetLimit",
    "C2f",
    "Candidate",
    "Catalogue",
    "Change",
    "ChannelShuffle",
    "Claim",
    "ClaimError",
    "ClosedForm",
    "Comparison",
    "Concat",
    "Condition",
    "Conv",
    "ConvNeXt",
    "Count",
    "Counted",
    "Course",
    "Dense",
    "Design",
    "Diff",
    "Difference",
    "DocumentError",
    "ENet",
    "ENetAsymmetric",
    "ENetDown",
    "ENetUp",
    "Exercise",
    "ExerciseCount",
    "Explanation",
    "Family",
    "Fill",
    "Finding",
    "Fire",
    "Form",
    "FrameError",
    "FusedMBConv",
    "Ghost",
    "GlobalAveragePool",
    "Grid",
    "HandoutError",
    "Increase",
    "IncreaseError",
    "Input",
    "InputError",
    "InvertedResidual",
    "IsolatedError",
    "Key",
    "Layer",
    "LayerNorm",
    "Limit",
    "Line",
    "Linear",
    "MBConv",
    "Mark",
    "MarkStatistics",
    "Marks",
    "Match",
    "MaxPool",
    "MaxUnpool",
    "MeasureError",
    "Mixture",
    "ModelCount",
    "ModelTypeError",
    "ModuleChange",
    "Multiply",
    "Network",
    "NetworkComparison",
    "NetworkCount",
    "NetworkDesign",
    "NetworkError",
    "NetworkQuestion",
    "NetworkRatio",
    "NetworkSolution",
    "NetworkSweep",
    "Node",
    "Op",
    "Operations",
    "Order",
    "OutputError",
    "OwnBlock",
    "OwnCount",
    "PReLU",
    "Page",
    "PageError",
    "Parameters",
    "Params",
    "Part",
    "Plain",
    "PlotError",
    "Points",
    "PreactBasic",
    "PreactBottleneck",
    "QuantityError",
    "Question",
    "RangeError",
    "Ratio",
    "RegNet",
    "RepVGG",
    "Report",
    "RevisionError",
    "Rule",
    "Scale",
    "Separable",
    "Shard",
    "Shuffle",
    "Side",
    "Sizes",
    "SlipCount",
    "Solution",
    "SolveError",
    "Stage",
    "StageCount",
    "StudentMarks",
    "Sweep",
    "SweepError",
    "TargetError",
    "Tie",
    "Training",
    "TrainingMemory",
    "TrainingRecipe",
    "TrainingStep",
    "Verdict",
    "break_even",
    "build",
    "check",
    "compare",
    "compare_networks",
    "count",
    "count_model",
    "count_training",
    "diff",
    "explain",
    "families",
    "mark_answers",
    "measure",
    "parse",
    "solve",
    "solve_network",
    "sweep",
    "sweep_networks",
    "write_handout",
    "write_page",
]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home, _, other = HOMES[name].partition(":")
    return getattr(import_module(f"{__name__}.{home}"), other or name)


def __dir__() -> list[str]:
    return sorted({*globals(), *HOMES})
