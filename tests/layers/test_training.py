"""What a training step costs by the rule over layers: figures by hand."""

from __future__ import annotations

import pytest

from bottlecalc.blocks.grammar import parse
from bottlecalc.formulas.families import formula, layers
from bottlecalc.layers.training import Piece, Step, closed_form

WEIGHTS = {"conv1": 5 * 7 * 9, "conv2": 7 * 7 * 9, "shortcut.conv": 5 * 7}
"""Of ``basic:in=5,out=7``."""

PIXELS = 2 * 11 * 6


def step(spec: str, *frozen: str) -> Step:
    """Of a block on two images of 11×6."""
    block = parse(spec)
    return closed_form([Piece(layers(block, (11, 6), 2), formula(type(block)).forks)], frozen)


def own(step: Step, name: str) -> dict[str, int]:
    return {layer: macs for layer, macs in step.passes[name].items() if macs}  # type: ignore[index]


@pytest.mark.parametrize(
    ("frozen", "activations", "weights"),
    [
        ((), ("conv2",), ("conv1", "conv2", "shortcut.conv")),
        (("conv1",), ("conv2",), ("conv2", "shortcut.conv")),  # bn1 is trained
        (("conv1", "bn1"), (), ("conv2", "shortcut.conv")),
        (("conv2", "bn2", "shortcut"), ("conv2",), ("conv1",)),
        (("shortcut",), ("conv2",), ("conv1", "conv2")),
    ],
)
def test_gradients_of_a_basic_block(
    frozen: tuple[str, ...], activations: tuple[str, ...], weights: tuple[str, ...]
) -> None:
    found = step("basic:in=5,out=7", *frozen)
    assert own(found, "forward") == {name: PIXELS * n for name, n in WEIGHTS.items()}
    assert own(found, "backward_activations") == {n: PIXELS * WEIGHTS[n] for n in activations}
    assert own(found, "backward_weights") == {n: PIXELS * WEIGHTS[n] for n in weights}
    assert found.sum("recomputed") == 0


def test_a_transposed_and_a_grouped_convolution() -> None:
    found = step("bottleneck:in=6,out=12,mid=6,groups=3,upsample=true")
    assert found.passes["backward_activations"]["conv2"] == PIXELS * 9 * 6 * 6 // 3
    assert found.passes["backward_weights"]["conv2"] == PIXELS * 9 * 6 * 6 // 3
    assert found.passes["backward_weights"]["upsample"] == PIXELS * 4 * 12 * 12
    assert found.passes["backward_activations"]["upsample"] == PIXELS * 4 * 12 * 12


def test_what_squeezes_reads_the_map_that_it_weighs() -> None:
    found = step("mbconv:in=6,out=5,expand=4", "conv1", "bn1", "conv2", "bn2", "se.conv1")
    assert own(found, "backward_activations") == {"conv3": PIXELS * 24 * 5}
    assert own(found, "backward_weights") == {"se.conv2": 2 * 24, "conv3": PIXELS * 24 * 5}


@pytest.mark.parametrize(
    ("spec", "frozen", "layer", "needed"),
    [
        ("fire:in=8,out=16", (), "expand1x1", True),
        ("fire:in=8,out=16", ("squeeze",), "expand1x1", False),
        ("preact-basic:in=5,out=7", (), "shortcut.conv", True),
        ("preact-basic:in=5,out=7", ("bn1",), "shortcut.conv", False),
        ("repvgg:in=5,out=7", (), "conv2", False),
        ("shuffle:in=6,out=12,stride=2", (), "branch1.conv1", False),
        ("enet-up:in=8,out=12", (), "shortcut.conv", False),
        ("dense:in=7,growth=5", (), "conv1", True),
    ],
)
def test_what_a_branch_begins_with(
    spec: str, frozen: tuple[str, ...], layer: str, needed: bool
) -> None:
    found = step(spec, *frozen)
    expected = found.passes["forward"][layer] if needed else 0
    assert found.passes["backward_activations"][layer] == expected


def test_a_second_block_needs_the_gradient_of_its_input() -> None:
    block = parse("plain:in=5,out=5")
    forks = formula(type(block)).forks
    first, second = (
        [layer._replace(name=f"{place}.{layer.name}") for layer in layers(block, (11, 6), 2)]
        for place in range(2)
    )
    found = closed_form([Piece(first, forks), Piece(second, forks)])
    assert own(found, "backward_activations") == {"1.conv1": PIXELS * 9 * 25}
    frozen = closed_form([Piece(first, forks), Piece(second, forks)], ["0"])
    assert own(frozen, "backward_activations") == {}
    assert own(frozen, "backward_weights") == {"1.conv1": PIXELS * 9 * 25}


def test_a_part_of_a_step() -> None:
    part = step("basic:in=5,out=7").part("shortcut")
    assert part.macs == 2 * PIXELS * WEIGHTS["shortcut.conv"]
