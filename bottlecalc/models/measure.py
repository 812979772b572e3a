"""Witnesses 2 to 4: what a built module holds, what torch's dispatcher and fvcore count in it.

Each witness imports its library when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bottlecalc.errors import BottlecalcError
from bottlecalc.layers.count import Layers, Measurement, Shape, Witness
from bottlecalc.models.trace import dispatcher_counts

if TYPE_CHECKING:
    from torch import Tensor, nn

    from bottlecalc.models.model import Counted

FLOAT_BYTES = 4
FVCORE_MOST_MACS = 10**11
"""fvcore does the arithmetic, and this much of it takes seconds [MACs]."""

FVCORE_PRODUCTS = ("addmm", "bmm", "einsum", "linear", "matmul")
MAC_OPERATORS = ("conv", *FVCORE_PRODUCTS, "mm")
"""What fvcore calls convolutions and matrix products; the rest of its flops are no MACs."""

OUTPUTS = "output elements"
""""Operator" under which outputs are counted in the same trace as flops."""


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
    import torch

    like = next(module.parameters(), torch.empty(0))
    with failure_named(f"an input of shape {shape}"), evaluating(module):
        return _ask(module, like.new_zeros(shape), left_out)


@contextmanager
def failure_named(subject: str, remedy: str = "") -> Iterator[None]:
    """Whatever torch or fvcore raise inside becomes a ``MeasureError`` that names the subject.

    Args:
        subject: what is measured.
        remedy: what would mend it, where that is known.
    """
    try:
        yield
    except Exception as error:  # a module's own forward may raise anything
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise MeasureError(f"{subject} could not be measured: {lines[0]}{remedy}") from error


def decline(
    macs: int, activations: int, params: int, insisting: str = "compare --measure"
) -> dict[Witness, str]:
    """Which witnesses not to ask about something of this size, each with the reason.

    fvcore does the arithmetic, within ``FVCORE_MOST_MACS`` and free memory only; the memory it
    takes is about twice that of all activations (1.0 to 2.1 times were seen). torch counts sizes
    in 64 bits.

    Args:
        macs: of one forward pass [MACs].
        activations: elements of the input and of all outputs of convolutions [elements].
        params: all parameters [parameters].
        insisting: the option that has fvcore run all the same.
    """
    import psutil

    needed = FLOAT_BYTES * (2 * activations + params)
    free = psutil.virtual_memory().available
    if needed >= 2**63:
        reason = f"{needed:,} bytes are more than torch can address"
        return {"torch": reason, "fvcore": reason}
    if macs > FVCORE_MOST_MACS:
        reason = f"{macs:,} MACs are more than the {FVCORE_MOST_MACS:,} that it is run for"
        return {"fvcore": f"{reason} ({insisting} does it all the same)"}
    if needed > free:
        reason = f"it would take about {needed:,} bytes of memory, and {free:,} are free"
        return {"fvcore": f"{reason} ({insisting} does it all the same)"}
    return {}


def _ask(module: nn.Module, x: Tensor, left_out: Mapping[Witness, str]) -> Measurement:
    macs: dict[Witness, Layers] = {}
    figures: dict[Any, dict[Witness, Layers]] = {}
    versions: dict[Witness, str] = {}
    if "torch" not in left_out:
        seen = dispatcher_counts(module, x)
        macs["torch"] = seen.macs
        figures["params"] = {"torch": parameters(module)}
        versions["torch"] = seen.version
    if "fvcore" not in left_out:
        found = fvcore_counts(module, x)
        macs["fvcore"] = found.macs
        figures["fvcore_total"] = {"fvcore": found.total}
        figures["activations"] = {"fvcore": found.activations}
        versions["fvcore"] = found.version
    if macs:
        figures["macs"] = macs
    return Measurement(figures, versions, left_out)


def parameters(module: nn.Module) -> Layers:
    """Parameters of each layer's own; a shared one is its first layer's [parameters]."""
    own = {name: 0 for name, _ in module.named_modules()}
    for name, parameter in module.named_parameters():
        own[name.rpartition(".")[0]] += parameter.numel()
    return own


def fvcore_counts(module: nn.Module, *inputs: Tensor) -> Counted:
    """Count a module by fvcore, which traces it once and does all its arithmetic.

    Source: ``fvcore.nn.FlopCountAnalysis``; its operators that are convolutions or matrix
    products are asked for their outputs too, as ``ActivationCountAnalysis`` does.
    """
    from bottlecalc.models.model import Counted

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        import fvcore
        from fvcore.nn import FlopCountAnalysis

        analysis = FlopCountAnalysis(module, inputs)
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        analysis.set_op_handle(**_fvcore_handles())
        by_operator = analysis.by_module_and_operator()
    outputs = {name: int(operators.pop(OUTPUTS, 0)) for name, operators in by_operator.items()}
    return Counted(
        macs=_own({name: _macs(operators) for name, operators in by_operator.items()}),
        activations=_own(outputs),
        version=fvcore.__version__,
        uncalled=tuple(sorted(analysis.uncalled_modules())),
        total=_own({name: int(sum(ops.values())) for name, ops in by_operator.items()}),
        unsupported=dict(analysis.unsupported_ops()),
    )


def _fvcore_handles() -> dict[str, Callable[..., Any]]:
    """fvcore's flops of every operator that has activations, and these beside them."""
    from fvcore.nn import jit_handles

    outputs = jit_handles.generic_activation_jit(OUTPUTS)

    def both(flops: Callable[..., Any], name: str) -> Callable[..., Any]:
        def handle(given: object, made: object) -> Counter[str]:
            found = flops(given, made)
            named = found if isinstance(found, Mapping) else {name: found}
            return Counter({**named, **outputs(given, made)})

        return handle

    flops = {
        "_convolution": jit_handles.conv_flop_jit,
        **{name: getattr(jit_handles, f"{name}_flop_jit") for name in FVCORE_PRODUCTS},
    }
    return {f"aten::{name}": both(handle, name) for name, handle in flops.items()}


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
def evaluating(module: nn.Module) -> Iterator[None]:
    """The module in eval mode meanwhile, and no gradients; its modes and hooks as before after.

    fvcore leaves its hooks on a module whose forward raises.
    """
    import torch

    modes = {layer: layer.training for layer in module.modules()}
    hooks = [each for layer in module.modules() for each in _hooks(layer)]
    kept = [dict(each) for each in hooks]
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for layer, training in modes.items():
            layer.training = training
        for each, before in zip(hooks, kept, strict=True):
            each.clear()
            each.update(before)


def _hooks(layer: nn.Module) -> tuple[dict[int, Any], dict[int, Any]]:
    return layer._forward_hooks, layer._forward_pre_hooks
