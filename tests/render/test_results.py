"""Results as an interpreter, a notebook and a data frame have them."""

from __future__ import annotations

import json
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from torch import nn

from bottlecalc import (
    Bottleneck,
    BreakEven,
    Comparison,
    Count,
    FrameError,
    Limit,
    ModelCount,
    NetworkComparison,
    NetworkSolution,
    NetworkSweep,
    Plain,
    Question,
    Report,
    Solution,
    compare,
    compare_networks,
    count,
    count_model,
    solve,
    solve_network,
    sweep,
    sweep_networks,
)
from bottlecalc.explore.break_even import break_even
from bottlecalc.render.html import MOST_ROWS
from bottlecalc.render.rows import Rows
from bottlecalc.text.display import Displayed
from tests.conftest import Run

HOSTILE = '<script>alert("x")</script>$x^2$\x1b[31m'


class Named(nn.Module):
    """Its submodule has a hostile name."""

    def __init__(self) -> None:
        super().__init__()
        self.add_module(HOSTILE, nn.Linear(3, 2))


def report() -> Report:
    from bottlecalc.budgets.budget import Budget
    from bottlecalc.budgets.budget import Limit as Bounds
    from bottlecalc.budgets.check import check

    tight = Budget(name="<tight>", block=Plain(3, 4), limits={"params": Bounds(most=100)})
    missing = Budget(name="missing", model="nosuch.module:name", limits={"params": Bounds(most=1)})
    return check([tight, missing])


QUESTION = Question(
    family=Bottleneck,
    values={"in": 64, "out": 128},
    limits=(Limit(figure="params", most=20_000),),
)


@pytest.fixture(scope="module")
def results() -> dict[type[Displayed], Displayed]:
    made = (
        compare(Plain(64, 128), Bottleneck(64, 128)),
        count(Bottleneck(64, 128)),
        compare_networks("resnet50", "mobilenet_v2", size=(64, 96)),
        count_model(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), (1, 3, 8, 9)),
        sweep_networks("resnet50", width=(0.5, 1), depth="1, 2"),
        solve_network("resnet50", max_macs="1G"),
        solve(QUESTION),
        break_even(Bottleneck, in_=64, out=128),
        report(),
    )
    return {type(result): result for result in made}


class Table(HTMLParser):
    """The cells of the tables of a text, and every other tag that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data


ROWS = {
    Comparison: 2, Count: 11, ModelCount: 3, NetworkComparison: 15, Solution: 2, BreakEven: 3,
    Report: 6, NetworkSweep: 4, NetworkSolution: 2,
}  # fmt: skip


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_each_is_a_short_line_a_table_and_a_frame(kind: Any, results: Any) -> None:
    result = results[kind]
    assert repr(result).startswith(f"<{kind.__name__}")
    assert len(repr(result)) < 200
    assert "\n" not in repr(result)
    header, *rows = Table(result._repr_html_()).rows
    assert len(rows) == ROWS[kind]
    assert {len(row) for row in rows} == {len(header)}
    frame = result.to_frame()
    assert frame.shape == (len(rows), len(header))
    assert list(frame.columns) == header


def test_the_lines_say_the_answer(results: Any) -> None:
    shown = {repr(results[kind]) for kind in ROWS}
    assert shown == {
        "<Comparison plain:in=64,out=128 has 4.80× the parameters (main) of"
        " bottleneck:in=64,out=128>",
        "<Count bottleneck:in=64,out=128: 24,192 parameters, 73,859,072 MACs (block)>",
        "<ModelCount Sequential: 112 parameters, 4,536 MACs>",
        "<NetworkComparison resnet50 has 7.29× the parameters of mobilenet_v2>",
        "<NetworkSweep of resnet50: width=0.5,1, depth=1,2>",
        "<NetworkSolution width = 0.48>",
        "<Solution mid = 26>",
        "<BreakEven mid = 80>",
        "<Report 2 budgets: 1 exceeded, 1 not checked>",
    }


def test_a_frame_of_a_sweep_has_the_columns_of_its_csv() -> None:
    """9·8·8 + 8·(64 + 128), and of twice the width."""
    swept = sweep("bottleneck", in_=64, out=128, mid=(8, 16))
    assert repr(swept) == "<Sweep of bottleneck: in=64, out=128>"
    frame = swept.to_frame()
    assert tuple(frame.columns) == swept.columns
    assert list(frame["mid"]) == [8, 16]
    assert list(frame["params_main"]) == [2_112, 5_376]
    assert len(Table(swept._repr_html_()).rows) == 3


def test_numbers_too_long_to_be_written_are_no_obstacle() -> None:
    sys.set_int_max_str_digits(sys.int_info.default_max_str_digits)
    assert repr(count(Plain(10**5000, 3))) == "<Count a value of type Count>"


def test_a_frame_holds_the_figures(results: Any) -> None:
    layers = results[Count].to_frame()
    assert list(layers["layer"])[:3] == ["conv1", "bn1", "relu1"]
    assert (layers["params"].sum(), layers["macs"].sum()) == (24_192, 73_859_072)
    modules = results[ModelCount].to_frame()
    assert list(modules["params"]) == [112, 112, 0]
    assert (modules["own_params"].sum(), modules["own_macs"].sum()) == (112, 6 * 7 * 108)
    blocks = results[Comparison].to_frame()
    assert list(blocks["params_main"]) == [73_728, 15_360]
    assert list(blocks["ratio_params_main"]) == [1.0, 4.8]
    networks = results[NetworkComparison].to_frame()
    assert networks["params"].sum() == 25_557_032 + 3_504_872  # torchvision's
    assert list(networks["output"])[:2] == ["1x64x16x24", "1x256x16x24"]
    swept = results[NetworkSweep].to_frame()
    assert len(results[NetworkSweep]) == len(swept) == 4
    assert swept["params"][2] == 25_557_032
    widths = results[NetworkSolution].to_frame()
    assert list(widths["spec"]) == ["resnet50:width=0.48", "resnet50:width=0.49"]
    assert widths["macs"][0] <= 10**9 < widths["macs"][1]
    assert list(results[Solution].to_frame()["value"]) == [26, 27]
    assert list(results[BreakEven].to_frame()["value"])[1:] == [80, 81]
    findings = results[Report].to_frame()
    assert list(findings["budget"]) == [*["<tight>"] * 5, "missing"]
    assert findings["over"][0] == 36  # 9·3·4 + 3·4 weights and 8 of each batch norm, less 100


BIG: list[dict[str, Any]] = [{"a": 10**30, "b": 2**60 + 1, "c": "x"}, {"a": 3, "b": None, "c": "y"}]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_whole_numbers_stay_exact(library: str) -> None:
    from bottlecalc.render.frames import LIBRARIES

    made = LIBRARIES[library](pytest.importorskip(library), Rows.of(BIG))
    assert list(made["a"]) == [10**30, 3]
    assert made["b"][0] == 2**60 + 1
    assert int(made["b"][0]) - 2**60 == 1
    assert made.shape == (2, 3)


def test_polars_is_taken_where_there_is_no_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    polars = pytest.importorskip("polars")
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert isinstance(count(Plain(3, 4)).to_frame(), polars.DataFrame)


def test_neither_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, library, None)
    sentence = "^to_frame needs pandas or polars; install one with: python -m pip install pandas$"
    with pytest.raises(FrameError, match=sentence):
        count(Plain(3, 4)).to_frame()


def test_nothing_of_others_is_markup_in_a_notebook() -> None:
    html = count_model(Named())._repr_html_()
    table = Table(html)
    assert "script" not in table.tags
    assert "\x1b" not in html
    assert table.rows[-1][0] == HOSTILE.replace("\x1b", r"\x1b")
    assert "$x^2$" not in html


def test_a_long_table_says_how_many_rows_are_left() -> None:
    model = nn.Sequential(*(nn.ReLU() for _ in range(MOST_ROWS + 1000)))
    rows = Table(count_model(model)._repr_html_()).rows
    assert len(rows) == 1 + MOST_ROWS + 1
    assert rows[-1] == ["… 1,001 more"]


def test_a_blocks_parameters_have_every_name(run: Run) -> None:
    closed = count("bottleneck:in=64,out=128")
    held = {"main": 15_360, "convs": 23_552, "block": 24_192, "total": 24_192}
    assert held.items() <= closed.to_dict()["params"].items()
    assert {name: getattr(closed.params, name) for name in held} == held
    assert closed.to_dict()["params"]["trainable"] is None
    counted = count("bottleneck:in=64,out=128", size=(7, 8), counter="torch")
    arguments = ("count", "bottleneck:in=64,out=128", "--input", "1x64x7x8", "--counter", "torch")
    document = json.loads(run(*arguments, "--depth", "9", "--format", "json").out)
    assert counted.to_dict() == document
    assert held.items() <= document["params"].items()
    assert document["params"]["trainable"] == 24_192
    assert document["params"]["frozen"] == 0
