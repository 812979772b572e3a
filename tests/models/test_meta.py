"""Each rule says what torch's kernel for the meta device puts out, and nothing where it raises."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from bottlecalc import count_model
from bottlecalc.models.meta import known
from bottlecalc.models.meta.known import RULES, known_output
from tests.models.meta_operands import Given
from tests.models.meta_table import operands
from tests.strategies import examples


def operator(name: str) -> Any:
    """By its name, or None where this torch has no such operator."""
    library, packet, overload = name.split(".")
    return getattr(getattr(getattr(torch.ops, library), packet, None), overload, None)


OPERATORS = [name for name in RULES if operator(name) is not None]


def described(out: Any) -> Any:
    """Shape, dtype and strides, but of axes that have one place only."""
    if not isinstance(out, Tensor):
        return [described(one) for one in out]
    sides = zip(out.shape, out.stride(), strict=True)
    return tuple(out.shape), out.dtype, [step for side, step in sides if side > 1]


def check(name: str, given: Given) -> bool:
    """Whether the rule says anything, and that it is what torch says."""
    found = known_output(operator(name), given.args, given.kwargs)
    if found is None:
        return False
    expected = operator(name)(*given.args, **given.kwargs)
    assert described(found) == described(expected)
    if expected is given.args[0]:
        assert found is given.args[0]
    return True


def test_what_there_is_of_them_is_found() -> None:
    assert len(OPERATORS) > 150


@pytest.mark.parametrize("name", OPERATORS)
@settings(
    deadline=None, max_examples=examples(15, 60), suppress_health_check=[HealthCheck.too_slow]
)
@given(st.data())
def test_a_rule_says_what_torch_says(name: str, data: st.DataObject) -> None:
    check(name, data.draw(operands(name)))


X = torch.empty(2, 3, 7, 5, device="meta")
MASK = torch.empty(7, 5, dtype=torch.bool, device="meta")
CONVOLUTION = ([2, 1], [1, 0], [1, 1], False, [0, 0], 1)
GIVEN = {
    "aten.relu.default": Given((X,)),
    "aten.add.Tensor": Given((X, X[:, :, :1])),
    "aten.add_.Tensor": Given((X, X[:, :, :1])),
    "aten.ge.Scalar": Given((X, 1)),
    "aten.masked_fill.Scalar": Given((X, MASK, 0.0)),
    "aten.convolution.default": Given((X, X[:, :, :2, :3], None, *CONVOLUTION)),
    "aten.bmm.default": Given((X[0], X[0].transpose(1, 2))),
    "aten.native_layer_norm.default": Given((X, [7, 5], X[0, 0], X[0, 0], 1e-5)),
    "aten.max_pool2d_with_indices.default": Given((X, [2, 3], [2], [1])),
    "aten.mean.dim": Given((X, [-1, 1], True)),
    "aten.cat.default": Given(([X, X[:, :2]], 1)),
    "aten.embedding.default": Given((X[0, 0], torch.empty(4, dtype=torch.int64, device="meta"))),
    "aten.arange.start_step": Given((1, 8, 3), {"device": "meta"}),
}
"""What a rule has an answer for, of awkward sides."""


@pytest.mark.parametrize("name", GIVEN)
def test_a_rule_answers_where_nothing_is_odd(name: str) -> None:
    assert check(name, GIVEN[name])


ODD = [
    ("aten.max_pool2d_with_indices.default", Given((X, [1], [7, 5], [0], [1], True))),
    ("aten.avg_pool2d.default", Given((X, [1], [7, 5], [0], True))),
    ("aten.repeat.default", Given((X[0, 0], [2, 1, 3]))),
    ("aten.cat.default", Given(([X.half(), X], 1))),
    ("aten.cat.default", Given(([X, X.double()], 1))),
    ("aten.stack.default", Given(([X, X], -1))),
    ("aten.stack.default", Given(([X, X], -2))),
    ("aten.sum.default", Given((MASK,))),
    ("aten.pixel_shuffle.default", Given((X.reshape(1, 30, 7, 1).expand(2, 30, 7, 1)[:, :18], 3))),
]
"""Where it is easily said otherwise: no window begins behind the end, axes are added in front."""


@pytest.mark.parametrize(("name", "given"), ODD)
def test_a_rule_says_what_torch_says_of_what_is_odd(name: str, given: Given) -> None:
    check(name, given)


def test_no_window_begins_behind_the_end() -> None:
    """Every 7th row and 5th column, rounded up: a second one of either would begin outside."""
    pooled = torch.ops.aten.max_pool2d_with_indices.default
    out, _ = known_output(pooled, (X, [1], [7, 5], [0], [1], True), {})
    assert out.shape == (2, 3, 1, 1)


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8])
def test_what_a_mask_picks_is_not_known(dtype: torch.dtype) -> None:
    """How many elements there are its values say."""
    mask = torch.empty(2, dtype=dtype, device="meta")
    assert known_output(torch.ops.aten.index.Tensor, (X, [mask]), {}) is None


WRONGS: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda x: torch.empty((*x.shape, 1), device="meta", dtype=x.dtype),
    lambda x: torch.empty(x.shape, device="meta", dtype=torch.float64),
    lambda x: torch.empty(x.shape[::-1], device="meta", dtype=x.dtype).permute(
        *reversed(range(x.dim()))
    ),
)
"""Another shape, another dtype, other strides."""


@pytest.mark.parametrize("wrong", WRONGS)
@pytest.mark.parametrize("name", ["aten.relu.default", "aten.cat.default", "aten.mean.dim"])
def test_a_rule_that_says_something_else_is_caught(
    name: str, wrong: Callable[[Tensor], Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = RULES[name]
    monkeypatch.setattr(known, "RULES", {name: lambda *a, **k: wrong(right(*a, **k))})
    with pytest.raises(AssertionError):
        check(name, GIVEN[name])


def test_a_rule_that_accepts_what_torch_refuses_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "RULES", {"aten.add.Tensor": lambda a, b: a})
    with pytest.raises(RuntimeError, match=r"broadcast|must match the size"):
        check("aten.add.Tensor", Given((X, X[..., :4])))


def test_in_place_gives_back_the_very_tensor() -> None:
    x = X.clone()
    for name, rest in (("add_.Tensor", (X,)), ("relu_.default", ()), ("zero_.default", ())):
        assert known_output(operator(f"aten.{name}"), (x, *rest), {}) is x


class Part(Tensor):
    """A subclass, which may mean anything."""


@pytest.mark.parametrize(
    "x",
    [
        torch.zeros(2, 3),
        torch.empty(2, 3, device="meta", dtype=torch.complex64),
        torch.eye(3).to_sparse(),
        torch.empty(2, 3, device="meta").as_subclass(Part),
        torch.empty(2, 0, device="meta"),
    ],
    ids=["cpu", "complex", "sparse", "subclass", "empty"],
)
def test_what_is_not_plain_is_left_to_torch(x: Tensor) -> None:
    assert known_output(torch.ops.aten.relu.default, (x,), {}) is None


class Wrong(nn.Module):
    """Two tensors that do not go together."""

    def __init__(self, run: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.run = run

    def forward(self, x: Tensor) -> Tensor:
        return self.run(x)


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (lambda x: x[:, :3] + x[:, :4], "broadcast|must match the size"),
        (lambda x: torch.cat([x, x[..., :4]], 1), "Sizes of tensors must match"),
        (lambda x: torch.mm(x[0, 0], x[0, 0, :4]), "same reduction dim|cannot be multiplied"),
        (lambda x: nn.functional.conv2d(x, x[:, :3]), "expected input"),
        (lambda x: x.transpose(1, 2).relu().view(-1), "view size is not compatible"),
    ],
)
def test_errors_are_torchs_own(run: Callable[[Tensor], Tensor], sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        count_model(Wrong(run), (2, 5, 7, 7), counter="torch")


COUNT = """
import sys
from bottlecalc.agreement.ask import count_target
from bottlecalc.models.target import Target
from bottlecalc.text.shapes import Input
print(count_target(Target(sys.argv[1]), [Input.parse(sys.argv[2])], "torch").macs)
print([name for name in sys.argv[3:] if name in sys.modules])
"""
HEAVY = ("torch._dynamo", "torch.fx.experimental.symbolic_shapes")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "shape", "macs"),
    [
        ("resnet50", "1x3x224x224", 4_089_184_256),
        ("ViT", "1x3x224x224", 17_563_828_224),
        ("GPT2", "1x128:int64", 16_114_089_984),
    ],
)
def test_counting_does_not_load_torchs_compiler(model: str, shape: str, macs: int) -> None:
    """It takes longer to load than torch and the counting together."""
    target = f"tests.benchmarks.models:{model}"
    command = [sys.executable, "-c", COUNT, target, shape, *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(macs), "[]"]
