"""``bottlecalc count SPEC``: a block by closed form among its counters, and what contradicts it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bottlecalc.formulas import residual, vocabulary
from tests.conftest import Run


def test_a_block_has_its_closed_form_among_its_counters(run: Run) -> None:
    document = json.loads(run("count", "bottleneck:in=64,out=128", "--format", "json").out)
    assert document["params"] == {
        "total": 24_192, "trainable": 24_192, "frozen": 0, "bytes": 4 * 24_192,
        "main": 15_360, "convs": 23_552, "block": 24_192, "buffers": 2 * (32 + 32 + 128 + 128) + 4,
    }  # fmt: skip
    macs, total, activations = 73_859_072, 75_866_112, 1_003_520
    assert list(document["counters"]) == ["closed_form", "torch", "fvcore"]
    closed_form, by_torch, by_fvcore = document["counters"].values()
    found = {"macs": macs, "activations": activations}
    assert closed_form == {**found, "params": 24_192, "fvcore_total": total}
    assert by_torch == {"macs": macs}
    assert found | {"total": total} == {name: by_fvcore[name] for name in (*found, "total")}
    assert found | {"flops": 2 * macs, "agrees": True, "notes": []} == {
        name: document[name] for name in (*found, "flops", "agrees", "notes")
    }


@pytest.mark.parametrize("counter", ["torch", "fvcore", "both"])
def test_a_wrong_formula_is_shown_and_fails(
    counter: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One 3×3 taken for a 1×1: 3·4 weights for 3·4·9, so many at each of 56·56 positions."""
    conv = vocabulary.conv

    def tampered(name: str, x: Any, out: int, kernel: int, **options: Any) -> Any:
        return conv(name, x, out, 1 if name == "conv1" else kernel, **options)

    monkeypatch.setattr(residual, "conv", tampered)
    names = ("torch", "fvcore") if counter == "both" else (counter,)
    sentences = [
        f"plain:in=3,out=4 conv1: MACs by closed form 37,632, by {name} 338,688" for name in names
    ]
    if counter != "fvcore":
        sentences.append("plain:in=3,out=4 conv1: parameters by closed form 12, by torch 108")
    arguments = ("count", "plain:in=3,out=4", "--counter", counter)
    result = run(*arguments)
    assert result.code == 1
    assert f"✗ MACs          closed form ≠ {' ≠ '.join(names)}\n" in result.out
    assert f"✓ activations   closed form = {' = '.join(names)}, on every layer\n" in result.out
    assert all(f"\n {sentence}\n" in result.out for sentence in sentences)
    for form in ("csv", "markdown", "json"):
        result = run(*arguments, "--format", form)
        assert result.code == 1
        text = result.err if form == "csv" else result.out
        assert all(sentence in text for sentence in sentences)
    assert json.loads(result.out)["agrees"] is False


def test_a_block_too_large_for_fvcore_is_counted_without_and_says_so(run: Run) -> None:
    spec = "plain:in=5000,out=7000,stride=3"
    result = run("count", spec)
    assert result.code == 0
    assert "✓ MACs          closed form = torch, on every layer" in result.out
    *_, note = result.out.splitlines()
    assert note.startswith(f"  fvcore was left out for {spec}: ")
    assert note.endswith("that it is run for (--counter fvcore does it all the same)")
    assert json.loads(run("count", spec, "--format", "json").out)["notes"] == [note.strip()]


def test_only_the_layers_that_differ_are_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bottleneck's last 1×1 said to keep its width: it differs, and the norm that follows it."""
    pointwise = vocabulary.pointwise

    def tampered(name: str, x: Any, out: int) -> Any:
        return pointwise(name, x, x[1] if name == "conv3" else out)

    monkeypatch.setattr(residual, "pointwise", tampered)
    result = run("count", "bottleneck:in=6,out=20,mid=9", "--format", "csv")
    assert result.code == 1
    assert set(re.findall(r"^bottleneck\S+ (.*): ", result.err, re.MULTILINE)) == {"conv3", "bn3"}


@pytest.mark.parametrize("key", ["stride", "dilation"])
def test_what_64_bits_do_not_hold_is_counted_by_closed_form_alone(key: str, run: Run) -> None:
    result = run("count", f"plain:in=64,out=64,{key}={10**20}", "--format", "json")
    document = json.loads(result.out)
    assert (result.code, document["agrees"]) == (0, None)
    assert document["counters"]["torch"] is document["counters"]["fvcore"] is None
    size = 56 * 56 if key == "dilation" else 1
    assert document["macs"] == size * (9 * 64 * 64 + (64 * 64 if key == "stride" else 0))
    assert [note.split(" was")[0] for note in document["notes"]] == ["torch", "fvcore"]


@pytest.mark.parametrize("counter", ["torch", "fvcore"])
def test_one_that_is_asked_by_name_and_cannot_is_refused(counter: str, run: Run) -> None:
    result = run("count", f"plain:in={10**12},out={10**12}", "--counter", counter)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith("can address; give a smaller block, size or batch\n")
