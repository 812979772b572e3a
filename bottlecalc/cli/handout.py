"""``bottlecalc handout``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bottlecalc.agreement.compare import Comparison
from bottlecalc.cli import options
from bottlecalc.cli.comparison import compared, remark
from bottlecalc.cli.options import BlockOptions, block_options
from bottlecalc.cli.output import FAILED, save, save_all, spinner, tell, write
from bottlecalc.handout import HandoutError, Language, formats
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.marking import mark, read_answers
from bottlecalc.handout.worksheet import MOST, draw
from bottlecalc.handout.write import key_files, sheet_files
from bottlecalc.text.files import OutputError, read_bytes
from bottlecalc.text.numbers import WHOLE_NUMBER
from bottlecalc.tools import check as tools_check


@block_options
def handout(
    shared: BlockOptions,
    blocks: options.Blocks = None,
    measure: options.Measure = True,
    insist: options.Insist = False,
    language: Annotated[
        Language, typer.Option("--lang", metavar="en|zh", help="English or Simplified Chinese.")
    ] = "en",
    title: Annotated[str, typer.Option(metavar="TEXT", help="Instead of the usual title.")] = "",
    exercises: Annotated[
        str, typer.Option(metavar="N", help="Append a worksheet of so many exercises.")
    ] = "0",
    seed: Annotated[
        str, typer.Option(metavar="S", help="A whole number; the same one, the same exercises.")
    ] = "0",
    answers: Annotated[
        bool, typer.Option("--answers", help="Write the key of the exercises instead.")
    ] = False,
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Mark these answers to the exercises (columns: student, exercise, answer)"
            " instead; CSV, on stdout without -o.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="markdown, html, pdf, latex, docx, ipynb, or revealjs (slides, which load"
            " reveal.js from the network).  [default: by FILE's ending]",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE",
                     help="Where to: .md, .html, .pdf, .tex, .docx or .ipynb."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that exist.")] = False,
) -> None:  # fmt: skip
    """Write a teacher's sheet about the blocks, a worksheet, or its key; or mark a class.

    Figures of .md and .tex lie beside the file, in FILE_files.

    Examples:

    `bottlecalc handout --in 64 --out 128 -o bottleneck.pdf`

    `bottlecalc handout --in 64 --out 128 --exercises 8 --seed 7 --lang zh -o bottleneck.html`

    `bottlecalc handout --exercises 8 --seed 7 --answers -o key.pdf`

    `bottlecalc handout --exercises 8 --seed 7 --check answers.csv -o marks.csv`
    """
    purpose = _purpose(answers, check)
    drawn = _drawn(exercises, seed, purpose)
    if check is not None:
        return _mark(check, drawn, language, output, force)
    path, form = _target(output, to, force)
    if answers:
        made = _writing(
            path, lambda: key_files(drawn, language, path, form, title=title, command=_command())
        )
        return _publish(made, path, force)
    asked = options.read_measure(measure, insist)
    comparison = _comparison(compared(shared.blocks(blocks or ()), shared, asked))
    warnings: list[str] = []
    made = _writing(
        path,
        lambda: sheet_files(
            comparison, drawn, language, path, form,
            title=title, command=_command(), warn=warnings.append,
        ),
    )  # fmt: skip
    for sentence in warnings:
        tell(sentence)
    return _publish(made, path, force)


def _purpose(answers: bool, check: Path | None) -> str:
    """The option that asks for something else than a sheet."""
    if answers and check is not None:
        raise HandoutError("--answers and --check exclude each other; leave one of the two out")
    return "--answers" if answers else "--check" if check is not None else ""


def _drawn(how_many: str, seed: str, purpose: str) -> list[Exercise]:
    wanted = _whole("--exercises", how_many, f"a whole number from 0 to {MOST}")
    number = _whole("--seed", seed, "a whole number of at least 0")
    if wanted > MOST:
        raise HandoutError(
            f"--exercises {how_many!r} is too many; give a whole number from 0 to {MOST}"
        )
    if purpose and not wanted:
        raise HandoutError(f"{purpose} is given without exercises; give --exercises N as well")
    return draw(wanted, number)


def _whole(option: str, text: str, allowed: str) -> int:
    if not WHOLE_NUMBER.fullmatch(text):
        raise HandoutError(f"{option} {text!r} is no number; give {allowed}")
    return int(text)


def _command() -> str:
    """The command that makes this file again; what no page can show is a mark in it."""
    command = shlex.join(["bottlecalc", *sys.argv[1:]])
    return "".join(one if one.isprintable() else "\ufffd" for one in command)


def _target(output: Path | None, to: str | None, force: bool) -> tuple[Path, formats.Format]:
    """The file, and its format."""
    if output is None:
        raise HandoutError(
            f"no file is given; give -o FILE, its ending one of {', '.join(formats.ENDINGS)}"
        )
    _keep([output], force)
    return output, formats.choose(output, to)


def _comparison(comparison: Comparison) -> Comparison:
    """What counters have to say goes to stderr; where they contradict there is no sheet."""
    remark(comparison)
    if tools_check.agrees(comparison.blocks) is False:
        raise typer.Exit(FAILED)
    return comparison


def _writing(path: Path, make: Callable[[], dict[Path, bytes]]) -> dict[Path, bytes]:
    with spinner(f"writing {path}"):
        return make()


def _publish(made: dict[Path, bytes], path: Path, force: bool) -> None:
    _keep(made, force)
    folders = {one.parent for one in made} - {path.parent}
    save_all(made, folders.pop() if folders else None)


def _keep(paths: Iterable[Path], force: bool) -> None:
    """Refuse to write over what exists."""
    for path in paths:
        if path.exists() and not force:
            raise OutputError(f"{path} exists; give another file, or --force to write over it")


def _mark(
    check: Path, drawn: Sequence[Exercise], language: Language, output: Path | None, force: bool
) -> None:
    table = mark(read_answers(_read(check), len(drawn)), drawn, language)
    if output is None:
        return write(table)
    _keep([output], force)
    save(output, table)


def _read(path: Path) -> str:
    try:
        return read_bytes(path, HandoutError, "give a CSV file").decode("utf-8")
    except UnicodeDecodeError as error:
        raise HandoutError(f"{path} is not in UTF-8; save it as CSV UTF-8") from error
