"""The bank: every answer by another way, the same sheet for a seed, no number out of bounds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from bottlecalc import Basic, Bottleneck, InvertedResidual, build, measure
from bottlecalc.handout import text
from bottlecalc.handout.bank import BANK
from bottlecalc.handout.bank.numbers import Numbers
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.forms import make_form
from bottlecalc.handout.worksheet import MOST, draw
from bottlecalc.modules.residual import ResidualBlock

SEEDS = range(40)
Quantities = Mapping[str, Any]


def meta(make: Callable[[], nn.Module]) -> nn.Module:
    with torch.device("meta"):
        return make().eval()


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def flops(run: Callable[[Tensor], object], *shape: int) -> int:
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        run(torch.zeros(shape, device="meta"))
    return int(counter.get_total_flops())


def conv(c: int, d: int, kernel: int, **options: Any) -> nn.Module:
    return meta(lambda: nn.Conv2d(c, d, kernel, bias=False, **options))


def block(g: Quantities, **options: Any) -> ResidualBlock:
    module = meta(lambda: build(Bottleneck(g["c"], g["d"], mid_channels=g["m"], **options)))
    assert isinstance(module, ResidualBlock)
    return module


def main(g: Quantities) -> int:
    module = block(g)
    return sum(parameters(getattr(module, name)) for name in ("conv1", "conv2", "conv3"))


def convolutions(g: Quantities) -> int:
    return sum(parameters(layer) for layer in block(g).modules() if isinstance(layer, nn.Conv2d))


def stride_first(g: Quantities) -> nn.Module:
    c, m, d = g["c"], g["m"], g["d"]
    return nn.Sequential(conv(c, m, 1, stride=2), conv(m, m, 3, padding=1), conv(m, d, 1))


def widest(g: Quantities, most: int) -> int:
    """By building widths, of which every one costs more than the one before."""
    return bisect_right(range(400), most, lo=1, key=lambda m: main({**g, "m": m})) - 1


def all_convolutions(module: nn.Module) -> int:
    return sum(parameters(layer) for layer in module.modules() if isinstance(layer, nn.Conv2d))


def cheaper(g: Quantities) -> str:
    """By building both."""
    weights = {
        "basic": all_convolutions(meta(lambda: build(Basic(g["narrow"], g["narrow"])))),
        "bottleneck": main(g),
    }
    first, second = (weights[one] for one in g["options"])
    return "A" if first < second else "B"


def percentage(g: Quantities) -> int:
    return int(Decimal(100 * main(g)) / parameters(conv(g["c"], g["d"], 3)) + Decimal("0.5"))


def seen(g: Quantities) -> int:
    """How many rows of the input have a gradient: what one value of the output depends on."""
    side = 161
    x = torch.zeros(1, 1, side, side, requires_grad=True)
    y = x
    for layer in g["stack"]:
        k, op = layer.factors[0], layer.op
        padding = op.dilation * (k - 1) // 2
        one = nn.Conv2d(1, 1, k, op.stride, padding, op.dilation, bias=False)
        nn.init.ones_(one.weight)
        y = one(y)
    middle = y.shape[-1] // 2
    (gradient,) = torch.autograd.grad(y[0, 0, middle, middle], x)
    rows = gradient[0, 0].abs().sum(1).nonzero().flatten()
    return int(rows.max() - rows.min() + 1)


def stored(g: Quantities) -> int:
    """Bytes of what torch's convolutions put out."""
    module, sizes = block(g), []
    for name in ("conv1", "conv2", "conv3"):
        getattr(module, name).register_forward_hook(
            lambda _module, _input, output: sizes.append(output.nbytes)
        )
    with torch.no_grad():
        module(torch.zeros(1, g["c"], g["h"], g["w"], device="meta"))
    return sum(sizes)


def told(g: Quantities) -> str:
    """Whose rule gives the total, over what torch runs."""
    macs = flops(block(g), 1, g["c"], g["h"], g["w"]) // 2
    norms, relus = elements(g, nn.BatchNorm2d), elements(g, nn.ReLU)
    sums = [
        macs * rate + norms * norm + relus * relu
        for rate, norm, relu in (RULES_TOLD[name] for name in g["options"])
    ]
    assert sums.count(g["total"]) == 1
    return "ABCD"[sums.index(g["total"])]


RULES_TOLD = {
    "torch": (2, 0, 0), "fvcore": (1, 2, 0), "thop": (1, 4, 0), "calflops": (2, 2, 1),
    "torchprofile": (1, 1, 0),
}  # fmt: skip
"""For every MAC, and every element of batch norm and of ReLU, by the tools' sources."""

REASONS = {
    "narrow": "nine weights for each pair", "bias": "subtracts the mean",
    "shortcut": "differ in channels or size", "image": "Four times the MACs, the same parameters",
    "depthwise": "one filter of nine weights for each channel",
    "time": "reads its input from memory",
}  # fmt: skip
"""Words of the right reason, by hand."""


def reasonable(g: Quantities) -> str:
    exercise = Exercise(quantities=g, answer="", slips={}, kind="reason")
    found = [letter for letter, words in text.options(exercise, "en").items()
             if REASONS[g["asked"]] in words]  # fmt: skip
    assert len(found) == 1
    return found[0]


def normalised(g: Quantities) -> int:
    """What fvcore itself says, less the MACs that torch's dispatcher sees."""
    with torch.device("cpu"):
        module = build(Bottleneck(g["c"], g["d"], mid_channels=g["m"]))
    counters = measure(module, (1, g["c"], g["h"], g["w"])).others
    return sum(counters["fvcore"].total.values()) - counters["torch"].sum("macs")


BY_TORCH: dict[str, Callable[[Quantities], int | str]] = {
    "pointwise": lambda g: parameters(conv(g["c"], g["d"], 1)),
    "three_layers": main,
    "projection": convolutions,
    "batch_norm": lambda g: parameters(block(g)),
    "macs": lambda g: flops(block(g).main, 1, g["c"], g["h"], g["w"]) // 2,
    "flops": lambda g: flops(conv(g["c"], g["d"], 3, padding=1), 1, g["c"], g["h"], g["w"]),
    "stride": lambda g: flops(stride_first(g), 1, g["c"], g["h"], g["w"]) // 2,
    "dilation": lambda g: parameters(conv(g["c"], g["d"], 3, dilation=g["dilation"])),
    "groups": lambda g: parameters(conv(g["c"], g["c"], 3, groups=g["groups"])),
    "budget": lambda g: widest(g, g["budget"]),
    "break_even": lambda g: widest(g, parameters(conv(g["c"], g["d"], 3)) - 1),
    "which": cheaper,
    "mistake": main,
    "transposed": lambda g: (
        flops(meta(lambda: nn.ConvTranspose2d(g["c"], g["c"], 2, 2)), 1, g["c"], g["h"], g["w"])
        // 2
    ),
    "tools": normalised,
    "ratio": percentage,
    "receptive_field": seen,
    "memory": stored,
    "inverted": lambda g: all_convolutions(
        meta(lambda: build(InvertedResidual(g["c"], g["d"], expand=g["expand"])))
    ),
    "which_tool": told,
    "reason": reasonable,
    "convention": lambda g: flops(block(g), 1, g["c"], g["h"], g["w"]) // 2,
}


def of_kind(kind: str, seed: int) -> Exercise:
    return replace(BANK[kind](Numbers(Random(seed))), kind=kind)


def test_there_are_enough_kinds_and_each_has_another_way() -> None:
    assert len(BANK) >= 12
    assert BANK.keys() == BY_TORCH.keys()


SEVERAL = {"tools": 3, "budget": 10, "break_even": 10, "receptive_field": 12, "which_tool": 15}
"""Seeds of kinds whose other way takes long."""


@pytest.mark.parametrize("kind", BANK)
def test_every_answer_is_torchs(kind: str) -> None:
    for seed in SEEDS[: SEVERAL.get(kind, 40)]:
        exercise = of_kind(kind, seed)
        assert BY_TORCH[kind](exercise.quantities) == exercise.answer, exercise.quantities


@pytest.mark.parametrize("kind", ["three_layers", "macs", "stride"])
def test_another_answer_would_be_seen(kind: str) -> None:
    exercise = of_kind(kind, 0)
    assert (
        BY_TORCH[kind]({**exercise.quantities, "m": exercise.quantities["m"] + 1})
        != exercise.answer
    )


def test_kept_biases_are_what_torch_has_with_biases() -> None:
    for exercise in (of_kind("three_layers", seed) for seed in SEEDS):
        c, m, d = (exercise.quantities[name] for name in "cmd")
        layers = [(c, m, 1), (m, m, 3), (m, d, 1)]
        biased = sum(parameters(nn.Conv2d(i, o, k, device="meta")) for i, o, k in layers)
        assert exercise.slips["bias"] == biased


RULES = {"thop": (1, 4, 0), "fvcore-train": (1, 5, 0), "calflops": (2, 2, 1)}
"""For every MAC, and every element of batch norm and of ReLU: ``thop.vision.calc_func``,
``fvcore.nn.jit_handles`` in training mode, ``calflops.pytorch_ops``."""


def elements(g: Quantities, kind: type[nn.Module]) -> int:
    """What all modules of a kind put out, as torch runs them."""
    module, sizes = block(g), []
    for layer in module.modules():
        if isinstance(layer, kind):
            layer.register_forward_hook(
                lambda _module, _input, output: sizes.append(output.numel())
            )
    with torch.no_grad():
        module(torch.zeros(1, g["c"], g["h"], g["w"], device="meta"))
    return sum(sizes)


def test_what_a_tool_says_is_its_rule_over_what_torch_runs() -> None:
    asked = set()
    for exercise in (of_kind("convention", seed) for seed in SEEDS):
        g = exercise.quantities
        name = g["tool"].partition(" ")[0]
        macs, norm, relu = RULES[name]
        multiplied = flops(block(g), 1, g["c"], g["h"], g["w"]) // 2 * macs
        norms, relus = elements(g, nn.BatchNorm2d), elements(g, nn.ReLU)
        assert (g["factor"], g["each"], g["norms"]) == (macs, norm, norms)
        assert g["relus"] == relu * relus
        assert g["total"] == multiplied + norm * norms + relu * relus
        asked.add(name)
    assert asked == RULES.keys()


def test_the_slips_of_a_convention_are_other_readings_of_it() -> None:
    """The rule undone wrongly, as a pupil would write it."""
    for exercise in (of_kind("convention", seed) for seed in SEEDS):
        g, slips = exercise.quantities, exercise.slips
        factor, norm, rest = g["factor"], g["each"], g["total"] - g["relus"]
        positions, shortcut = g["h"] * g["w"], g["h"] * g["w"] * g["d"]
        channels = norm * g["norms"] // positions + g["relus"] // positions
        assert slips["total"] == g["total"]
        assert slips["flops"] == 2 * int(exercise.answer)
        assert factor * int(slips["rate"]) == rest - norm // 2 * g["norms"]
        assert factor * int(slips["projection_norm"]) == rest - norm * (g["norms"] - shortcut)
        assert factor * int(slips["forgot_positions"]) == g["total"] - channels


def test_a_whole_worksheet_is_all_different_and_each_slip_has_its_number() -> None:
    exercises = draw(MOST, 7)
    assert len(exercises) == MOST
    assert len({(x.kind, str(x.quantities)) for x in exercises}) == MOST
    assert {x.kind for x in exercises[: len(BANK)]} == set(BANK)
    assert all(x.sound and x.slips for x in exercises)


def test_numbers_are_neither_trivial_nor_monstrous() -> None:
    for seed in SEEDS:
        for exercise in draw(len(BANK), seed):
            if isinstance(exercise.answer, int):
                least = {"ratio": 0, "budget": 5}.get(exercise.kind, 10)
                assert least < exercise.answer < 10**9, exercise


def test_a_seed_is_a_sheet_on_any_machine() -> None:
    """Written once; another platform or version of Python must draw the same."""
    answers = [(x.kind, x.answer) for x in draw(8, 7)]
    assert answers == [
        ("reason", "B"),
        ("receptive_field", 81),
        ("ratio", 15),
        ("budget", 30),
        ("tools", 91520),
        ("stride", 139104),
        ("dilation", 20160),
        ("batch_norm", 6496),
    ]
    assert make_form(draw(22, 7)).number == "U2MA3P"
    assert draw(8, 8) != draw(8, 7)
    assert draw(5, 7) == draw(8, 7)[:5]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_and_slip_has_words(language: Any) -> None:
    module: Any = text.environment(language).get_template(f"exercises.{language}.md.jinja").module
    for seed in SEEDS[:5]:
        for exercise in draw(len(BANK), seed):
            assert getattr(module, exercise.kind)(exercise.quantities).strip()
            assert getattr(module, f"{exercise.kind}_work")(exercise).strip()
    used = {slip for name in BANK for seed in SEEDS for slip in of_kind(name, seed).slips}
    assert set(module.slips) == used
