"""What the tests share: running the command line in this process, and on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from bottlecalc import cli


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


def pytest_configure() -> None:
    """Heed Ctrl-C, which what a script runs in the background ignores, and its children with it.

    One thread a worker: more than there are cores wait for each other, on tensors so small.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``bottlecalc`` in this process, its output piped."""

    def run(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["bottlecalc", *arguments])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        code = exit_.value.code
        return Result(code if isinstance(code, int) else 0, *capsys.readouterr())

    return run


def run_process(*arguments: str, **environment: str) -> Result:
    """Run ``python -m bottlecalc`` in a process of its own, here, its output piped."""
    command = [sys.executable, "-m", "bottlecalc", *arguments]
    done = subprocess.run(command, capture_output=True, env=_environment(environment), timeout=120)
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    return Result(done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding))


def run_on_terminal(columns: int, *arguments: str, **environment: str) -> Result:
    """Run ``python -m bottlecalc`` on a pseudo-terminal so wide; out and err come together."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    command = [sys.executable, "-m", "bottlecalc", *arguments]
    process = subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env=_environment(environment)
    )
    os.close(follower)
    chunks = []
    while chunk := _read(leader):
        chunks.append(chunk)
    os.close(leader)
    return Result(process.wait(), b"".join(chunks).decode().replace("\r\n", "\n"), "")


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # Linux says EIO where the other end is closed
        return b""


def _environment(extra: dict[str, str]) -> dict[str, str]:
    unwanted = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "PYTHONIOENCODING")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in unwanted and not name.startswith("GITHUB_")
    }
    return {**kept, "TERM": "xterm-256color", "PYTHONUTF8": "1", **extra}


ARITHMETIC = (
    *("agreement/test_absent.py", "blocks", "budgets/test_entry.py", "budgets/test_file.py"),
    *("budgets/test_lock.py", "cli/test_extremes.py", "cli/test_output.py", "cli/test_solve.py"),
    *("cli/test_usage.py",),
    *("explore", "formulas", "layers", "render/test_comparison.py", "text", "tools"),
)
"""Tests that run where torch is not installed, but for those marked ``torch``."""


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Where torch is not installed, all but arithmetic."""
    if find_spec("torch") or collection_path.suffix != ".py":
        return None
    place = collection_path.relative_to(Path(__file__).parent).as_posix()
    return None if place.startswith(ARITHMETIC) else True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where torch is not installed, what is marked as needing it is skipped."""
    if not find_spec("torch"):
        for item in items:
            if item.get_closest_marker("torch"):
                item.add_marker(pytest.mark.skip(reason="torch is not installed"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file of ``tests/golden``, or write it with ``--update-golden``."""

    def check(name: str, text: str) -> None:
        path = Path(__file__).parent / "golden" / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return check
