"""Random specs of every family: awkward numbers, every key varied."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

from bottlecalc.blocks.convnext import ConvNeXt
from bottlecalc.blocks.csp import C2f
from bottlecalc.blocks.dense import Dense
from bottlecalc.blocks.enet import ENet, ENetAsymmetric, ENetDown, ENetUp
from bottlecalc.blocks.fire import Fire
from bottlecalc.blocks.ghost import Ghost
from bottlecalc.blocks.mobile import (
    Mobile,
)
from bottlecalc.blocks.preactivation import PreactBasic, PreactBottleneck
from bottlecalc.blocks.regnet import RegNet
from bottlecalc.blocks.repvgg import RepVGG
from bottlecalc.blocks.residual import Basic, Bottleneck, Plain
from bottlecalc.blocks.shuffle import Shuffle
from bottlecalc.blocks.spec import Block


def examples(here: int, everywhere: int = 201) -> int:
    """How many random specs: few where somebody waits for them, all in CI."""
    return everywhere if os.environ.get("CI") else here


def sampled(values: Sequence[Any], step: int) -> list[Any]:
    """One in so many as parameters of a test; the others are slow."""
    return [
        pytest.param(value, marks=pytest.mark.slow if place % step else ())
        for place, value in enumerate(values)
    ]


CHANNELS = st.integers(1, 2000)
FEW_CHANNELS = st.integers(1, 23)
ODD = st.sampled_from([1, 3, 5, 7])
EXPAND = st.sampled_from([1, 1, 2, 5, 6])
SETTINGS = st.one_of(
    st.fixed_dictionaries({"stride": st.integers(1, 5), "upsample": st.booleans()}),
    st.just({"downsample": True}),
)


@st.composite
def plains(draw: st.DrawFn, channels: Any) -> Block:
    return Plain(
        draw(channels), draw(channels), dilation=draw(st.integers(1, 4)), **draw(SETTINGS)
    )  # fmt: skip


@st.composite
def _resnets(draw: st.DrawFn, out: int) -> dict[str, Any]:
    """What blocks of ResNet may have in common."""
    settings: dict[str, Any] = {"dilation": draw(st.integers(1, 4)), **draw(SETTINGS)}
    if not settings.get("downsample") and settings["stride"] < 3:
        settings["avg"] = draw(st.booleans())
    reductions = st.one_of(st.none(), st.integers(1, min(out, 20)))
    return {"se": draw(reductions), **settings}


@st.composite
def basics(draw: st.DrawFn, channels: Any) -> Block:
    out = draw(channels)
    return Basic(draw(channels), out, **draw(_resnets(out)))


@st.composite
def bottlenecks(draw: st.DrawFn, channels: Any) -> Block:
    narrow, v1 = draw(st.booleans()), draw(st.booleans())
    out = draw(channels) + 3 * narrow
    settings = draw(_resnets(out))
    if narrow:
        return Bottleneck(draw(channels), out, v1=v1, **settings)
    groups = draw(st.integers(1, 7))
    mid = groups * draw(st.integers(1, 9))
    return Bottleneck(draw(channels), out, mid_channels=mid, groups=groups, v1=v1, **settings)


@st.composite
def mobiles(draw: st.DrawFn, /, family: type[Mobile], channels: Any, **keys: Any) -> Block:
    """Of as many channels out as in, too: what is put in is added then."""
    channels_in = draw(channels)
    channels_out = draw(st.one_of(st.just(channels_in), channels))
    stride, kernel = draw(st.sampled_from([1, 1, 2, 3])), draw(ODD)
    others = {name: draw(values) for name, values in keys.items()}
    return family(channels_in, channels_out, stride=stride, kernel=kernel, **others)


@st.composite
def convnexts(draw: st.DrawFn, channels: Any) -> Block:
    width = draw(channels)
    out = draw(st.sampled_from([None, width]))
    return ConvNeXt(width, out, kernel=draw(ODD), expand=draw(EXPAND))


@st.composite
def fires(draw: st.DrawFn, channels: Any) -> Block:
    if draw(st.booleans()):
        return Fire(draw(channels), 2 * (3 + draw(channels)))
    return Fire(draw(channels), 2 * draw(channels), squeeze=draw(st.integers(1, 40)))


@st.composite
def ghosts(draw: st.DrawFn, channels: Any) -> Block:
    """Of ratios that divide the output's channels, that do not, and that exceed them."""
    return Ghost(
        draw(channels),
        draw(channels),
        stride=draw(st.integers(1, 3)),
        ratio=draw(st.integers(2, 9)),
        kernel=draw(ODD),
        dw=draw(ODD),
    )


@st.composite
def dense(draw: st.DrawFn, channels: Any) -> Block:
    width, growth = draw(channels), draw(st.integers(1, 40))
    settings: dict[str, Any] = {"growth": growth, "bn_size": draw(st.integers(1, 5))}
    if draw(st.booleans()):
        settings["out_channels"] = width + growth
    return Dense(width, **settings)


@st.composite
def repvgg(draw: st.DrawFn, channels: Any) -> Block:
    groups, width = draw(st.integers(1, 5)), draw(channels)
    out = draw(st.one_of(st.just(width), channels))
    return RepVGG(
        groups * width, groups * out,
        stride=draw(st.integers(1, 3)), groups=groups, deploy=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def shuffles(draw: st.DrawFn, channels: Any) -> Block:
    out, stride = 2 * draw(channels), draw(st.integers(1, 3))
    return Shuffle(out if stride == 1 else draw(channels), out, stride=stride)


@st.composite
def enets(draw: st.DrawFn, family: type[ENet] | type[ENetAsymmetric], channels: Any) -> Block:
    settings: dict[str, Any] = {"relu": draw(st.booleans()), **_middle(draw, channels)}
    width = draw(channels) + 3
    if draw(st.booleans()):
        settings["out_channels"] = width
    if family is ENet:
        settings["dilation"] = draw(st.integers(1, 4))
    return family(width, **settings)


@st.composite
def enets_down(draw: st.DrawFn, channels: Any) -> Block:
    width, wider = draw(channels) + 3, draw(st.integers(0, 30))
    middle = _middle(draw, channels)
    return ENetDown(width, width + wider, relu=draw(st.booleans()), **middle)


@st.composite
def enets_up(draw: st.DrawFn, channels: Any) -> Block:
    return ENetUp(draw(channels) + 3, draw(channels), **_middle(draw, channels))


@st.composite
def c2fs(draw: st.DrawFn, channels: Any) -> Block:
    return C2f(draw(channels), draw(channels) + 1, n=draw(st.integers(1, 6)))


def _middle(draw: st.DrawFn, channels: Any) -> dict[str, int]:
    return {"mid_channels": draw(channels)} if draw(st.booleans()) else {}


@st.composite
def preact_basics(draw: st.DrawFn, channels: Any) -> Block:
    stride, dilation = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    return PreactBasic(*_ends(draw, channels), stride=stride, dilation=dilation)


@st.composite
def preact_bottlenecks(draw: st.DrawFn, channels: Any) -> Block:
    settings = {"stride": draw(st.integers(1, 5)), "dilation": draw(st.integers(1, 4))}
    before, after = _ends(draw, channels)
    if after > 3 and draw(st.booleans()):
        return PreactBottleneck(before, after, **settings)
    return PreactBottleneck(before, after, mid_channels=draw(st.integers(1, 63)), **settings)


@st.composite
def regnets(draw: st.DrawFn, channels: Any) -> Block:
    width = draw(st.integers(1, 9))
    before, after = _ends(draw, channels.map(lambda one: one * width))
    se = before > 2 and draw(st.booleans())
    return RegNet(before, after, stride=draw(st.integers(1, 5)), group_width=width, se=se)


def _ends(draw: st.DrawFn, channels: Any) -> tuple[int, int]:
    """Channels before and after, often the same, so that the shortcut is an identity."""
    before = draw(channels)
    return before, before if draw(st.booleans()) else draw(channels)
