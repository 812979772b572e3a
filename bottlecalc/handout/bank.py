"""The kinds of exercises: what each draws, its answer by closed form, and the usual slips.

The words of a kind stand in the templates under the kind's name, those of a slip under the slip's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isqrt
from random import Random

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.residual import Basic, Bottleneck
from bottlecalc.explore.break_even import break_even_mid
from bottlecalc.formulas.residual import middle
from bottlecalc.formulas.vocabulary import conv, conv_transpose
from bottlecalc.handout.exercises import Exercise
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Shape
from bottlecalc.tools import calflops, fvcore, fvcore_calls, thop
from bottlecalc.tools.predict import lines, prediction
from bottlecalc.tools.written import evidence

CHANNELS = (24, 32, 40, 48, 56, 64, 80, 96, 112, 128)
SIDES = (10, 12, 14, 16, 20, 24, 28)
UNDONE = (thop.THOP, fvcore_calls.TRAIN, calflops.OPERATIONS)
"""Tools whose rules a class can undo: each has one for batch norm, one at most for ReLU."""


def pointwise(random: Random) -> Exercise:
    """Count a 1×1 convolution."""
    c, d = random.sample(CHANNELS, 2)
    layer = conv("conv", _input(c, 1), d, 1)
    slips = {"bias": layer.weights + d, "kernel": 9 * layer.weights, "added": c + d}
    return Exercise(quantities={"c": c, "d": d}, answer=layer.params, slips=slips, layers=(layer,))


def three_layers(random: Random) -> Exercise:
    """The main path of a bottleneck."""
    block = _bottleneck(random)
    count = closed_form.count(block)
    main, layers = count.params.main, _main(count)
    slips = {
        "bias": main + _biases(count),
        "wide_3x3": _plain_3x3(block),
        "forgot_last": main - layers[-1].weights,
        "batch_norm": main + 2 * _biases(count),
    }
    return Exercise(quantities=_widths(block), answer=main, slips=slips, layers=layers)


def projection(random: Random) -> Exercise:
    """The same with the projection."""
    block = _bottleneck(random)
    count = closed_form.count(block)
    params = count.params
    slips = {
        "forgot_projection": params.main,
        "batch_norm": params.block,
        "projection_from_mid": params.main + middle(block) * block.out_channels,
    }
    return Exercise(
        quantities=_widths(block), answer=params.convs, slips=slips, layers=_convolutions(count)
    )


def batch_norm(random: Random) -> Exercise:
    """The whole block, normalisation included."""
    block = _bottleneck(random)
    count = closed_form.count(block)
    params = count.params
    norms = params.block - params.convs
    slips = {
        "forgot_batch_norm": params.convs,
        "running_statistics": params.block + norms,
        "bias": params.block + norms // 2,
        "forgot_projection": params.main + 2 * _biases(count),
    }
    layers = tuple(layer for layer in count.layers if layer.params)
    return Exercise(quantities=_widths(block), answer=params.block, slips=slips, layers=layers)


def macs(random: Random) -> Exercise:
    """MACs of the main path at a size."""
    height, width = random.sample(SIDES, 2)
    block = _bottleneck(random)
    count = closed_form.count(block, (height, width))
    slips = {
        "flops": count.flops.main,
        "forgot_positions": count.params.main,
        "one_side": count.params.main * height,
        "with_projection": count.macs.block,
    }
    quantities = {**_widths(block), "h": height, "w": width}
    return Exercise(quantities=quantities, answer=count.macs.main, slips=slips, layers=_main(count))


def flops(random: Random) -> Exercise:
    """FLOPs of one 3×3."""
    c, d = random.sample(CHANNELS, 2)
    side = random.choice(SIDES)
    layer = conv("conv", _input(c, side), d, 3)
    slips = {"macs": layer.macs, "forgot_positions": 2 * layer.weights, "four": 4 * layer.macs}
    quantities = {"c": c, "d": d, "h": side, "w": side}
    return Exercise(quantities=quantities, answer=2 * layer.macs, slips=slips, layers=(layer,))


def stride(random: Random) -> Exercise:
    """MACs with the stride on the first 1×1, instead of on the 3×3."""
    side = random.choice(SIDES)
    block = replace(_bottleneck(random), stride=2)
    on_3x3 = closed_form.count(block, (side, side))
    layers = _stride_first(block, on_3x3.input)
    total = sum(layer.macs for layer in layers)
    slips = {
        "stride_on_3x3": on_3x3.macs.main,
        "input_size": sum(layer.weights for layer in layers) * side * side,
        "flops": 2 * total,
    }
    quantities = {**_widths(block), "h": side, "w": side}
    return Exercise(quantities=quantities, answer=total, slips=slips, layers=layers)


def dilation(random: Random) -> Exercise:
    """A dilated 3×3 sees further, for the same weights."""
    c, d = random.sample(CHANNELS, 2)
    spread = random.choice((2, 3, 4))
    layer = conv("conv", _input(c, 1), d, 3, dilation=spread)
    view = 2 * spread + 1
    slips = {
        "view": view * view * c * d,
        "bias": layer.weights + d,
        "times_dilation": spread * layer.weights,
    }
    quantities = {"c": c, "d": d, "dilation": spread, "view": view}
    return Exercise(quantities=quantities, answer=layer.params, slips=slips, layers=(layer,))


def groups(random: Random) -> Exercise:
    """A grouped 3×3."""
    c = random.choice(CHANNELS)
    parts = random.choice((2, 4, 8))
    layer = conv("conv", _input(c, 1), c, 3, groups=parts)
    slips = {
        "forgot_groups": layer.weights * parts,
        "groups_twice": layer.weights // parts,
        "bias": layer.weights + c,
    }
    return Exercise(
        quantities={"c": c, "groups": parts}, answer=layer.params, slips=slips, layers=(layer,)
    )


def budget(random: Random) -> Exercise:
    """The widest middle for a budget."""
    block = _bottleneck(random)
    c, d = block.in_channels, block.out_channels
    most = closed_form.count(block).params.main + random.randrange(50, 250)
    mid = _widest(c + d, most)
    slips = {
        "next_width": mid + 1,
        "only_3x3": isqrt(most // 9),
        "forgot_last": _widest(c, most),
    }
    layers = _main(closed_form.count(replace(block, mid_channels=mid)))
    quantities = {"c": c, "d": d, "budget": most}
    return Exercise(quantities=quantities, answer=mid, slips=slips, layers=layers)


def break_even(random: Random) -> Exercise:
    """The widest middle that still saves."""
    block = _bottleneck(random)
    end = break_even_mid(block)
    assert end is not None
    c, d = block.in_channels, block.out_channels
    plain = 9 * c * d
    slips = {"next_width": end + 1, "only_3x3": isqrt(c * d), "forgot_last": _widest(c, plain)}
    layers = _main(closed_form.count(replace(block, mid_channels=end)))
    quantities = {"c": c, "d": d, "plain": plain}
    return Exercise(quantities=quantities, answer=end, slips=slips, layers=layers)


def which(random: Random) -> Exercise:
    """Which of two blocks is cheaper, where the wider one may be."""
    basic, factor = random.choice(CHANNELS), random.choice((3, 4, 5, 6))
    wide = factor * basic
    a = closed_form.count(Basic(basic, basic))
    b = closed_form.count(Bottleneck(wide, wide, mid_channels=basic))
    cheaper, other = ("A", "B") if a.params.main < b.params.main else ("B", "A")
    quantities = {"c": basic, "wide": wide}
    layers = _main(a) + _main(b)
    return Exercise(quantities=quantities, answer=cheaper, slips={"other": other}, layers=layers)


def mistake(random: Random) -> Exercise:
    """Find what is wrong in a worked solution, and mend it."""
    block = _bottleneck(random)
    count = closed_form.count(block)
    main, layers = count.params.main, _main(count)
    first, second, third = layers
    wrong = conv("conv2", second.input, block.out_channels, 3)
    slips = {
        "kept_mistake": first.weights + wrong.weights + third.weights,
        "bias": main + _biases(count),
    }
    quantities = {**_widths(block), "solution": (first, wrong, third)}
    return Exercise(quantities=quantities, answer=main, slips=slips, layers=layers)


def transposed(random: Random) -> Exercise:
    """MACs of a transposed convolution."""
    c, side = random.choice(CHANNELS), random.choice(SIDES)
    layer = conv_transpose("upsample", _input(c, side), c)
    slips = {
        "output_size": 4 * layer.macs,
        "flops": 2 * layer.macs,
        "forgot_positions": layer.weights,
    }
    height, width = layer.output[2:]
    quantities = {"c": c, "h": side, "w": side, "out_h": height, "out_w": width}
    return Exercise(quantities=quantities, answer=layer.macs, slips=slips, layers=(layer,))


def tools(random: Random) -> Exercise:
    """Two tools disagree about the same block: what does the one count that the other does not?"""
    side = random.choice(SIDES)
    block = _bottleneck(random)
    count = closed_form.count(block, (side, side))
    flops, macs, total = count.flops.block, count.macs.block, fvcore.total(count.layers)
    slips = {
        "macs_against_flops": flops - total,
        "half": (total - macs) // 2,
        "parameters": count.params.block - count.params.convs,
    }
    sides = {"h": side, "w": side}
    quantities = {**_widths(block), **sides, "torch": flops, "fvcore": total, "macs": macs}
    return Exercise(quantities=quantities, answer=total - macs, slips=slips)


def convention(random: Random) -> Exercise:
    """A tool says more than the MACs: its rule, undone, leads back to them."""
    side, tool = random.choice(SIDES), random.choice(UNDONE)
    block = _bottleneck(random)
    count = closed_form.count(block, (side, side))
    seen, positions = evidence(count), side * side
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
        **_widths(block), "h": side, "w": side, "tool": f"{tool.name} {tool.version}",
        "calls": tool.calls_it, "total": total, "factor": factor, "each": norm.each,
        "norms": norm.count, "relus": more - norm.value,
    }  # fmt: skip
    layers = _convolutions(count)
    return Exercise(quantities=quantities, answer=macs, slips=slips, layers=layers)


Kind = Callable[[Random], Exercise]

KINDS: tuple[Kind, ...] = (
    *(pointwise, three_layers, projection, batch_norm, macs, flops, stride, dilation, groups),
    *(budget, break_even, which, mistake, transposed, tools, convention),
)
BANK: Mapping[str, Kind] = {kind.__name__: kind for kind in KINDS}
"""Every kind of exercise by its name."""


def _bottleneck(random: Random) -> Bottleneck:
    """Of channels that a class can multiply by hand; its shape changes, so that it projects."""
    c, d = random.sample(CHANNELS, 2)
    return Bottleneck(c, d, mid_channels=random.choice((12, 16, 20, 24)))


def _widths(block: Bottleneck) -> dict[str, int]:
    return {"c": block.in_channels, "m": middle(block), "d": block.out_channels}


def _input(channels: int, side: int) -> Shape:
    return (1, channels, side, side)


def _stride_first(block: Bottleneck, x: Shape) -> tuple[Layer, ...]:
    """The main path as He et al. 2015 have it: the first 1×1 strides."""
    first = conv("conv1", x, middle(block), 1, stride=block.stride)
    second = conv("conv2", first.output, middle(block), 3)
    return first, second, conv("conv3", second.output, block.out_channels, 1)


def _main(count: Count) -> tuple[Layer, ...]:
    return tuple(layer for layer in _convolutions(count) if layer.branch == "main")


def _convolutions(count: Count) -> tuple[Layer, ...]:
    return tuple(layer for layer in count.layers if layer.weights)


def _biases(count: Count) -> int:
    """As many as the main path's convolutions would have."""
    return sum(layer.output[1] for layer in _main(count))


def _plain_3x3(block: Bottleneck) -> int:
    """The three layers with a 3×3 from the input's channels to the output's."""
    c, d = block.in_channels, block.out_channels
    return c * middle(block) + 9 * c * d + middle(block) * d


def _widest(ends: int, most: int) -> int:
    """The largest m with 9·m² + ends·m within ``most``."""
    return (isqrt(ends * ends + 36 * most) - ends) // 18
