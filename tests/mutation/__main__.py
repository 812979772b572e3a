"""Faults planted one at a time, that the tests must catch: ``python -m tests.mutation formulas``.

Exit code 1 where a mutant survives that ``equivalent.txt`` does not name; 2 where nothing can be
told. The faults are planted in copies of the repository.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.mutation.faults import Mutant, Source
from tests.mutation.trials import MutationError, copy, survivors

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "bottlecalc"
EQUIVALENT = "tests/mutation/equivalent.txt"

MUTATED = ("formulas", "modules", "agreement", "budgets", "explore", "layers", "networks")
"""What is mutated where nothing is named."""


def sources(names: Iterable[str], root: Path) -> list[Source]:
    """The files of the package that are named, each once."""
    paths = dict.fromkeys(path for name in names for path in _paths(name, root))
    return [Source(str(path.relative_to(root)), path.read_bytes()) for path in paths]


def _paths(name: str, root: Path) -> list[Path]:
    package = root / PACKAGE
    inner = name.removesuffix(".py").removeprefix(f"{PACKAGE}.").replace(".", "/")
    for path in ((root / name).resolve(), package / inner, package / f"{inner}.py"):
        if path.exists() and path.is_relative_to(package):
            return sorted(path.rglob("*.py")) if path.is_dir() else [path]
    raise MutationError(
        f"{name!r} is not in {PACKAGE}; give a package or a file, formulas or explore/solve.py"
    )


def equivalents(mutants: Iterable[Mutant], root: Path) -> set[str]:
    """The entries of ``equivalent.txt``.

    Raises:
        MutationError: one has no reason, or none of the mutants of its file is so.
    """
    file = root / EQUIVALENT
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    entries = {line.rpartition("  # ")[0]: line for line in lines if line and line[0] != "#"}
    known = {mutant.entry for mutant in mutants}
    paths = {mutant.source.path for mutant in mutants}
    for entry, line in entries.items():
        path = entry.partition(": ")[0]
        if entry not in known and (path in paths or not (root / path).is_file()):
            raise MutationError(
                f"{EQUIVALENT} has {line!r}, and there is no such mutant; give"
                " path: line: line with the fault  # reason"
            )
    return set(entries)


def draw(mutants: Sequence[Mutant], number: int, seed: int) -> list[Mutant]:
    """So many of the mutants, in their order; all where there are not so many."""
    places = random.Random(seed).sample(range(len(mutants)), min(number, len(mutants)))
    return [mutants[place] for place in sorted(places)]


def run(options: argparse.Namespace, root: Path) -> int:
    """Print the mutants that survive and how many there are; return the exit code."""
    every = [m for source in sources(options.names or MUTATED, root) for m in source.mutants()]
    known = equivalents(every, root)
    mutants = [mutant for mutant in every if mutant.entry not in known]
    apart = (
        f"; {len(every) - len(mutants)} equivalent, not run" if len(mutants) < len(every) else ""
    )
    if options.sample:
        mutants = draw(mutants, options.sample, options.seed)
    if options.list:
        print(*mutants, f"{len(mutants)} mutants{apart}", sep="\n")
        return 0
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        folders = [copy(root, Path(folder, str(number))) for number in range(options.workers)]
        for mutant in survivors(mutants, folders):
            print(mutant, flush=True)
            survived += 1
    caught = len(mutants) - survived
    print(f"{len(mutants)} mutants, {caught} caught, {survived} survived{apart}")
    return 1 if survived else 0


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="file", help="a package or file to mutate")
    parser.add_argument("--workers", type=positive, default=2, help="mutants tried at once")
    parser.add_argument("--list", action="store_true", help="print the mutants, try none")
    parser.add_argument("--sample", type=positive, help="how many mutants to draw")
    parser.add_argument("--seed", type=int, default=0, help="what the draw begins with")
    return parser


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    options = command_line().parse_args(arguments)
    try:
        return run(options, root)
    except MutationError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
