"""Every operator of the installed torch is sorted: counted, named, free, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import torch
from torch import nn

from bottlecalc import count_model
from bottlecalc.models.elementwise import ELEMENTWISE, LIBRARIES
from bottlecalc.models.multiplying import FREE, MULTIPLYING
from bottlecalc.models.operators import OWN, formulas, kind, qualified
from tests.releases import RELEASE

COMPOSITE = "CompositeImplicitAutograd"
"""What torch takes apart into others before anybody sees it."""


def operators() -> Iterator[str]:
    """Those of the libraries of torch that reach the dispatcher whole, and take tensors."""
    for schema in torch._C._jit_get_all_schemas():
        name = f"{schema.name}.{schema.overload_name}".rstrip(".")
        given = " ".join(str(one.type) for one in schema.arguments)
        if "Tensor" in given and not _is_composite(name) and "::_test" not in name:
            yield schema.name


def _is_composite(name: str) -> bool:
    try:
        return bool(torch._C._dispatch_has_kernel_for_dispatch_key(name, COMPOSITE))
    except RuntimeError:  # of TorchScript's alone
        return True


def unsorted(names: Iterable[str]) -> list[str]:
    """Those that nobody has looked at."""
    known = {*map(qualified, formulas()), *MULTIPLYING, *FREE, *ELEMENTWISE, *IGNORED}
    return sorted(
        {name for name in names if name not in known and name.partition("::")[0] not in LIBRARIES}
        - {name for name in names if name.partition("::")[0] not in SHIPPED}
    )


IGNORED = ("aten::_foobar", "aten::einsum")
"""A test of torch's own; and what is composite under every other name."""

SHIPPED = (
    *("aten", "_native", "_quantized", "inductor", "mkl", "mkldnn", "mkldnn_prepacked"),
    *("onednn", "quantized", "sparse", "symm_mem"),
)
"""Libraries of torch's that have products; others' are those of tests and of users."""


@pytest.mark.skipif(RELEASE != (2, 13), reason="sorted from the list of torch 2.13")
def test_every_operator_is_sorted() -> None:
    names = [*operators()]
    assert len(names) > 1500
    assert unsorted(names) == []


def test_that_test_sees_a_new_operator() -> None:
    assert unsorted(["aten::mm", "aten::mm_of_tomorrow"]) == ["aten::mm_of_tomorrow"]


def test_no_operator_is_of_two_kinds() -> None:
    """A formula that is sorted elsewhere too would hide what it stands for."""
    tables = ({*map(qualified, formulas())}, MULTIPLYING, {*FREE}, ELEMENTWISE)
    for place, one in enumerate(tables):
        for other in tables[place + 1 :]:
            assert not one & other


def test_own_formulas_are_of_operators_that_there_are() -> None:
    """Those of other platforms as well; only what is of another package may be missing."""
    if RELEASE == (2, 13):
        known = {schema.name for schema in torch._C._jit_get_all_schemas()}
        assert {name.partition("::")[0] for name in {*OWN} - known} == OTHERS


OTHERS = {"torchvision", "transformers"}

KINDS = {
    "aten::_foreach_mm": "multiplies",
    "aten::linear_backward": "multiplies",
    "aten::mm_of_tomorrow": "multiplies",
    "guests::twice": "multiplies",
    "torchvision::_deform_conv2d_backward": "multiplies",
    "torchvision::nms": "nothing",
    "aten::add_": "nothing",
    "aten::_foreach_add_": "nothing",
    "aten::addr": "nothing",
    "aten::cumsum": "nothing",
    "profiler::_record_function_enter_new": "nothing",
    "_c10d_functional::all_reduce": "nothing",
    "prims::convert_element_type": "nothing",
    "quantized::add": "nothing",
    "mkldnn::_reorder_linear_weight": "nothing",
    "aten::_linalg_svd": "free",
    "aten::_cdist_forward": "free",
    "prims::fft_r2c": "free",
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds(name: str) -> None:
    assert kind(name) == KINDS[name]


def test_an_unknown_operator_of_one_tensor_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One with two may multiply: relu and mul are taken for operators of tomorrow's torch."""
    lesser = ELEMENTWISE - {"aten::relu", "aten::mul", "aten::cat"}
    monkeypatch.setattr("bottlecalc.models.operators.ELEMENTWISE", lesser)
    kinds = [kind.__wrapped__(f"aten::{name}") for name in ("relu", "mul", "cat")]
    assert kinds == ["nothing", "multiplies", "multiplies"]


Call = Any


class Calling(nn.Module):
    """Does what it is told with what it is given."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call

    def forward(self, *x: torch.Tensor) -> Any:
        return self.call(*x)


FREE_CALLS: list[tuple[Call, tuple[int, ...], dict[str, int]]] = [
    (lambda x: torch.fft.irfft(torch.fft.rfft(x) * torch.fft.rfft(x)), (3, 8),
     {"fft_rfft": 2, "fft_irfft": 1}),
    (lambda x: torch.fft.ifft(torch.fft.fft(x)), (3, 8), {"fft_fft": 1, "fft_ifft": 1}),
    (lambda x: torch.fft.rfft2(x), (3, 8, 6), {"fft_rfft2": 1}),
    (lambda x: torch.fft.fftn(x), (3, 8, 6), {"fft_fftn": 1}),
    (lambda x: torch.linalg.inv(x), (3, 4, 4), {"linalg_inv": 1}),
    (lambda x: torch.linalg.matrix_exp(x), (3, 4, 4), {"linalg_matrix_exp": 1}),
    (lambda x: torch.linalg.solve(x, x), (4, 4), {"linalg_solve": 1}),
    (lambda x: torch.linalg.svdvals(x), (4, 3), {"linalg_svd": 1}),
    (lambda x: torch.linalg.qr(x), (4, 3), {"linalg_qr": 1}),
    (lambda x: torch.cdist(x, x), (4, 3), {"cdist": 1}),
    (lambda x: torch.cdist(x, x), (40, 3), {"cdist": 1}),
    (lambda x: torch.pdist(x), (4, 3), {"pdist": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("call", "shape", "free"), FREE_CALLS)
def test_what_is_free_is_said_as_the_user_calls_it(
    call: Call, shape: tuple[int, ...], free: dict[str, int]
) -> None:
    counted = count_model(Calling(call), shape, counter="torch")
    assert (counted.macs, counted.counters["torch"].free) == (0, free)
    assert not counted.counters["torch"].unsupported


def test_a_recorded_function_multiplies_nothing() -> None:
    def call(x: torch.Tensor) -> torch.Tensor:
        with torch.profiler.record_function("mine"):
            return x @ x.t()

    counted = count_model(Calling(call), (3, 5), counter="torch")
    assert (counted.macs, counted.remarks) == (3 * 5 * 3, ())
