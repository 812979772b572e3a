"""The options of ``bottlecalc handout``: what it says, exercises, marks, and where it goes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bottlecalc.cli import completion
from bottlecalc.handout import Language

Networks = Annotated[
    list[str] | None,
    typer.Option(
        "--network",
        metavar="NETWORK",
        autocompletion=completion.networks,
        help="A network whose stages are shown, as often as wanted: resnet50,"
        " resnet50:width=0.5. Without --in, --out and --block the sheet is of it alone.",
    ),
]
Lang = Annotated[
    Language, typer.Option("--lang", metavar="en|zh", help="English or Simplified Chinese.")
]
Title = Annotated[str, typer.Option(metavar="TEXT", help="Instead of the usual title.")]
Exercises = Annotated[
    str, typer.Option(metavar="N", help="Append a worksheet of so many exercises.")
]
Seed = Annotated[
    str, typer.Option(metavar="S", help="A whole number; the same one, the same exercises.")
]
Level = Annotated[
    str | None,
    typer.Option(
        metavar="1|2|3",
        help="Of all exercises: one layer, a block, or several steps.  [default: every level]",
    ),
]
Only = Annotated[
    str | None,
    typer.Option(
        metavar="worksheet",
        help="A test to hand out: the exercises with room to work, under a form number, without"
        " the lesson and without what would tell how they were drawn.",
    ),
]
Students = Annotated[
    Path | None,
    typer.Option(
        "--class",
        metavar="CSV",
        help="A class, by a column student or name: a worksheet for each, with other numbers, in"
        " one file; with --answers the key of all, with --check the marks.",
    ),
]
Secret = Annotated[
    str,
    typer.Option(
        metavar="TEXT",
        help="What a class's worksheets are drawn by, together with the names and the seed."
        "  [default: the environment's BOTTLECALC_SECRET]",
    ),
]
Answers = Annotated[bool, typer.Option("--answers", help="Write the key of the exercises instead.")]
Check = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="Mark these answers to the exercises instead: a row an answer (student, exercise,"
        " answer) or a student (a column an exercise); CSV, on stdout without -o.",
    ),
]
Points = Annotated[
    str | None,
    typer.Option(
        metavar="WORTH",
        help="What marks, or answers to questions, are worth: slip=0.5. Also right,"
        " slips (two at once; as one), wrong, unreadable.  [default: no points]",
    ),
]
Statistics = Annotated[
    bool,
    typer.Option(
        "--statistics",
        help="Of the marks, how each exercise was answered, its commonest slip and where that"
        " is taught.",
    ),
]
Encoding = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="What the answers are in: cp1250.  [default: told by their bytes]",
    ),
]
To = Annotated[
    str | None,
    typer.Option(
        metavar="FORMAT",
        help="markdown, html, pdf, latex, docx, ipynb (a lab), or revealjs (slides, in one file"
        " that needs no network); of exercises as questions moodle, gift or qti; of marks csv,"
        " json or markdown.  [default: by FILE's ending]",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Where to: .md, .html, .pdf, .tex, .docx or .ipynb; questions: .xml (Moodle), .gift"
        " or .zip (QTI).",
    ),
]
Paper = Annotated[
    str,
    typer.Option(
        "--paper", metavar="a4|letter", help="What a PDF, LaTeX, docx and HTML are printed on."
    ),
]
LargePrint = Annotated[
    bool,
    typer.Option("--large-print", help="In letters of 18 pt, in the same formats."),
]
Force = Annotated[bool, typer.Option("--force", help="Write over files that exist.")]
