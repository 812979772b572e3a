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
    "Plain(64, 128, mid=32)": "",
}
"""What is typed, and a figure of what is shown; where there is none, an error is."""


@pytest.fixture(scope="module")
def outputs() -> list[Any]:
    """What each cell shows; one kernel runs them all."""
    pytest.importorskip("pandas")
    sources = ["from bottlecalc import *", *CELLS]
    cells = [v4.new_code_cell(source) for source in sources]
    notebook = v4.new_notebook(cells=cells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the client's own libraries
        nbclient.NotebookClient(notebook, timeout=300, allow_errors=True).execute()
    return [cell.outputs for cell in notebook.cells[1:]]


@pytest.mark.parametrize("place", [place for place, figure in enumerate(CELLS.values()) if figure])
def test_a_result_is_a_table(place: int, outputs: Any) -> None:
    (output,) = outputs[place]
    assert output.output_type == "execute_result"
    html = output.data["text/html"]
    assert "<table" in html
    assert list(CELLS.values())[place] in html
    assert len(output.data["text/plain"]) < 2000


def test_a_wrong_call_is_told_on_one_screen(outputs: Any) -> None:
    (output,) = outputs[-1]
    assert output.ename == "ArgumentError"
    assert output.evalue.startswith(
        "Plain(): got an unexpected keyword argument 'mid'; write Plain"
    )
    assert sum(len(frame.splitlines()) for frame in output.traceback) < 40
