"""What tools would see of the specs and models of these tests, and what they said of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from bottlecalc.layers.calls import Evidence
from bottlecalc.text.shapes import Input
from bottlecalc.tools.base import (
    Figure,
    Tool,
)
from bottlecalc.tools.subject import read_subject

RECORDED: dict[str, Any] = json.loads(Path(__file__).with_name("recorded.json").read_text("utf-8"))
"""Totals that the tools printed, [operations, parameters], by spec or model, and their versions."""

SPECS: dict[str, dict[str, list[int | None]]] = RECORDED["specs"]
MODELS: dict[str, dict[str, list[int | None]]] = RECORDED["models"]


def split(text: str) -> tuple[str, str]:
    """A spec, and the size of its input: ``resnet18@64``."""
    spec, _, size = text.partition("@")
    return spec, size


@cache
def of_spec(text: str) -> Evidence:
    """Of a block or network, by closed form."""
    spec, size = split(text)
    subject = read_subject(spec, [])
    if not size:
        return subject.observe(subject.inputs)[0]
    sides = tuple(map(int, size.split("x")))
    channels = subject.inputs[0].dimensions[1]
    return subject.observe([Input((1, channels, sides[0], sides[-1]))])[0]


@cache
def of_model(name: str) -> Evidence:
    """Of a model, which is run."""
    from tests.models import disagreements as models

    case = models.MODELS[name]
    inputs = [Input.parse(text) for text in case.inputs]
    return read_subject(case.build(), inputs).observe(inputs)[0]


def said(recorded: dict[str, list[int | None]], tool: Tool) -> int | None:
    """What a tool said of its figure; None where it said nothing."""
    places: dict[Figure, int] = {"operations": 0, "params": 1}
    return recorded.get(tool.name, [None, None])[places.get(tool.figure, 0)]
