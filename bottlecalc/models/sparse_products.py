"""What products of sparse matrices cost, by the elements that they specify [FLOPs], 2 a MAC.

A product with a dense matrix uses each specified element once for every column (or row) of the
other, zeros that are specified included; one of two sparse matrices uses pairs of elements that
meet. On the meta device nobody knows how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from bottlecalc.models.products import Formula

BY_ELEMENTS = "sparse operands are counted by the elements that they specify"
COMPRESSED = (torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc)


class ElementsError(NotImplementedError):
    """A sparse tensor on the meta device, whose elements nobody knows."""

    def __init__(self) -> None:
        super().__init__("a sparse product is counted by its elements, which have to be there")


def is_sparse(given: object) -> bool:
    """Whether it is a tensor of which only some elements are kept; an opaque one is none."""
    return isinstance(given, Tensor) and (
        given.layout == torch.sparse_coo or given.layout in COMPRESSED
    )


def specified(tensor: Tensor) -> Tensor:
    """The elements that a sparse tensor keeps."""
    return tensor._values() if tensor.layout == torch.sparse_coo else tensor.values()


def kept(out: Any) -> Any:
    """What comes out, of a sparse tensor the elements that it keeps."""
    return specified(out) if is_sparse(out) else out


def elements(tensor: Tensor) -> int:
    """How many elements are kept: of a dense tensor all.

    Raises:
        ElementsError: it is sparse and on the meta device.
    """
    if not is_sparse(tensor):
        return tensor.numel()
    if tensor.is_meta:
        raise ElementsError
    return specified(tensor).numel()


def products(a: Tensor, b: Tensor, *_: object, **__: object) -> int:
    """Of two matrices, a matrix and a vector, or pairs of matrices, at least one sparse."""
    if is_sparse(a) and is_sparse(b):
        return 2 * int((_along(a, 1) * _along(b, 0)).sum())
    if is_sparse(b):
        return 2 * elements(b) * a.shape[-2]
    return 2 * elements(a) * (b.shape[-1] if b.dim() > 1 else 1)


def added(_: Tensor, a: Tensor, b: Tensor, *__: object, **___: object) -> int:
    """The same, with something added."""
    return products(a, b)


def sampled(mask: Tensor, a: Tensor, b: Tensor, *_: object, **__: object) -> int:
    """Of ``sampled_addmm``: one sum of products for each element that the mask specifies."""
    return 2 * elements(mask) * a.shape[-1]


def remark(arguments: Iterable[object]) -> str:
    """What has to be said of a product of these; empty where that is nothing."""
    sparse = [one for one in arguments if isinstance(one, Tensor) and is_sparse(one)]
    if any(map(_has_duplicates, sparse)):
        return f"{BY_ELEMENTS}; those of one place count each, as in one that is not coalesced"
    return BY_ELEMENTS if sparse else ""


def _has_duplicates(tensor: Tensor) -> bool:
    if tensor.layout != torch.sparse_coo or tensor.is_coalesced():
        return False
    indices = tensor._indices()
    return bool(torch.unique(indices, dim=1).shape[1] < indices.shape[1])


def _along(matrix: Tensor, dimension: int) -> Tensor:
    """How many elements each column (1), or row (0), of a sparse matrix specifies."""
    elements(matrix)  # that they are there
    with torch.no_grad():
        coo: Any = matrix.detach()
        coo = coo if coo.layout == torch.sparse_coo else coo.to_sparse_coo()
        places: Tensor = coo._indices()[dimension]
        return torch.bincount(places, minlength=matrix.shape[dimension])


SPARSE: dict[str, Formula] = {
    **dict.fromkeys(
        (
            *("aten::mm", "aten::bmm", "aten::mv", "aten::hspmm", "aten::_sparse_mm"),
            *("aten::smm", "aten::_sparse_sparse_matmul", "aten::_sparse_mm_reduce_impl"),
        ),
        products,
    ),
    **dict.fromkeys(
        (
            *("aten::addmm", "aten::addmm_", "aten::baddbmm", "aten::baddbmm_"),
            *("aten::addmv", "aten::addmv_", "aten::_sparse_addmm", "aten::sspaddmm"),
        ),
        added,
    ),
    "aten::sparse_sampled_addmm": sampled,
}
"""By operator: of the others nothing is known where an operand is sparse."""


def guarded(name: str, dense: Formula | None) -> Formula:
    """A formula that is a sparse one where an operand is sparse; None where there is none."""
    sparse = SPARSE.get(name)

    def formula(*args: Any, **kwargs: Any) -> int | None:
        if dense is not None and not any(map(is_sparse, args)):
            return dense(*args, **kwargs)
        return None if sparse is None else sparse(*args, **kwargs)

    return formula
