"""Two slips made at once: what they give together, recounted as a pupil would who made both.

Most add what they add, or multiply by what they multiply; where one changes what the other counts,
that is written out. Slips that exclude each other stand in no pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain

from bottlecalc.handout.exercises import Exercise

Pair = tuple[str, str]

SUMS: Mapping[str, tuple[Pair, ...]] = {
    "pointwise": (("kernel", "bias"),),
    "three_layers": (
        *(("wide_3x3", "bias"), ("wide_3x3", "forgot_last")),
        *(("bias", "batch_norm"), ("wide_3x3", "batch_norm")),
    ),
    "projection": (("batch_norm", "projection_from_mid"),),
    "batch_norm": (("forgot_batch_norm", "bias"), ("running_statistics", "bias")),
    "dilation": (("view", "bias"), ("times_dilation", "bias")),
    "groups": (("forgot_groups", "bias"), ("groups_twice", "bias")),
    "mistake": (("kept_mistake", "bias"),),
    "inverted": (
        *(("not_depthwise", "forgot_last"), ("not_depthwise", "forgot_expansion")),
        ("forgot_expansion", "forgot_last"),
    ),
}
"""By kind of exercise, the pairs of which each adds what it adds alone."""

PRODUCTS: Mapping[str, tuple[Pair, ...]] = {
    "macs": (
        *(("forgot_positions", "flops"), ("one_side", "flops"), ("with_projection", "flops")),
        *(("with_projection", "forgot_positions"), ("with_projection", "one_side")),
    ),
    "flops": (("macs", "forgot_positions"), ("forgot_positions", "four")),
    "stride": (("stride_on_3x3", "flops"), ("input_size", "flops")),
    "dilation": (("view", "times_dilation"),),
    "transposed": (("output_size", "flops"), ("forgot_positions", "flops")),
    "convention": (("projection_norm", "flops"), ("rate", "flops")),
    "memory": (("forgot_bytes", "last_output"), ("forgot_bytes", "with_input")),
}
"""By kind of exercise, the pairs of which one multiplies what the other gives."""


def _forgot_last_bias(x: Exercise) -> int:
    """The biases of the two layers that are left."""
    return _weights(x, 2) + 2 * _width(x, "m")


def _forgot_last_norm(x: Exercise) -> int:
    """The batch norms of the two layers that are left."""
    return _weights(x, 2) + 4 * _width(x, "m")


def _main_norms(each: int) -> Callable[[Exercise], int]:
    """The main path alone, with so many numbers a channel beside its weights."""
    return lambda x: _weights(x, 3) + each * (2 * _width(x, "m") + _width(x, "d"))


def _neither_expanded_nor_depthwise(x: Exercise) -> int:
    """All three layers as wide as the input, the 3×3 a full one."""
    c = _width(x, "c")
    return 10 * c * c + c * _width(x, "d")


def _kernels_alone(x: Exercise) -> int:
    """A receptive field of the kernels without their strides and dilation."""
    kernels: list[int] = [layer.factors[0] for layer in x.quantities["stack"]]
    return 1 + sum(kernel - 1 for kernel in kernels)


def _saved(slip: str) -> Callable[[Exercise], int]:
    """The difference from 100% of what another slip gives."""
    return lambda x: abs(100 - _number(x.slips[slip]))


def _one_more(slip: str) -> Callable[[Exercise], int]:
    return lambda x: _number(x.slips[slip]) + 1


OWN: Mapping[str, Mapping[Pair, Callable[[Exercise], int]]] = {
    "three_layers": {
        ("forgot_last", "bias"): _forgot_last_bias,
        ("forgot_last", "batch_norm"): _forgot_last_norm,
    },
    "projection": {("forgot_projection", "batch_norm"): _main_norms(2)},
    "batch_norm": {
        ("forgot_projection", "forgot_batch_norm"): _main_norms(0),
        ("forgot_projection", "running_statistics"): _main_norms(4),
        ("forgot_projection", "bias"): _main_norms(3),
    },
    "inverted": {("not_expanded", "not_depthwise"): _neither_expanded_nor_depthwise},
    "receptive_field": {("forgot_strides", "forgot_dilation"): _kernels_alone},
    "ratio": {
        ("forgot_last", "saved"): _saved("forgot_last"),
        ("only_3x3", "saved"): _saved("only_3x3"),
    },
    "budget": {
        ("only_3x3", "next_width"): _one_more("only_3x3"),
        ("forgot_last", "next_width"): _one_more("forgot_last"),
    },
    "break_even": {
        ("only_3x3", "next_width"): _one_more("only_3x3"),
        ("forgot_last", "next_width"): _one_more("forgot_last"),
    },
}
"""By kind of exercise, the pairs of which one changes what the other counts."""


def find_pair(exercise: Exercise, value: Fraction) -> Pair | None:
    """The two slips that give this number together; None where no two do, or several pairs."""
    found = [pair for pair, wrong in pairs(exercise) if wrong == value]
    return found[0] if len(found) == 1 else None


def pairs(exercise: Exercise) -> Iterator[tuple[Pair, Fraction]]:
    """Every pair of slips that can be made at once, and what it gives."""
    if not isinstance(exercise.answer, int):
        return
    right = exercise.answer
    for pair in _there(exercise, SUMS):
        first, second = _slips(exercise, pair)
        yield pair, Fraction(first + second - right)
    for pair in _there(exercise, PRODUCTS):
        first, second = _slips(exercise, pair)
        yield pair, Fraction(first * second, right)
    for pair in _there(exercise, OWN):
        yield pair, Fraction(OWN[exercise.kind][pair](exercise))


def _there(exercise: Exercise, kinds: Mapping[str, Iterable[Pair]]) -> Iterator[Pair]:
    """The pairs of its kind; an exercise has no slip with a projection where its block has none."""
    return (pair for pair in kinds.get(exercise.kind, ()) if {*pair} <= exercise.slips.keys())


def all_pairs() -> Iterator[tuple[str, Pair]]:
    """Every kind of exercise with its pairs."""
    for kind in {*SUMS, *PRODUCTS, *OWN}:
        for pair in chain(SUMS.get(kind, ()), PRODUCTS.get(kind, ()), OWN.get(kind, ())):
            yield kind, pair


def _slips(exercise: Exercise, pair: Pair) -> tuple[int, int]:
    return _number(exercise.slips[pair[0]]), _number(exercise.slips[pair[1]])


def _number(value: int | str) -> int:
    assert isinstance(value, int)
    return value


def _width(exercise: Exercise, name: str) -> int:
    return _number(exercise.quantities[name])


def _weights(exercise: Exercise, layers: int) -> int:
    """Of the first convolutions of the main path."""
    convolutions = [layer for layer in exercise.layers if layer.weights]
    return sum(layer.weights for layer in convolutions[:layers])
