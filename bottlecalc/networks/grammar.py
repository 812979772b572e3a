"""How a network is written: ``resnet50:width=0.5,block=basic``, or the path of a TOML file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import read as read_block
from bottlecalc.blocks.spec import Block, keys
from bottlecalc.networks import elements
from bottlecalc.networks.knobs import KNOBS
from bottlecalc.networks.spec import Network, NetworkError, Stage
from bottlecalc.networks.table import NETWORKS
from bottlecalc.text.calls import brief
from bottlecalc.text.numbers import WHOLE_NUMBER, parse_scale
from bottlecalc.text.suggest import did_you_mean

MOST_DIGITS = 1000
"""Of a number that anybody writes."""

IDLE = {
    "depth": "none of its stages repeats a block",
    "block": "it is made of no family's blocks",
    "classes": "no layer puts out as many channels as there are classes",
}
"""Knobs that some networks do not have, and why."""

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
    if name in FAMILIES and name not in NETWORKS:
        raise NetworkError(
            f"{name} is a family of blocks, and no network; give bottlecalc compare --block"
            f" {brief(text)}, or bottlecalc network NAME:block={name}"
        )
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
    names = network.turned.keys()
    if network.keys or not names <= {*knobs_of(network)}:
        _check_keys(network, names)
        _check_block(network.keys.get("block", ""))
    return network


def knobs_of(network: Network) -> tuple[str, ...]:
    """The knobs that change something of it."""
    return _knobs_of(network.stages)


@lru_cache  # a sweep asks for the same stages at every network
def _knobs_of(stages: tuple[Stage, ...]) -> tuple[str, ...]:
    every = [(text, stage) for stage in stages for text in stage.blocks]
    turns = {
        "depth": any(stage.depth is not None for stage in stages),
        "block": not all(elements.is_element(text) for text, _ in every),
        "classes": any(_takes_classes(text, stage) for text, stage in every),
    }
    return tuple(knob for knob in KNOBS if turns.get(knob, True))


def _takes_classes(text: str, stage: Stage) -> bool:
    """Whether it puts out as many channels as there are classes."""
    if not elements.is_element(text):
        return False
    kind, values = elements.read(text)
    is_free = kind == "linear" or (kind in ("conv", "conv-transpose") and stage.out is None)
    return is_free and not values["out"] and not values.get("reduce")


def _check_block(text: str) -> None:
    """Refuse what other blocks would have from their stages, and keys that they do not have.

    Raises:
        BlockError: a key is none of the family's.
        NetworkError: one is said by the stages, or follows.
    """
    name, _, options = text.partition(":")
    if name not in FAMILIES or not options:
        return
    for key in read_block(text)[1]:
        if key in STAGED:
            raise NetworkError(
                f"{key} follows from the stages, in block = {brief(text)!r}; leave it out"
            )


def _check_keys(network: Network, names: Iterable[str]) -> None:
    """Refuse a knob that turns nothing, and a key that none of its blocks has.

    Raises:
        NetworkError: there is one.
    """
    every = (key for one in families(network) for key in (*keys(one), *one.ALIASES))
    allowed = dict.fromkeys((*knobs_of(network), *(key for key in every if key not in STAGED)))
    for name in names:
        if name in IDLE and name not in allowed:
            raise NetworkError(
                f"{name} turns nothing of {network.name}: {IDLE[name]}; leave it out"
            )
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
    scale = parse_scale(value) if len(value) < MOST_DIGITS else None
    if scale is None:
        raise NetworkError(f"{name} = {brief(value)!r}; give a decimal above 0, such as 0.5")
    return scale


def _classes(value: str) -> int:
    if not (WHOLE_NUMBER.fullmatch(value) and len(value) < MOST_DIGITS and int(value)):
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
