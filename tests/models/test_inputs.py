"""What a model is run on from Python: by name, nested, of values; and the tensors made of it."""

from __future__ import annotations

from collections import namedtuple
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from bottlecalc import Input, InputError, count_model
from bottlecalc.models.failure import TargetError
from bottlecalc.models.given import sorted_out
from bottlecalc.models.inputs import Inputs, positional
from bottlecalc.text.calls import ArgumentError
from bottlecalc.text.given import read_python
from bottlecalc.text.shapes import DTYPES

Pair = namedtuple("Pair", "first second")


class Takes(nn.Module):
    """Counts its one layer on whatever tensor it finds, so often as it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.l = nn.Linear(6, 5, bias=False)

    def forward(self, batch: Any, times: int = 1, *, mode: str = "x", mask: Any = None) -> Any:
        x = batch[mode] if isinstance(batch, dict) else batch
        for _ in range(times):
            self.l(x)
        return x


GIVEN: list[tuple[tuple[Any, ...], dict[str, Any], int]] = [
    (({"x": (7, 6)},), {}, 7),
    (({"x": "7x6", "meta": [1, 2], "n": 3},), {}, 7),
    (({"x": torch.ones(7, 6)},), {}, 7),
    ((), {"batch": {"x": Input((7, 6))}, "times": 2}, 14),
    ((), {"batch": (7, 6), "times": 2}, 14),
    ((), {"batch": [7, 6], "mask": "7x7:bool"}, 7),
    (({"y": (3, 6), "x": (7, 6)},), {"mode": "y"}, 3),
    (("7x6=randn",), {"times": 3, "mask": None}, 21),
    (([7, 6],), {}, 7),
]


@pytest.mark.parametrize(("by_place", "by_name", "rows"), GIVEN)
def test_whatever_forward_takes(
    by_place: tuple[Any, ...], by_name: dict[str, Any], rows: int
) -> None:
    counted = count_model(Takes(), *by_place, counter="torch", **by_name)
    assert counted.macs == rows * 30


def test_the_inputs_have_names() -> None:
    counted = count_model(Takes(), {"x": (7, 6), "m": "2:int64=ones"}, mask="7:bool", mode="x")
    assert [(one.name, str(one)) for one in counted.inputs] == [
        ("0.x", "7×6"), ("0.m", "2:int64=ones"), ("mask", "7:bool"),
    ]  # fmt: skip
    assert counted.call == "{x: 7×6, m: 2:int64=ones}, mask=7:bool, mode='x'"


@pytest.mark.parametrize(
    ("by_place", "by_name", "kind", "sentence"),
    [
        ((3,), {}, InputError, "3 is no input; give a tensor, dimensions"),
        (("fast",), {}, InputError, "'fast' is no input; give its dimensions"),
        (({"x": "7x6:int46"},), {}, InputError, "unknown dtype 'int46'"),
        ((), {"batch": (7, 0)}, InputError, "'7x0' is no input"),
        ((), {"mask": None}, TargetError, r"missing .*'batch'.*; give input batch=1x3, each with"),
        (((7, 6),), {"masks": 1}, ArgumentError, r"'masks' \(did you mean mask\?\); write"),
        (((7, 6),), {"dtype": "int8"}, TargetError, "dtype = 'int8' is none of a model's; give fl"),
    ],
)
def test_what_is_refused(
    by_place: tuple[Any, ...], by_name: dict[str, Any], kind: type[Exception], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        count_model(Takes(), *by_place, **by_name)


def test_a_dtype_leaves_the_model_as_it_was() -> None:
    model = Takes().double()
    counted = count_model(model, torch.ones(7, 6), dtype="bfloat16")
    assert (counted.params.bytes, counted.macs) == (2 * 30, 7 * 30)
    assert [one.dtype for one in counted.inputs] == ["bfloat16"]
    assert model.l.weight.dtype == torch.float64
    assert torch.get_default_dtype() == torch.float32


FILLS: dict[str, Any] = {
    "zeros": [0, 0, 0], "ones": [1, 1, 1], "full(7)": [7, 7, 7], "arange": [0, 1, 2],
}  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("fill", FILLS)
def test_values_are_as_they_are_said(fill: str, dtype: str) -> None:
    if dtype == "bool" and fill not in ("zeros", "ones"):
        return
    ((tensor,), _) = Inputs([Input.parse(f"3x1:{dtype}={fill}")]).tensors("cpu")
    assert tensor.dtype == getattr(torch, dtype)
    assert tensor.to(torch.complex64).flatten().tolist() == FILLS[fill]


def test_drawn_values_are_the_same_every_time_and_others_draw_as_before() -> None:
    texts = ["40x5=randn", "40x5=rand", "40x5:int64=randint(3,6)", "9:complex64=randn"]
    inputs = Inputs([Input.parse(text) for text in texts])
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first, second = inputs.tensors("cpu")[0], inputs.tensors("cpu")[0]
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    normal, uniform, whole, _ = first
    assert normal.min() < 0 < normal.max()
    assert 0 <= uniform.min() < uniform.max() < 1
    assert {*whole.flatten().tolist()} == {3, 4, 5}


def test_on_meta_there_are_shapes_alone() -> None:
    by_place, by_name = Inputs([Input((2, 3))], {"m": "a", "n": torch.ones(2)}).tensors("meta")
    assert [one.is_meta for one in (by_place[0], by_name["n"])] == [True, True]
    assert by_name["m"] == "a"


def test_tensors_within_anything_are_copies_where_they_are_wanted() -> None:
    x = torch.ones(2, 3)
    held = SimpleNamespace(x=x, inner=[{"y": x}], n=3)
    pair = Pair(x, (1, "a"))
    (copied, named), _ = Inputs([held, pair]).tensors("meta")
    assert copied.x.is_meta
    assert copied.inner[0]["y"] is copied.x
    assert (copied.n, held.x is x, x.is_meta) == (3, True, False)
    assert isinstance(named, Pair)
    assert named.first.is_meta
    assert named.second == (1, "a")


def test_what_a_forward_writes_to_is_a_copy() -> None:
    """On the device where the tensor is already, too."""
    x = torch.ones(2, 3)
    ((copied, held), named) = Inputs([x, SimpleNamespace(x=x)], {"x": x}).tensors("cpu")
    for one in (copied, held.x, named["x"]):
        one.zero_()
    assert torch.equal(x, torch.ones(2, 3))


def test_within_a_table_a_list_is_numbers_and_a_tuple_dimensions() -> None:
    found = read_python({"ids": [2, 3], "x": (2, 3), "more": [[2, 3], (5,)]})
    assert found == {"ids": [2, 3], "x": Input((2, 3)), "more": [[2, 3], Input((5,))]}


X, Y = torch.ones(1), torch.ones(2)
RETURNED: list[tuple[Any, Inputs]] = [
    ((X, Y), Inputs((X, Y))),
    ({"a": X}, Inputs((), {"a": X})),
    (((X,), {"a": Y}), Inputs((X,), {"a": Y})),
    (X, Inputs((X,))),
    ([X, Y], Inputs(([X, Y],))),
    (({"a": X},), Inputs(({"a": X},))),
    ({0: X}, Inputs(({0: X},))),
    (Pair(X, Y), Inputs((Pair(X, Y),))),
    (3, Inputs((3,))),
    (None, Inputs((None,))),
    ((), Inputs(())),
]


@pytest.mark.parametrize(("returned", "inputs"), RETURNED)
def test_what_a_function_returns(returned: Any, inputs: Inputs) -> None:
    found = sorted_out(returned)
    assert str(found.by_place) == str(inputs.by_place)
    assert str(found.by_name) == str(inputs.by_name)


class Gaps(nn.Module):
    def forward(self, a: Any, b: Any = 2, c: Any = 3, *rest: Any, d: Any = 4) -> None: ...


def test_fvcore_is_given_no_more_than_there_is() -> None:
    assert list(positional(Gaps(), [1], {"c": 9})) == [1, 2, 9]
    assert list(positional(Gaps(), [], {"a": 9})) == [9]
    assert list(positional(Gaps(), [1, 5, 6, 7], {})) == [1, 5, 6, 7]
    with pytest.raises(TargetError, match="fvcore passes nothing by name, and d is"):
        positional(Gaps(), [1], {"d": 9})
