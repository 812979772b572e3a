"""What the model of a budget is built with and run on: objects, nothing, values, a function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import check
from bottlecalc.budgets.base import answer, question
from bottlecalc.budgets.budget import Budget
from bottlecalc.budgets.file import read
from bottlecalc.budgets.limits import BudgetError
from bottlecalc.text.objects import Object

CODE = """
import torch
from torch import nn

class Config:
    def __init__(self, hidden, dtype=None):
        self.hidden, self.dtype = hidden, dtype

class Net(nn.Module):
    def __init__(self, config=Config(3), weights="some", *, rows=1):
        super().__init__()
        assert weights is None or weights == "some"
        self.l = nn.Linear(config.hidden, 5, bias=False, dtype=config.dtype)
        if weights:
            self.more = nn.Linear(9, 9)

    def forward(self, batch, n=1, mode="x"):
        for _ in range(n):
            self.l(batch[mode] if isinstance(batch, dict) else batch[0])

def batch(): return ({"x": torch.ones(7, 3)},), {"n": 2}
"""
ENTRY = '[[budget]]\nname = "m"\nmodel = "own.py:Net"\n{}\nmax_macs = 1\n'


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(CODE, "utf-8")
    return tmp_path


def budget(keys: str) -> Budget:
    (one,) = read(ENTRY.format(keys), "f.toml")
    return one


CASES = [
    ('input = [{ x = "7x3", meta = [1, 2], mode = "tensor" }]', 7 * 15,
     "{x: 7×3, meta: [1, 2], mode: 'tensor'}"),
    ('input = [["7x3", "1x2"]]', 7 * 15, "[7×3, 1×2]"),
    ('input = { batch = { y = "7x3=randn" }, n = 3, mode = "y" }', 3 * 7 * 15,
     "batch={y: 7×3=randn}, n=3, mode='y'"),
    ('input = { batch = ["7x3"] }\nkwargs = { n = 2 }', 2 * 7 * 15, "batch=[7×3], n=2"),
    ('inputs_from = "own.py:batch"', 2 * 7 * 15, "what own.py:batch returns"),
    ('args = { config = "own:Config(hidden=4)" }\ninput = [["7x4"]]', 7 * 20, "[7×4]"),
    ('args = { "*" = ["own.py:Config(4)"] }\ninput = [["7x4"]]', 7 * 20, "[7×4]"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "macs", "text"), CASES)
def test_whatever_forward_takes(keys: str, macs: int, text: str, here: Path) -> None:
    (here / "bottlecalc.toml").write_text(ENTRY.format(keys), "utf-8")
    (verdict,) = check().verdicts
    assert verdict.problem == ""
    assert verdict.findings["macs"].value == macs
    assert budget(keys).input == text


def test_nothing_an_attribute_and_a_dtype(here: Path) -> None:
    """15 parameters of eight bytes by the configuration, and of two by the budget."""
    keys = (
        'args = { weights = { object = "null" }, config = "own:Config(3, dtype=torch:float64)" }'
        '\ninput = [["7x3:float64"]]\nmax_size = 1'
    )
    (here / "bottlecalc.toml").write_text(ENTRY.format(keys), "utf-8")
    (verdict,) = check().verdicts
    assert (verdict.problem, verdict.findings["size"].value) == ("", 8 * 15)
    half = keys.replace('"7x3:float64"', '"7x3"') + '\ndtype = "float16"'
    (here / "bottlecalc.toml").write_text(ENTRY.format(half), "utf-8")
    (verdict,) = check().verdicts
    assert (verdict.problem, verdict.findings["size"].value) == ("", 2 * 15)
    assert verdict.budget.of == (
        "own.py:Net(config=own:Config(3, dtype=torch:float64),weights=None) in float16"
    )


def test_text_that_is_no_call_is_text() -> None:
    one = budget('args = { a = "net:fast", b = "own:Config(1)", c = "f(x)", d = "own:Config" }')
    assert one.arguments == {
        "a": "net:fast", "b": Object("own:Config", True, (1,)), "c": "f(x)", "d": "own:Config",
    }  # fmt: skip


@pytest.mark.parametrize("keys", [keys for keys, _, _ in CASES])
def test_another_revision_is_counted_on_the_same(keys: str, here: Path) -> None:
    """What its process is asked goes through JSON; there the file says another input."""
    (here / "bottlecalc.toml").write_text(ENTRY.format('input = [["1x3"]]'), "utf-8")
    today = budget(keys.partition("\nkwargs")[0] if "args = {" not in keys else 'dtype = "float16"')
    asked = json.loads(json.dumps(question("bottlecalc.toml", {"m": today})))
    told = answer(asked)["m"]
    assert told["problem"] == ""
    assert told["baseline"]["basis"] == today.basis


ROUTED = """
import torch
from torch import nn


class Routed(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 5)

    def forward(self, x):
        return self.layer(x[x[:, 0] > 0])
"""


def test_a_seed_draws_what_values_decide(here: Path) -> None:
    """As many rows as begin with more than 0, of 41 that are drawn."""
    (here / "routed.py").write_text(ROUTED, "utf-8")
    text = '[[budget]]\nname = "m"\nmodel = "routed.py:Routed"\ninput = ["41x3=randn"]\n'
    found = []
    for seed in (0, 1, 1, 2):
        (here / "bottlecalc.toml").write_text(f"{text}seed = {seed}\nmax_macs = 999", "utf-8")
        (verdict,) = check().verdicts
        assert verdict.problem == ""
        found.append(verdict.findings["macs"].value)
        assert "seed" in verdict.budget.basis or not seed
    rows = [int((drawn(seed)[:, 0] > 0).sum()) for seed in (0, 1, 1, 2)]
    assert found == [15 * number for number in rows]
    assert len({*rows}) > 1


def drawn(seed: int) -> Any:
    import torch

    return torch.randn(41, 3, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("seed", ["-1", '"x"', "true", "4294967296"])
def test_a_seed_that_is_none(seed: str) -> None:
    with pytest.raises(BudgetError, match=r"seed = .*; give a whole number from 0 to 4,294"):
        budget(f"seed = {seed}")
