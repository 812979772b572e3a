"""Witnesses 2 to 4: what a built module holds, what fvcore and torch's dispatcher count in it.

Each witness imports its library when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from bottlecalc.counts import Layers, Measurement, Shape, Witness
from bottlecalc.errors import BottlecalcError

if TYPE_CHECKING:
    from torch import Tensor, nn

FLOAT_BYTES = 4
FVCORE_MOST_MACS = 10**11
"""fvcore does the arithmetic, and this much of it takes seconds [MACs]."""

MAC_OPERATORS = ("conv", "addmm", "bmm", "einsum", "linear", "matmul", "mm")
"""What fvcore calls convolutions and matrix products; the rest of its flops are no MACs."""


class MeasureError(BottlecalcError, RuntimeError):
    """A module that could not be measured; its text says why."""


def measure(
    module: nn.Module, shape: Shape, left_out: Mapping[Witness, str] | None = None
) -> Measurement:
    """Ask torch and fvcore what a module costs in eval mode, layer by layer.

    A module on the meta device is counted without memory or arithmetic, but not by fvcore.

    Args:
        module: any module; its mode is as before when this returns.
        shape: of the one input, (batch, channels, height, width).
        left_out: witnesses not to ask, each with the reason.

    Raises:
        MeasureError: the module cannot be run on such an input, or memory does not suffice.
    """
    left_out = dict(left_out or {})
    if any(parameter.is_meta for parameter in module.parameters()):
        left_out.setdefault(
            "fvcore", "the module is on the meta device, and fvcore does arithmetic"
        )
    with failure_named(f"an input of shape {shape}"), _evaluating(module, shape) as x:
        return _ask(module, x, left_out)


@contextmanager
def failure_named(subject: str, remedy: str = "") -> Iterator[None]:
    """Whatever torch or fvcore raise inside becomes a ``MeasureError`` that names the subject.

    Args:
        subject: what is measured.
        remedy: what would mend it, where that is known.
    """
    try:
        yield
    except (ArithmeticError, MemoryError, RuntimeError, TypeError, ValueError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise MeasureError(f"{subject} could not be measured: {lines[0]}{remedy}") from error


def decline(macs: int, activations: int, params: int) -> dict[Witness, str]:
    """Which witnesses not to ask about something of this size, each with the reason.

    fvcore does the arithmetic, within ``FVCORE_MOST_MACS`` and free memory only; the memory it
    takes is about twice that of all activations (1.0 to 2.1 times were seen). torch counts sizes
    in 64 bits.

    Args:
        macs: of one forward pass [MACs].
        activations: elements of the input and of all outputs of convolutions [elements].
        params: all parameters [parameters].
    """
    import psutil

    needed = FLOAT_BYTES * (2 * activations + params)
    free = psutil.virtual_memory().available
    if needed >= 2**63:
        reason = f"{needed:,} bytes are more than torch can address"
        return {"torch": reason, "fvcore": reason}
    if macs > FVCORE_MOST_MACS:
        reason = f"{macs:,} MACs are more than the {FVCORE_MOST_MACS:,} that it is run for"
        return {"fvcore": f"{reason} (compare --measure does it all the same)"}
    if needed > free:
        reason = f"it would take about {needed:,} bytes of memory, and {free:,} are free"
        return {"fvcore": f"{reason} (compare --measure does it all the same)"}
    return {}


def _ask(module: nn.Module, x: Tensor, left_out: Mapping[Witness, str]) -> Measurement:
    import torch

    macs: dict[Witness, Layers] = {"torch": dispatcher_macs(module, x)}
    figures: dict[Any, dict[Witness, Layers]] = {"params": {"torch": parameters(module)}}
    versions: dict[Witness, str] = {"torch": torch.__version__.partition("+")[0]}
    if "fvcore" not in left_out:
        found = fvcore_counts(module, x)
        macs["fvcore"] = found.macs
        figures["fvcore_total"] = {"fvcore": found.total}
        figures["activations"] = {"fvcore": found.activations}
        versions["fvcore"] = found.version
    return Measurement({**figures, "macs": macs}, versions, left_out)


def parameters(module: nn.Module) -> Layers:
    """Parameters of each layer's own [parameters]."""
    return {
        name: sum(parameter.numel() for parameter in layer.parameters(recurse=False))
        for name, layer in module.named_modules()
    }


def dispatcher_macs(module: nn.Module, x: Tensor) -> Layers:
    """MACs of each layer's own, seen by torch's dispatcher [MACs].

    Source: ``torch.utils.flop_counter.FlopCounterMode``, which counts 2 for every MAC.
    """
    from torch.utils.flop_counter import FlopCounterMode

    _spare_dynamo_import()
    counter = FlopCounterMode(display=False)
    with counter:
        module(x)
    root = type(module).__name__
    flops = {
        name.removeprefix(root).removeprefix("."): sum(by_operator.values())
        for name, by_operator in counter.get_flop_counts().items()
        if name != "Global"
    }
    return {name: own // 2 for name, own in _own(flops).items()}


class FvcoreCounts(NamedTuple):
    """What fvcore finds, each figure by layer.

    Attributes:
        macs: of convolutions and matrix products [MACs].
        total: what fvcore calls flops.
        activations: output elements of convolutions and matrix products [elements].
        version: fvcore's.
    """

    macs: Layers
    total: Layers
    activations: Layers
    version: str


def fvcore_counts(module: nn.Module, x: Tensor) -> FvcoreCounts:
    """Count a module by fvcore, which traces it and does all its arithmetic.

    Source: ``fvcore.nn.FlopCountAnalysis`` and ``ActivationCountAnalysis``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        import fvcore
        from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis

        flops, activations = FlopCountAnalysis(module, x), ActivationCountAnalysis(module, x)
        for analysis in (flops, activations):
            analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        by_operator = flops.by_module_and_operator()
        return FvcoreCounts(
            macs=_own({name: _macs(ops) for name, ops in by_operator.items()}),
            total=_own({name: int(sum(ops.values())) for name, ops in by_operator.items()}),
            activations=_own({name: int(n) for name, n in activations.by_module().items()}),
            version=fvcore.__version__,
        )


def _macs(operators: Mapping[str, float]) -> int:
    return int(sum(n for operator, n in operators.items() if operator in MAC_OPERATORS))


def _own(inclusive: Layers) -> Layers:
    """From figures that include a layer's children, what is its own."""
    own = dict(inclusive)
    for name, figure in inclusive.items():
        parent = name.rpartition(".")[0]
        if name and parent in own:
            own[parent] -= figure
    return own


@contextmanager
def _evaluating(module: nn.Module, shape: Shape) -> Iterator[Tensor]:
    """Zeros of that shape where the module lives, and the module in eval mode meanwhile."""
    import torch

    modes = {layer: layer.training for layer in module.modules()}
    device = next((parameter.device for parameter in module.parameters()), None)
    module.eval()
    try:
        with torch.no_grad():
            yield torch.zeros(shape, device=device)
    finally:
        for layer, training in modes.items():
            layer.training = training


def _spare_dynamo_import() -> None:
    """Keep the first use of ``FlopCounterMode`` from importing ``torch._dynamo`` (over a second).

    Its dispatch is wrapped by ``torch._compile._disable_dynamo``, which imports all of dynamo to
    leave the function as it is, unless it finds this attribute. Private: without it the count is
    the same and slower.
    """
    from torch.utils import flop_counter

    mode = getattr(flop_counter, "_FlopCounterMode", None)
    dispatch = getattr(getattr(mode, "__torch_dispatch__", None), "__wrapped__", None)
    if dispatch is not None and not hasattr(dispatch, "__dynamo_disable"):
        setattr(dispatch, "__dynamo_disable", dispatch)
