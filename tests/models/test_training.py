"""A training step of any model: gradients by hand, what is stored, and that it is left alone."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations, prune
from torch.utils.checkpoint import checkpoint

from bottlecalc import Training, count_training
from bottlecalc.models.failure import TargetError
from bottlecalc.models.training import StepRunner
from tests.models.real_step import real_step


def trained(model: nn.Module, *inputs: Any, **how: Any) -> Training:
    step = count_training(model, *inputs, **how).training
    assert step is not None
    return step


def own(step: Training) -> dict[str, tuple[int, int, int]]:
    """Forward, and both kinds of gradients, of what has any."""
    passes = step.step.passes
    names = ("forward", "backward_activations", "backward_weights")
    rows = {name: tuple(passes[which][name] for which in names) for name in passes["forward"]}  # type: ignore[index]
    return {name: row for name, row in rows.items() if any(row)}  # type: ignore[misc]


class Tokens(nn.Module):
    """Its first product reads embeddings, which are trained; the last shares their weights."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(50, 8)
        self.place = nn.Parameter(torch.zeros(1, 6, 8))
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.out = nn.Linear(8, 50, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens) + self.place
        y: Tensor = self.out(self.attention(x, x, x, need_weights=False)[0])
        return y


def test_products_of_activations_have_both_gradients() -> None:
    step = trained(Tokens(), "3x6:int64")
    rows, products = 3 * 6, 2 * 3 * 6 * 6 * 8
    projections = rows * 8 * (24 + 8)
    assert own(step) == {
        "attention": (projections + products, projections + 2 * products, projections),
        "out": 3 * (rows * 8 * 50,),
    }
    assert any("where it is fused it stores less" in note for note in step.notes)


class LowRank(nn.Module):
    """A frozen weight, and a product of two that are trained."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(5, 9)
        self.frozen = nn.Linear(9, 11)
        self.frozen.weight.requires_grad_(False)
        self.down = nn.Parameter(torch.zeros(2, 9))
        self.up = nn.Parameter(torch.zeros(11, 2))

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(self.first(x), self.frozen.weight + self.up @ self.down)


def test_what_depends_on_parameters_alone_is_a_weight() -> None:
    whole, product = 4 * 9 * 11, 2 * 9 * 11
    assert own(trained(LowRank(), (4, 5))) == {
        "first": (4 * 45, 0, 4 * 45),
        "": (whole + product, whole, whole + 2 * product),
    }


def normed() -> nn.Module:
    return nn.Sequential(nn.Linear(5, 7), parametrizations.weight_norm(nn.Linear(7, 3)))


def pruned() -> nn.Module:
    model = nn.Sequential(nn.Linear(5, 7), nn.Linear(7, 3))
    prune.l1_unstructured(model[1], "weight", 0.5)  # type: ignore[no-untyped-call]
    return model


def dropping() -> nn.Module:
    return nn.Sequential(nn.Linear(5, 7), nn.Dropout(), nn.Linear(7, 3))


@pytest.mark.parametrize("make", [normed, pruned, dropping])
def test_weights_that_are_made_of_parameters(make: Any) -> None:
    first, last = own(trained(make(), (4, 5))).values()
    assert (first, last) == ((4 * 35, 0, 4 * 35), (4 * 21, 4 * 21, 4 * 21))


def test_recurrence() -> None:
    """No gradient of the input, nor of the first hidden state, which is zeros."""
    gates, steps = 4 * 7, 4
    step = trained(nn.LSTM(5, 7, batch_first=True), (2, steps, 5))
    hidden, given = gates * 7 * 2, gates * 5 * 2 * steps
    assert own(step) == {"": (given + steps * hidden, (steps - 1) * hidden, given + steps * hidden)}


class Deciding(nn.Module):
    """Cannot be run on the meta device."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(6, 6, 3, groups=3)
        self.last = nn.ConvTranspose2d(6, 4, 3, groups=2, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.first(x)
        return y if y.sum().item() > 10**9 else self.last(y)


def test_real_tensors_where_meta_will_not_do() -> None:
    step = trained(Deciding(), (2, 6, 9, 7))
    first, last = 2 * 7 * 5 * 9 * 6 * 2, 2 * 7 * 5 * 9 * 6 * 2
    assert own(step) == {"first": (first, 0, first), "last": (last, last, last)}
    assert step.notes[-1].startswith("a training step is run on real tensors")


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool | None) -> None:
        super().__init__()
        self.parts = nn.ModuleList([nn.Linear(7, 11), nn.Linear(11, 13), nn.Linear(13, 3)])
        self.reentrant = reentrant

    def middle(self, x: Tensor) -> Tensor:
        return functional.gelu(self.parts[1](functional.gelu(x)))

    def forward(self, x: Tensor) -> Tensor:
        x = self.parts[0](x)
        again = self.reentrant
        x = self.middle(x) if again is None else checkpoint(self.middle, x, use_reentrant=again)
        y: Tensor = self.parts[2](x)
        return y


def test_checkpoints_are_run_once_more_and_store_less() -> None:
    whole, less = (trained(Checkpointed(again), (64, 7)) for again in (None, False))
    assert own(whole) == own(less)
    assert (whole.step.sum("recomputed"), less.step.sum("recomputed")) == (0, 64 * 11 * 13)
    assert less.step.passes["recomputed"]["parts.1"] == 64 * 11 * 13
    assert less.step.macs == whole.step.macs + 64 * 11 * 13
    assert less.notes == (
        "checkpoints run 9,152 MACs of the forward pass once more in the backward pass",
    )
    # both GELUs' inputs, and the second product's: of these the first alone waits for it
    assert whole.memory
    assert less.memory
    assert whole.memory.stored - less.memory.stored == 4 * 64 * (11 + 13)


class Deep(nn.Module):
    def __init__(self, again: bool) -> None:
        super().__init__()
        self.first = nn.Linear(3, 16)
        self.layers = nn.ModuleList(nn.Sequential(nn.Linear(16, 16), nn.GELU()) for _ in range(5))
        self.again = again

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for layer in self.layers:
            x = checkpoint(layer, x, use_reentrant=False) if self.again else layer(x)
        return x


def test_checkpoints_lower_the_peak() -> None:
    whole, less = (trained(Deep(again), (64, 3)).memory for again in (False, True))
    assert whole
    assert less
    one = 4 * 64 * 16
    assert whole.stored - less.stored == 5 * one
    assert less.peak < whole.peak - 3 * one


@pytest.mark.filterwarnings("ignore:None of the inputs have requires_grad")
def test_reentrant_checkpoints_are_refused() -> None:
    with pytest.raises(TargetError, match=r"give checkpoint\(…, use_reentrant=False\)"):
        trained(Checkpointed(True), (64, 7))


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return 2 * (x @ weight)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        x, weight = ctx.saved_tensors
        return 2 * grad @ weight.t(), 2 * x.t() @ grad


class OwnFunction(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(5, 7))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = Doubled.apply(x, self.weight)  # type: ignore[no-untyped-call]
        return y


def test_a_function_of_ones_own_is_counted_as_it_runs() -> None:
    step = trained(OwnFunction(), (4, 5))
    assert step.macs == 3 * 4 * 5 * 7
    assert step.notes[0].startswith("what Doubled does backward is counted with the gradients")


class Views(nn.Module):
    """Stores one tensor through several views, and in place."""

    def forward(self, x: Tensor) -> Tensor:
        y = (x * self.scale).relu_()
        return y.t() @ y.view(4, 6)

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))


def test_a_storage_is_counted_once() -> None:
    memory = trained(Views(), (4, 6)).memory
    assert memory is not None
    assert memory.stored == 4 * (24 + 24)  # what is scaled, and what the ReLU puts out


class Untrained(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 4)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            y: Tensor = self.layer(x)
        return y


def narrow() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))


@pytest.mark.parametrize(
    ("model", "inputs", "how", "sentence"),
    [
        (Untrained(), [(2, 3)], {}, "nothing that Untrained puts out depends on a parameter that"),
        (narrow(), [(1, 3, 1, 1)], {}, r"Expected more than 1 value .*; give a larger batch$"),
        (nn.Linear(3, 4), [], {}, "Linear cannot be trained without an input; give "),
        (narrow(), [(2, 3, 5, 4)], {"frozen": ["00"]}, "no module '00' to be frozen; the nearest"),
        (nn.Linear(3, 5), [(2, 3)], {"frozen": ["head"]}, "be frozen; it has none inside; leave"),
        (narrow(), [(2, 3, 5, 4)], {"frozen": ["0", "1"]}, "depends on a parameter that requires"),
    ],
)
def test_what_is_refused(model: nn.Module, inputs: Any, how: Any, sentence: str) -> None:
    with pytest.raises(TargetError, match=sentence) as refused:
        trained(model, *inputs, **how)
    assert "\n" not in str(refused.value)


def test_a_frozen_module_is_not_trained() -> None:
    model = nn.Sequential(nn.Linear(5, 7), nn.Linear(7, 3))
    step = trained(model, (4, 5), frozen=["0"], optimizer="adam")
    assert own(step) == {"0": (4 * 35, 0, 0), "1": (4 * 21, 0, 4 * 21)}
    assert step.memory is not None
    assert step.memory.gradients == 4 * 24
    assert step.memory.optimizer == 4 * (2 * 24 + 2)
    assert all(one.requires_grad for one in model.parameters())


@pytest.mark.parametrize("model", [narrow(), Deciding(), Checkpointed(False)])
def test_a_model_in_hand_is_left_exactly_as_it_was(model: nn.Module) -> None:
    inputs = {nn.Sequential: (2, 3, 5, 4), Deciding: (2, 6, 9, 7), Checkpointed: (8, 7)}
    next(model.modules()).eval()
    state = {name: one.clone() for name, one in model.state_dict().items()}
    modes = [one.training for one in model.modules()]
    random = torch.get_rng_state()
    trained(model, inputs[type(model)])
    assert [one.training for one in model.modules()] == modes
    assert all(torch.equal(one, state[name]) for name, one in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random)
    assert all(one.grad is None for one in model.parameters())
    assert not any(one._forward_hooks or one._forward_pre_hooks for one in model.modules())


def test_a_gradient_that_is_lost_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a frontier all gradients would be those of weights."""
    from bottlecalc.models.backward import Frontier

    right = own(trained(dropping(), (4, 5)))
    monkeypatch.setattr(Frontier, "ends", ())
    assert own(trained(dropping(), (4, 5))) != right


def test_a_tensor_that_is_forgotten_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from bottlecalc.models.memory import Living

    right = trained(dropping(), (4, 5)).memory
    monkeypatch.setattr(Living, "note", lambda *_: None)
    wrong = trained(dropping(), (4, 5)).memory
    assert right
    assert wrong
    assert wrong.peak < right.peak


@pytest.mark.slow
def test_a_real_process_takes_more_and_not_much_more() -> None:
    """The allocator and the work space of convolutions are beside what is counted."""
    found = real_step("resnet50", 8, "adam")
    assert found.counted < found.taken < 2 * found.counted


def test_a_runner_without_a_recipe_takes_the_usual_one() -> None:
    assert StepRunner("x", narrow).recipe.optimizer == "sgd"


class Inferring(nn.Module):
    """Recurrent features without gradients, and a layer that is trained."""

    def __init__(self) -> None:
        super().__init__()
        self.features, self.out = nn.LSTM(5, 7), nn.Linear(7, 3)

    def forward(self, x: Tensor) -> Tensor:
        with torch.inference_mode():
            features = self.features(x)[0]
        y: Tensor = self.out(features.clone())
        return y


def test_a_recurrent_layer_that_infers_is_counted_forward() -> None:
    rows = 11 * 2
    assert own(trained(Inferring(), (11, 2, 5))) == {
        "features": (rows * 4 * 7 * (5 + 7), 0, 0),
        "out": (rows * 7 * 3, 0, rows * 7 * 3),
    }


class Branching(nn.Module):
    """Two calls of a layer in threads, those of a pool that was there before or of one of its own.

    Args:
        pool: that was there before.
    """

    def __init__(self, pool: Executor | None = None) -> None:
        super().__init__()
        self.branch = nn.Sequential(nn.Linear(5, 7), nn.Tanh())
        self.out = nn.Linear(7, 3)
        self.pool = pool

    def forward(self, x: Tensor) -> Tensor:
        with nullcontext(self.pool) if self.pool else ThreadPoolExecutor(2) as pool:
            left, right = pool.map(self.branch, (x, x))
        y: Tensor = self.out(left + right)
        return y


@pytest.mark.parametrize("is_older", [False, True])
def test_what_threads_run_has_its_gradients(is_older: bool) -> None:
    with ThreadPoolExecutor(2) as pool:
        step = trained(Branching(pool if is_older else None), (11, 5))
    both = 2 * 11 * 5 * 7
    assert own(step) == {"branch.0": (both, 0, both), "out": 3 * (11 * 7 * 3,)}
    assert step.memory is not None
    assert step.memory.stored == 4 * 11 * (5 + 7 + 7 + 7)  # the input, two of tanh, their sum


class Ragged(nn.Module):
    """Attention of sequences of five and of three rows, two heads of four features."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        rows = torch.nested.as_nested_tensor([x[0], x[0, :3]], layout=torch.jagged)
        parts = self.parts(rows).chunk(3, -1)
        query, key, value = (one.unflatten(-1, (2, 4)).transpose(1, 2) for one in parts)
        y = functional.scaled_dot_product_attention(query, key, value)
        return y.transpose(1, 2).flatten(2).values()


@pytest.mark.skipif(not hasattr(torch, "jagged"), reason="torch 2.1 has no such sequences")
def test_ragged_attention_has_its_gradients() -> None:
    products, projections = 2 * (5**2 + 3**2) * 8, (5 + 3) * 8 * 24
    assert own(trained(Ragged(), (1, 5, 8))) == {
        "": (products, 2 * products, 0),
        "parts": (projections, 0, projections),
    }
