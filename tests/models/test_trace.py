"""What torch's dispatcher sees: every product, in the module that it is of, on any device."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import bottlecalc
from bottlecalc import count_model
from bottlecalc.models.trace import dispatcher_counts
from tests import zoo
from tests.releases import since
from tests.strategies import sampled


def macs(module: nn.Module, *inputs: torch.Tensor) -> int:
    return dispatcher_counts(module, inputs).sum("macs")


def test_a_transposed_convolution_counts_its_input_positions() -> None:
    """3×3, stride 2, 64→64 at 56×56: 115,605,504 MACs; thop and torchinfo say four times that."""
    layer = nn.ConvTranspose2d(64, 64, 3, stride=2).eval()
    assert macs(layer, torch.zeros(1, 64, 56, 56)) == 115_605_504


def test_torchs_own_counter_says_the_same_where_it_has_every_formula() -> None:
    with torch.device("meta"):
        models = ((zoo.mobilenet_v2(), 64, 96), (zoo.Encoder(24, 3), 7, 24))
    for model, *sides in models:
        x = torch.zeros(1, 3, *sides, device="meta")
        x = x if isinstance(model, nn.Sequential) else x[0]
        with FlopCounterMode(display=False) as theirs:
            model.eval()(x)
        assert 2 * macs(model, x) == theirs.get_total_flops() > 0


def test_products_with_vectors_and_fused_attention_are_seen() -> None:
    class Vectors(nn.Module):
        def forward(self, m: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
            return (m @ v).sum() + v @ v + torch.addmv(m @ v, m, v).sum()

    assert count_model(Vectors(), (5, 7), (7,), counter="torch").macs == 3 * 35 + 7
    attention, x = zoo.Attention(8, 2).eval(), torch.zeros(1, 6, 8)
    with torch.no_grad():
        on_cpu = macs(attention, x)
    assert on_cpu == count_model(attention, (1, 6, 8)).macs == 6 * 8 * 32 + 2 * 6 * 6 * 8


def test_operators_that_are_made_of_others_count_as_these() -> None:
    """In inference mode ``nn.Linear`` reaches the dispatcher whole, as one ``aten::linear``."""

    class Inferring(nn.Linear):
        @torch.inference_mode()
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x)

    (found,) = count_model(Inferring(3, 2), (5, 3), counter="torch").counters.values()
    assert (found.sum("macs"), found.sum("activations")) == (5 * 3 * 2, 5 * 2)
    assert not found.unsupported


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


@pytest.mark.parametrize(("product", "shapes", "expected"), PRODUCTS)
def test_products_that_torchs_own_counter_lacks(
    product: Callable[..., object], shapes: tuple[tuple[int, ...], ...], expected: int
) -> None:
    class Product(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            if isinstance(product, nn.Module):
                self.held = product

        def forward(self, *x: torch.Tensor) -> Any:
            return product(*(1 * one for one in x))

    counted = count_model(Product(), *shapes, counter="torch")
    assert counted.macs == expected
    assert not counted.counters["torch"].unsupported


@pytest.mark.skipif(
    not hasattr(torch.ops.aten, "_foreach_mm"), reason="this torch multiplies no lists"
)
def test_what_no_formula_is_known_for_is_said() -> None:
    class Lists(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            return torch.ops.aten._foreach_mm([x, x], [x.t(), x.t()])

    counted = count_model(Lists(), (3, 4), counter="torch")
    assert counted.counters["torch"].unsupported == {"aten::_foreach_mm": 1}
    assert "torch does not support aten::_foreach_mm ×1, and counts none of it" in counted.remarks


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
    assert counted.counters["torch"].unsupported == {"guests::twice": 1}
    assert counted.counters["torch"].free == {"cdist": 1}


def test_shared_weights_count_once() -> None:
    tied = count_model(zoo.Tied(), "1x9:int64")
    assert (tied.params.total, tied.macs, tied.agrees) == (707, 9 * 7 * 101, True)
    assert [module.params for module in tied.own] == [0, 707, 0]
    twice = count_model(zoo.Twice(), (2, 5))
    assert (twice.params.total, twice.macs, twice.agrees) == (30, 2 * 2 * 25, True)
    assert [module.name for module in twice.own] == ["", "a", "a.0"]


def test_a_shared_module_that_is_called_twice_is_its_first_names() -> None:
    assert [module.macs for module in count_model(zoo.Twice(), (2, 5)).own] == [0, 0, 2 * 2 * 25]


def test_scripted_modules_are_not_said_to_be_uncalled() -> None:
    script: Any = torch.jit.script
    with warnings.catch_warnings(action="ignore"):  # of another kind in each release
        scripted = script(nn.Sequential(nn.Linear(3, 2), nn.ReLU()))
    counted = count_model(scripted, (1, 3), counter="torch")
    assert (counted.macs, counted.uncalled) == (6, ())


def test_modules_that_are_never_called_are_said() -> None:
    class Spare(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.spare = nn.Linear(3, 2), nn.Sequential(nn.Linear(5, 7), nn.ReLU())

        def forward(self, x: torch.Tensor) -> Any:
            return self.a(x)

    counted = count_model(Spare(), (1, 3), counter="torch")
    assert counted.counters["torch"].uncalled == ("spare", "spare.0", "spare.1")
    assert counted.uncalled == ("spare.0",)


class Failing(nn.Module):
    """It multiplies, and then raises."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = nn.Linear(3, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise ArithmeticError(self.inside(x).shape)


class Catching(nn.Module):
    """It does without what its child gives, by a product of its own."""

    def __init__(self, child: nn.Module) -> None:
        super().__init__()
        self.child, self.after = child, nn.Linear(11, 2)
        self.weight = nn.Parameter(torch.zeros(3, 11))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        try:
            x = self.child(x)
        except ArithmeticError:
            x = x @ self.weight
        y: torch.Tensor = self.after(x)
        return y


def test_a_child_that_raises_has_ended() -> None:
    """3·11 MACs are the parent's that catches what the child raises, 3·5 the child's child's."""
    counted = count_model(nn.Sequential(Catching(Failing())), (1, 3), counter="torch")
    assert {module.name: module.macs for module in counted.own} == {
        "": 0, "0": 3 * 11, "0.child": 0, "0.child.inside": 3 * 5, "0.after": 11 * 2,
    }  # fmt: skip


def process(code: str, *arguments: str) -> list[str]:
    """What a script prints in a process that has loaded nothing yet."""
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


QUICKLY = """
import sys
from torch.utils._python_dispatch import TorchDispatchMode
if sys.argv[1] == "without":
    defined = TorchDispatchMode.__init_subclass__.__func__
    def without(cls, **options):
        if cls.__name__ == "Dispatcher":
            del cls._should_skip_dynamo
        defined(cls, **options)
    TorchDispatchMode.__init_subclass__ = classmethod(without)
from bottlecalc import Bottleneck, build, measure
from bottlecalc.models.dispatcher import Dispatcher
found = measure(build(Bottleneck(64, 128)), (1, 64, 56, 56))
own = "_should_skip_dynamo" in vars(Dispatcher)
print(found.others["torch"].sum("macs"), own, "torch._dynamo" in sys.modules)
"""


SKIPPING = since((2, 5), "a mode skips its compiler by itself")


@pytest.mark.parametrize("how", ["with", pytest.param("without", marks=SKIPPING)])
def test_the_dispatcher_counts_without_dynamo_and_with_it(how: str) -> None:
    """Without ``_should_skip_dynamo`` torch wraps the dispatcher, and loads its compiler to."""
    quick = how == "with"
    assert process(QUICKLY, how) == ["73859072", str(quick), str(not quick)]


PRIVATE = ("mod_tracker", "_get_raw", "_count_flops", "__wrapped__", "__dynamo_disable")
"""Private parts of torch's that counting once leaned on; any release may take them away."""


def private(text: str) -> list[str]:
    return [name for name in PRIVATE if name in text]


def test_no_private_hook_of_torchs_is_used() -> None:
    files = sorted((Path(bottlecalc.__file__).parent / "models").rglob("*.py"))
    assert {"dispatcher.py", "run.py", "fvcore.py"} <= {file.name for file in files}
    assert {file.name: private(file.read_text("utf-8")) for file in files} == {
        file.name: [] for file in files
    }


def test_that_test_can_fail() -> None:
    assert private("counter.mod_tracker = innermost") == ["mod_tracker"]


CONDITION = """
import sys, torch
from torch import nn
from bottlecalc import count_model
from bottlecalc.models.trace import dispatcher_counts

class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.head, self.a, self.b = nn.Linear(7, 3), nn.Linear(3, 5), nn.Linear(5, 5)

    def forward(self, x):
        x = self.head(x)
        ways = [lambda x: self.a(x), lambda x: self.b(self.a(x))]
        ways = ways if sys.argv[2] == "last" else ways[::-1]
        return torch.cond(x.sum() > 0, *ways, (x,)) @ x.new_zeros(5, 2)

where = sys.argv[1]
if where == "count_model":
    model = Branching()
    own = {node.name: node.macs for node in count_model(model, (1, 7), counter="torch").own}
    assert model(torch.ones(1, 7)).shape == (1, 2)
else:
    x = torch.ones(1, 7, device=where)
    with torch.no_grad():
        own = dispatcher_counts(Branching().to(where), [x]).figures["macs"]
print(*(f"{name}={n}" for name, n in sorted(own.items())))
"""


@since((2, 5), "its compiler takes no module with hooks into a condition's branch")
@pytest.mark.parametrize("costlier", ["first", "last"])
@pytest.mark.parametrize("where", sampled(["count_model", "cpu", "meta"], 3))
def test_a_condition_costs_its_costlier_branch(where: str, costlier: str) -> None:
    """7·3 before it, 3·5 + 5·5 in the costlier branch, not 3·5 more of the other; 5·2 after."""
    assert process(CONDITION, where, costlier) == ["=10", "a=15", "b=25", "head=21"]
