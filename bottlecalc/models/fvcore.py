"""What fvcore finds in a module that runs.

Source: ``fvcore.nn.FlopCountAnalysis``; its operators that are convolutions or matrix products are
asked for their outputs too, as ``ActivationCountAnalysis`` does.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bottlecalc.layers.count import ByLayer
from bottlecalc.layers.counted import Counted

if TYPE_CHECKING:
    from torch import Tensor, nn

PRODUCTS = ("addmm", "bmm", "einsum", "linear", "matmul")
MAC_OPERATORS = ("conv", *PRODUCTS, "mm")
"""What fvcore calls convolutions and matrix products; the rest of its flops are no MACs."""

OUTPUTS = "output elements"
""""Operator" under which outputs are counted in the same trace as flops."""


def fvcore_counts(module: nn.Module, inputs: Sequence[Tensor]) -> Counted:
    """Count a module by fvcore, which traces it once and does all its arithmetic."""
    with _unwarned():
        import fvcore
        from fvcore.nn import FlopCountAnalysis

        analysis = FlopCountAnalysis(module, tuple(inputs))
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        analysis.set_op_handle(**_handles())
        by_operator = analysis.by_module_and_operator()
    outputs = {name: int(operators.pop(OUTPUTS, 0)) for name, operators in by_operator.items()}
    return Counted(
        figures={
            "macs": _own({name: _macs(operators) for name, operators in by_operator.items()}),
            "activations": _own(outputs),
        },
        version=fvcore.__version__,
        total=_own({name: int(sum(ops.values())) for name, ops in by_operator.items()}),
        uncalled=tuple(sorted(analysis.uncalled_modules())),
        unsupported=dict(analysis.unsupported_ops()),
    )


@contextmanager
def _unwarned() -> Iterator[None]:
    """fvcore's import and its trace warn, some of it in the name of the model's lines.

    What the model itself warns of is shown where torch runs it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _handles() -> dict[str, Callable[..., Any]]:
    """fvcore's flops of every operator that has activations, and these beside them."""
    from fvcore.nn import jit_handles

    outputs = jit_handles.generic_activation_jit(OUTPUTS)

    def both(flops: Callable[..., Any], name: str) -> Callable[..., Any]:
        def handle(inputs: object, results: object) -> Counter[str]:
            counts = flops(inputs, results)
            named = counts if isinstance(counts, Mapping) else {name: counts}
            return Counter({**named, **outputs(inputs, results)})

        return handle

    flops = {
        "_convolution": jit_handles.conv_flop_jit,
        **{name: getattr(jit_handles, f"{name}_flop_jit") for name in PRODUCTS},
    }
    return {f"aten::{name}": both(handle, name) for name, handle in flops.items()}


def _macs(operators: Mapping[str, float]) -> int:
    return int(sum(n for operator, n in operators.items() if operator in MAC_OPERATORS))


def _own(inclusive: ByLayer) -> ByLayer:
    """From figures that include a layer's children, what is its own."""
    own = dict(inclusive)
    for name, figure in inclusive.items():
        parent = name.rpartition(".")[0]
        if name and parent in own:
            own[parent] -= figure
    return own
