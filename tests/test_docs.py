"""The documents are true: complete, current, and what they show is run."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from bottlecalc import FAMILIES, NETWORKS
from bottlecalc.cli import command_line
from docs import build
from tests.conftest import Run

DOCUMENTS = build.documents()


@pytest.mark.slow
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_shows_is_what_is_printed(path: Path) -> None:
    for file, content in build.current(path).items():
        assert file.read_bytes() == content, file.name


@pytest.mark.slow
def test_a_stale_document_is_seen(tmp_path: Path) -> None:
    text = (build.ROOT / "docs" / "tutorial.md").read_text("utf-8")
    stale = tmp_path / "tutorial.md"
    stale.write_text(text.replace("15,360", "15,361"), "utf-8")
    assert build.current(stale)[stale] != stale.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_python_in_documents_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build.write_files(path.read_text("utf-8"), tmp_path)
    monkeypatch.chdir(tmp_path)
    assert doctest.testfile(str(path), module_relative=False).failed == 0


def test_the_reference_has_every_command_and_option() -> None:
    text = build.REFERENCE.read_text("utf-8")
    commands = getattr(typer.main.get_command(command_line()), "commands", {})
    assert list(commands) == list(build.command_names())
    for name, command in commands.items():
        section = text.split(f"## `bottlecalc {name}`")[1].split("\n## ")[0]
        for parameter in command.params:
            assert parameter.help, parameter.name
            is_option = parameter.opts[0].startswith("-")
            shown = parameter.opts if is_option else [parameter.metavar or ""]
            assert all(name and name in section for name in shown), parameter.name


def test_links_between_documents_lead_somewhere() -> None:
    for path in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


README = (build.ROOT / "README.md").read_text("utf-8")


def test_the_readme_is_short_and_its_answer_is_what_is_printed(run: Run) -> None:
    assert len(README.splitlines()) <= 120
    assert "4.80×" in "".join(README.splitlines()[:25])
    answer = README.split("```text\n")[1].split("```")[0]
    assert len(answer.splitlines()) == 6
    assert answer in run("compare", "--in", "64", "--out", "128", "--no-measure").out


def test_the_readme_has_two_lines_to_paste_after_that_of_the_cpu_build() -> None:
    lines = README.splitlines()
    use, test = (line for line in lines if re.match(r"python3 -m venv .+ && ", line))
    assert use.endswith("/bottlecalc compare --in 64 --out 128")
    assert test.endswith("/pytest")
    cpu = next(line for line in lines if "torch-backend cpu" in line)
    assert lines.index(cpu) < lines.index(use) < lines.index(test)
    torch = next(word for word in cpu.split() if word.startswith("torch=="))
    assert torch in (build.ROOT / "constraints.txt").read_text("utf-8").splitlines()


def test_the_readme_has_as_many_families_and_networks_as_there_are(run: Run) -> None:
    assert f"[{len(FAMILIES)} families]" in README
    assert f"**Count a network** of {len(NETWORKS)}," in README
    blocks = ("--block", "plain", "--block", "bottleneck", "--block", "inverted")
    text = run("compare", "--in", "24", "--out", "24", "--no-measure", "--format", "json", *blocks)
    plain, bottleneck, inverted = (one["params"]["main"] for one in json.loads(text.out)["blocks"])
    assert f"{bottleneck} weights (main), the plain block {plain:,}" in README
    assert f"residual {inverted:,}." in README


COMMANDS = re.findall(r"^bottlecalc .*", README, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_what_the_readme_shows_runs(command: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command,
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": path},
    )
    assert (done.returncode, done.stderr) == (0, "")


NAKED = re.compile(r"pip install [^\n`]*(?<![\w@/-])bottlecalc(?! @)", re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_installs_from_a_registry_where_it_is_not(path: Path) -> None:
    assert not NAKED.search(path.read_text("utf-8"))


def test_that_test_can_fail() -> None:
    assert NAKED.search("run `python -m pip install bottlecalc`")
    assert NAKED.search("pip install -U bottlecalc\n")
    for form in ('pip install "bottlecalc @ git+https://x/bottlecalc"', "pip install ."):
        assert not NAKED.search(form)


@pytest.mark.parametrize(
    "ratio",
    [
        ("plain", 0, "4.8"),
        ("basic", 0, "14.4"),
        ("basic", 1, "9.7"),
        ("basic", 2, "9.5"),
    ],
)
def test_the_ratios_that_the_conventions_name(ratio: tuple[str, int, str], run: Run) -> None:
    baseline, column, expected = ratio
    blocks = ("--block", baseline, "--block", "bottleneck")
    text = run("compare", "--in", "64", "--out", "128", "--no-measure", *blocks).out
    (line,) = re.findall(r"^ +(\S+×.*×)$", text, re.MULTILINE)
    assert line.split()[column].startswith(expected)
