"""What Typer complains of is one sentence of ours, whatever Typer calls its complaints."""

from __future__ import annotations

import pytest
import typer

from bottlecalc import cli
from tests.conftest import Run

COMPLAINTS = [
    (("solve", "--nosuch"), "No such option", "; see bottlecalc solve --help\n"),
    (("solve", "--in"), "Option '--in' requires an argument", "\n"),
    (
        ("solve", "--scope", "x"),
        "Invalid value for '--scope': 'x' is not one of 'main'",
        "--help\n",
    ),
    (("nosuch",), "No such command 'nosuch'; see", "bottlecalc --help\n"),
]


@pytest.mark.parametrize(("arguments", "beginning", "end"), COMPLAINTS)
def test_it_is_one_sentence(arguments: tuple[str, ...], beginning: str, end: str, run: Run) -> None:
    result = run(*arguments)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith(f"Error: {beginning}")
    assert result.err.endswith(end)


def test_all_complaints_are_caught() -> None:
    for name in ("BadParameter", "Abort", "Exit"):
        is_complaint = issubclass(getattr(typer, name), cli.COMPLAINT)
        assert is_complaint == (name == "BadParameter")
