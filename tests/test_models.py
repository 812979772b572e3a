"""Any model counted: published figures, what each counter misses, and the model left alone."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from importlib import import_module
from typing import Any

import numpy
import pytest
import torch
from torch import nn

from bottlecalc import Input, InputError, TargetError, count_model
from bottlecalc.models.trace import dispatcher_counts
from tests import zoo

IMAGE = (1, 3, 224, 224)

PUBLISHED: list[tuple[Callable[[], nn.Module], int, str]] = [
    # torchvision's tables of weights: num_params, and _ops [GMACs] to as many digits.
    (zoo.resnet18, 11_689_512, "1.814"),
    (zoo.resnet34, 21_797_672, "3.664"),
    (zoo.resnet50, 25_557_032, "4.089"),
    (zoo.resnext50, 25_028_904, "4.230"),
    (zoo.mobilenet_v2, 3_504_872, "0.301"),
    (zoo.vgg16, 138_357_544, "15.470"),
    (zoo.ViT, 86_567_656, "17.564"),
    # v1: three times 372,506,624 - 295,436,288 fewer, the stride being on the first 1×1.
    (zoo.resnet50_v1, 25_557_032, "3.858"),
]


@pytest.mark.parametrize(("model", "params", "gmacs"), PUBLISHED, ids=lambda value: str(value)[:24])
def test_published_figures(model: Callable[[], nn.Module], params: int, gmacs: str) -> None:
    with torch.device("meta"):
        built = model()
    counted = count_model(built, IMAGE, counter="torch")
    assert counted.params.total == params
    assert counted.macs is not None
    assert f"{counted.macs / 1e9:.3f}" == gmacs
    assert counted.flops == 2 * counted.macs


def test_resnet_50_exactly_by_both_counters() -> None:
    """4,089,184,256 MACs; 4,111,512,576 by fvcore; 53,120 running statistics, 53 counters."""
    counted = count_model(zoo.resnet50(), IMAGE)
    assert counted.macs == 4_089_184_256
    assert counted.agrees is True
    assert sum(counted.counters["fvcore"].total.values()) == 4_111_512_576
    assert counted.params.buffers == 53_120 + 53
    assert counted.params.bytes == 4 * 25_557_032
    fvcore = sum(counted.counters["fvcore"].activations.values())
    assert counted.activations == fvcore
    assert not counted.notes


@pytest.mark.parametrize("depth", [0, 1, 2, None])
def test_the_tree_adds_up(depth: int | None) -> None:
    counted = count_model(zoo.ViT(width=24, depth=2, heads=3), IMAGE, counter="torch")
    tree = {module.name: module for module in counted.tree(depth)}
    assert tree[""].params == counted.params.total
    assert tree[""].macs == counted.macs
    assert depth is None or all(module.depth <= depth for module in tree.values())
    if depth is None:
        assert sum(module.macs or 0 for module in counted.own) == counted.macs
        inside = tree["blocks.0.attention"]
        parts = (tree["blocks.0.attention.qkv"], tree["blocks.0.attention.out"])
        products = 2 * 197 * 197 * 24  # q·k and its product with v
        assert inside.macs == sum(part.macs or 0 for part in parts) + products


def test_a_recurrent_network() -> None:
    """torch's manual, nn.LSTM: 4·h·(i + h) weights and 8·h biases a layer, at every step."""
    counted = count_model(zoo.LSTMClassifier(), "2x19:int64")
    weights = 4 * 17 * (13 + 17) + 4 * 17 * (17 + 17)
    assert counted.params.total == 1009 * 13 + weights + 2 * 8 * 17 + 17 * 3 + 3
    assert counted.macs == 2 * 19 * weights + 2 * 17 * 3
    assert counted.agrees is False
    assert counted.differences == {"lstm": (2 * 19 * weights, 0)}
    assert counted.counters["fvcore"].unsupported["aten::lstm"] == 1


def test_shared_weights_count_once() -> None:
    tied = count_model(zoo.Tied(), "1x9:int64")
    assert (tied.params.total, tied.macs, tied.agrees) == (707, 9 * 7 * 101, True)
    assert [module.params for module in tied.own] == [0, 707, 0]
    twice = count_model(zoo.Twice(), (2, 5))
    assert (twice.params.total, twice.macs, twice.agrees) == (30, 2 * 2 * 25, True)
    assert [module.name for module in twice.own] == ["", "a", "a.0"]


def test_padding_same_is_missed_by_fvcore() -> None:
    counted = count_model(zoo.Same(), (1, 3, 7, 5))
    assert counted.macs == 5 * 3 * 9 * 7 * 5
    assert counted.differences == {"conv": (4725, 0)}
    assert counted.counters["fvcore"].unsupported == {"aten::_convolution_mode": 1}


def test_two_inputs_of_two_types() -> None:
    counted = count_model(zoo.TwoInputs(), (1, 3, 7, 5), "1x4:int64")
    assert counted.macs == 4 * 3 * 9 * 5 * 3
    assert counted.inputs == (Input((1, 3, 7, 5)), Input((1, 4), "int64"))
    with pytest.raises(TargetError, match=r"does not take 1 input: missing .*'tokens'"):
        count_model(zoo.TwoInputs(), (1, 3, 7, 5))


def test_tensors_are_taken_as_they_are() -> None:
    tokens = torch.tensor([[1, 2, 3]])
    assert count_model(zoo.Tied(), tokens).macs == 3 * 7 * 101


def test_products_with_vectors_and_fused_attention_are_seen() -> None:
    class Vectors(nn.Module):
        def forward(self, m: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
            return (m @ v).sum() + v @ v + torch.addmv(m @ v, m, v).sum()

    assert count_model(Vectors(), (5, 7), (7,), counter="torch").macs == 3 * 35 + 7
    attention, x = zoo.Attention(8, 2).eval(), torch.zeros(1, 6, 8)
    with torch.no_grad():
        on_cpu = sum(dispatcher_counts(attention, x).macs.values())
    assert on_cpu == count_model(attention, (1, 6, 8)).macs == 6 * 8 * 32 + 2 * 6 * 6 * 8


PRODUCTS: list[tuple[Callable[..., object], tuple[tuple[int, ...], ...], int]] = [
    (lambda a, x, w: a.addmm_(x, w), ((2, 4), (2, 3), (3, 4)), 2 * 3 * 4),
    (lambda a, x, w: torch.addbmm(a, x, w), ((2, 4), (5, 2, 3), (5, 3, 4)), 5 * 2 * 3 * 4),
    (lambda a, x, w: a.addbmm_(x, w), ((2, 4), (5, 2, 3), (5, 3, 4)), 5 * 2 * 3 * 4),
    (lambda a, x, w: a.baddbmm_(x, w), ((5, 2, 4), (5, 2, 3), (5, 3, 4)), 5 * 2 * 3 * 4),
    (lambda a, x, w: a.addmv_(x, w), ((2,), (2, 3), (3,)), 2 * 3),
    (torch.vdot, ((7,), (7,)), 7),
    (lambda x, w: torch._int_mm(x.char(), w.char()), ((32, 16), (16, 8)), 32 * 16 * 8),
    (nn.Bilinear(3, 4, 5), ((2, 3), (2, 4)), 2 * 5 * 3 * 4),
]


@pytest.mark.parametrize(("product", "shapes", "macs"), PRODUCTS)
def test_products_that_torchs_own_counter_lacks(
    product: Callable[..., object], shapes: tuple[tuple[int, ...], ...], macs: int
) -> None:
    class Product(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            if isinstance(product, nn.Module):
                self.held = product

        def forward(self, *x: torch.Tensor) -> Any:
            return product(*(1 * one for one in x))

    counted = count_model(Product(), *shapes, counter="torch")
    assert counted.macs == macs
    assert not counted.counters["torch"].unsupported


def test_what_no_formula_is_known_for_is_said() -> None:
    class Sparse(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return torch.sparse.mm(torch.eye(3).to_sparse(), x)

    counted = count_model(Sparse(), (3, 4), counter="torch")
    assert counted.counters["torch"].unsupported == {"aten::_sparse_addmm": 1}
    assert "torch does not support aten::_sparse_addmm ×1, and counts none of it" in counted.remarks


def test_operators_of_other_libraries_are_said() -> None:
    """A custom operator: nobody knows what it does."""
    made: Any = torch.library.Library
    library = made("guests", "DEF")
    library.define("twice(Tensor x) -> Tensor")
    library.impl("twice", lambda x: x * 2, "CompositeExplicitAutograd")

    class Guest(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return torch.cdist(torch.ops.guests.twice(x), x)

    counted = count_model(Guest(), (3, 4), counter="torch")
    unsupported = {"guests::twice": 1, "aten::_cdist_forward": 1}
    assert counted.counters["torch"].unsupported == unsupported


def test_one_counter_alone_says_what_it_passed_over() -> None:
    counted = count_model(zoo.Same(), (1, 3, 7, 5), counter="fvcore")
    assert counted.remarks == (
        "fvcore does not support aten::_convolution_mode ×1, and counts none of it",
    )


def test_a_lazy_model_is_counted_once_it_is_run() -> None:
    def build() -> nn.Module:
        return nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(),
                             nn.LazyLinear(2))  # fmt: skip

    model = build()
    counted = count_model(model, (1, 3, 5, 7))
    assert (counted.params.total, counted.macs) == (112 + 8 + 122, 4 * 27 * 15 + 120)
    assert counted.agrees is True
    assert isinstance(model[0], nn.LazyConv2d)  # type: ignore[index]
    with pytest.raises(TargetError, match=r"Sequential has lazy parameters \(0.weight, 0.bias"):
        count_model(model)


class Optional(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor | None = None) -> Any:
        return self.a(x)


@pytest.mark.parametrize("model", [Optional(), nn.ModuleList([nn.Linear(3, 2)])])
def test_parameters_need_no_input(model: nn.Module) -> None:
    counted = count_model(model)
    assert (counted.params.total, counted.macs) == (8, None)


def test_a_forward_that_takes_nothing_is_run() -> None:
    class Alone(Optional):
        def forward(self) -> Any:  # type: ignore[override]
            return self.a(torch.zeros(1, 3))

    assert count_model(Alone()).macs == 6


def test_scripted_modules_are_not_said_to_be_uncalled() -> None:
    script: Any = torch.jit.script
    with pytest.warns(DeprecationWarning, match="deprecated"):
        scripted = script(nn.Sequential(nn.Linear(3, 2), nn.ReLU()))
    counted = count_model(scripted, (1, 3), counter="torch")
    assert (counted.macs, counted.uncalled) == (6, ())


def test_trainable_parameters_are_known_by_module() -> None:
    model = zoo.mlp(3, 5, 7)
    model[0].requires_grad_(False)
    counted = count_model(model, (1, 3), counter="torch")
    assert [(m.name, m.params, m.trainable) for m in counted.tree() if m.params] == [
        ("", 62, 42), ("0", 20, 0), *((m.name, 42, 42) for m in counted.own if m.params == 42),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        (("x",), {}, "'x' is no model; give an nn.Module"),
        ((nn.Linear, (1, 3)), {}, "Linear'> is no model; give an nn.Module"),
        ((nn.Linear(3, 2), 5), {}, r"5 is no input; give a tensor, dimensions such as \(1, 3, 22"),
        ((nn.Linear(3, 2), numpy.ones(2)), {}, r"array\(\[1., 1.\]\) is no input; give a tensor"),
        ((nn.Linear(3, 2), (1, 0)), {}, "'1x0' is no input; give its dimensions, .* at least 1"),
        ((nn.Linear(3, 2), (1, 3)), {"counter": "thop"}, "counter = 'thop'; give 'torch', 'fvcor"),
    ],
)
def test_what_is_no_model_or_input_is_refused(arguments: Any, options: Any, sentence: str) -> None:
    with pytest.raises((TargetError, InputError), match=sentence):
        count_model(*arguments, **options)


def test_a_model_on_meta_has_one_counter() -> None:
    with torch.device("meta"):
        model = nn.Linear(3, 2)
    counted = count_model(model, (1, 3))
    assert list(counted.counters) == ["torch"]
    assert counted.notes == (
        "fvcore was left out: Linear is on the meta device, where nothing is computed;"
        " give one with values, or ask torch's dispatcher alone",
    )


def test_what_cannot_run_on_meta_runs_on_real_tensors() -> None:
    """The same parts without the look at values count the same on meta."""
    counted = count_model(zoo.Peeking(), (1, 6, 8))
    parts = (
        count_model(zoo.Encoder(8, 2), (1, 6, 8)),
        count_model(nn.LSTM(8, 5, batch_first=True), (1, 6, 8)),
    )
    assert counted.macs == sum(part.macs or 0 for part in parts)
    (note,) = counted.notes
    assert note.startswith("run on real tensors, fused attention and recurrence off:")
    assert "tests/zoo.py, line" in note


def test_what_no_input_is_given_for_is_not_run() -> None:
    counted = count_model(zoo.Same())
    assert (counted.params.total, counted.macs, counted.agrees) == (140, None, None)


def test_the_model_is_left_exactly_as_it_was() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(), nn.Flatten())
    model.train()
    model[1].eval()
    model[0].weight.requires_grad_(False)
    model[0].register_forward_hook(lambda *_: None)
    model(torch.ones(2, 3, 5, 5)).sum().backward()
    grads = {name: p.grad for name, p in model.named_parameters()}
    kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    hooks = [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in model.modules()]
    counted = count_model(model, (2, 3, 5, 5))
    assert [m.training for m in model.modules()] == [True, True, False, True, True]
    assert [(len(m._forward_hooks), len(m._forward_pre_hooks)) for m in model.modules()] == hooks
    assert all(torch.equal(tensor, kept[name]) for name, tensor in model.state_dict().items())
    assert {name: p.grad for name, p in model.named_parameters()} == grads
    assert (counted.params.trainable, counted.params.frozen) == (4 + 8, 108)


class Counting(nn.Module):
    """A forward that changes a buffer and an attribute, and holds what cannot be copied."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("steps", torch.zeros(1))
        self.head = nn.Linear(3, 2)
        self.calls = 0
        self.lock = threading.Lock()

    def forward(self, x: torch.Tensor) -> Any:
        with self.lock:
            self.calls += 1
        self.steps += 1  # type: ignore[assignment, operator]
        return self.head(x)


def test_even_where_its_forward_changes_it() -> None:
    model = Counting()
    assert count_model(model, (1, 3)).macs == 6
    assert (model.calls, float(model.steps)) == (0, 0)  # type: ignore[arg-type]


def test_after_an_error_too() -> None:
    model = zoo.Same()
    with pytest.raises(TargetError):
        count_model(model, (1, 4, 7, 5))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert model.training


class Closure(nn.Module):
    """Its forward runs through functions that no copy of it has: they hold the model itself."""

    def __init__(self) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(3)
        self.steps: list[Any] = [lambda x: self.bn(x)]

    def forward(self, x: torch.Tensor) -> Any:
        for step in self.steps:
            x = step(x)
        return x


class Clamping(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> Any:
        self.a.weight.data.clamp_(-0.01, 0.01)
        return self.a(x)


@pytest.mark.parametrize("counter", ["torch", "fvcore", "both"])
@pytest.mark.parametrize(
    ("build", "given"),
    [
        (Closure, (1, 3, 4, 4)),
        (Clamping, (1, 3)),
        (lambda: nn.Embedding(10, 4, max_norm=0.1), "2x3:int64"),
    ],
)
def test_values_are_put_back(build: Callable[[], nn.Module], given: Any, counter: Any) -> None:
    torch.manual_seed(0)
    model = build().train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with suppress(TargetError):  # fvcore cannot trace the closure; the model is put back then too
        count_model(model, given, counter=counter)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(module.training for module in model.modules())


class Merging(nn.Linear):
    """As LoRA's layers are: eval merges, so that counting must not call it."""

    def train(self, mode: bool = True) -> Any:
        with torch.no_grad():
            self.weight.data += 0 if mode else 1
        return super().train(mode)


def test_a_model_in_hand_is_not_switched() -> None:
    model = Merging(3, 2)
    before = model.weight.detach().clone()
    counters: tuple[Any, ...] = ("torch", "fvcore", "both")
    for counter in counters:
        count_model(model, (1, 3), counter=counter)
        assert torch.equal(model.weight, before)
        assert model.training


@pytest.mark.parametrize("layout", [torch.Tensor.to_sparse, torch.Tensor.to_sparse_csr])
@pytest.mark.filterwarnings("ignore:Sparse")
def test_buffers_that_cannot_be_compared(layout: Callable[..., torch.Tensor]) -> None:
    class Adjacent(nn.Module):
        times: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("adjacency", layout(torch.eye(3)))
            self.steps: list[Any] = [lambda x: self.count(x)]
            self.register_buffer("times", torch.zeros(1))
            self.head = nn.Linear(3, 2)

        def count(self, x: torch.Tensor) -> torch.Tensor:
            self.times = self.times + 1
            return x

        def forward(self, x: torch.Tensor) -> Any:
            return self.head(self.steps[0](x))

    model = Adjacent()
    assert count_model(model, (1, 3)).macs == 6
    assert float(model.times) == 0
    assert torch.equal(model.adjacency.to_dense(), torch.eye(3))  # type: ignore[operator]


def test_a_lazy_module_that_is_never_called() -> None:
    class Spare(Optional):
        def __init__(self) -> None:
            super().__init__()
            self.spare = nn.LazyLinear(3)

    with pytest.raises(TargetError, match=r"lazy parameters \(spare.weight, spare.bias\), and"):
        count_model(Spare(), (1, 3))


def test_that_test_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    from bottlecalc.models import run as counting

    monkeypatch.setattr(counting, "values_kept", nullcontext)
    model = nn.Embedding(10, 4, max_norm=0.1)
    before = model.weight.detach().clone()
    count_model(model, "2x3:int64")
    assert not torch.equal(model.weight, before)


def test_random_numbers_go_on_as_if_nothing_had_been_drawn() -> None:
    class Drawing(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            random.random(), numpy.random.rand(), torch.rand(3)
            return x

    def draw() -> tuple[float, float, float]:
        return random.random(), float(numpy.random.rand()), float(torch.rand(1))

    def seed() -> None:
        random.seed(1), numpy.random.seed(1), torch.manual_seed(1)

    seed()
    expected = draw()
    seed()
    count_model(Drawing(), (1, 3))
    assert draw() == expected


def test_when_fvcore_is_left_out_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("bottlecalc.models.measure"), "FVCORE_MOST_MACS", 5)
    counted = count_model(nn.Linear(3, 2), (1, 3))
    assert list(counted.counters) == ["torch"]
    assert counted.notes == (
        "fvcore was left out: 6 MACs are more than the 5 that it is run for"
        " (--counter fvcore does it all the same)",
    )
    assert list(count_model(nn.Linear(3, 2), (1, 3), counter="fvcore").counters) == ["fvcore"]


def test_where_fvcore_fails_it_is_left_out() -> None:
    class Vector(nn.Module):
        def forward(self, m: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
            return m @ v

    counted = count_model(Vector(), (5, 7), (7,))
    assert counted.macs == 35
    assert counted.notes[0].startswith("fvcore was left out: fvcore cannot trace Vector on 5×7, 7:")


def test_what_only_meta_takes_is_said() -> None:
    """Position 9 of 5: the meta device has no values to look up."""

    class Positions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.of, self.head = nn.Embedding(5, 3), nn.Linear(3, 2)

        def forward(self, x: torch.Tensor) -> Any:
            return self.head(self.of(torch.arange(x.shape[1], device=x.device)))

    counted = count_model(Positions(), "1x9:int64")
    assert counted.macs == 9 * 6
    assert "fvcore was left out: Positions itself fails on 1×9:int64: " in counted.remarks[0]
    assert "IndexError: index out of range" in counted.remarks[0]


def test_tampering_with_a_count_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from bottlecalc.models import run as counting

    def tampered(*arguments: Any) -> Any:
        found = dispatcher_counts(*arguments)
        return found._replace(macs={**found.macs, "2": found.macs["2"] + 1})

    model = zoo.mlp(3, 5, 7, 11)
    assert count_model(model, (1, 3)).agrees is True
    monkeypatch.setattr(counting, "dispatcher_counts", tampered)
    counted = count_model(model, (1, 3))
    assert counted.agrees is False
    assert counted.differences == {"2": (78, 77)}


SEVENTY_BILLION = """
import resource, torch
from bottlecalc.models.run import count_target
from bottlecalc.models.model import Input
from bottlecalc.models.target import Target
found = count_target(Target("tests.zoo:Llama70B"), [Input((1, 4096), "int64")])
print(found.params.total, found.macs, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_seventy_billion_parameters_in_little_memory() -> None:
    """MACs by hand: every weight but the embedding's at each position, and attention twice."""
    done = subprocess.run(
        [sys.executable, "-c", SEVENTY_BILLION], capture_output=True, text=True, check=True
    )
    params, macs, kilobytes = map(int, done.stdout.split())
    assert params == 68_976_648_192
    layer = 8192 * (2 * 8192 + 2 * 1024 + 3 * 28_672)
    assert macs == 4096 * (80 * (layer + 2 * 4096 * 8192) + 8192 * 32_000)
    assert kilobytes < 1.5 * 10**6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1x3x224x224", Input((1, 3, 224, 224))),
        ("1x128:int64", Input((1, 128), "int64")),
        ("7", Input((7,))),
    ],
)
def test_inputs_are_read(text: str, expected: Input) -> None:
    assert Input.parse(text) == expected
    assert Input.parse(str(expected)) == expected


@pytest.mark.parametrize("text", ["", "1x", "x3", "1,3", "-1x3", "1x3.5", "١x3"])
def test_other_inputs_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no input; give its dimensions, such as 1x3x224x224"):
        Input.parse(text)


def test_unknown_dtypes_are_refused() -> None:
    with pytest.raises(InputError, match=r"unknown dtype 'int' in '1x3:int'; the dtypes are float"):
        Input.parse("1x3:int")
