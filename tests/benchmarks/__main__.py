"""Speed, as ratios of medians in one interleaved run: ``python -m tests.benchmarks``.

Exit code 1 where a ratio is beyond its limit. Words choose the benchmarks that are run:
``python -m tests.benchmarks check count``. ``python -m tests.benchmarks rivals`` measures the tools
that others wrote beside ours. Nothing here is run by pytest.
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

IMPORTS = "import typer, rich.table, rich.console"
"""What a command that prints a table cannot do without, and does nothing yet."""

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

BARE_DISPATCHER = """
import torch
from torch.utils.flop_counter import FlopCounterMode
from tests.zoo import resnet50

with torch.device("meta"):
    model, x = resnet50().eval(), torch.zeros(1, 3, 224, 224)
print(sum(p.numel() for p in model.parameters()))
with torch.no_grad(), FlopCounterMode(display=False) as counter:
    model(x)
print(counter.get_total_flops())
"""

BARE_FVCORE_RESNET = """
import torch
from fvcore.nn import FlopCountAnalysis
from tests.zoo import resnet50

model, x = resnet50().eval(), torch.zeros(1, 3, 224, 224)
print(sum(p.numel() for p in model.parameters()))
with torch.no_grad():
    print(FlopCountAnalysis(model, x).total())
"""

PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""

BUDGET = """
[[budget]]
name = "number {n}"
block = "bottleneck:in={n},out={out}"
size = [56, 56]
max_params = "9G"
max_macs = "900T"
"""


class Benchmark(NamedTuple):
    name: str
    ours: Callable[[], object]
    theirs: Callable[[], object] | float
    limit: float
    """Most that ours may take, in units of theirs; theirs may be a fixed time [s]."""
    cost: Callable[[Callable[[], object]], float] = lambda run: seconds(run)
    """What is compared: seconds, unless it is said otherwise."""


ROOT = Path(__file__).parent.parent.parent


def process(*command: str) -> Callable[[], str]:
    """A whole process, bytecode cached as an installed package's is."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = str(ROOT)
    return lambda: (
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    )


def script(folder: Path, name: str, text: str) -> Callable[[], str]:
    path = folder / name
    path.write_text(text, "utf-8")
    return process(sys.executable, str(path))


def repeated(times: int, function: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        for _ in range(times):
            function()

    return run


def budgets(folder: Path, times: int) -> str:
    """A file of so many block budgets."""
    path = folder / f"budgets{times}.toml"
    entries = (BUDGET.format(n=n, out=4 * n) for n in range(1, times + 1))
    path.write_text("".join(entries), "utf-8")
    return str(path)


def peak(*command: str) -> Callable[[], str]:
    """The peak memory of a process [kB], measured from outside."""
    return process(sys.executable, "-c", PEAK, *command)


def checks(folder: Path) -> list[Benchmark]:
    return [
        Benchmark(
            f"check, {times} budgets : imports",
            process(BOTTLECALC, "check", "--config", budgets(folder, times)),
            process(sys.executable, "-c", IMPORTS),
            1.9,
        )
        for times in (1, 200)
    ]


def counts(folder: Path) -> list[Benchmark]:
    ours = (BOTTLECALC, "count", "tests.zoo:resnet50", "--input", "1x3x224x224", "--counter")
    bare = {"torch": BARE_DISPATCHER, "fvcore": BARE_FVCORE_RESNET}
    found = []
    for counter, text in bare.items():
        theirs = script(folder, f"bare_{counter}.py", text)
        found.append(
            Benchmark(f"count, {counter} : bare {counter}", process(*ours, counter), theirs, 1.15)
        )
    script(folder, "bare.py", BARE_DISPATCHER)
    return [
        *found,
        Benchmark(
            "count, peak memory : bare torch",
            peak(*ours, "torch"),
            peak(sys.executable, str(folder / "bare.py")),
            1.10,
            lambda run: float(str(run())) / 10**6,
        ),
    ]


def real_paths() -> list[Benchmark]:
    """Models that look at a value, run on real tensors: counted, and just run."""
    import torch
    from torch import Tensor, nn

    from bottlecalc.models.switches import unfused_attention
    from bottlecalc.models.trace import dispatcher_counts
    from tests.zoo import resnet50

    class Looking(nn.Module):
        def __init__(self, model: nn.Module) -> None:
            super().__init__()
            self.model = model

        def forward(self, x: Tensor) -> object:
            return x if x.sum().item() > 1e9 else self.model(x)

    def benchmark(name: str, model: nn.Module, *sides: int) -> Benchmark:
        model, x = Looking(model).eval(), torch.zeros(1, *sides)

        def plain() -> None:
            with torch.no_grad():
                model(x)

        def counted() -> None:
            with torch.no_grad(), unfused_attention():
                assert dispatcher_counts(model, [x]).sum("macs") > 10**6

        ours, theirs = repeated(3, counted), repeated(3, plain)
        return Benchmark(f"real tensors, {name} : a forward", ours, theirs, 1.3)

    layer = nn.TransformerEncoderLayer(768, 12, 3072, activation="gelu", batch_first=True)
    return [
        benchmark("ResNet-50", resnet50(), 3, 224, 224),
        benchmark("ViT-B's encoder", nn.TransformerEncoder(layer, 12), 197, 768),
        benchmark("LSTM, 1,600 steps", nn.LSTM(64, 128, 2, batch_first=True), 1600, 64),
    ]


def benchmarks(folder: Path) -> list[Benchmark]:
    own = [*compares(folder), *checks(folder), *counts(folder), *zoo(folder)]
    return [*own, *real_paths()]


def compares(folder: Path) -> list[Benchmark]:
    import torch

    from bottlecalc import Bottleneck, build, count
    from bottlecalc.models.fvcore import fvcore_counts

    pair = (BOTTLECALC, "compare", "--in", "64", "--out", "128")
    million = (
        *(BOTTLECALC, "sweep", "--in", "64", "--out", "128", "--block", "bottleneck"),
        *("--mid", "1:1000000", "--format", "csv", "--output"),
    )
    imports = process(sys.executable, "-c", IMPORTS)
    block = Bottleneck(64, 128)
    module, x = build(block).eval(), torch.zeros(1, 64, 56, 56)

    def closed_form() -> None:
        counted = count(block)
        assert (counted.params.block, counted.macs.block) == (24192, 73859072)

    return [
        Benchmark("--no-measure : imports", process(*pair, "--no-measure"), imports, 1.5),
        Benchmark("--version : imports", process(BOTTLECALC, "--version"), imports, 1.1),
        Benchmark(
            "compare : bare fvcore", process(*pair), script(folder, "fv.py", BARE_FVCORE), 1.25
        ),
        Benchmark(
            "300 closed forms : fvcore, one block",
            repeated(300, lambda: count(block)),
            lambda: fvcore_counts(module, [x]),
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


DESIGNS: dict[str, tuple[str, ...]] = {
    "bottleneck": ("--in", "64", "--out", "128", "--mid", "1:300000"),
    "inverted": ("--in", "1:1000", "--out", "128", "--set", "expand=1:300"),
    "mbconv": ("--in", "1:1000", "--out", "128", "--set", "expand=1:300"),
    "dense": ("--in", "1:1000", "--set", "growth=1:300"),
}
"""300,000 designs of a family."""


def designs(folder: Path, family: str) -> Callable[[], str]:
    """So many designs, counted and written."""
    asked = ("sweep", "--block", family, *DESIGNS[family], "--format", "csv")
    return process(BOTTLECALC, *asked, "--output", str(folder / f"{family}.csv"))


def zoo(folder: Path) -> list[Benchmark]:
    """Whole networks, and the designs of newer families at the rate of the bottleneck's."""
    widths = ",".join(f"{n / 1000:.3f}" for n in range(501, 1501))
    depths = ",".join(f"{n / 50:.2f}" for n in range(1, 101))
    networks = (
        *(BOTTLECALC, "sweep", "network", "resnet50", "--set", f"width={widths}"),
        *("--set", f"depth={depths}", "--format", "csv", "--output", str(folder / "n")),
    )
    return [
        Benchmark(
            "network resnet50 : imports",
            process(BOTTLECALC, "network", "resnet50"),
            process(sys.executable, "-c", IMPORTS),
            1.6,
        ),
        Benchmark("100,000 networks to CSV : 10 s", process(*networks), 10, 1.0),
        *(
            Benchmark(
                f"300,000 designs, {family} : bottleneck",
                designs(folder, family), designs(folder, "bottleneck"), 1.1,
            )
            for family in ("inverted", "mbconv", "dense")
        ),
    ]  # fmt: skip


def count_designs() -> None:
    """Count 300,000 designs as a sweep does, without writing them."""
    from bottlecalc.explore.columns import totals
    from bottlecalc.explore.grid import Grid
    from bottlecalc.explore.pages import CHUNK

    axes = {"in": [64], "out": [128], "mid": range(1, 300_001)}
    (lane,) = Grid(("bottleneck",), axes).lanes
    for start in range(0, lane.length, CHUNK):
        stop = min(start + CHUNK, lane.length)
        totals(lane.traced, lane.columns(start, stop), stop - start)


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


def _theirs(benchmark: Benchmark) -> float:
    theirs = benchmark.theirs
    return benchmark.cost(theirs) if callable(theirs) else theirs


def measure(benchmark: Benchmark) -> tuple[float, float]:
    """Medians of ours and theirs, interleaved, after one run of each that is not counted."""
    cost = benchmark.cost
    cost(benchmark.ours), _theirs(benchmark)
    pairs = [(cost(benchmark.ours), _theirs(benchmark)) for _ in range(RUNS)]
    return median(ours for ours, _ in pairs), median(theirs for _, theirs in pairs)


def main() -> int:
    if sys.argv[1:] == ["rivals"]:
        from tests.benchmarks import rivals

        return rivals.main()
    table = Table("benchmark", "ours [ms, MB]", "theirs [ms, MB]", "ratio", "limit", "")
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        for benchmark in benchmarks(Path(folder)):
            if not any(word in benchmark.name for word in sys.argv[1:] or [""]):
                continue
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
