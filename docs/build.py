"""Keep the documents true: run every command that they show, and write what it prints.

``python docs/build.py`` writes; ``python docs/build.py --check`` only says what is not current.

In README.md and docs/*.md a block of ``console`` holds commands after ``$``, each followed by
what it prints; they run in a folder that has the files which the document shows: blocks with a
path after the language. The reference is written whole, by walking the commands.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import typer.main

from bottlecalc.cli import app

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference.md"
CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^```\w+ (?P<path>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

PREFACE = """\
# Command reference

Written by `python docs/build.py` from the commands themselves.

Exit codes, everywhere: 0 fine; 1 a check failed (witnesses disagree, a budget is exceeded); 2 bad
input, configuration or environment. An error is one sentence on stderr, and nothing is written.

A SPEC is `family:key=value,…`. The families are `plain`, `basic` and `bottleneck`; the keys are
`in`, `out`, `stride`, `dilation`, `downsample`, `upsample` and, for `bottleneck`, `mid` and
`groups`. [Blocks](blocks.md) says what each one is.
"""


def documents() -> list[Path]:
    """All documents that may show commands."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def current(path: Path) -> str:
    """The document's text as it should be now."""
    text = reference() if path == REFERENCE else path.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        write_files(text, Path(folder))
        return CONSOLE.sub(lambda block: _transcript(block.group(), Path(folder)), text)


def write_files(text: str, folder: Path) -> None:
    """Write the files that a document shows into a folder."""
    for block in FILE.finditer(text):
        path = folder / block["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block["text"], "utf-8")


def reference() -> str:
    """The command reference: each command's own help."""
    names = ["", *(f" {name}" for name in command_names())]
    shown = (f"\n## `bottlecalc{n}`\n\n```console\n$ bottlecalc{n} --help\n```\n" for n in names)
    return PREFACE + "".join(shown)


def command_names() -> Iterator[str]:
    """The names of all commands."""
    yield from getattr(typer.main.get_command(app), "commands", ())


def _transcript(block: str, folder: Path) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{_run(command[2:], folder)}" for command in commands)


def _run(command: str, folder: Path) -> str:
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    unwanted = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_ACTIONS")
    environment = {k: v for k, v in os.environ.items() if k not in unwanted}
    environment |= {"PATH": binaries, "PYTHONUTF8": "1", "COLUMNS": "80", "TERM": "dumb"}
    done = subprocess.run(
        ["bash", "-c", command], env=environment, cwd=folder, capture_output=True, timeout=300
    )
    lines = (done.stdout + done.stderr).decode().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def main() -> int:
    """Write every document anew, or with ``--check`` name those that are not current."""
    stale = [path for path in documents() if current(path) != _read(path)]
    for path in stale:
        if "--check" in sys.argv:
            print(f"{path.relative_to(ROOT)} is not current; write it with: python docs/build.py")
        else:
            path.write_text(current(path), "utf-8")
    return 1 if stale and "--check" in sys.argv else 0


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
