"""Trials of mutants: the tests that belong to a file, run in copies of the repository."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter

from tests.mutation.faults import Mutant

FAMILIES = ("tests/conformance.py", "tests/test_faults.py")
TESTS: Mapping[str, tuple[str, ...]] = {
    "agreement": ("tests/agreement",),
    "blocks": ("tests/blocks", "tests/conformance.py"),
    "budgets": ("tests/budgets",),
    "cli": ("tests/cli",),
    "explore": ("tests/explore",),
    "formulas": ("tests/formulas", *FAMILIES),
    "handout": ("tests/handout",),
    "layers": ("tests/layers", *FAMILIES),
    "models": ("tests/models",),
    "modules": ("tests/modules", *FAMILIES),
    "networks": ("tests/networks",),
    "render": ("tests/render",),
    "text": ("tests/text",),
    "tools": ("tests/tools",),
}
"""The tests of each package, beside its doctests; all tests are those of a package without."""

SLACK = 10.0
"""What tests may take beyond three times what they take without a fault [s]."""

# A fault in a loop can fill the memory sooner than the time is over.
PYTEST = """
import resource, sys, pytest
resource.setrlimit(resource.RLIMIT_DATA, (2**33, 2**33))
options = ["-x", "-q", "-n0", "-m", "", "-p", "no:cacheprovider", "--no-header"]
sys.exit(pytest.main([*options, *sys.argv[1:]]))
"""


class MutationError(Exception):
    """Why nothing can be told of the tests, and what to do."""


def copy(root: Path, folder: Path) -> Path:
    """What git tracks of the repository, or would, in a folder of its own."""
    command = ["git", "ls-files", "-coz", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    for name in filter(None, done.stdout.split("\0")):
        if (root / name).is_file():  # git lists also what has been deleted
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)
    return folder


def tests_of(path: str) -> tuple[str, ...]:
    """The tests of a file: those of its package, and the package's doctests."""
    root, package, *_ = Path(path).parts
    return (*TESTS.get(package, ("tests",)), f"{root}/{package}")


def passes(tests: Sequence[str], folder: Path, limit: float | None = None) -> bool:
    """Whether the tests pass in a copy, within so many seconds."""
    process = subprocess.Popen(
        [sys.executable, "-c", PYTEST, *tests],
        cwd=folder,
        # Bytecode is told from stale by its second, and there are several faults in one.
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(limit) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(ProcessLookupError):  # tests have processes of their own
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def time_limits(mutants: Iterable[Mutant], folder: Path) -> dict[tuple[str, ...], float]:
    """By tests, the longest that they may take [s].

    Raises:
        MutationError: they fail without a fault.
    """
    limits = {}
    for tests in dict.fromkeys(tests_of(mutant.source.path) for mutant in mutants):
        start = perf_counter()
        if not passes(tests, folder):
            raise MutationError(
                f"without a fault the tests fail already; see pytest {' '.join(tests)}"
            )
        limits[tests] = 3 * (perf_counter() - start) + SLACK
    return limits


def survivors(mutants: Sequence[Mutant], folders: Sequence[Path]) -> Iterator[Mutant]:
    """The mutants that no test catches, tried in several copies at once."""
    limits = time_limits(mutants, folders[0])
    idle: SimpleQueue[Path] = SimpleQueue()
    for folder in folders:
        idle.put(folder)

    def survives(mutant: Mutant) -> bool:
        folder, tests = idle.get(), tests_of(mutant.source.path)
        file = folder / mutant.source.path
        try:
            file.write_bytes(mutant.text)
            return passes(tests, folder, limits[tests])
        finally:
            file.write_bytes(mutant.source.text)
            idle.put(folder)

    with ThreadPoolExecutor(len(folders)) as pool:
        for mutant, alive in zip(mutants, pool.map(survives, mutants), strict=True):
            if alive:
                yield mutant
