"""``bottlecalc handout``."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import typer

from bottlecalc.agreement.compare import Measuring
from bottlecalc.agreement.networks import NetworkCount
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.spec import Block
from bottlecalc.cli import handout_options, options
from bottlecalc.cli.block_options import WORDS, BlockOptions, block_options
from bottlecalc.cli.comparison import compared, compared_networks, remark_on
from bottlecalc.cli.output import BAD_INPUT, FAILED, spinner, tell, write
from bottlecalc.errors import argument
from bottlecalc.handout import HandoutError, formats
from bottlecalc.handout.marking import sheets
from bottlecalc.handout.marking.mark import mark_answers
from bottlecalc.handout.marking.students import FaultsError
from bottlecalc.handout.worksheet import worksheet
from bottlecalc.handout.write import target, write_handout
from bottlecalc.networks.grammar import parse, turned
from bottlecalc.text.files import keep
from bottlecalc.text.lines import is_line
from bottlecalc.tools import check as tools_check

SECRET = "BOTTLECALC_SECRET"


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
    level: handout_options.Level = None,
    only: handout_options.Only = None,
    students: handout_options.Students = None,
    secret: handout_options.Secret = "",
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
    """Write a teacher's sheet, a worksheet, its key, questions for Moodle; or mark a class.

    Figures of .md and .tex lie beside the file, in FILE_files.

    Examples:

    `bottlecalc handout --in 64 --out 128 -o bottleneck.pdf`

    `bottlecalc handout --in 64 --out 128 --exercises 8 --seed 7 --lang zh -o bottleneck.html`

    `bottlecalc handout --network resnet50 -o stages.pdf`

    `bottlecalc handout --exercises 8 --seed 7 --answers -o key.pdf`

    `bottlecalc handout --exercises 8 --seed 7 --to moodle --points slip=0.5 -o questions.xml`

    `bottlecalc handout --exercises 8 --seed 7 --only worksheet -o test.pdf`

    `bottlecalc handout --exercises 8 --class names.csv --secret TEXT -o tests.pdf`

    `bottlecalc handout --exercises 8 --seed 7 --check answers.csv -o marks.csv`

    `bottlecalc handout --exercises 8 --seed 7 --check answers.csv --statistics`
    """
    purpose = _purpose(answers=answers, check=check, only=only)
    worksheet(exercises, seed, purpose, level=level, secret="" if students else secret)
    own = bool(blocks or {"in", "out"} & shared.keys.keys())
    chosen: dict[str, Any] = {
        "exercises": exercises, "seed": seed, "lang": language, "level": level,
        "students": students, "secret": secret or _environment(students),
    }  # fmt: skip
    if check is not None:
        chosen |= {"points": points, "encoding": encoding}
        chosen |= {"blocks": shared.blocks(blocks or ()) if own else (), "size": shared.sides}
        _mark(check, chosen, statistics, Destination(output, to, force))
        return tell(*_unused(own, networks, shared))
    questions = formats.quiz(output or Path(), to)
    chosen["points"] = points if questions else None
    _refuse_alone(points=None if questions else points, statistics=statistics, encoding=encoding)
    path = _target(output, to, force)
    chosen |= {"title": title, "answers": answers, "only": only, "to": to, "force": force}
    chosen |= {"paper": paper, "large_print": large_print}
    if purpose or questions or students is not None:
        given: Sequence[Block | Count] = shared.blocks(blocks or ()) if own else ()
        _write(path, *given, size=shared.sides, command=_command(), **chosen)
        return tell(*_unused(own, networks, shared))
    asked = options.read_measure(measure, insist)
    alone = bool(networks) and not own
    counts = () if alone else _counts(shared, blocks, asked)
    chosen["networks"] = _networks(networks or (), shared if alone else None, shared.images, asked)
    _write(path, *counts, command=_command(), **chosen)


def _write(path: Path, *blocks: Block | Count, **chosen: Any) -> None:
    """What is asked for, of blocks that are counted."""
    warnings: list[str] = []
    with spinner(f"writing {path}"), _faults_told(warnings):
        write_handout(path, *blocks, measure=False, warn=warnings.append, **chosen)
    tell(*warnings)


def _unused(own: bool, networks: object, shared: BlockOptions) -> Iterator[str]:
    """What is said of options that are about a lesson, where exercises are all that is asked for:
    of networks always, of others where they make no block.
    """
    about_blocks = [*shared.keys, *(["size"] if shared.size is not None else [])]
    names = [*(["network"] if networks else []), *([] if own else about_blocks)]
    if names:
        options = ", ".join(map(WORDS.argument, names))
        yield f"No lesson is asked for: {options} {'is' if len(names) == 1 else 'are'} not used."


def _purpose(**given: object) -> str:
    """The option that asks for something else than a sheet."""
    names = [name for name, value in given.items() if value]
    if len(names) > 1:
        first, second = (argument(name) for name in names[:2])
        raise HandoutError(f"{first} and {second} exclude each other; leave one of the two out")
    return "".join(names)


def _environment(students: Path | None) -> str:
    """The secret that the environment has for a class."""
    return "" if students is None else os.environ.get(SECRET, "")


def _command() -> str:
    """The command that makes this file again; what no page can show is a mark in it."""
    command = shlex.join(["bottlecalc", *sys.argv[1:]])
    return "".join(one if is_line(one) else "\ufffd" for one in command)


def _target(output: Path | None, to: str | None, force: bool) -> Path:
    """The file, of which nothing forbids that it is written."""
    if output is None:
        raise HandoutError(
            f"no file is given; give -o FILE, its ending one of"
            f" {', '.join((*formats.ENDINGS, *formats.QUIZZES))}"
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
            other = f", or --to {'|'.join(formats.QUIZZES.values())}" if name == "points" else ""
            raise HandoutError(
                f"{argument(name)} is given without answers; give {argument('check')} CSV as"
                f" well{other}"
            )


def _mark(check: Path, chosen: dict[str, Any], statistics: bool, to: Destination) -> None:
    form = sheets.choose(to.path, to.form)
    if to.path is not None:
        keep([to.path], to.force)
    remarks: list[str] = []
    with _faults_told(remarks):
        marks = mark_answers(check, **chosen, warn=remarks.append)
    result = marks.statistics if statistics else marks
    if to.path is None:
        write(sheets.text(result, form))
    else:
        result.write(to.path, form, force=to.force)
    tell(*remarks)


@contextmanager
def _faults_told(remarks: Sequence[str]) -> Iterator[None]:
    """All that is wrong with somebody's table, a line each, after what was to be said of it."""
    try:
        yield
    except FaultsError as error:
        tell(*remarks, *f"Error: {error.worded(WORDS)}".split("\n"))
        raise typer.Exit(BAD_INPUT) from None
