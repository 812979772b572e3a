"""Where values decide how much is run: it is said, and is the same every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from bottlecalc import InputError, count_model, measure
from bottlecalc.models.inputs import Inputs
from bottlecalc.text.shapes import Input
from tests.conftest import Run

Forward = Callable[..., Any]


class Reading(nn.Module):
    """A layer, 8 to 8 features, and a forward pass that is given."""

    def __init__(self, forward: Forward) -> None:
        super().__init__()
        self.layer, self.way = nn.Linear(8, 8, bias=False), forward
        self.register_buffer("times", torch.tensor(3))

    def forward(self, x: torch.Tensor) -> Any:
        return self.way(self, x)


def decided(forward: Forward) -> Mapping[str, int]:
    return count_model(Reading(forward), (20, 8), counter="torch").counters["torch"].deciding


def repeated(number: Callable[[Any, torch.Tensor], Any]) -> Forward:
    """The layer so many times."""
    return lambda m, x: [m.layer(x) for _ in range(number(m, x))]


DECIDING: list[tuple[Forward, dict[str, int]]] = [
    (lambda m, x: m.layer(x[x.sum(1) > 0]), {"boolean index": 1}),
    (lambda m, x: m.layer(x[(x[:, 0] > 0).nonzero().squeeze(1)]), {"nonzero": 1}),
    (lambda m, x: m.layer(x[torch.where(x[:, 0] > 0)]), {"nonzero": 1}),
    (lambda m, x: m.layer(x.masked_select(x > 0)[:8]), {"masked_select": 1}),
    (lambda m, x: m.layer(x) if x.sum() > 0 else x, {"item": 1}),
    (lambda m, x: m.layer(x[: x.argmax(-1)[0] + 1]), {"item": 1}),
    (lambda m, x: [m.layer(x[i]) for i in x.argmax(-1)[:2].tolist()], {"tolist": 1}),
    (lambda m, x: m.layer(x[: x.long().unique().numel()]), {"unique": 1}),
    (lambda m, x: m.layer(x) if torch.equal(x, -x) else x, {"equal": 1}),
    (lambda m, x: m.layer(x.repeat_interleave(x.argmax(-1), 0)), {"repeat_interleave": 1}),
    (lambda m, x: m.layer(x[(x.sum(1) > 0).to(torch.uint8)]), {"boolean index": 1}),
    (lambda m, x: m.layer(torch.from_numpy(x.numpy())), {"numpy": 1}),
    (lambda m, x: m.layer(torch.from_numpy(np.asarray(x))), {"numpy": 1}),
    (repeated(lambda m, _: int(m.times)), {"item": 1}),
    (repeated(lambda _, __: int(torch.randint(1, 9, ()))), {"item": 1}),
]


@pytest.mark.filterwarnings("ignore:indexing with dtype torch.uint8")
@pytest.mark.parametrize(("forward", "expected"), DECIDING)
def test_what_values_decide_is_said(forward: Forward, expected: dict[str, int]) -> None:
    assert decided(forward) == expected


def test_how_many_classes_there_are_is_read_where_nobody_says_it() -> None:
    def forward(m: Any, x: torch.Tensor) -> Any:
        return m.layer(functional.one_hot(x.argmax(-1)).float().t() @ x)

    assert set(decided(forward)) == {"item"}


CONSTANT: list[Forward] = [
    repeated(lambda _, __: torch.tensor(3).item()),
    repeated(lambda _, x: len(torch.arange(x.shape[0]).tolist())),
    lambda m, x: m.layer(x[torch.ones(20, 20).triu()[3].bool()]),
    lambda m, x: m.layer(x[torch.ones(20).nonzero().squeeze(1)]),
    lambda m, x: (torch.tensor(1).item(), m.layer(x[x.topk(3, 0).indices[:, 0]])),
    lambda m, x: (torch.tensor(1).item(), m.layer(functional.one_hot(x.argmax(-1), 8).float())),
    lambda m, x: m.layer(
        nn.utils.rnn.pack_padded_sequence(x[None], torch.tensor([20]), batch_first=True).data
    ),
]


@pytest.mark.parametrize("forward", CONSTANT)
def test_what_is_made_of_numbers_alone_decides_nothing(forward: Forward) -> None:
    assert decided(forward) == {}


def test_a_constant_that_is_written_to_is_none() -> None:
    """The part that is written to is a view, and the whole is read."""

    def forward(_: object, x: torch.Tensor) -> int:
        total = torch.zeros(3)
        total[:1].copy_(x.sum())
        return int(total.sum().abs()) + 1

    assert decided(repeated(forward)) == {"item": 1}


def test_floats_are_drawn_and_whole_numbers_are_zeros() -> None:
    inputs = Inputs([Input((3, 5)), Input((7,), "int64"), Input((2,), "bool"), Input((4,), "half")])
    (x, ids, mask, half), _ = inputs.tensors("cpu", 3)
    assert torch.equal(x, torch.randn(3, 5, generator=torch.Generator().manual_seed(3)))
    assert not ids.any()
    assert not mask.any()
    assert (half.dtype, bool(half.any())) == (torch.float16, True)
    (again, *_), _ = inputs.tensors("cpu", 3)
    (other, *_), _ = inputs.tensors("cpu", 4)
    assert torch.equal(x, again)
    assert not torch.equal(x, other)
    assert inputs.tensors("meta", 3)[0][0].is_meta


def test_complex_numbers_are_drawn() -> None:
    ((x,), _) = Inputs([Input((3, 5), "complex64")]).tensors("cpu")
    assert x.real.all()
    assert x.imag.all()


ROUTED = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.router, self.expert = nn.Linear(8, 2, bias=False), nn.Linear(8, 8, bias=False)

    def forward(self, x):
        return self.expert(x[self.router(x).argmax(-1) == 0])

net = Net()
"""


@pytest.mark.parametrize("name", ["Net", "net"])
def test_it_is_the_same_every_time_and_another_by_another_seed(
    name: str, run: Run, tmp_path: Path
) -> None:
    """A model that is built where its file is read has the same weights too."""
    torch.manual_seed(id(tmp_path) % 1000)  # whatever was drawn before
    target, state = f"{tmp_path / 'net.py'}:{name}", torch.get_rng_state()
    (tmp_path / "net.py").write_text(ROUTED)

    def counted(*options: str) -> str:
        arguments = ("count", target, "--input", "1000x8", "--format", "csv", *options)
        return run(*arguments).out

    assert counted() == counted() == counted("--seed", "0")
    assert torch.equal(torch.get_rng_state(), state)
    if name == "Net":
        assert counted() != counted("--seed", "1")


BUDGET = """
[[tool.bottlecalc.budget]]
name = "routed"
model = "net.py:Net"
input = [1000, 8]
max_macs = 48_000
"""


def test_a_check_says_so_and_ends_the_same_every_time(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16,000 MACs are the router's, and 64 each row's that it sends to the first expert."""
    (tmp_path / "net.py").write_text(ROUTED)
    (tmp_path / "pyproject.toml").write_text(BUDGET)
    monkeypatch.chdir(tmp_path)
    results = {run("check") for _ in range(3)}
    assert len(results) == 1
    assert "what is counted depends on values: boolean index ×1" in results.pop().out
    assert "depends on values: boolean index" in run("check", "--format", "json").out


@pytest.mark.parametrize("seed", ["x", "-1", "1.5", "4294967296", "9" * 50, ""])
def test_a_seed_that_is_none_is_refused(seed: str, run: Run) -> None:
    result = run("count", "net.py:Net", "--seed", seed)
    whole = "give a whole number from 0 to 4,294,967,295, such as 0"
    assert result.code == 2
    assert f"is no seed; {whole}" in result.err


@pytest.mark.parametrize("seed", [-1, 1.5, True, 2**32, "0"])
def test_so_it_is_in_python(seed: Any) -> None:
    with pytest.raises(InputError, match=r"seed = .*; give a whole number from 0 to 4,294,967,295"):
        count_model(nn.Linear(3, 5), (1, 3), seed=seed)


def test_what_is_measured_is_drawn_too() -> None:
    model = Reading(lambda m, x: m.layer(x[x.sum(1) > 0]))
    assert 0 < measure(model, (20, 8)).others["torch"].sum("macs") < 20 * 64
