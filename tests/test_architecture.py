"""Who may import whom, and torch kept out of what needs only arithmetic."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

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
out, code = io.StringIO(), 0
with contextlib.redirect_stdout(out):
    try:
        main()
    except SystemExit as exit_:
        code = int(exit_.code or 0)
print(code, len(out.getvalue()), *(name for name in {heavy!r} if name in sys.modules))
"""


class Process(NamedTuple):
    """What a command did: its exit code, how much it printed, and what it loaded."""

    code: int
    printed: int
    loaded: list[str]


def process(*arguments: str) -> Process:
    code = IMPORTS.format(arguments=arguments, heavy=HEAVY)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    first, printed, *loaded = done.stdout.split()
    return Process(int(first), int(printed), loaded)


INSTANT: list[tuple[tuple[str, ...], int]] = [
    (("--version",), 0),
    (("--help",), 0),
    (("compare", "--help"), 0),
    (("compare", "--in", "64", "--out", "128", "--no-measure"), 0),
    (("compare", "--in", "64", "--out", "128", "--no-measure", "--format", "json"), 0),
    (("compare", "--in", "64", "--out", "128", "--no-measure", "--format", "csv"), 0),
    (("compare", "--in", "64", "--out", "1"), 2),
    (("solve", "--in", "64", "--out", "128", "--max-params", "20k"), 0),
    (("network",), 0),
    (("network", "resnet18"), 0),
    (("network", "resnet18", "mobilenet_v2:width=0.5", "--format", "json"), 0),
    (("network", "nosuch"), 2),
    (("count", "--help"), 0),
    (("check", "--help"), 0),
    (("check",), 0),
    (("check", "--format", "json"), 0),
    (("check", "--format", "junit"), 0),
    (("check", "--format", "sarif"), 0),
    (("handout", "--help"), 0),
    (("page", "--help"), 0),
]


@pytest.mark.parametrize(("arguments", "code"), INSTANT, ids=lambda value: str(value))
def test_torch_stays_out_of_the_instant_path(arguments: tuple[str, ...], code: int) -> None:
    done = process(*arguments)
    assert done.code == code
    assert (done.printed > 0) == (code == 0)
    assert done.loaded == []


def test_this_test_can_fail() -> None:
    assert process("nonsense").code == 2
    assert {"torch", "fvcore", "psutil"} <= set(
        process("compare", "--in", "4", "--out", "8").loaded
    )
    assert {"torch", "psutil"} <= set(process("count", "plain:in=4,out=8").loaded)
    sweep = process("sweep", "--in", "4", "--out", "8", "--format", "csv")
    assert (sweep.code, sweep.loaded) == (0, ["numpy"])
    even = process("solve", "--in", "4", "--out", "8", "--break-even")
    assert (even.code, even.loaded) == (0, ["sympy"])


def test_drawing_is_loaded_to_draw(tmp_path: Path) -> None:
    sheet = ("handout", "--in", "4", "--out", "8", "--no-measure", "-o", str(tmp_path / "a.html"))
    assert set(process(*sheet).loaded) == {"numpy", "matplotlib", "jinja2", "pypandoc"}


def test_a_page_needs_its_template_and_no_more(tmp_path: Path) -> None:
    assert process("page", "-o", str(tmp_path / "a.html")).loaded == ["jinja2"]


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
        ("layers", '    "render",\n    "budgets",', '    "budgets",\n    "render",'),
        ("pure", '["torch", "fvcore", "psutil"]', '["rich"]'),
        ("pure", '"bottlecalc.agreement.compare -> bottlecalc.agreement.ask",', ""),
        ("columns", 'forbidden_modules = ["numpy"]', 'forbidden_modules = ["sympy"]'),
        (
            "handout",
            '"exercises | lesson | multiples | terms | totals",',
            '"exercises | terms | totals",',
        ),
        ("drawn", 'forbidden_modules = ["matplotlib", ', 'forbidden_modules = ["jinja2", '),
        ("blind", '["bottlecalc.formulas"]', '["bottlecalc.layers"]'),
        ("blind", '"bottlecalc.networks.module"]', '"bottlecalc.networks"]'),
        ("pure", '"bottlecalc.networks.formula"', '"bottlecalc.networks.module"'),
    ],
    ids=lambda text: text if text.isalpha() else "",
)
def test_each_contract_can_fail(name: str, contract: str, broken: str, tmp_path: Path) -> None:
    """A contract that forbids what is really imported must break, and no other."""
    config = (ROOT / "pyproject.toml").read_text("utf-8")
    assert contract in config
    tampered = tmp_path / "pyproject.toml"
    tampered.write_text(config.replace(contract, broken, 1), "utf-8")
    done = lint(tampered)
    assert done.returncode != 0
    assert re.search(rf"^{name}: .* BROKEN", done.stdout, re.MULTILINE), done.stdout


def test_every_package_below_the_command_line_is_in_the_architecture() -> None:
    """docs/architecture.md names each package and each of its files."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for path in sorted((ROOT / "bottlecalc").rglob("*.py")):
        package = path.parent.name
        if path.name != "__init__.py" and package != "bottlecalc":
            assert f"`{path.stem}`" in text, f"{package}/{path.name}"


def functions(path: Path) -> list[int]:
    """How many lines each function of a file has, its docstring left out."""
    lengths = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            lengths.append((body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0)
    return lengths


def test_functions_and_files_are_short() -> None:
    files = sorted((ROOT / "bottlecalc").rglob("*.py"))
    lengths = sorted(length for path in files for length in functions(path))
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 20
    for path in [*files, *(ROOT / "tests").rglob("*.py")]:
        assert path.read_text("utf-8").count("\n") <= 400, path
