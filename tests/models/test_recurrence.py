"""Recurrent layers, counted whole: what their steps cost one by one, and what they put out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, cast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils._python_dispatch import TorchDispatchMode

from bottlecalc import count_model
from bottlecalc.layers.counted import Counted
from bottlecalc.models import trace
from bottlecalc.models.trace import dispatcher_counts
from tests.strategies import examples


@contextmanager
def apart() -> Iterator[None]:
    """Recurrent layers are left to torch, which takes them apart step by step."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace, "whole", nullcontext)
        yield


class Packed(nn.Module):
    def __init__(self, layer: nn.Module, lengths: list[int]) -> None:
        super().__init__()
        self.layer = layer
        self.lengths = lengths

    def forward(self, x: Tensor) -> Any:
        packed = pack_padded_sequence(x, self.lengths, enforce_sorted=False)
        return self.layer(packed)[0].data


@st.composite
def layers(draw: st.DrawFn) -> nn.Module:
    kind = draw(st.sampled_from(["LSTM", "GRU", "tanh", "relu"]))
    hidden = draw(st.integers(2, 5))
    settings: dict[str, Any] = {
        "num_layers": draw(st.integers(1, 3)),
        "bidirectional": draw(st.booleans()),
        "bias": draw(st.booleans()),
        "batch_first": draw(st.booleans()),
    }
    if kind == "LSTM":
        settings["proj_size"] = draw(st.integers(0, hidden - 1))
        return nn.LSTM(3, hidden, **settings)
    if kind == "GRU":
        return nn.GRU(3, hidden, **settings)
    return nn.RNN(3, hidden, nonlinearity=kind, **settings)


def counted(module: nn.Module, x: Tensor, whole: bool = True) -> Counted:
    with torch.no_grad(), nullcontext() if whole else apart():
        return dispatcher_counts(module.eval(), [x])


def same(one: Counted, other: Counted) -> bool:
    return (one.figures, one.output, one.unsupported) == (
        *(other.figures, other.output, other.unsupported),
    )


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@settings(max_examples=examples(60), deadline=None)
@given(layers(), st.integers(1, 4), st.integers(1, 3))
def test_what_a_layer_costs_is_what_its_steps_cost(
    layer: nn.Module, steps: int, batch: int
) -> None:
    x = torch.zeros(steps, batch, 3, device="meta")
    whole = counted(layer.to("meta"), x)
    assert same(whole, counted(layer, x, whole=False))
    assert whole.sum("macs") > 0


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@settings(max_examples=examples(40), deadline=None)
@given(layers(), st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_packed_sequences_cost_the_steps_that_there_are(layer: Any, lengths: list[int]) -> None:
    layer.batch_first = False
    x = torch.zeros(5, len(lengths), 3)
    whole = counted(Packed(layer, lengths), x)
    assert same(whole, counted(Packed(layer, lengths), x, whole=False))
    one = counted(layer, torch.zeros(1, 1, 3)).sum("macs")
    assert whole.sum("macs") == sum(lengths) * one


def test_an_lstm_by_hand() -> None:
    """Two layers of both directions, 7 steps of 2 samples: four gates of each a width of 5."""
    found = count_model(nn.LSTM(3, 5, 2, bidirectional=True), (7, 2, 3), counter="torch")
    assert found.macs == 7 * 2 * 2 * (4 * 5 * (3 + 5) + 4 * 5 * (2 * 5 + 5))
    assert found.counters["torch"].remarks == (
        "recurrent layers are counted by closed form, all steps at once: lstm ×1",
    )


class Head(nn.Module):
    """Reads the last hidden states of packed sequences of 4, 3 and 1 steps."""

    def __init__(self, kind: type[nn.Module]) -> None:
        super().__init__()
        self.layer = kind(3, 5, 2, bidirectional=True)
        self.head = nn.Linear(5, 11, bias=False)

    def forward(self, x: Tensor) -> Any:
        state = self.layer(pack_padded_sequence(x, [4, 3, 1]))[1]
        return self.head(state[0] if isinstance(state, tuple) else state)


@pytest.mark.parametrize(("kind", "gates"), [(nn.LSTM, 4), (nn.GRU, 3), (nn.RNN, 1)])
def test_states_of_packed_sequences_on_meta(kind: type[nn.Module], gates: int) -> None:
    """8 steps of both directions; a state of each layer, direction and sample."""
    found = count_model(Head(kind), (4, 3, 3), counter="torch")
    layer = 8 * 2 * gates * 5 * ((3 + 5) + (2 * 5 + 5))
    macs = {module.name: module.macs for module in found.own if module.macs}
    assert macs == {"layer": layer, "head": 2 * 2 * 3 * 5 * 11}
    assert not any("run on real tensors" in remark for remark in found.remarks)


class Operators(TorchDispatchMode):
    """How many operators torch's dispatcher runs."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.ran = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.ran += 1
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_many_steps_are_no_more_work_than_few(kind: type[nn.Module], device: str) -> None:
    ran = []
    for steps in (2, 1600):
        layer, x = kind(3, 5).to(device), torch.zeros(steps, 1, 3, device=device)
        with Operators() as operators:
            counted(layer, x)
        ran.append(operators.ran)
    assert ran[0] == ran[1] < 60


@pytest.mark.parametrize(("batch_first", "shape"), [(False, (7, 2, 3)), (True, (2, 7, 3))])
def test_on_meta_one_step_is_run(batch_first: bool, shape: tuple[int, ...]) -> None:
    from bottlecalc.models import recurrence

    step, *_ = recurrence._padded_step([torch.zeros(shape, device="meta"), batch_first])
    assert step.shape == ((2, 1, 3) if batch_first else (1, 2, 3))


def test_what_comes_out_is_torchs_own_and_may_be_written_to() -> None:
    torch.manual_seed(0)

    class Writing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.GRU(3, 5, 2)

        def forward(self, x: Tensor) -> Tensor:
            out, state = self.layer(x)
            self.seen = out.clone(), state.clone()
            out *= 2
            state[0] = 0
            return cast(Tensor, out)

    model, x = Writing().eval(), torch.rand(4, 2, 3)
    assert counted(model, x).output == (4, 2, 5)
    with torch.no_grad():
        right = model.layer(x)
    assert all(torch.equal(a, b) for a, b in zip(model.seen, right, strict=True))


@pytest.mark.parametrize(("kind", "gates"), [(nn.LSTM, 4), (nn.GRU, 3)])
def test_gradients_are_taken_through_the_steps(kind: type[nn.Module], gates: int) -> None:
    """Of the input at each of 3 steps, and of the hidden state at all but the first one."""

    class Taking(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = kind(3, 5)

        def forward(self, x: Tensor) -> Tensor:
            with torch.enable_grad():
                out, _ = self.layer(x.requires_grad_())
                (gradient,) = torch.autograd.grad(out.sum(), x)
            return gradient

    found = counted(Taking(), torch.rand(3, 1, 3))
    assert found.output == (3, 1, 3)
    assert found.sum("macs") >= 3 * gates * 5 * (3 + 5)
    on_meta = count_model(Taking(), (3, 1, 3), counter="torch")
    assert on_meta.macs == gates * 5 * (3 * (3 + 5) + 3 * 3 + 2 * 5)


def test_what_does_not_fit_is_told_on_meta_too() -> None:
    weights = [torch.zeros(shape, device="meta") for shape in ((20, 3), (20, 4))]
    state = [torch.zeros(1, 2, 5, device="meta")] * 2

    class Wrong(nn.LSTM):
        def forward(self, x: Tensor) -> Any:  # type: ignore[override]
            return torch.lstm(x, state, weights, False, 1, 0.0, False, False, False)[0]

    with pytest.raises(RuntimeError, match="dim"):
        counted(Wrong(3, 5).to("meta"), torch.zeros(7, 2, 3, device="meta"))
    with pytest.raises(RuntimeError, match="larger than 0"):
        counted(nn.LSTM(3, 5).to("meta"), torch.zeros(0, 2, 3, device="meta"))


def test_a_product_that_is_forgotten_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from bottlecalc.models import recurrence

    layer, x = nn.LSTM(3, 5, proj_size=2).to("meta"), torch.zeros(4, 2, 3, device="meta")
    right = counted(layer, x, whole=False)
    genuine = recurrence._weights
    monkeypatch.setattr(recurrence, "_weights", lambda given: [*genuine(given)][:-1])
    assert not same(counted(layer, x), right)


def test_what_fails_leaves_no_mode_behind() -> None:
    layer = nn.GRU(3, 5)
    with pytest.raises(RuntimeError):
        counted(layer, torch.zeros(2, 1, 4))
    with Operators() as operators, torch.no_grad():
        layer(torch.zeros(2, 1, 3))
    assert operators.ran > 20  # step by step
    assert not torch.is_inference_mode_enabled()
