"""Who may import whom, and torch kept out of what needs only arithmetic."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    *("torch", "fvcore", "numpy", "sympy", "psutil"),
    *("matplotlib", "jinja2", "pypandoc", "typst"),
)

IMPORTS = """
import contextlib, io, sys
sys.argv = ["bottlecalc", *{arguments!r}]
from bottlecalc.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
print(*(name for name in {heavy!r} if name in sys.modules))
"""


def loaded(*arguments: str) -> list[str]:
    code = IMPORTS.format(arguments=arguments, heavy=HEAVY)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.split()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("compare", "--help"),
        ("compare", "--in", "64", "--out", "128", "--no-measure"),
        ("compare", "--in", "64", "--out", "128", "--no-measure", "--format", "json"),
        ("compare", "--in", "64", "--out", "1"),
        ("count", "--help"),
        ("check", "--help"),
        ("check",),
        ("check", "--format", "json"),
        ("check", "--format", "junit"),
        ("check", "--format", "sarif"),
        ("handout", "--help"),
    ],
    ids=" ".join,
)
def test_torch_stays_out_of_the_instant_path(arguments: tuple[str, ...]) -> None:
    assert loaded(*arguments) == []


def test_this_test_can_fail() -> None:
    assert {"torch", "fvcore", "psutil"} <= set(loaded("compare", "--in", "4", "--out", "8"))
    assert {"torch", "psutil"} <= set(loaded("count", "plain:in=4,out=8"))


def test_drawing_is_loaded_to_draw(tmp_path: Path) -> None:
    sheet = ("handout", "--in", "4", "--out", "8", "--no-measure", "-o", str(tmp_path / "a.html"))
    assert set(loaded(*sheet)) == {"numpy", "matplotlib", "jinja2", "pypandoc"}


def test_importing_the_library_is_cheap() -> None:
    code = "import sys, bottlecalc; bottlecalc.count(bottlecalc.Plain(3, 4)); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {*HEAVY, "rich", "typer"} & set(done.stdout.split())


def lint(config: Path) -> subprocess.CompletedProcess[str]:
    linter = str(Path(sys.executable).parent / "lint-imports")
    command = [linter, "--no-cache", "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_import_contracts_hold() -> None:
    done = lint(ROOT / "pyproject.toml")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "contract", "broken"),
    [
        ("layers", '    "handout",\n    "render",', '    "render",\n    "handout",'),
        ("pure", 'forbidden_modules = ["torch", ', 'forbidden_modules = ["rich", '),
        ("exact", '["torch", "fvcore", "psutil"]', '["numpy"]'),
        ("handout", '"exercises | lesson | terms",', '"exercises | terms",'),
        ("drawn", 'forbidden_modules = ["matplotlib", ', 'forbidden_modules = ["jinja2", '),
        ("blind", '["bottlecalc.formulas"]', '["bottlecalc.layers"]'),
    ],
    ids=lambda text: text if text.isalpha() else "",
)
def test_each_contract_can_fail(name: str, contract: str, broken: str, tmp_path: Path) -> None:
    """A contract that forbids what is really imported must break, and no other."""
    config = (ROOT / "pyproject.toml").read_text("utf-8")
    assert contract in config
    tampered = tmp_path / "pyproject.toml"
    tampered.write_text(config.replace(contract, broken), "utf-8")
    done = lint(tampered)
    assert done.returncode != 0
    assert re.search(rf"^{name}: .* BROKEN$", done.stdout, re.MULTILINE), done.stdout
