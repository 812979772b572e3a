"""Other people's counters, run: each on a module that nobody else holds, in this process.

They leave hooks and patches behind, so that they are run in a process of their own.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from torch import Tensor, nn


class Totals(NamedTuple):
    """What a tool says of a module, by its own names: operations, parameters."""

    operations: int | None
    params: int | None


def run(tool: str, module: nn.Module, inputs: Sequence[Tensor]) -> Totals:
    """What a tool says of a module, which it may spoil; what it prints and warns of is dropped.

    Raises:
        ImportError: the tool is not installed.
        Exception: whatever the tool raises.
    """
    silent = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    with silent[0], silent[1], warnings.catch_warnings():
        warnings.simplefilter("ignore")
        totals = RUNS[tool](module.train(tool == "fvcore-train"), list(inputs))
    return Totals(*(None if one is None else round(one) for one in totals))


def _fvcore(module: nn.Module, inputs: list[Tensor]) -> Totals:
    from fvcore.nn import FlopCountAnalysis, parameter_count

    analysis = FlopCountAnalysis(module, tuple(inputs))
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return Totals(analysis.total(), parameter_count(module)[""])


def _flop_counter_mode(module: nn.Module, inputs: list[Tensor]) -> Totals:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as mode:
        module(*inputs)
    return Totals(mode.get_total_flops(), None)


def _profiler(module: nn.Module, inputs: list[Tensor]) -> Totals:
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], with_flops=True) as profiled:
        module(*inputs)
    return Totals(sum(event.flops for event in profiled.key_averages()), None)


def _torchinfo(module: nn.Module, inputs: list[Tensor]) -> Totals:
    from torchinfo import summary

    statistics = summary(module, input_data=inputs, verbose=0)
    return Totals(statistics.total_mult_adds, statistics.total_params)


def _ptflops(backend: str) -> Callable[[nn.Module, list[Tensor]], Totals]:
    def run(module: nn.Module, inputs: list[Tensor]) -> Totals:
        from ptflops import get_model_complexity_info

        names = list(inspect.signature(module.forward).parameters)
        one = inputs[0] if len(inputs) == 1 else dict(zip(names, inputs, strict=False))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            said = get_model_complexity_info(
                module, (1,), input_constructor=lambda _: one, backend=backend,
                as_strings=False, print_per_layer_stat=False,
            )  # fmt: skip
        if said[0] is None:  # it prints what the model raised, and goes on
            raise RuntimeError(printed.getvalue().strip().rpartition("\n")[2] or "no reason given")
        return Totals(*said)

    return run


def _thop(package: str) -> Callable[[nn.Module, list[Tensor]], Totals]:
    def run(module: nn.Module, inputs: list[Tensor]) -> Totals:
        import thop

        # both packages bring a module of this name, and the one installed last is there
        there = thop.__version__.partition("-")[0]
        if not version(package).startswith(there):
            raise RuntimeError(
                f"the module thop is of another package here, version {there}; install {package}"
                " in an environment of its own"
            )
        return Totals(*thop.profile(module, inputs=tuple(inputs), verbose=False)[:2])

    return run


def _calflops(figure: int) -> Callable[[nn.Module, list[Tensor]], Totals]:
    def run(module: nn.Module, inputs: list[Tensor]) -> Totals:
        from calflops import calculate_flops

        said = calculate_flops(module, args=inputs, print_results=False, output_as_string=False)
        return Totals(said[figure], said[2])

    return run


def _deepspeed(module: nn.Module, inputs: list[Tensor]) -> Totals:
    from deepspeed.profiling.flops_profiler import FlopsProfiler

    profiler = FlopsProfiler(module)
    profiler.start_profile()
    module(*inputs)
    totals = Totals(profiler.get_total_flops(), profiler.get_total_params())
    profiler.end_profile()
    return totals


def _torchprofile(module: nn.Module, inputs: list[Tensor]) -> Totals:
    from torchprofile import profile_macs

    macs: Any = profile_macs(module, tuple(inputs))
    return Totals(macs, None)


RUNS: Mapping[str, Callable[[nn.Module, list[Tensor]], Totals]] = {
    "fvcore": _fvcore,
    "fvcore-train": _fvcore,
    "FlopCounterMode": _flop_counter_mode,
    "torch.profiler": _profiler,
    "torchinfo": _torchinfo,
    "ptflops-aten": _ptflops("aten"),
    "ptflops-pytorch": _ptflops("pytorch"),
    "thop": _thop("thop"),
    "ultralytics-thop": _thop("ultralytics-thop"),
    "calflops": _calflops(0),
    "calflops-macs": _calflops(1),
    "deepspeed": _deepspeed,
    "torchprofile": _torchprofile,
}
