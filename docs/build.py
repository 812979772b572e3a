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

from bottlecalc.cli import command_line
from docs import explained, families

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference.md"
CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^```\w+ (?P<path>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

COMMITS = {
    **{f"GIT_{who}_NAME": "me" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "me@example.org" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_DATE": "2026-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
}
"""A commit that is shown has the same hash wherever and whenever it is made."""

PREFACE = """\
# Command reference

Written by `python docs/build.py` from the commands themselves.

Exit codes, everywhere: 0 fine; 1 a check failed (counters of a block disagree, a budget is
exceeded, no value fits); 2 bad input, configuration or environment. An error is one sentence on
stderr, and nothing is written.

Numbers are whole; where `sweep` takes a list or a range, `16,32,64`, `3:9` (steps of 1), `8:128:8`
(the last value included where a step meets it) and `64:1024:*2` (a factor) are such. A budget may
be written `20k` or `20K`, `4.2M`, `1.5G`, `2T` or `25e3`.

`-o FILE` writes what a command prints to a file, whole or not at all. `--measure` asks torch and
fvcore, leaving out whoever would take too much, and of a sweep about a sample; `--insist` asks them
at any size. Keys, families and budgets complete in the shell: `bottlecalc --install-completion`, or
`--install-completion zsh` for one that is named.

A SPEC is `family:key=value,…`. `bottlecalc blocks` lists the families, and `bottlecalc blocks
bottleneck` the keys of one; a key that is no option of its own is given by `--set KEY=VALUE`.
[Blocks](blocks.md) says what each one is.
"""


def documents() -> list[Path]:
    """All documents that may show commands."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def current(path: Path) -> dict[Path, bytes]:
    """The document as it should be now, and the figures that its commands draw for it."""
    text = reference() if path == REFERENCE else path.read_text("utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(text, folder)
        text = CONSOLE.sub(lambda block: _transcript(block.group(), folder), text)
        drawn = {path.parent / figure.name: figure.read_bytes() for figure in folder.glob("*.svg")}
    text = explained.written(text)
    if families.BEGIN in text:
        text = families.written(text)
        folder = path.parent / path.stem
        drawn |= {folder / name: figure for name, figure in families.figures().items()}
    return {path: text.encode(), **drawn}


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
    yield from getattr(typer.main.get_command(command_line()), "commands", ())


def _transcript(block: str, folder: Path) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{_run(command[2:], folder)}" for command in commands)


def _run(command: str, folder: Path) -> str:
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    unwanted = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_ACTIONS")
    environment = {k: v for k, v in os.environ.items() if k not in unwanted}
    environment |= {"PATH": binaries, "PYTHONUTF8": "1", "COLUMNS": "80", "TERM": "dumb"}
    environment |= COMMITS
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # a folder that is listed shows no caches
    done = subprocess.run(
        ["bash", "-c", command], env=environment, cwd=folder, capture_output=True, timeout=300
    )
    lines = (done.stdout + done.stderr).decode().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


def stale() -> dict[Path, bytes]:
    """What is not current, and what it should be."""
    wanted = [item for path in documents() for item in current(path).items()]
    return {path: content for path, content in wanted if _read(path) != content}


def main() -> int:
    """Write what is not current, or with ``--check`` name it."""
    outdated = stale()
    for path, content in outdated.items():
        if "--check" in sys.argv:
            print(f"{path.relative_to(ROOT)} is not current; write it with: python docs/build.py")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    return 1 if outdated and "--check" in sys.argv else 0


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


if __name__ == "__main__":
    sys.exit(main())
