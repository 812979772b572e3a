"""A notebook, executed: every result that ends a cell is a table in it."""

from __future__ import annotations

import warnings
from typing import Any

import nbformat
import pytest

nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
v4: Any = nbformat.v4

CELLS = {
    "compare(Plain(64, 128), Bottleneck(64, 128), size=56)": "73,728",
    'count("bottleneck:in=64,out=128", size=56)': "6,422,528",
    "import torch\ncount_model(torch.nn.Conv2d(3, 5, 3), (1, 3, 8, 9))": "5,670",
    'count("bottleneck:in=64,out=128").to_frame()': "6422528",
    'sweep("bottleneck", in_=64, out=128, mid=[16, 32])': "15,360",
    'solve("bottleneck", in_=64, out=128, max_params=20_000)': "19,884",
    'break_even("bottleneck", in_=64, out=128)': "72,960",
    'check("budgets.toml")': "24,192",
    "print(compare(Plain(64, 128), Bottleneck(64, 128), size=56))": "",
    "Plain(64, 128, mid=32)": "",
}
"""What is typed, and a figure of the table that is shown; none of the last two."""

BUDGETS = """
[[budget]]
name = "a"
block = "bottleneck:in=64,out=128"
max_params = "25k"
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What each cell shows; one kernel runs them all."""
    pytest.importorskip("pandas")
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "budgets.toml").write_text(BUDGETS, "utf-8")
    sources = ["from bottlecalc import *", *CELLS]
    cells = [v4.new_code_cell(source) for source in sources]
    notebook = v4.new_notebook(cells=cells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the client's own libraries
        resources = {"metadata": {"path": str(folder)}}
        nbclient.NotebookClient(
            notebook, timeout=300, allow_errors=True, resources=resources
        ).execute()
    return [cell.outputs for cell in notebook.cells[1:]]


@pytest.mark.parametrize("place", [place for place, figure in enumerate(CELLS.values()) if figure])
def test_a_result_is_a_table(place: int, outputs: Any) -> None:
    (output,) = outputs[place]
    assert output.output_type == "execute_result"
    html = output.data["text/html"]
    assert "<table" in html
    assert list(CELLS.values())[place] in html
    assert len(output.data["text/plain"]) < 2000


def test_what_is_printed_is_text_and_nothing_is_displayed_beside_it(outputs: Any) -> None:
    (output,) = outputs[-2]
    assert (output.output_type, output.name) == ("stream", "stdout")
    assert "\x1b" not in output.text
    assert "73,728" in output.text


def test_a_wrong_call_is_told_on_one_screen(outputs: Any) -> None:
    (output,) = outputs[-1]
    assert output.ename == "ArgumentError"
    assert output.evalue.startswith(
        "Plain(): got an unexpected keyword argument 'mid'; write Plain"
    )
    assert sum(len(frame.splitlines()) for frame in output.traceback) < 40
