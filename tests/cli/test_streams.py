"""Whatever the user's code does to the streams, and whichever of them are closed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bottlecalc import __main__ as entry
from bottlecalc.cli import signals
from bottlecalc.text import files
from tests.conftest import Run, run_process

BOTTLECALC = f"{sys.executable} -m bottlecalc"
SMALL = "compare --in 4 --out 8 --size 5"
MODELS = """
import gc, os, sys, threading, time
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        return x

class Cyclic(Net):
    def __init__(self):
        super().__init__()
        class Loud:
            def __del__(self): print("collected")
        gc.disable()
        loud = Loud()
        loud.itself = loud
        def collect(frame, *_):
            if frame.f_code.co_name == "write_all":
                sys.setprofile(None)
                gc.collect()
        sys.setprofile(collect)

class Threaded(Net):
    def __init__(self):
        super().__init__()
        def go():
            while threading.main_thread().is_alive():
                print("from a thread")
                time.sleep(0.001)
        threading.Thread(target=go, daemon=True).start()

class Forking(Net):
    def forward(self, x):
        if os.fork():
            os.wait()
        return x

class Closing(Net):
    def forward(self, x):
        sys.__stdout__.close()
        sys.__stderr__.close()
        return x

class Rebinding(Net):
    def forward(self, x):
        sys.stdout = open(os.devnull, "w")
        os.close(1)
        return x
"""


def shell(command: str) -> tuple[int, str, str]:
    buffered = {name: text for name, text in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=300, env=buffered
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(MODELS, "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["Cyclic", "Threaded", "Forking", "Closing", "Rebinding"])
def test_stdout_is_ours_alone(name: str, here: Path) -> None:
    model = (f"net.py:{name}", "--input", "1x3", "--counter", "torch", "--format", "json")
    result = run_process("count", *model)
    assert result.code == 0
    assert json.loads(result.out)["target"] == f"net.py:{name}"


def test_a_closed_stderr_is_no_error() -> None:
    code, out, _ = shell(f"{BOTTLECALC} {SMALL} --measure 2>&-")
    assert (code, "closed form = torch = fvcore" in out) == (0, True)


@pytest.mark.parametrize(
    "command",
    [
        f"{SMALL} --size 0 2>&-",
        f"{SMALL} --size 0 2>/dev/full",
        f"{SMALL} --no-measure >&- 2>&-",
        f"{SMALL} --no-measure <&- >&- 2>&-",
    ],
)
def test_where_nobody_hears_the_exit_code_is_right(command: str) -> None:
    assert shell(f"{BOTTLECALC} {command}") == (2, "", "")


def test_closed_streams_leave_their_places_to_no_file(tmp_path: Path) -> None:
    """A file that is opened would take the number of stdin or of stderr."""
    file = tmp_path / "designs.csv"
    code, _, _ = shell(f"{BOTTLECALC} sweep --in 4 --out 8 --format csv --output {file} <&- 2>&-")
    assert code == 0
    assert len(file.read_text().splitlines()) == 3


def test_a_spec_imports_nothing_from_the_working_directory(here: Path) -> None:
    for name in ("torch", "rich", "numpy", "fvcore"):
        (here / f"{name}.py").write_text("raise SystemExit('imported from here')", "utf-8")
    result = run_process("count", "bottleneck:in=4,out=8", "--format", "json")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out)["agrees"] is True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_no_draft(number: int, tmp_path: Path) -> None:
    sweep = ("sweep", "--in", "64", "--out", "128", "--mid", "1:90000000", "--format", "csv")
    command = [sys.executable, "-m", "bottlecalc", *sweep, "--output", str(tmp_path / "x.csv")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not os.listdir(tmp_path):
        assert process.poll() is None
    process.send_signal(number)
    assert process.communicate(timeout=120)[1] == ""
    assert process.returncode == 128 + number
    assert os.listdir(tmp_path) == []


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.ending():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_ctrl_c_while_python_imports_is_quiet() -> None:
    """The command line is loaded, very slowly, when Ctrl-C is pressed."""
    slow = (
        "import os, sys; from bottlecalc import __main__;"
        "import importlib.abc\n"
        "class Pressing(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'bottlecalc.cli': os.kill(os.getpid(), 2)\n"
        "sys.meta_path.insert(0, Pressing())\n"
        "__main__.main()"
    )
    done = subprocess.run([sys.executable, "-c", slow], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert entry.main.__module__ == "bottlecalc.__main__"


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("check", "--config", "/dev/zero"), "give another file"),
        (("check", "--config", "x.toml", "--baseline", "/dev/full"), "give another file"),
        (("handout", "--exercises", "2", "--check", "/dev/zero"), "give a CSV file"),
    ],
)
def test_a_file_without_an_end(
    arguments: tuple[str, ...], remedy: str, here: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "x.toml").write_text('[[budget]]\nname="a"\nblock="plain:in=1,out=1"\nmax_macs=1\n')
    monkeypatch.setattr(files, "MOST_BYTES", 2**20)
    file = arguments[-1]
    assert run(*arguments) == (2, "", f"Error: {file} holds more than 1 MB; {remedy}\n")


def test_a_baseline_may_be_a_pipe(here: Path) -> None:
    (here / "bottlecalc.toml").write_text(
        '[[budget]]\nname="a"\nblock="plain:in=1,out=1"\nmax_macs="9M"\n'
    )
    assert run_process("check", "--update").code == 0
    command = f"{BOTTLECALC} check --baseline <(cat bottlecalc.lock.json)"
    code, out, err = shell(command)
    assert (code, err, "±0" in out) == (0, "", True)


def test_too_little_memory_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from bottlecalc.cli import compare

    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(compare, "compared", exhausted)
    result = run("compare", "--in", "4", "--out", "8")
    sentence = "Error: there is not enough memory; ask for less, or free some\n"
    assert result == (2, "", sentence)
