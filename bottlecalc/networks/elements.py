"""How an element of a network is written: ``conv:out=64,kernel=7,stride=2``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bottlecalc.networks.spec import NetworkError
from bottlecalc.text.calls import brief
from bottlecalc.text.numbers import WHOLE_NUMBER
from bottlecalc.text.suggest import did_you_mean

ACTIVATIONS = ("ReLU", "ReLU6", "SiLU", "GELU", "PReLU", "none")
NORMS = ("batch", "layer", "none")

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "conv": {
        "out": 0, "reduce": 0, "narrow": True, "kernel": 3, "stride": 1, "groups": 1,
        "padding": -1, "bias": False, "norm": "batch", "activation": "ReLU",
    },
    "conv-transpose": {"out": 0, "kernel": 3, "bias": False},
    "enet-initial": {"out": 16, "norm": "batch", "activation": "PReLU"},
    "max-pool": {"kernel": 3, "stride": 2, "padding": -1, "ceil": False},
    "average-pool": {"kernel": 2, "stride": 2},
    "global-pool": {"size": 1},
    "norm": {"norm": "batch", "activation": "none"},
    "linear": {"out": 0, "bias": True, "activation": "none"},
}  # fmt: skip
"""By kind, what may be said and what holds where it is not; 0 and -1 are what follows."""

CHOICES = {"norm": NORMS, "activation": ACTIVATIONS}


def is_element(text: str) -> bool:
    """Whether this is an element, and no block of a family."""
    return text.partition(":")[0] in DEFAULTS


def read(text: str) -> tuple[str, dict[str, Any]]:
    """The kind of an element, and everything about it.

    Raises:
        NetworkError: it is of no kind, something is said that is no key of it, or it does nothing.
    """
    kind, _, options = text.partition(":")
    values = dict(DEFAULTS[kind])
    said = set[str]()
    for part in filter(None, options.split(",")):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in values:
            raise NetworkError(
                f"unknown key {brief(name)!r} in {text!r}{did_you_mean(name, values)}; the keys are"
                f" {', '.join(values)}"
            )
        if name in said:
            raise NetworkError(f"{name} is given twice in {text!r}; give it once")
        said.add(name)
        values[name] = _value(name, value, values[name], text)
    if kind == "norm" and values["norm"] == values["activation"] == "none":
        raise NetworkError(f"{text!r} does nothing; give norm=batch, norm=layer or an activation")
    return kind, values


def _value(name: str, value: str, default: Any, text: str) -> Any:
    if name in CHOICES and value in CHOICES[name]:
        return value
    if isinstance(default, bool) and value in ("true", "false"):
        return value == "true"
    least = 0 if name == "padding" else 1
    if type(default) is int and WHOLE_NUMBER.fullmatch(value) and int(value) >= least:
        return int(value)
    a_number = f"a whole number of at least {least}"
    allowed = CHOICES.get(name, ("true", "false") if isinstance(default, bool) else (a_number,))
    raise NetworkError(f"{name} = {brief(value)!r} in {text!r}; give {' or '.join(allowed)}")
