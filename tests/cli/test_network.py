"""``bottlecalc network``, and networks swept, solved and budgeted."""

from __future__ import annotations

import csv
import io
import json

import pytest

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
    assert result.out.startswith("No width keeps every limit; the least is vgg11:width=0.01.")


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
        ("network resnet50 --set width=1 --set width=2", "--set width is given twice"),
        ("network resnet50 --size 0", "--size '0' is no size"),
        ("sweep networks resnet50", "'networks resnet50' is not understood; give bottlecalc sweep"),
        ("sweep network resnet50 --pareto params", "--pareto is of blocks, not of networks"),
        ("solve network resnet50", "no limit is given; give --max-macs"),
        (
            "solve network resnet50 --for mid --max-macs 1G",
            "for = 'mid'; give width,",
        ),
        ("solve network resnet50 --block plain --max-macs 1G", "--block is of blocks"),
    ],
)
def test_bad_input_is_one_sentence(arguments: str, sentence: str, run: Run) -> None:
    result = run(*arguments.split())
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err
