"""Counting by the tools that others wrote, in one interleaved run: whole processes, from outside.

They are installed in an environment of their own, for they need not what bottlecalc needs:
``BOTTLECALC_RIVALS`` names its Python; without it one is made in ``build/rivals``, with the
versions that pyproject's extra ``tools`` pins and the torch that runs this.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent.parent
RUNS = 5
MOST_IMPORTS = 1.2
"""Most that counting may take, in units of ``import torch``."""

MODELS = {
    "resnet50": ("1x3x224x224", "torch.zeros(1, 3, 224, 224)"),
    "ViT": ("1x3x224x224", "torch.zeros(1, 3, 224, 224)"),
    "GPT2": ("1x128:int64", "torch.zeros(1, 128, dtype=torch.int64)"),
}
"""Each with its input, to us and in Python."""

PREPARED = """
import torch
from tests.benchmarks.models import {model}
model, x = {model}().eval(), {x}
"""

RIVALS = {
    "torchinfo": "from torchinfo import summary; summary(model, input_data=x, verbose=0)",
    "thop": "from thop import profile; profile(model, inputs=(x,), verbose=False)",
    "ptflops": "from ptflops import get_model_complexity_info as of;"
    "of(model, (1,), input_constructor=lambda _: {'x': x}, print_per_layer_stat=False)",
    "calflops": "from calflops import calculate_flops;"
    "calculate_flops(model, args=[x], print_results=False)",
    "fvcore": "from fvcore.nn import FlopCountAnalysis; FlopCountAnalysis(model, x).total()",
}
"""What each is asked in its own words, once the model is there."""


class Cost(NamedTuple):
    """Of one process.

    Attributes:
        wall: time that passed [s].
        cpu: time of the processor, all threads together [s].
        memory: the most that was held [MB].
    """

    wall: float
    cpu: float
    memory: float


def rivals_python() -> str:
    """The Python that has them; an environment is made for it where none is named."""
    if named := os.environ.get("BOTTLECALC_RIVALS"):
        return named
    folder = ROOT / "build" / "rivals"
    python = str(folder / "bin" / "python")
    if not Path(python).exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *requirements()], check=True)
    return python


def requirements() -> list[str]:
    """What is pinned of the tools, and the libraries under them as they are here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    same = [f"{name}=={version(name).partition('+')[0]}" for name in ("torch", "fvcore", "numpy")]
    return [*project["optional-dependencies"]["tools"], *same]


def commands(model: str) -> Mapping[str, Sequence[str]]:
    """Ours, and the rivals', for one model."""
    shape, x = MODELS[model]
    ours = str(Path(sys.executable).parent / "bottlecalc")
    target = f"tests.benchmarks.models:{model}"
    prepared, python = PREPARED.format(model=model, x=x), rivals_python()
    return {
        "import torch": (sys.executable, "-c", "import torch"),
        "bottlecalc": (ours, "count", target, "--input", shape, "--counter", "torch"),
        **{name: (python, "-c", prepared + code) for name, code in RIVALS.items()},
    }


def cost(command: Sequence[str]) -> Cost:
    """Run it.

    Raises:
        RuntimeError: it fails.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(ROOT)
    start = perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def medians(all_commands: Mapping[str, Sequence[str]]) -> Mapping[str, Cost]:
    """Of each, interleaved, after one run that is not counted."""
    runs: dict[str, list[Cost]] = {name: [] for name in all_commands}
    for run in range(RUNS + 1):
        for name, command in all_commands.items():
            spent = cost(command)
            runs[name] += [spent] if run else []
    return {
        name: Cost(*(median(figures) for figures in zip(*costs, strict=True)))
        for name, costs in runs.items()
    }


def slower(costs: Mapping[str, Cost]) -> list[str]:
    """What of the goal does not hold, a sentence each."""
    ours, bare = costs["bottlecalc"].wall, costs["import torch"].wall
    found = [f"slower than {name}" for name in RIVALS if ours > costs[name].wall]
    limit = f"more than {MOST_IMPORTS} × import torch"
    return [*found, *([limit] if ours > MOST_IMPORTS * bare else [])]


def main() -> int:
    table = Table(
        "model", "process", "wall [s]", "CPU [s]", "peak [MB]", "wall ÷ import", "CPU ÷ import"
    )
    failures = []
    for model in MODELS:
        costs = medians(commands(model))
        bare = costs["import torch"]
        for name, one in costs.items():
            figures = (one.wall, one.cpu, one.memory, one.wall / bare.wall, one.cpu / bare.cpu)
            digits = (2, 2, 0, 2, 2)
            cells = (f"{n:.{d}f}" for n, d in zip(figures, digits, strict=True))
            table.add_row(model, name, *cells)
        table.add_section()
        failures += [f"{model}: {sentence}" for sentence in slower(costs)]
    Console(width=100).print(table)
    for failure in failures:
        print(failure)
    return 1 if failures else 0
