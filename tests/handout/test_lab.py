"""The lab: a notebook that runs from top to bottom as it is handed out, faults and all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from tests.conftest import Run

FAST = ("handout", "--no-measure")
pytestmark = [pytest.mark.slow, pytest.mark.torch]
LABS = {
    "en": ("--in", "20", "--out", "36", "--size", "9x7", "--block", "plain:stride=2",
           "--block", "bottleneck:stride=2,groups=3"),
    "zh": ("--in", "64", "--out", "128", "--size", "14", "--block", "bottleneck",
           "--block", "inverted:expand=2", "--block", "mbconv", "--network", "resnet18"),
}  # fmt: skip
NO_NUMBER = {"en": "A: no number yet", "zh": "A: 还没有填数"}


def notebook(path: Path) -> Any:
    found = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(found)
    return found


def output(cell: Any) -> str:
    return "".join(one.get("text", "") for one in cell.outputs)


@pytest.mark.parametrize("language", LABS)
def test_it_runs_from_top_to_bottom(language: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    assert run(*FAST, *LABS[language], "--lang", language, "-o", str(path)).err == ""
    book = notebook(path)
    assert book.metadata.kernelspec.name == "python3"
    assert book.cells[0].source.startswith("# ")
    nbclient.NotebookClient(book, timeout=300).execute()
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    guess, build, run_, compare, check, fault, attempts, *rest = cells
    assert '"A": None' in guess.source
    assert "nn.Conv2d(" in build.source
    before = book.cells[: book.cells.index(run_)]
    assert not [cell for cell in before if cell.get("attachments") or "assert" in cell.source]
    assert output(run_).startswith("A (1, ")
    assert "assert block.params.main ==" in check.source
    assert NO_NUMBER[language] in output(compare)
    assert "class FirstBlock(nn.Module)" in fault.source
    tried = output(attempts).strip().split("\n")
    assert [("Error" in line) for line in tried] == [False, True, True, True]
    assert "AttributeError" in tried[3]
    assert len(rest) == (language == "zh")


def test_a_guess_is_compared(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    run(*FAST, "--in", "64", "--out", "128", "--size", "7", "-o", str(path))
    names: dict[str, Any] = {}
    lines: list[str] = []
    names["print"] = lambda *words: lines.append(" ".join(map(str, words)))
    cells = [cell.source for cell in notebook(path).cells if cell.cell_type == "code"][:5]
    cells[0] = cells[0].replace('"A": None', '"A": 73728').replace('"B": None', '"B": 7680')
    for cell in cells[:4]:
        exec(cell, names)
    assert lines[-4:] == [
        "A: 73,728 / 73,728 = 1.00",
        "B: 7,680 / 15,360 = 0.50",
        "A: 1.00 times as cheap as the dearest",
        "B: 4.80 times as cheap as the dearest",
    ]
    for right, wrong in (("73728", "73729"), ("23552", "23553")):
        with pytest.raises(AssertionError):
            exec(cells[4].replace(right, wrong), {})
    images = [name for cell in notebook(path).cells for name in cell.get("attachments", {})]
    assert len(images) == 4
