"""Exercises about a block: what its layers hold and do."""

from __future__ import annotations

from dataclasses import replace

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.mobile import InvertedResidual
from bottlecalc.blocks.residual import Bottleneck
from bottlecalc.formulas.residual import middle
from bottlecalc.formulas.vocabulary import conv
from bottlecalc.handout.bank.numbers import Numbers
from bottlecalc.handout.exercises import Exercise
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.ops import Shape

BYTES = 4
"""Of a number in float32."""


def three_layers(numbers: Numbers) -> Exercise:
    """The main path of a bottleneck."""
    block = numbers.bottleneck()
    count = closed_form.count(block)
    main, layers = count.params.main, main_path(count)
    slips = {
        "bias": main + _biases(count),
        "wide_3x3": _plain_3x3(block),
        "forgot_last": main - layers[-1].weights,
        "batch_norm": main + 2 * _biases(count),
    }
    return Exercise(quantities=widths(block), answer=main, slips=slips, layers=layers)


def projection(numbers: Numbers) -> Exercise:
    """The same with the projection."""
    block = numbers.projecting()
    count = closed_form.count(block)
    params = count.params
    slips = {
        "forgot_projection": params.main,
        "batch_norm": params.block,
        "projection_from_mid": params.main + middle(block) * block.out_channels,
    }
    return Exercise(
        quantities=widths(block), answer=params.convs, slips=slips, layers=convolutions(count)
    )


def batch_norm(numbers: Numbers) -> Exercise:
    """The whole block, normalisation included."""
    block = numbers.projecting()
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
    return Exercise(quantities=widths(block), answer=params.block, slips=slips, layers=layers)


def macs(numbers: Numbers) -> Exercise:
    """MACs of the main path at a size."""
    height, width = numbers.block_size()
    block = numbers.bottleneck()
    count = closed_form.count(block, (height, width))
    slips = {
        "flops": count.flops.main,
        "forgot_positions": count.params.main,
        "one_side": count.params.main * height,
    }
    if block.in_channels != block.out_channels:
        slips["with_projection"] = count.macs.block
    quantities = {**widths(block), "h": height, "w": width}
    return Exercise(
        quantities=quantities, answer=count.macs.main, slips=slips, layers=main_path(count)
    )


def stride(numbers: Numbers) -> Exercise:
    """MACs with the stride on the first 1×1, instead of on the 3×3."""
    height, width = numbers.block_size()
    block = replace(numbers.bottleneck(), stride=2)
    on_3x3 = closed_form.count(block, (height, width))
    layers = _stride_first(block, on_3x3.input)
    total = sum(layer.macs for layer in layers)
    slips = {
        "stride_on_3x3": on_3x3.macs.main,
        "input_size": sum(layer.weights for layer in layers) * height * width,
        "flops": 2 * total,
    }
    quantities = {**widths(block), "h": height, "w": width}
    return Exercise(quantities=quantities, answer=total, slips=slips, layers=layers)


def mistake(numbers: Numbers) -> Exercise:
    """Find what is wrong in a worked solution, and mend it."""
    block = numbers.bottleneck()
    count = closed_form.count(block)
    main, layers = count.params.main, main_path(count)
    first, second, third = layers
    wrong = conv("conv2", second.input, block.out_channels, 3)
    slips = {
        "kept_mistake": first.weights + wrong.weights + third.weights,
        "bias": main + _biases(count),
    }
    quantities = {**widths(block), "solution": (first, wrong, third)}
    return Exercise(quantities=quantities, answer=main, slips=slips, layers=layers)


def memory(numbers: Numbers) -> Exercise:
    """Bytes of what the main path's convolutions put out."""
    height, width = numbers.block_size()
    block = numbers.bottleneck()
    layers = main_path(closed_form.count(block, (height, width)))
    outputs = [layer.out_channels * height * width for layer in layers]
    stored = BYTES * sum(outputs)
    slips = {
        "forgot_bytes": sum(outputs),
        "last_output": BYTES * outputs[-1],
        "weights_stored": BYTES * sum(layer.weights for layer in layers),
        "with_input": stored + BYTES * block.in_channels * height * width,
    }
    quantities = {**widths(block), "h": height, "w": width, "bytes": BYTES}
    return Exercise(quantities=quantities, answer=stored, slips=slips)


def inverted(numbers: Numbers) -> Exercise:
    """The convolutions of MobileNetV2's block."""
    c, d = numbers.channels()
    expand = numbers.random.choice((2, 3, 4, 6))
    layers = main_path(closed_form.count(InvertedResidual(c, d, expand=expand)))
    first, depthwise, last = layers
    total, mid = sum(layer.weights for layer in layers), expand * c
    slips = {
        "not_depthwise": total - depthwise.weights + 9 * mid * mid,
        "not_expanded": c * c + 9 * c + c * d,
        "forgot_expansion": total - first.weights,
        "forgot_last": total - last.weights,
    }
    quantities = {"c": c, "d": d, "expand": expand, "mid": mid}
    return Exercise(quantities=quantities, answer=total, slips=slips, layers=layers)


def widths(block: Bottleneck) -> dict[str, int]:
    """Its channels, by the names of a question's quantities."""
    return {"c": block.in_channels, "m": middle(block), "d": block.out_channels}


def _stride_first(block: Bottleneck, x: Shape) -> tuple[Layer, ...]:
    """The main path as He et al. 2015 have it: the first 1×1 strides."""
    first = conv("conv1", x, middle(block), 1, stride=block.stride)
    second = conv("conv2", first.output, middle(block), 3)
    return first, second, conv("conv3", second.output, block.out_channels, 1)


def main_path(count: Count) -> tuple[Layer, ...]:
    """The convolutions of it."""
    return tuple(layer for layer in convolutions(count) if layer.branch == "main")


def convolutions(count: Count) -> tuple[Layer, ...]:
    """Those of the main path, and of the shortcut."""
    return tuple(layer for layer in count.layers if layer.weights)


def _biases(count: Count) -> int:
    """As many as the main path's convolutions would have."""
    return sum(layer.output[1] for layer in main_path(count))


def _plain_3x3(block: Bottleneck) -> int:
    """The three layers with a 3×3 from the input's channels to the output's."""
    c, d = block.in_channels, block.out_channels
    return c * middle(block) + 9 * c * d + middle(block) * d
