"""``bottlecalc sweep network NAME`` and ``bottlecalc solve network NAME``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bottlecalc.cli import options
from bottlecalc.cli.block_options import WORDS, BlockOptions
from bottlecalc.cli.output import FAILED, deliver, tell

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[network NAME]", help="A whole network, rather than blocks."),
]


def read_words(words: Sequence[str] | None, command: str) -> str | None:
    """The network that is asked about; None where blocks are.

    Raises:
        OptionError: the words are others.
    """
    if not words:
        return None
    if words[0] != "network" or len(words) != 2:
        got = " ".join(words)
        raise options.OptionError(
            f"{got!r} is not understood; give bottlecalc {command} network NAME, such as resnet50,"
            " or blocks by --block"
        )
    return words[1]


def sweep(
    name: str, shared: BlockOptions, form: str, output: Path | None, idle: Mapping[str, bool]
) -> None:
    """Count a network with every combination of what ``--set`` gives."""
    from bottlecalc.explore.course import Course
    from bottlecalc.explore.network_sweep import sweep_networks
    from bottlecalc.render.network_designs import SWEEPS

    _refuse(idle)
    if form not in SWEEPS:
        raise options.OptionError(f"--format {form} is of blocks; give {', '.join(SWEEPS)}")
    size = None if shared.size is None else options.read_size(shared.size)
    swept = sweep_networks(name, size=size, batch=shared.images, **shared.keys)
    course = Course()
    deliver(lambda console: SWEEPS[form](swept, console, course), output)
    if skipped := course.remark(WORDS):
        tell(skipped)


def solve(
    name: str,
    shared: BlockOptions,
    knob: str,
    most: Mapping[str, str | None],
    form: str,
    output: Path | None,
    idle: Mapping[str, bool],
) -> None:
    """The best width, depth, size or other number of a network that keeps every limit."""
    from bottlecalc.explore.network_solve import solve_network
    from bottlecalc.networks.grammar import parse, turned
    from bottlecalc.render.network_designs import SOLUTIONS

    _refuse(idle)
    size = None if shared.size is None else options.read_size(shared.size)
    network = turned(parse(name), dict(shared.keys))
    solution = solve_network(network, for_=knob, size=size, batch=shared.images, **most)
    deliver(lambda console: SOLUTIONS[form](solution, console), output)
    if solution.below is None:
        raise typer.Exit(FAILED)


def _refuse(idle: Mapping[str, bool]) -> None:
    """Refuse options that would be passed over.

    Raises:
        OptionError: one is given.
    """
    for option, given in idle.items():
        if given:
            raise options.OptionError(f"{option} is of blocks, not of networks; leave it out")
