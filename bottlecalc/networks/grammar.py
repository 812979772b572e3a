"""How a network is written: ``resnet50:width=0.5,block=basic``, or the path of a TOML file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.spec import Block, keys
from bottlecalc.networks.knobs import KNOBS
from bottlecalc.networks.spec import Network, NetworkError
from bottlecalc.networks.table import NETWORKS
from bottlecalc.text.calls import brief
from bottlecalc.text.numbers import parse_scale
from bottlecalc.text.suggest import did_you_mean

STAGED = ("in", "out", "stride")
"""The keys of blocks that are said by their stage, or follow."""


def parse(text: str) -> Network:
    """Read a network: its name or its TOML file, and after a colon what is turned.

    Raises:
        NetworkError: there is no such network, or a knob cannot be turned so.

    >>> str(parse("resnet50:width=0.50"))
    'resnet50:width=0.5'
    """
    name, _, options = text.partition(":")
    if name.endswith(".toml"):
        from bottlecalc.networks.file import read

        return turned(read(name), _options(options, text))
    if name not in NETWORKS:
        hint = did_you_mean(name, NETWORKS)
        raise NetworkError(
            f"unknown network {brief(name)!r}{hint}; `bottlecalc network` lists them, and a TOML"
            " file is one of your own"
        )
    return turned(NETWORKS[name], _options(options, text))


def turned(network: Network, options: dict[str, str]) -> Network:
    """A network with its knobs turned; other keys are those of its blocks."""
    for name, value in options.items():
        network = _turned(network, name, value)
    _check_keys(network)
    return network


def _check_keys(network: Network) -> None:
    """Refuse a key that none of its blocks has.

    Raises:
        NetworkError: there is one.
    """
    if not network.keys:
        return
    every = (key for one in families(network) for key in (*keys(one), *one.ALIASES))
    allowed = dict.fromkeys((*KNOBS, *(key for key in every if key not in STAGED)))
    for name in network.keys:
        if name not in allowed:
            raise NetworkError(
                f"{network.name} has no {brief(name)!r}{did_you_mean(name, allowed)}; its keys are"
                f" {', '.join(allowed)}"
            )


def families(network: Network) -> Iterator[type[Block]]:
    """The families of its blocks, each once."""
    texts = (text for stage in network.stages for text in network.texts(stage))
    for name in dict.fromkeys(text.partition(":")[0] for text in texts):
        if name in FAMILIES:
            yield FAMILIES[name]


def _turned(network: Network, name: str, value: str) -> Network:
    if name == "width":
        return replace(network, width=_scale(name, value))
    if name == "depth":
        return replace(network, depth=_scale(name, value))
    if name == "classes":
        return replace(network, classes=_classes(value))
    return replace(network, keys={**network.keys, name: value})


@lru_cache  # a sweep turns each knob to the same few values, and compares what is one quickly
def _scale(name: str, value: str) -> Fraction:
    scale = parse_scale(value)
    if scale is None:
        raise NetworkError(f"{name} = {brief(value)!r}; give a decimal above 0, such as 0.5")
    return scale


def _classes(value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise NetworkError(f"classes = {brief(value)!r}; give a whole number of at least 1")
    return int(value)


def _options(text: str, whole: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if not value:
            raise NetworkError(f"{name} has no value in {brief(whole)!r}; write {name}=VALUE")
        if name in options:
            raise NetworkError(f"{name} is given twice in {brief(whole)!r}; give it once")
        options[name] = value
    return options
