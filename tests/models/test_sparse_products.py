"""Sparse products: each element that is specified once for every column of the other operand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from bottlecalc import count_model
from bottlecalc.models.sparse_products import (
    BY_ELEMENTS,
    SPARSE,
    ElementsError,
    elements,
    guarded,
    products,
    sampled,
)
from bottlecalc.models.trace import dispatcher_counts

pytestmark = pytest.mark.filterwarnings("ignore:Sparse .* tensor support:UserWarning")

SIDES = st.tuples(*[st.integers(1, 7)] * 3)
SEEDS = st.integers(0, 2**31)


def drawn(seed: int, *shape: int) -> Tensor:
    """About a third of the elements are there."""
    draws = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=draws) * (torch.rand(shape, generator=draws) < 0.3)


def multiplications(a: Tensor, b: Tensor) -> int:
    """Of what is specified, by the definition: pairs that meet in a sum."""
    rows, inner, columns = a.shape[0], a.shape[1], b.shape[1]
    return sum(
        bool(a[i, k]) and bool(b[k, j])
        for i in range(rows)
        for k in range(inner)
        for j in range(columns)
    )


LAYOUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "COO": lambda dense: dense.to_sparse(),
    "CSR": lambda dense: dense.to_sparse_csr(),
    "CSC": lambda dense: dense.to_sparse_csc(),
    "BSR": lambda dense: dense.to_sparse_bsr((1, 1)),
}


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, sides=SIDES, layout=st.sampled_from(sorted(LAYOUTS)))
def test_a_sparse_and_a_dense_matrix(seed: int, sides: tuple[int, int, int], layout: str) -> None:
    m, k, n = sides
    a, full = drawn(seed, m, k), torch.ones(k, n)
    sparse = LAYOUTS[layout](a)
    assert products(sparse, full) == 2 * multiplications(a, full)
    assert products(full.t(), LAYOUTS[layout](a.t().contiguous())) == 2 * multiplications(a, full)
    assert products(sparse, torch.ones(k)) == 2 * int((a != 0).sum())


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, sides=SIDES, layout=st.sampled_from(["COO", "CSR", "CSC"]))
def test_two_sparse_matrices(seed: int, sides: tuple[int, int, int], layout: str) -> None:
    m, k, n = sides
    a, b = drawn(seed, m, k), drawn(seed + 1, k, n)
    found = products(LAYOUTS[layout](a), LAYOUTS[layout](b))
    assert found == 2 * multiplications(a, b)


@settings(deadline=None, max_examples=20)
@given(seed=SEEDS, sides=SIDES)
def test_a_sampled_product(seed: int, sides: tuple[int, int, int]) -> None:
    m, k, n = sides
    mask = drawn(seed, m, n)
    found = sampled(mask.to_sparse_csr(), torch.ones(m, k), torch.ones(k, n))
    assert found == 2 * k * int((mask != 0).sum())


def test_blocks_count_whole() -> None:
    """3 blocks of 4·2 are 24 elements, zeros among them."""
    dense = torch.zeros(8, 6)
    dense[0, 0] = dense[0, 5] = dense[7, 3] = 1
    blocks = dense.to_sparse_bsr((4, 2))
    assert elements(blocks) == 24
    assert products(blocks, torch.ones(6, 5)) == 2 * 24 * 5


ADJACENCY = drawn(3, 20, 20)
NONZERO = int((ADJACENCY != 0).sum())
Sparse = Callable[[Tensor, Tensor], Any]
CALLS: dict[str, tuple[Sparse, int]] = {
    "@": (lambda a, x: a @ x, 7),
    "mm": (torch.mm, 7),
    "spmm": (torch.spmm, 7),
    "sparse.mm": (torch.sparse.mm, 7),
    "smm": (torch.smm, 7),
    "hspmm": (torch.hspmm, 7),
    "mv": (lambda a, x: a @ x[:, 0], 1),
    "addmm": (lambda a, x: torch.addmm(x.new_zeros(20, 7), a, x), 7),
    "sparse.addmm": (lambda a, x: torch.sparse.addmm(x.new_zeros(20, 7), a, x), 7),
    "sspaddmm": (lambda a, x: torch.sspaddmm(x.new_zeros(20, 7).to_sparse(), a, x), 7),
    "from the left": (lambda a, x: x.t() @ a, 7),
    "linear": (lambda a, x: nn.functional.linear(x.t().contiguous(), a), 7),
    "bmm": (lambda a, x: torch.bmm(torch.stack([a, a]), torch.stack([x, x])), 2 * 7),
}
OF_COO_ALONE = ("smm", "hspmm", "sspaddmm", "bmm")


class Graph(nn.Module):
    """A graph's adjacency, as a buffer, a parameter, an attribute, or made as it runs."""

    matrix: Tensor

    def __init__(self, call: Sparse, layout: str, place: str) -> None:
        super().__init__()
        self.call, self.layout, self.place = call, layout, place
        matrix = LAYOUTS[layout](ADJACENCY)
        if place == "buffer":
            self.register_buffer("matrix", matrix)
        elif place == "parameter":
            self.matrix = nn.Parameter(matrix)
        elif place == "attribute":
            self.matrix = matrix

    def forward(self, x: Tensor) -> Any:
        made = self.place == "forward"
        return self.call(LAYOUTS[self.layout](ADJACENCY) if made else self.matrix, x)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", CALLS)
def test_every_product_of_a_sparse_matrix(name: str, layout: str) -> None:
    call, columns = CALLS[name]
    if (name in OF_COO_ALONE and layout != "COO") or (layout, name) == ("BSR", "from the left"):
        pytest.skip("torch has none")
    counted = count_model(Graph(call, layout, "buffer"), (20, 7), counter="torch")
    assert counted.macs == columns * NONZERO
    assert not counted.counters["torch"].unsupported
    assert BY_ELEMENTS in counted.remarks


@pytest.mark.parametrize("layout", ["COO", "CSR", "CSC"])
@pytest.mark.parametrize("place", ["buffer", "parameter", "attribute", "forward"])
def test_wherever_a_sparse_matrix_is_kept(place: str, layout: str) -> None:
    model = Graph(torch.mm, layout, place)
    counted = count_model(model, (20, 7), counter="torch")
    assert counted.macs == 7 * NONZERO
    assert counted.params.total == (NONZERO if place == "parameter" else 0)
    assert counted.params.buffers == (NONZERO if place == "buffer" else 0)
    if place != "forward":
        assert model.matrix.layout == LAYOUTS[layout](ADJACENCY).layout
        assert torch.equal(model.matrix.detach().to_dense(), ADJACENCY)


def test_parameters_alone_of_a_sparse_one() -> None:
    counted = count_model(Graph(torch.mm, "CSR", "parameter"))
    assert (counted.params.total, counted.params.bytes) == (NONZERO, 4 * NONZERO)


def test_a_sampled_product_and_a_reduced_one() -> None:
    def both(a: Tensor, x: Tensor) -> Any:
        sums = torch.sparse.mm(a, x, "sum")
        return sums, torch.sparse.sampled_addmm(a, x, x.t().contiguous())

    counted = count_model(Graph(both, "CSR", "buffer"), (20, 7), counter="torch")
    assert counted.macs == 2 * 7 * NONZERO


def test_two_sparse_operands_meet() -> None:
    counted = count_model(Graph(lambda a, _: a @ a, "COO", "buffer"), (1, 1), counter="torch")
    assert counted.macs == multiplications(ADJACENCY, ADJACENCY)


def test_elements_of_one_place_count_each() -> None:
    """One that is not coalesced: 6 elements at 3 places, each multiplied with 5 columns."""

    def call(_: Tensor, x: Tensor) -> Any:
        places = torch.tensor([[0, 1, 2, 0, 1, 2], [0, 1, 2, 0, 1, 2]])
        return torch.sparse_coo_tensor(places, torch.ones(6), (3, 3)) @ x

    counted = count_model(Graph(call, "COO", "buffer"), (3, 5), counter="torch")
    assert counted.macs == 6 * 5
    said = f"{BY_ELEMENTS}; those of one place count each, as in one that is not coalesced"
    assert said in counted.remarks


def test_what_no_formula_is_known_for_is_named() -> None:
    """Not counted as if it were dense."""
    formula = guarded("aten::dot", lambda *_, **__: 2 * 20)
    row = ADJACENCY[0]
    assert formula(row, row, out_val=row) == 2 * 20
    assert formula(row.to_sparse(), row, out_val=row) is None


def test_what_has_no_figure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(SPARSE, "aten::mm")
    counted = count_model(Graph(torch.mm, "CSR", "buffer"), (20, 7), counter="torch")
    assert (counted.macs, counted.counters["torch"].unsupported) == (0, {"aten::mm": 1})


def test_on_meta_no_figure_is_given() -> None:
    with torch.device("meta"):
        places = torch.zeros(2, 10, dtype=torch.int64)
        sparse = torch.sparse_coo_tensor(places, torch.ones(10), (20, 20))
        csr = torch.sparse_csr_tensor(torch.arange(4), torch.arange(3), torch.ones(3), (3, 3))
    for tensor in (sparse, csr):
        with pytest.raises(ElementsError, match="a sparse product is counted by its elements"):
            products(tensor, torch.ones(tensor.shape[1], 5, device="meta"))
        model = Graph(torch.mm, "COO", "none")
        model.matrix = tensor
        with pytest.raises(NotImplementedError):
            dispatcher_counts(model, [torch.ones(tensor.shape[1], 5, device="meta")])


def test_a_graph_network_counts_its_dense_product_too() -> None:
    """Kipf and Welling 2017: adj · (x · w), which is 20·7·3 and non-zeros · 3."""

    class Convolution(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(7, 3))
            self.adjacency = ADJACENCY.to_sparse()

        def forward(self, x: Tensor) -> Tensor:
            return torch.spmm(self.adjacency, x @ self.weight)

    counted = count_model(Convolution(), (20, 7))
    assert counted.macs == 20 * 7 * 3 + NONZERO * 3
