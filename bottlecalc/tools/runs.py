"""Tools that are installed, run: each in a process of its own, on a model that it builds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bottlecalc.text.calls import ArgumentError, quoted
from bottlecalc.text.values import to_json
from bottlecalc.tools.base import (
    Tool,
)
from bottlecalc.tools.subject import Subject

PROCESS = "bottlecalc.models.tool_process"
SECONDS = 600
"""After which a tool is given up."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of running a tool.

    Attributes:
        version: that is installed; empty where none is.
        figures: what it said, by figure.
        sentence: why it said nothing; empty where it did.
    """

    version: str = ""
    figures: Mapping[str, int] = field(default_factory=dict)
    sentence: str = ""

    def notes(self, tool: Tool) -> Iterator[str]:
        """What has to be said of it, a sentence each."""
        if self.sentence:
            yield self.sentence
        if self.version and self.version != tool.version:
            yield f"the rules are those of {tool.version}, and {self.version} is installed"


def run_tools(
    subject: Subject, tools: Iterable[Tool], progress: Callable[[str], object]
) -> dict[str, Outcome]:
    """Run each tool once; where one is not installed, or fails, that is said.

    Raises:
        ArgumentError: the model, or one of its arguments, cannot be brought into another process.
    """
    if not subject.made:
        raise ArgumentError(
            f"run=True builds {subject.name} in processes of their own; give it by its name, such"
            " as 'net.py:build', or leave run out"
        )
    for name, value in subject.made.get("arguments", {}).items():
        _check_passes(name, value)
    ran: dict[str, Outcome] = {}
    for tool in tools:
        if tool.name not in ran:
            progress(f"running {tool.name}")
            ran[tool.name] = _run(subject, tool)
    return ran


def _check_passes(name: str, value: object) -> None:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"{name} = {quoted(value)} cannot be told to another process, as run=True has to; leave"
            " run out, or name a function that takes numbers, text and lists of them"
        ) from None


def installed(package: str) -> str:
    """The version of a package, spelled as packaging does; empty where it is not installed."""
    try:
        return version(package).partition("+")[0].replace("-", ".post")
    except PackageNotFoundError:
        return ""


def _run(subject: Subject, tool: Tool) -> Outcome:
    found = installed(tool.package)
    if not found:
        remedy = f"install it with: python -m pip install {tool.package}=={tool.version}"
        return Outcome(sentence=f"{tool.package} is not installed, and was not run; {remedy}")
    request = {
        "tool": tool.name,
        "inputs": to_json(list(subject.inputs)),
        "keywords": to_json(dict(subject.keywords)),
        **subject.made,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", PROCESS], input=json.dumps(request), text=True,
            capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Outcome(version=found, sentence=f"{tool.name} was given up after {SECONDS} seconds")
    return _answer(tool, found, done)


def _answer(tool: Tool, found: str, done: subprocess.CompletedProcess[str]) -> Outcome:
    try:
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return Outcome(version=found, sentence=f"{tool.name} fails on this model: {last}")
    if error := answer.get("error"):
        return Outcome(version=found, sentence=f"{tool.name} fails on this model: {error}")
    figures = {name: value for name, value in answer.items() if value is not None}
    return Outcome(version=found, figures=figures)
