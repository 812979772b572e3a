"""``bottlecalc handout``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typer

from bottlecalc.agreement.compare import Measuring
from bottlecalc.agreement.networks import NetworkCount
from bottlecalc.agreement.result import Count
from bottlecalc.cli import handout_options, options
from bottlecalc.cli.block_options import WORDS, BlockOptions, block_options
from bottlecalc.cli.comparison import compared, compared_networks, remark_on
from bottlecalc.cli.output import BAD_INPUT, FAILED, spinner, tell, write
from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError, formats
from bottlecalc.handout.marking import sheets
from bottlecalc.handout.marking.mark import mark_answers
from bottlecalc.handout.marking.responses import AnswersError
from bottlecalc.handout.worksheet import worksheet
from bottlecalc.handout.write import target, write_handout
from bottlecalc.networks.grammar import parse, turned
from bottlecalc.text.files import keep
from bottlecalc.tools import check as tools_check


@block_options
def handout(
    shared: BlockOptions,
    blocks: options.Blocks = None,
    networks: handout_options.Networks = None,
    measure: options.Measure = True,
    insist: options.Insist = False,
    language: handout_options.Lang = "en",
    title: handout_options.Title = "",
    exercises: handout_options.Exercises = "0",
    seed: handout_options.Seed = "0",
    answers: handout_options.Answers = False,
    check: handout_options.Check = None,
    points: handout_options.Points = None,
    statistics: handout_options.Statistics = False,
    encoding: handout_options.Encoding = "",
    to: handout_options.To = None,
    paper: handout_options.Paper = "a4",
    large_print: handout_options.LargePrint = False,
    output: handout_options.Output = None,
    force: handout_options.Force = False,
) -> None:
    """Write a teacher's sheet about blocks or networks, a worksheet, its key; or mark a class.

    Figures of .md and .tex lie beside the file, in FILE_files.

    Examples:

    `bottlecalc handout --in 64 --out 128 -o bottleneck.pdf`

    `bottlecalc handout --in 64 --out 128 --exercises 8 --seed 7 --lang zh -o bottleneck.html`

    `bottlecalc handout --network resnet50 -o stages.pdf`

    `bottlecalc handout --exercises 8 --seed 7 --answers -o key.pdf`

    `bottlecalc handout --exercises 8 --seed 7 --check answers.csv -o marks.csv`

    `bottlecalc handout --exercises 8 --seed 7 --check answers.csv --statistics`
    """
    purpose = _purpose(answers, check)
    worksheet(exercises, seed, purpose)
    chosen: dict[str, Any] = {"exercises": exercises, "seed": seed, "lang": language}
    if check is not None:
        chosen |= {"points": points, "encoding": encoding}
        return _mark(check, chosen, statistics, Destination(output, to, force))
    _refuse_alone(points=points, statistics=statistics, encoding=encoding)
    path = _target(output, to, force)
    wanted = () if answers else networks or ()
    alone = bool(wanted) and not (blocks or {"in", "out"} & shared.keys.keys())
    asked = options.read_measure(measure, insist)
    counts = () if answers or alone else _counts(shared, blocks, asked)
    chosen["networks"] = _networks(wanted, shared if alone else None, shared.images, asked)
    chosen |= {"paper": paper, "large_print": large_print}
    chosen |= {"title": title, "answers": answers, "to": to, "force": force, "command": _command()}
    warnings: list[str] = []
    with spinner(f"writing {path}"):
        write_handout(path, *counts, measure=False, warn=warnings.append, **chosen)
    tell(*warnings)


def _purpose(answers: bool, check: Path | None) -> str:
    """The option that asks for something else than a sheet."""
    if answers and check is not None:
        raise HandoutError("--answers and --check exclude each other; leave one of the two out")
    return "answers" if answers else "check" if check is not None else ""


def _command() -> str:
    """The command that makes this file again; what no page can show is a mark in it."""
    command = shlex.join(["bottlecalc", *sys.argv[1:]])
    return "".join(one if one.isprintable() else "\ufffd" for one in command)


def _target(output: Path | None, to: str | None, force: bool) -> Path:
    """The file, of which nothing forbids that it is written."""
    if output is None:
        raise HandoutError(
            f"no file is given; give -o FILE, its ending one of {', '.join(formats.ENDINGS)}"
        )
    target(output, to, force)
    return output


def _counts(shared: BlockOptions, blocks: list[str] | None, asked: Measuring) -> tuple[Count, ...]:
    comparison = compared(shared.blocks(blocks or ()), shared, asked)
    _check(comparison.blocks)
    return comparison.closed_forms


def _networks(
    texts: Sequence[str], alone: BlockOptions | None, batch: int, asked: Measuring
) -> tuple[NetworkCount, ...]:
    """The networks counted; where they are alone the options of blocks and inputs are theirs."""
    if not texts:
        return ()
    keys = {} if alone is None else dict(alone.keys)
    size = alone.sides if alone is not None and alone.size is not None else None
    networks = [turned(parse(text), keys) for text in texts]
    counts = compared_networks(networks, size, batch, asked).networks
    _check(counts)
    return counts


def _check(counts: Sequence[tools_check.Checked]) -> None:
    """What counters have to say goes to stderr; where they contradict there is no sheet."""
    remark_on(counts)
    if tools_check.agrees(counts) is False:
        raise typer.Exit(FAILED)


class Destination(NamedTuple):
    """Where marks go: a file, or stdout; in which format; whether over a file that exists."""

    path: Path | None
    form: str | None
    force: bool


def _refuse_alone(**given: object) -> None:
    """Refuse what says something of marks where nothing is marked."""
    for name, value in given.items():
        if value not in (None, False, ""):
            raise HandoutError(
                f"{argument(name)} is given without answers; give {argument('check')} CSV as well"
            )


def _mark(check: Path, chosen: dict[str, Any], statistics: bool, to: Destination) -> None:
    form = sheets.choose(to.path, to.form)
    if to.path is not None:
        keep([to.path], to.force)
    remarks: list[str] = []
    try:
        marks = mark_answers(check, **chosen, warn=remarks.append)
    except AnswersError as error:
        tell(*remarks, *f"Error: {error.worded(WORDS)}".split("\n"))
        raise typer.Exit(BAD_INPUT) from None
    result = marks.statistics if statistics else marks
    if to.path is None:
        write(sheets.text(result, form))
    else:
        result.write(to.path, form, force=to.force)
    tell(*remarks)
