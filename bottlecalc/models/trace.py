"""What torch's dispatcher sees of a module that runs: every operator, on any device.

torch is imported when it is asked, so that importing this costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.utils.flop_counter import FlopCounterMode

    from bottlecalc.models.model import Counted


PRODUCTS = frozenset(
    (
        *("mm", "addmm", "bmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "vdot"),
        *("linear", "convolution", "attention", "rnn", "cdist"),
    )
)
"""Words in the names of operators that multiply: one without a formula is not passed over."""


def dispatcher_counts(module: nn.Module, *inputs: Tensor) -> Counted:
    """MACs and activations of each layer's own, seen by torch's dispatcher.

    Source: ``torch.utils.flop_counter.FlopCounterMode``, which counts 2 for every MAC of a
    convolution, matrix product or attention. Products with a vector, in place and of batches
    summed, and attention fused on the CPU, are added to what it knows.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from bottlecalc.models.model import Counted

    _spare_dynamo_import()
    innermost, outputs = _Innermost(module), Counter[str]()

    def note(out: Any) -> None:
        outputs[innermost.name] += (out[0] if isinstance(out, tuple) else out).numel()

    counter = FlopCounterMode(display=False, custom_mapping=_noting_outputs(note))
    counter.mod_tracker = innermost  # type: ignore[assignment]  # which it has all that is used of
    unsupported = _note_unsupported(counter)
    with counter:
        module(*inputs)
    flops, names = counter.get_flop_counts(), innermost.names.values()
    return Counted(
        macs={name: sum(flops.get(name, {}).values()) // 2 for name in names},
        activations={name: outputs[name] for name in names},
        version=torch.__version__.partition("+")[0],
        uncalled=innermost.uncalled,
        total={},
        unsupported=unsupported,
    )


def _noting_outputs(note: Callable[[Any], None]) -> dict[Any, Callable[..., int]]:
    """The FLOPs of every operator that has any; each also notes what it puts out."""

    def noting(flops: Callable[..., int]) -> Callable[..., int]:
        def count(*args: Any, out_val: Any, **kwargs: Any) -> int:
            note(out_val)
            return flops(*args, out_val=out_val, **kwargs)

        setattr(count, "_get_raw", True)  # noqa: B010  # the output itself, not its shape alone
        return count

    return {operator: noting(flops) for operator, flops in _flops().items()}


def _flops() -> dict[Any, Callable[..., int]]:
    """What torch's own counter knows, and what it lacks."""
    import torch
    from torch.utils.flop_counter import flop_registry, sdpa_flop

    aten = torch.ops.aten
    return {
        **dict.fromkeys((aten.mv, aten.dot, aten.vdot), _vector_flops),
        **dict.fromkeys((aten.addmv, aten.addmv_), _addmv_flops),
        aten._trilinear: _trilinear_flops,
        aten._scaled_dot_product_flash_attention_for_cpu: sdpa_flop,
        aten._int_mm: flop_registry[aten.mm],
        aten.addmm_: flop_registry[aten.addmm],
        **dict.fromkeys((aten.baddbmm_, aten.addbmm, aten.addbmm_), flop_registry[aten.baddbmm]),
        **flop_registry,
    }


def _vector_flops(*tensors: Tensor, **_: object) -> int:
    """Of a matrix, or a vector, times a vector: every element of the first is used once."""
    return 2 * tensors[0].numel()


def _addmv_flops(_: Tensor, matrix: Tensor, vector: Tensor, **__: object) -> int:
    return _vector_flops(matrix, vector)


def _trilinear_flops(_: Tensor, weight: Tensor, *__: object, out_val: Tensor, **___: object) -> int:
    """Of ``nn.Bilinear``: every output element uses every weight of its matrix once."""
    return 2 * out_val.numel() * (weight.numel() // weight.shape[0])


def _note_unsupported(counter: FlopCounterMode) -> Counter[str]:
    """Have the counter note operators that may multiply and that it has no formula for.

    Its method is private: without it nothing is noted, and the count is the same.
    """
    noted = Counter[str]()
    count = getattr(counter, "_count_flops", None)
    if count is None:
        return noted

    def counting(operator: Any, *rest: Any) -> Any:
        if operator not in counter.flop_registry and _may_multiply(str(operator)):
            noted[str(operator).replace(".", "::")] += 1
        return count(operator, *rest)

    setattr(counter, "_count_flops", counting)  # noqa: B010
    return noted


def _may_multiply(operator: str) -> bool:
    library, _, name = operator.partition(".")
    return library not in ("aten", "prim", "prims") or not PRODUCTS.isdisjoint(name.split("_"))


class _Innermost:
    """Which module is running, by its name in the model: the innermost one alone.

    Stands in for ``FlopCounterMode``'s own tracker, which names a shared module after whoever
    called it last and adds what a module does to all that it is inside of.
    """

    def __init__(self, model: nn.Module) -> None:
        self.names = {module: name for name, module in model.named_modules()}
        self._called: set[str] = set()
        self._running: list[str] = []

    @property
    def name(self) -> str:
        return self._running[-1] if self._running else ""

    @property
    def parents(self) -> set[str]:
        return {self.name}

    @property
    def uncalled(self) -> tuple[str, ...]:
        """Modules that were never called; what a scripted one calls cannot be seen."""
        from torch.jit import ScriptModule

        scripted = tuple(
            f"{name}." if name else ""
            for module, name in self.names.items()
            if isinstance(module, ScriptModule)
        )
        unseen = (name for name in self.names.values() if name not in self._called)
        return tuple(name for name in unseen if not name.startswith(scripted))

    def __enter__(self) -> None:
        from torch.nn.modules import module

        self._hooks = (
            module.register_module_forward_pre_hook(self._begin),
            module.register_module_forward_hook(self._end, always_call=True),
        )

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()

    def _begin(self, module: nn.Module, _: object) -> None:
        self._running.append(self.names.get(module, self.name))
        self._called.add(self.name)

    def _end(self, *_: object) -> None:
        self._running.pop()


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
