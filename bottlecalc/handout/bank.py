"""The kinds of exercises: what each draws, its answer by closed form, and the usual slips.

The words of a kind stand in the templates under the kind's name, those of a slip under the slip's.
"""

from __future__ import annotations

from dataclasses import replace
from math import isqrt
from random import Random

from bottlecalc.blocks.residual import Basic, Bottleneck
from bottlecalc.formulas.residual import conv, conv_transpose, count
from bottlecalc.handout.exercises import BANK as BANK
from bottlecalc.handout.exercises import Exercise, kind
from bottlecalc.layers.count import Count, Row, Shape

CHANNELS = (24, 32, 40, 48, 56, 64, 80, 96, 112, 128)
SIDES = (10, 12, 14, 16, 20, 24, 28)


@kind
def pointwise(random: Random) -> Exercise:
    """Count a 1×1 convolution."""
    c, d = random.sample(CHANNELS, 2)
    row = conv("conv", _input(c, 1), d, 1)
    slips = {"bias": row.weights + d, "kernel": 9 * row.weights, "added": c + d}
    return Exercise({"c": c, "d": d}, row.params, (row,), slips)


@kind
def three_layers(random: Random) -> Exercise:
    """The main path of a bottleneck."""
    block = _bottleneck(random)
    counted = count(block)
    slips = {
        "bias": counted.params.main + _biases(counted),
        "wide_3x3": _plain_3x3(block),
        "forgot_last": counted.params.main - _main(counted)[-1].weights,
        "batch_norm": counted.params.main + 2 * _biases(counted),
    }
    return Exercise(_named(block), counted.params.main, _main(counted), slips)


@kind
def projection(random: Random) -> Exercise:
    """The same with the projection."""
    block = _bottleneck(random)
    counted = count(block)
    params = counted.params
    slips = {
        "forgot_projection": params.main,
        "batch_norm": params.block,
        "projection_from_mid": params.main + _mid(block) * block.out_channels,
    }
    return Exercise(_named(block), params.convs, _convs(counted), slips)


@kind
def batch_norm(random: Random) -> Exercise:
    """The whole block, normalisation included."""
    counted = count(_bottleneck(random))
    norms = counted.params.block - counted.params.convs
    slips = {
        "forgot_batch_norm": counted.params.convs,
        "running_statistics": counted.params.block + norms,
        "bias": counted.params.block + norms // 2,
        "forgot_projection": counted.params.main + 2 * _biases(counted),
    }
    rows = tuple(row for row in counted.rows if row.params)
    return Exercise(_named(counted.block), counted.params.block, rows, slips)


@kind
def macs(random: Random) -> Exercise:
    """MACs of the main path at a given size."""
    height, width = random.sample(SIDES, 2)
    counted = count(_bottleneck(random), (height, width))
    slips = {
        "flops": counted.flops.main,
        "forgot_positions": counted.params.main,
        "one_side": counted.params.main * height,
        "with_projection": counted.macs.block,
    }
    given = {**_named(counted.block), "h": height, "w": width}
    return Exercise(given, counted.macs.main, _main(counted), slips)


@kind
def flops(random: Random) -> Exercise:
    """FLOPs of one 3×3."""
    c, d = random.sample(CHANNELS, 2)
    side = random.choice(SIDES)
    row = conv("conv", _input(c, side), d, 3)
    slips = {"macs": row.macs, "forgot_positions": 2 * row.weights, "four": 4 * row.macs}
    return Exercise({"c": c, "d": d, "h": side, "w": side}, 2 * row.macs, (row,), slips)


@kind
def stride(random: Random) -> Exercise:
    """MACs with the stride on the first 1×1, instead of on the 3×3."""
    side = random.choice(SIDES)
    block = replace(_bottleneck(random), stride=2)
    on_3x3 = count(block, (side, side))
    x, mid = on_3x3.input, _mid(block)
    first = conv("conv1", x, mid, 1, stride=2)
    second = conv("conv2", first.output, mid, 3)
    rows = (first, second, conv("conv3", second.output, block.out_channels, 1))
    slips = {
        "stride_on_3x3": on_3x3.macs.main,
        "input_size": sum(row.weights for row in rows) * side * side,
        "flops": 2 * sum(row.macs for row in rows),
    }
    given = {**_named(block), "h": side, "w": side}
    return Exercise(given, sum(row.macs for row in rows), rows, slips)


@kind
def dilation(random: Random) -> Exercise:
    """A dilated 3×3 sees further, for the same weights."""
    c, d = random.sample(CHANNELS, 2)
    spread = random.choice((2, 3, 4))
    row = conv("conv", _input(c, 1), d, 3, dilation=spread)
    view = 2 * spread + 1
    slips = {
        "view": view * view * c * d,
        "bias": row.weights + d,
        "times_dilation": spread * row.weights,
    }
    return Exercise({"c": c, "d": d, "dilation": spread, "view": view}, row.params, (row,), slips)


@kind
def groups(random: Random) -> Exercise:
    """A grouped 3×3."""
    c = random.choice(CHANNELS)
    parts = random.choice((2, 4, 8))
    row = conv("conv", _input(c, 1), c, 3, groups=parts)
    slips = {
        "forgot_groups": row.weights * parts,
        "groups_twice": row.weights // parts,
        "bias": row.weights + c,
    }
    return Exercise({"c": c, "groups": parts}, row.params, (row,), slips)


@kind
def budget(random: Random) -> Exercise:
    """The widest middle for a budget."""
    block = _bottleneck(random)
    c, d = block.in_channels, block.out_channels
    most = count(block).params.main + random.randrange(50, 250)
    mid = _widest(c + d, most)
    slips = {
        "next_width": mid + 1,
        "only_3x3": isqrt(most // 9),
        "forgot_last": _widest(c, most),
    }
    rows = _main(count(replace(block, mid_channels=mid)))
    return Exercise({"c": c, "d": d, "budget": most}, mid, rows, slips)


@kind
def break_even(random: Random) -> Exercise:
    """The widest middle that still saves."""
    block = _bottleneck(random)
    counted = count(block)
    assert counted.break_even_mid is not None
    end = counted.break_even_mid
    c, d = block.in_channels, block.out_channels
    slips = {"next_width": end + 1, "only_3x3": isqrt(c * d), "forgot_last": _widest(c, 9 * c * d)}
    rows = _main(count(replace(block, mid_channels=end)))
    return Exercise({"c": c, "d": d, "plain": 9 * c * d}, end, rows, slips)


@kind
def which(random: Random) -> Exercise:
    """Which of two blocks is cheaper, where the wider one may be."""
    basic, factor = random.choice(CHANNELS), random.choice((3, 4, 5, 6))
    wide = factor * basic
    a = count(Basic(basic, basic))
    b = count(Bottleneck(wide, wide, mid_channels=basic))
    cheaper, other = ("A", "B") if a.params.main < b.params.main else ("B", "A")
    given = {"c": basic, "wide": wide, "a": a.params.main, "b": b.params.main}
    return Exercise(given, cheaper, _main(a) + _main(b), {"other": other})


@kind
def mistake(random: Random) -> Exercise:
    """Find what is wrong in a worked solution, and mend it."""
    block = _bottleneck(random)
    counted = count(block)
    first, second, third = _main(counted)
    wrong = conv("conv2", second.input, block.out_channels, 3)
    total = first.weights + wrong.weights + third.weights
    given = {**_named(block), "shown": (first, wrong, third), "shown_total": total}
    slips = {"kept_mistake": total, "bias": counted.params.main + _biases(counted)}
    return Exercise(given, counted.params.main, (first, second, third), slips)


@kind
def transposed(random: Random) -> Exercise:
    """MACs of a transposed convolution."""
    c, side = random.choice(CHANNELS), random.choice(SIDES)
    row = conv_transpose("upsample", _input(c, side), path="main")
    slips = {"output_size": 4 * row.macs, "flops": 2 * row.macs, "forgot_positions": row.weights}
    given = {"c": c, "h": side, "w": side, "out_h": row.output[2], "out_w": row.output[3]}
    return Exercise(given, row.macs, (row,), slips)


@kind
def tools(random: Random) -> Exercise:
    """Two tools disagree about the same block: what does the one count that the other does not?"""
    side = random.choice(SIDES)
    counted = count(_bottleneck(random), (side, side))
    norms = counted.fvcore_total - counted.macs.block
    given = {**_named(counted.block), "h": side, "w": side, "torch": counted.flops.block,
             "fvcore": counted.fvcore_total, "macs": counted.macs.block}  # fmt: skip
    slips = {
        "macs_against_flops": counted.flops.block - counted.fvcore_total,
        "half": norms // 2,
        "parameters": counted.params.block - counted.params.convs,
    }
    return Exercise(given, norms, (), slips)


def _bottleneck(random: Random) -> Bottleneck:
    """Of channels that a class can multiply by hand; its shape changes, so that it projects."""
    c, d = random.sample(CHANNELS, 2)
    return Bottleneck(c, d, mid_channels=random.choice((12, 16, 20, 24)))


def _named(block: object) -> dict[str, int]:
    assert isinstance(block, Bottleneck)
    return {"c": block.in_channels, "m": _mid(block), "d": block.out_channels}


def _mid(block: Bottleneck) -> int:
    assert block.mid_channels is not None
    return block.mid_channels


def _input(channels: int, side: int) -> Shape:
    return (1, channels, side, side)


def _main(counted: Count) -> tuple[Row, ...]:
    return tuple(row for row in counted.rows if row.weights and row.path == "main")


def _convs(counted: Count) -> tuple[Row, ...]:
    return tuple(row for row in counted.rows if row.weights)


def _biases(counted: Count) -> int:
    """As many as the main path's convolutions would have."""
    return sum(row.output[1] for row in _main(counted))


def _plain_3x3(block: Bottleneck) -> int:
    """The three layers with a 3×3 from the input's channels to the output's."""
    c, d = block.in_channels, block.out_channels
    return c * _mid(block) + 9 * c * d + _mid(block) * d


def _widest(ends: int, most: int) -> int:
    """The largest m with 9·m² + ends·m within ``most``."""
    return (isqrt(ends * ends + 36 * most) - ends) // 18
