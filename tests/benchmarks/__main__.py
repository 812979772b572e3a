"""Speed, as ratios of medians in one interleaved run: ``python -m tests.benchmarks``.

Exit code 1 where a ratio is beyond its limit. Nothing here is run by pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

RUNS = 7
BOTTLECALC = str(Path(sys.executable).parent / "bottlecalc")

SMALLEST_TYPER_TABLE = """
import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer()

@app.command()
def main() -> None:
    table = Table("name", "value")
    table.add_row("a", "1")
    Console().print(table)

app()
"""

BARE_FVCORE = """
import torch
from torch import nn
from fvcore.nn import FlopCountAnalysis

class Block(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.main = nn.Sequential(*layers)
        self.shortcut = nn.Sequential(nn.Conv2d(64, 128, 1, bias=False), nn.BatchNorm2d(128))

    def forward(self, x):
        return torch.relu(self.main(x) + self.shortcut(x))

def conv(i, o, k):
    return nn.Conv2d(i, o, k, padding=k // 2, bias=False), nn.BatchNorm2d(o)

plain = Block(*conv(64, 128, 3))
bottleneck = Block(*conv(64, 32, 1), nn.ReLU(), *conv(32, 32, 3), nn.ReLU(), *conv(32, 128, 1))
for block in (plain, bottleneck):
    print(FlopCountAnalysis(block.eval(), torch.zeros(1, 64, 56, 56)).total())
"""


class Benchmark(NamedTuple):
    name: str
    ours: Callable[[], object]
    theirs: Callable[[], object] | float
    limit: float
    """Most that ours may take, in units of theirs; theirs may be a fixed time [s]."""


def process(*command: str) -> Callable[[], object]:
    """A whole process, bytecode cached as an installed package's is."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run(command, env=environment, check=True, capture_output=True)


def script(folder: Path, name: str, text: str) -> Callable[[], object]:
    path = folder / name
    path.write_text(text, "utf-8")
    return process(sys.executable, str(path))


def repeated(times: int, function: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        for _ in range(times):
            function()

    return run


def benchmarks(folder: Path) -> list[Benchmark]:
    import torch

    from bottlecalc import Bottleneck, build, count
    from bottlecalc.measure import fvcore_counts

    pair = (BOTTLECALC, "compare", "--in", "64", "--out", "128")
    million = (
        *(BOTTLECALC, "sweep", "--in", "64", "--out", "128", "--block", "bottleneck"),
        *("--mid", "1:1000000", "--format", "csv", "--output"),
    )
    table = script(folder, "table.py", SMALLEST_TYPER_TABLE)
    block = Bottleneck(64, 128)
    module, x = build(block).eval(), torch.zeros(1, 64, 56, 56)

    def closed_form() -> None:
        counted = count(block)
        assert (counted.params.block, counted.macs.block) == (24192, 73859072)

    return [
        Benchmark("--no-measure : Typer table", process(*pair, "--no-measure"), table, 1.25),
        Benchmark("--version : Typer table", process(BOTTLECALC, "--version"), table, 1.0),
        Benchmark(
            "compare : bare fvcore", process(*pair), script(folder, "fv.py", BARE_FVCORE), 1.25
        ),
        Benchmark(
            "300 closed forms : fvcore, one block",
            repeated(300, lambda: count(block)),
            lambda: fvcore_counts(module, x),
            1.0,
        ),
        Benchmark(
            "closed form, totals too : 30 µs",
            repeated(1000, closed_form),
            0.030,
            1.0,
        ),
        Benchmark("a million designs to CSV : 12 s", process(*million, str(folder / "d")), 12, 1.0),
        Benchmark("counting 300,000 designs : 1 s", count_designs, 1, 1.0),
        Benchmark(
            "memory of the million [MB] : 300", lambda: peak_memory(*million, str(folder / "d")),
            0.300, 1.0,
        ),
    ]  # fmt: skip


def count_designs() -> None:
    """Count 300,000 designs as a sweep does, without writing them."""
    from bottlecalc.ranges import Sizes
    from bottlecalc.sweep import CHUNK, Grid, tally

    axes = {"in": [64], "out": [128], "mid": range(1, 300_001)}
    (lane,) = Grid(("bottleneck",), axes, {}, Sizes([56], [56]), [1]).lanes()
    for start in range(0, lane.length(), CHUNK):
        stop = min(start + CHUNK, lane.length())
        tally(lane, lane.columns(start, stop, exact=False), stop - start)


class Spent(float):
    """What a run says it spent, in place of its time."""


def peak_memory(*command: str) -> Spent:
    """The largest memory that a process of its own held [GB]."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True)
    return Spent(int(done.stdout) / 1e6)


def seconds(function: Callable[[], object] | float) -> float:
    if not callable(function):
        return function
    start = perf_counter()
    result = function()
    return result if isinstance(result, Spent) else perf_counter() - start


def measure(benchmark: Benchmark) -> tuple[float, float]:
    """Medians of ours and theirs, interleaved, after one run of each that is not counted."""
    seconds(benchmark.ours), seconds(benchmark.theirs)
    pairs = [(seconds(benchmark.ours), seconds(benchmark.theirs)) for _ in range(RUNS)]
    return median(ours for ours, _ in pairs), median(theirs for _, theirs in pairs)


def main() -> int:
    table = Table("benchmark", "ours [ms]", "theirs [ms]", "ratio", "limit", "")
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        for benchmark in benchmarks(Path(folder)):
            ours, theirs = measure(benchmark)
            held = ours <= benchmark.limit * theirs
            slow += not held
            figures = (1000 * ours, 1000 * theirs, ours / theirs, benchmark.limit)
            table.add_row(
                benchmark.name, *(f"{n:.2f}" for n in figures), "holds" if held else "TOO SLOW"
            )
    Console(width=100).print(table)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
