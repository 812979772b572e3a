"""Networks of random elements and blocks by both derivations; files that say what cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bottlecalc.agreement.ask import measured
from bottlecalc.agreement.networks import count_network
from bottlecalc.networks.grammar import parse
from bottlecalc.networks.spec import Network, NetworkError, Stage

KERNELS: Any = st.sampled_from((1, 2, 3, 4, 5, 7))
SWITCHES: Any = st.sampled_from(("true", "false"))
ACTIVATIONS: Any = st.sampled_from(("ReLU", "ReLU6", "SiLU", "GELU", "PReLU", "none"))
NORMS: Any = st.sampled_from(("batch", "layer", "none"))
FEW: Any = st.integers(1, 3)
CONVS: Any = st.builds(
    "conv:kernel={},stride={},padding={},groups={},bias={},norm={},activation={},out={}".format,
    KERNELS, FEW, st.integers(0, 3), FEW, SWITCHES, NORMS, ACTIVATIONS, st.integers(1, 13),
)  # fmt: skip
POOLS: Any = st.one_of(
    st.builds(
        "max-pool:kernel={},stride={},padding={},ceil={}".format,
        KERNELS, FEW, st.integers(0, 1), SWITCHES,
    ),
    st.builds("average-pool:kernel={},stride={}".format, KERNELS, FEW),
)  # fmt: skip
OTHERS: Any = st.one_of(
    st.builds(
        "norm:norm={},activation={}".format, st.sampled_from(("batch", "layer")), ACTIVATIONS
    ),
    st.builds("conv-transpose:kernel={},out={}".format, KERNELS, st.integers(1, 9)),
    st.builds("conv:kernel=1,reduce={}".format, FEW),
    st.builds(
        "enet-initial:norm={},activation={},out={}".format, NORMS, ACTIVATIONS, st.integers(2, 16)
    ),
)
BLOCKS: Any = st.sampled_from((
    "basic:out=7", "bottleneck:out=10,mid=3", "preact-bottleneck:out=9,mid=5", "separable:out=5",
    "inverted:out=5,expand=3", "mbconv:out=8,stride=2", "fused-mbconv:out=6", "convnext",
    "dense:growth=5", "fire:squeeze=3,out=8", "repvgg:out=11", "shuffle:out=10,stride=2",
    "ghost:out=6", "regnet:out=8,group_width=4,se=true", "c2f:out=8,n=2",
))  # fmt: skip
HEADS: Any = st.sampled_from((
    (), ("global-pool", "linear"),
    ("global-pool:size=3", "linear:out=5,activation=PReLU", "linear"),
    ("global-pool:size=2", "norm", "linear"), ("global-pool:size=4", "conv:out=6"),
    ("global-pool:size=3", "basic:out=6", "global-pool", "linear"),
))  # fmt: skip


MOST_ACTIVATIONS = 10**7
"""Upsampled again and again, a map of a few pixels fills the memory, and tells nothing more."""


@given(
    texts=st.lists(st.one_of(CONVS, POOLS, OTHERS, BLOCKS), min_size=1, max_size=4),
    head=HEADS,
    depth=FEW,
    size=st.tuples(st.integers(8, 31), st.integers(8, 31)),
)
@settings(deadline=None, max_examples=40)
def test_whatever_is_put_together_agrees(
    texts: list[str], head: tuple[str, ...], depth: int, size: tuple[int, int]
) -> None:
    stages = [Stage(name="body", blocks=tuple(texts), depth=depth)]
    stages += [Stage(name="head", blocks=head)] if head else []
    network = Network(name="random", stages=tuple(stages), classes=4)
    try:
        count = count_network(network, size)
    except NetworkError:
        assume(False)
    assume(count.activations < MOST_ACTIVATIONS)
    assert measured(count).differences == ()


@pytest.mark.parametrize("side", range(4, 12))
@pytest.mark.parametrize("pool", ["kernel=2,padding=1", "kernel=3,stride=3,padding=1", "kernel=5"])
def test_a_last_window_does_not_begin_in_the_padding(pool: str, side: int) -> None:
    """PyTorch's rule where sizes are rounded up, ``ceil_mode`` of ``MaxPool2d``."""
    blocks = (f"max-pool:{pool},ceil=true", "conv:out=2,kernel=1")
    network = Network(name="own", stages=(Stage(name="body", blocks=blocks),))
    assert measured(count_network(network, (side, side + 1))).differences == ()


FILE = """\
[[stage]]
name = "first"
block = "conv:out=12"

[[stage]]
block = {block}
"""


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ("[]", "line 6: block = []; give block ="),
        ('"bottleneck"', "line 6: bottleneck has no out; give out=N in the spec"),
        ('"bottleneck:in=4,out=8"', "line 6: in follows, in 'bottleneck:in=4,out=8'; leave it out"),
        ('"basic:out=3"\nout = 4', "line 7: out is said by the stage and in 'basic:out=3'; say it"),
        ('"conv:kernel=0"', "line 6: kernel = '0' in 'conv:kernel=0'; give a whole number of at"),
        ('"conv:out=4,out=5"', "line 6: out is given twice in 'conv:out=4,out=5'; give it once"),
        ('"conv:out=10,groups=5"', "groups = 5 of conv does not divide its 12 channels and the 10"),
        ('["global-pool", "linear", "conv:out=4"]', "conv takes a feature map, and 1000 features"),
        ('["global-pool", "linear", "basic:out=4"]', "basic takes a feature map, and 1000"),
        ('"norm:norm=none"', "line 6: 'norm:norm=none' does nothing; give norm=batch, norm=layer"),
        (
            '"linear"',
            "line 6: stage2 has a linear layer on a feature map; put global-pool before it",
        ),
        (
            '"conv:reduce=13"',
            "reduce = 13 of conv is more than its 12 channels, and leaves none",
        ),
        ('"max-pool:padding=2"', "padding = 2 of max-pool is more than half of its kernel, 3"),
        ('"enet-initial:out=12"', "out = 12 of enet-initial is not more than the 12 channels"),
        ('"conv:out=4,kernel=90,padding=0"', "a map of 64×64 is too small for a window of 90×90"),
        ('"convnext"\nstride = 2', "convnext has no stride, and this stage's is 2; put a stage"),
        ('"conv:out=4"\nname = "first"', "line 7: name = 'first' is taken; give each stage one"),
        ('"conv:out=4"\nname = "head"', "line 7: name = 'head' is taken; give each stage one"),
        (
            '["enet-down:out=24", "enet-up:out=8"]',
            "enet-up unpools 8×32×32 by the indices that enet-down left, which are 12×32×32; give",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(block: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(FILE.format(block=block), "utf-8")
    with pytest.raises(NetworkError) as error:
        count_network(parse(str(path)), (64, 64))
    assert str(path) in str(error.value)
    assert sentence in str(error.value)


def test_a_stage_may_be_called_as_a_module_calls_something_of_its_own() -> None:
    names = ("forward", "train", "_modules")
    stages = tuple(Stage(name=name, blocks=("basic:out=6",)) for name in names)
    count = measured(count_network(Network(name="own", stages=stages), (9, 14)))
    assert (list(count.counters), count.differences) == (["closed form", "torch", "fvcore"], ())


def test_a_file_may_have_no_head(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('head = []\n[[stage]]\nblock = "conv:out=4,stride=2"\n', "utf-8")
    count = count_network(parse(str(path)), (9, 17))
    assert (count.output, count.receptive_field) == ((1, 4, 5, 9), 3)
