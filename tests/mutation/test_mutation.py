"""Faults planted in a tiny package of its own, with tests that catch some of them."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from tests.mutation import trials
from tests.mutation.__main__ import EQUIVALENT, main
from tests.mutation.faults import Source

SOURCE = """
def runs_out(n: int) -> object:
    while n:
        n -= 1
    return n == 0
"""

TESTS = """
from bottlecalc.tiny import runs_out


def test_runs_out() -> None:
    assert runs_out(4)
"""

SURVIVOR = """\
bottlecalc/tiny.py:4: 1 -> 2
    n -= 1: n -= 2
"""
"""No odd number is tested; of the others one never ends."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "bottlecalc/__init__.py": "",
        "bottlecalc/tiny.py": SOURCE,
        "tests/test_tiny.py": TESTS,
        EQUIVALENT: "",
    }.items():
        write(tmp_path / name, text)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def changes(code: str) -> list[str]:
    """The lines of a source with each of its faults."""
    return [mutant.text.decode().strip() for mutant in Source("", code.encode()).mutants()]


@pytest.mark.parametrize(
    ("code", "faulty"),
    [
        ("x = 3", ["x = 4"]),
        ("x = -0x10", ["x = -17"]),
        ("x = True, False", ["x = False, False", "x = True, True"]),
        ("a < b", ["a <= b"]),
        ("a <= b > c >= d", ["a < b > c >= d", "a <= b >= c >= d", "a <= b > c > d"]),
        ("a == b", ["a != b"]),
        ("a != b", ["a == b"]),
        ("a is b", ["a is not b"]),
        ("a  is  not  b", ["a  is  b"]),
        ("a in b", ["a not in b"]),
        ("a not in b", ["a in b"]),
        ("a + b", ["a - b"]),
        ("a - b", ["a + b"]),
        ("a * b", ["a + b"]),
        ("a // b", ["a * b"]),
        ("a % b", ["a // b"]),
        ("a += b", ["a -= b"]),
        ("a and b or c", ["a or b or c", "a and b and c"]),
        ("x = not (a)", ["x = (a)"]),
        ("min(a, max(b))", ["max(a, max(b))", "min(a, min(b))"]),
        ("if a:\n raise b", ["if False:\n raise b"]),
        ("def f() -> bool: return g(a)", ["def f() -> bool: return not (g(a))"]),
        ("def f() -> str: return g(a)", []),
        ("(a)  # > b\n", []),
        ("x = ((a)  # > 1\n + (b))", ["x = ((a)  # > 1\n - (b))"]),
        ("x = '×·', 3, '×', a<b", ["x = '×·', 4, '×', a<b", "x = '×·', 3, '×', a<=b"]),
        ("x = '''×\n×''' * 2", ["x = '''×\n×''' + 2", "x = '''×\n×''' * 3"]),
    ],
)
def test_faults(code: str, faulty: list[str]) -> None:
    assert changes(code) == faulty
    for text in faulty:
        ast.parse(text)


@pytest.mark.parametrize(
    "code",
    [
        '"""3 < 4"""',
        "x = f'{a + 1}'",
        "x: Literal[3] | None",
        "def f(x: Literal[3]) -> Literal[4]: ...",
        "@d(frozen=True)\nclass A: ...",
        "if TYPE_CHECKING:\n x = 3",
        "__all__ = [3]",
    ],
)
def test_left_alone(code: str) -> None:
    assert changes(code) == []


@pytest.mark.slow
def test_caught_and_reported(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "SLACK", 2)
    assert main(["tiny"], root) == 1
    assert capsys.readouterr().out == SURVIVOR + "4 mutants, 3 caught, 1 survived\n"
    assert (root / "bottlecalc/tiny.py").read_text("utf-8") == SOURCE


def test_equivalent(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root / EQUIVALENT, "# why\n\nbottlecalc/tiny.py: n -= 1: n -= 2  # a reason\n")
    assert main(["bottlecalc/tiny.py", "--list"], root) == 0
    out = capsys.readouterr().out
    assert SURVIVOR not in out
    assert out.endswith("\n3 mutants; 1 equivalent, not run\n")


def test_sample(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tiny", "--list", "--sample", "4"], root) == 0
    every = capsys.readouterr().out
    assert main(["tiny", "--list", "--sample", "9"], root) == 0
    assert capsys.readouterr().out == every
    draws = set()
    for seed in map(str, range(20)):
        assert main(["tiny", "--list", "--sample", "2", "--seed", seed], root) == 0
        draws.add(capsys.readouterr().out)
    assert len(draws) > 1


@pytest.mark.parametrize(
    ("path", "text", "fragment"),
    [
        ("tests/test_tiny.py", "assert False", "fail already; see pytest tests bottlecalc/tiny.py"),
        (EQUIVALENT, "bottlecalc/tiny.py: n -= 1: n -= 2", "no such mutant"),
        (EQUIVALENT, "bottlecalc/tiny.py: n -= 1: n -= 3  # a reason", "no such mutant"),
        (EQUIVALENT, "bottlecalc/gone.py: n -= 1: n -= 2  # a reason", "no such mutant"),
    ],
)
def test_nothing_can_be_told(
    root: Path, capsys: pytest.CaptureFixture[str], path: str, text: str, fragment: str
) -> None:
    write(root / path, text)
    assert main(["tiny"], root) == 2
    assert fragment in capsys.readouterr().err


@pytest.mark.parametrize("name", ["bottlecalc/tiny.py", "tiny.py", "tiny", "bottlecalc.tiny"])
def test_a_file_is_named_in_any_way(
    root: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main([name, "--list"], root) == 0
    assert capsys.readouterr().out.endswith("\n4 mutants\n")


@pytest.mark.parametrize("name", ["nothing", "tests", "tests/test_tiny.py", "../bottlecalc"])
def test_not_in_the_package(root: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main([name], root) == 2
    assert f"{name!r} is not in bottlecalc; give" in capsys.readouterr().err
