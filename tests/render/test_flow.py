"""What is said of how a block's branches run and meet, and of what fvcore's total is made."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from tests.conftest import Run

Lines = dict[str, str]

FLOWS: dict[str, Lines] = {
    "bottleneck:in=8,out=16": {
        "main": "8 ─1×1→ 4 ─3×3→ 4 ─1×1→ 16", "shortcut": "8 ─1×1→ 16", "then": "add, ReLU",
    },
    "basic:in=8,out=8,se=4,upsample=true": {
        "main": "8 ─3×3→ 8 ─3×3→ 8",
        "squeeze": "8 ─global average pool→ 8 ─1×1→ 2 ─1×1→ 8 ─multiply→ 8",
        "shortcut": "8 ─identity→ 8",
        "then": "add, ReLU, 8 ─2×2 transposed, stride 2→ 8",
    },
    "preact-basic:in=8,out=8": {
        "main": "8 ─3×3→ 8 ─3×3→ 8", "shortcut": "8 ─identity→ 8", "then": "add",
    },
    "separable:in=8,out=16": {"main": "8 ─3×3, groups 8→ 8 ─1×1→ 16"},
    "inverted:in=8,out=8,expand=2": {
        "main": "8 ─1×1→ 16 ─3×3, groups 16→ 16 ─1×1→ 8", "shortcut": "8 ─identity→ 8",
        "then": "add",
    },
    "inverted:in=8,out=8,expand=2,stride=2": {
        "main": "8 ─1×1→ 16 ─3×3, stride 2, groups 16→ 16 ─1×1→ 8",
    },
    "convnext:in=8": {
        "main": "8 ─7×7, groups 8→ 8 ─linear→ 32 ─linear→ 8", "shortcut": "8 ─identity→ 8",
        "then": "add",
    },
    "fire:in=8,out=16": {
        "main": "8 ─1×1→ 2 ─3×3→ 8", "aside": "2 ─1×1→ 8", "then": "concatenate",
    },
    "dense:in=8,growth=4": {
        "main": "8 ─1×1→ 16 ─3×3→ 4", "shortcut": "8 ─identity→ 8", "then": "concatenate",
    },
    "repvgg:in=8,out=8": {
        "main": "8 ─3×3→ 8", "aside": "8 ─1×1→ 8", "shortcut": "8 ─batch norm→ 8",
        "then": "add, add, ReLU",
    },
    "repvgg:in=8,out=16": {"main": "8 ─3×3→ 16", "aside": "8 ─1×1→ 16", "then": "add, ReLU"},
    "repvgg:in=8,out=8,deploy=true": {"main": "8 ─3×3→ 8", "then": "ReLU"},
    "shuffle:in=8,out=8": {
        "main": "8 ─split→ 4 ─1×1→ 4 ─3×3, groups 4→ 4 ─1×1→ 4", "shortcut": "4 ─identity→ 4",
        "then": "concatenate, channel shuffle, groups 2",
    },
    "shuffle:in=8,out=16,stride=2": {
        "main": "8 ─1×1→ 8 ─3×3, stride 2, groups 8→ 8 ─1×1→ 8",
        "aside": "8 ─3×3, stride 2, groups 8→ 8 ─1×1→ 8",
        "then": "concatenate, channel shuffle, groups 2",
    },
    "ghost:in=8,out=9": {"main": "8 ─1×1→ 5 ─3×3, groups 5→ 5 ─concatenate→ 9"},
    "enet-down:in=8,out=16": {
        "main": "8 ─2×2, stride 2→ 2 ─3×3→ 2 ─1×1→ 16",
        "shortcut": "8 ─2×2 max pool with indices, stride 2→ 8", "then": "add, PReLU",
    },
    "c2f:in=8,out=8,n=1": {
        "main": "8 ─1×1→ 8 ─split→ 4 ─3×3→ 4 ─3×3→ 4 ─add→ 4 ─concatenate→ 12 ─1×1→ 8",
    },
}  # fmt: skip


def shown(run: Run, spec: str) -> str:
    result = run("compare", "--block", spec, "--no-measure", "--layers", "--size", "8")
    assert result.code == 0, result.err
    return result.out


@pytest.mark.parametrize("spec", FLOWS)
def test_the_flow_is_what_the_layers_are(spec: str, run: Run) -> None:
    text = shown(run, spec)
    flow = text[text.index("\n input ") : text.index("\n output ")]
    lines = dict(re.findall(r"^ (\w+) +(.+)$", flow, re.MULTILINE))
    del lines["input"]
    assert lines == FLOWS[spec]


@pytest.mark.parametrize(
    ("spec", "note"),
    [
        ("plain:in=8,out=8", "MACs + 2 per element of batch norm"),
        ("convnext:in=8", "MACs + 5 per element of layer norm"),
        ("fire:in=8,out=16", "MACs"),
        (
            "mbconv:in=8,out=8",
            "MACs + 2 per element of batch norm + 1 per element into global average pool",
        ),
    ],
)
def test_what_the_total_of_fvcore_is_made_of(spec: str, note: str, run: Run) -> None:
    text = shown(run, spec)
    (found,) = re.findall(r"^ fvcore total +[\d,]+\s+(.+)$", text, re.MULTILINE)
    assert found == note


def test_activations_are_those_of_linear_layers_too(run: Run) -> None:
    for spec, what in (("fire:in=8,out=16", ""), ("convnext:in=8", " and linear layers")):
        assert f"output elements of convolutions{what}\n" in shown(run, spec)


def test_channels_last_are_channels_in_every_format(run: Run) -> None:
    arguments = ("compare", "--block", "convnext:in=8", "--no-measure", "--size", "5")
    rows = json.loads(run(*arguments, "--format", "json").out)["blocks"][0]["rows"]
    lines = list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").out)))
    expected = [(8, 8), (8, 8), (8, 32), (32, 32), (32, 8), (8, 8), (8, 8)]
    assert [(row["in_channels"], row["out_channels"]) for row in rows] == expected
    assert [(int(row["in_channels"]), int(row["out_channels"])) for row in lines] == expected
