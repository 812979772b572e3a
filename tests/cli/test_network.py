"""``bottlecalc network``, and networks swept, solved and budgeted."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from bottlecalc.agreement.networks import compare_networks
from bottlecalc.explore.network_sweep import sweep_networks
from bottlecalc.text.numbers import parse_quantity
from tests.conftest import Run


def test_networks_are_listed(run: Run) -> None:
    assert {"resnet50", "vgg16", "enet"} <= set(run("network").out.split())


def test_a_table_sums_to_its_totals(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("network", "resnet50", "--format", "csv").out)))
    assert [row["name"] for row in rows][:2] == ["stem", "stage1"]
    assert sum(int(row["params"]) for row in rows) == 25_557_032
    assert f"{sum(int(row['macs']) for row in rows) / 1e9:.3f}" == "4.089"


def test_the_first_is_the_baseline(run: Run) -> None:
    document = json.loads(run("network", "resnet50", "resnet18", "--format", "json").out)
    assert document["schema"] == "bottlecalc.network/1"
    assert [one["params"] for one in document["networks"]] == [25_557_032, 11_689_512]
    (ratio,) = document["ratios"]
    assert (ratio["of"], ratio["to"]) == ("resnet50", "resnet18")
    assert ratio["params"] == pytest.approx(25_557_032 / 11_689_512)
    assert document["networks"][0]["agrees"] is None


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown"])
def test_a_network_without_parameters_is_no_divisor(run: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "pool.toml").write_text('head = []\n[[stage]]\nblock = "max-pool"\n')
    result = run("network", "resnet18", str(tmp_path / "pool.toml"), "--format", form)
    assert result.code == 0
    if form == "json":
        (ratio,) = json.loads(result.out)["ratios"]
        assert (ratio["params"], ratio["macs"]) == (None, None)


def test_the_largest_width_is_found(run: Run) -> None:
    ask = ("solve", "network", "resnet50", "--for", "width", "--max-macs", "1G")
    document = json.loads(run(*ask, "--format", "json").out)
    below, above = document["below"], document["above"]
    assert document["value"] == 0.48
    assert below["macs"] <= 10**9 < above["macs"]
    assert above["spec"] == "resnet50:width=0.49"


def test_nothing_fits(run: Run) -> None:
    result = run("solve", "network", "vgg11", "--max-params", "10")
    assert result.code == 1
    assert result.out.startswith(
        "No width keeps every limit; what costs least is vgg11:width=0.01 on 1×3×224×224."
    )


@pytest.mark.parametrize(
    ("network", "knob", "limit", "values"),
    [
        ("resnext50_32x4d", "width", "--max-macs 1G", (0.25, 0.5)),  # nothing between is allowed
        ("resnet50", "groups", "--max-macs 3.5G", (2, 1)),  # the fewest
        ("efficientnet_b0", "se", "--max-params 5M", (8, 7)),
        ("densenet121", "growth", "--max-params 5M", (24, 25)),
        ("resnet50", "depth", "--max-params 30M", (1, 1.01)),
        ("resnet18", "classes", "--max-params 12M", (1605, 1606)),
    ],
)
def test_any_number_is_sought(
    network: str, knob: str, limit: str, values: tuple[float, float], run: Run
) -> None:
    """The answer keeps the limit, and the next value that is allowed does not."""
    figure, most = limit.removeprefix("--max-").split()
    ask = ("solve", "network", network, "--for", knob, *limit.split(), "--format", "json")
    document = json.loads(run(*ask).out)
    below, above = document["below"], document["above"]
    assert document["value"] == values[0]
    assert below[figure] <= parse_quantity(most) < above[figure]
    counted = {value: f"{network}:{knob}={value}" for value in values if value != 1}
    for text, one in zip(map(counted.get, values), (below, above), strict=True):
        assert text in (None, one["spec"])
        assert compare_networks(one["spec"]).networks[0].costs[figure] == one[figure]


def test_what_is_not_allowed_is_left_out_of_a_sweep(run: Run) -> None:
    result = run("sweep", "network", "resnext50_32x4d", "--set", "width=0.25:0.5:0.05")
    assert result.code == 0
    assert "width=0.25 " in result.out
    assert "width=0.3" not in result.out
    assert result.err.startswith("4 designs are not allowed and were skipped; the first: resnext")
    swept = sweep_networks("resnext50_32x4d", width="0.25:0.5:0.05")
    assert len(swept) == len(list(swept)) == 2


def test_a_key_goes_with_the_blocks_that_have_it(run: Run) -> None:
    """``mid`` is no key of ``basic``; nor is ``expand`` one of ResNet-50's own blocks."""
    resnet50 = ("sweep", "network", "resnet50")
    mids = run(*resnet50, "--set", "block=basic,bottleneck", "--set", "mid=32")
    assert "block=bottleneck,mid=32" in mids.out
    assert mids.err.startswith("1 design is not allowed, and skipped: resnet50 has no 'mid'")
    wide = run(*resnet50, "--set", "block=inverted", "--set", "expand=2,4")
    assert (wide.out.count("block=inverted"), wide.err) == (2, "")
    none = run(*resnet50, "--set", "block=basic", "--set", "expand=2")
    assert (none.code, "resnet50 has no 'expand'" in none.err) == (2, True)


def test_networks_are_swept(run: Run) -> None:
    ask = ("sweep", "network", "resnet50", "--set", "width=0.5,1", "--set", "depth=1,2")
    rows = list(csv.DictReader(io.StringIO(run(*ask, "--format", "csv").out)))
    assert [row["spec"] for row in rows] == [
        *("resnet50:width=0.5", "resnet50:width=0.5,depth=2", "resnet50", "resnet50:depth=2")
    ]
    assert rows[2]["params"] == "25557032"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("network resnet50 --set width", "--set 'width' sets nothing; give KEY=VALUE"),
        (
            "network resnet50 --set width=1 --set width=2",
            "width is given twice, 1 and 2; give it",
        ),
        ("network resnet50 --size 0", "--size '0' is no size"),
        ("sweep networks resnet50", "'networks resnet50' is not understood; give bottlecalc sweep"),
        ("sweep network resnet50 --pareto params", "--pareto is of blocks, not of networks"),
        ("solve network resnet50", "no limit is given; give --max-macs"),
        (
            "solve network resnet50 --for widht --max-macs 1G",
            "resnet50 has no widht (did you mean width?); solve --for one of width, depth, size,",
        ),
        ("solve network resnet50 --block plain --max-macs 1G", "--block is of blocks"),
        (
            "solve network resnet50 --for size --size 32 --max-macs 1G",
            "--size 32x32 is given and sought; leave it out",
        ),
        ("solve network vgg16 --for depth --max-macs 1G", "vgg16 has no depth"),
        ("solve network resnet50:width=0.5 --max-macs 1G", "width is given and sought, in resnet"),
        ("solve network resnet50 --max-params 10T", "every width that was tried keeps these"),
        (
            "sweep network resnet50 --set width=1:0.5",
            "--set width '1:0.5' is no range that goes",
        ),
        (
            "sweep network resnext50_32x4d --set width=0.3",
            "the only design is not allowed: resnext",
        ),
        ("network resnet50:out=5", "resnet50 has no 'out'; its keys are width, depth, classes,"),
        ("network resnet50:block=fire", "stage2: fire has no stride, and this stage's is 2; put"),
        ("network convnext_tiny --size 16", "a map of 1×1 is too small for a window of 2×2; give"),
        ("network enet --size 20", "enet, stage2: size 5x5 is odd, and enet-down:in=64,out=128"),
    ],
)
def test_bad_input_is_one_sentence(arguments: str, sentence: str, run: Run) -> None:
    result = run(*arguments.split())
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
