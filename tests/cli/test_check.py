"""``bottlecalc check``: a repository goes through it, every format is read back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import junitparser
import pytest
from markdown_it import MarkdownIt

from bottlecalc.cli.check import Format
from bottlecalc.render.reports import FORMATS
from tests.conftest import Run, run_process
from tests.schemas import check_junit, check_sarif

MODELS = """
from torch import nn

def build():
    print("the user's own print")
    return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.Flatten(), nn.Linear(16384, {width}))
"""

CLASSIFIER = """\
[project]
name = "mynet"

[[tool.bottlecalc.budget]]
name = "classifier"
model = "mynet.models:build"
input = [1, 3, 32, 32]
max_params = 170_000
max_flops = "2M"
max_activations = "2M"
max_increase = "2%"
message = "See docs/budget.md before raising this."
"""

BLOCKS = """\
[[budget]]
name = "holds"
block = "bottleneck:in=64,out=128"
size = [56, 56]
max_params = "25k"
max_macs = "80M"

[[budget]]
name = "too much"
block = "plain:in=64,out=128"
max_params = 80_000
message = "Ask\\nfirst."

[[budget]]
name = "only a warning"
block = "basic:in=3,out=4"
min_macs = "1G"
level = "warn"

[[budget]]
name = "cannot be built"
model = "nothing_like_it:build"
input = [1, 3]
max_macs = 1
"""

ODD = r"a: b, c%d <&>\"\u0001 | `x` ü 瓶 \uFFFF"
ODD_BUDGET = f"""\
[[budget]]
name = "{ODD}"
block = "plain:in=64,out=128"
max_params = 1
message = "100%: é, \\u0000"
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write_model(folder: Path, width: int) -> None:
    (folder / "mynet").mkdir(exist_ok=True)
    (folder / "mynet" / "models.py").write_text(MODELS.format(width=width), "utf-8")


@pytest.mark.slow
def test_a_repository_goes_through(here: Path) -> None:
    """No baseline, update, pass, growth, breach, and the budget raised on purpose."""
    (here / "pyproject.toml").write_text(CLASSIFIER, "utf-8")
    write_model(here, 10)
    assert run_process("check").code == 2
    assert "make one with: bottlecalc check --update" in run_process("check").out

    updated = run_process("check", "--update")
    assert updated.code == 0
    assert "bottlecalc.lock.json was written" in updated.out
    lock = (here / "bottlecalc.lock.json").read_text("utf-8")
    params = 3 * 16 * 9 + 16 + 16384 * 10 + 10
    assert json.loads(lock)["budgets"]["classifier"]["figures"]["params"] == params
    assert run_process("check", "--update").code == 0
    assert (here / "bottlecalc.lock.json").read_text("utf-8") == lock

    passing = run_process("check", "--format", "json")
    assert passing.code == 0
    assert "the user's own print" in passing.err
    assert json.loads(passing.out)["budgets"][0]["figures"]["params"] == {
        "value": params, "max": 170_000, "min": None, "baseline": params,
        "allowed": int(params * 1.02), "approved": None, "over": 0,
    }  # fmt: skip

    write_model(here, 11)
    grown = run_process("check")
    assert grown.code == 1
    now = 3 * 16 * 9 + 16 + 16384 * 11 + 11
    assert (
        f"{now:,} parameters exceed max_params = 170,000 by {now - 170_000:,} (6.3%)" in grown.out
    )
    assert f"{now:,} parameters are {now - params:,} (10.0%) more than the" in grown.out
    assert "parameters that grew: 2 163,850 → 180,235 (+16,385)" in grown.out
    assert "See docs/budget.md before raising this." in grown.out

    raised = CLASSIFIER.replace("170_000", "190_000")
    (here / "pyproject.toml").write_text(raised, "utf-8")
    assert run_process("check", "--update").code == 0
    assert run_process("check").code == 0


def test_the_baseline_is_not_written_where_something_failed(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS, "utf-8")
    result = run("check", "--update")
    assert result.code == 2
    assert "bottlecalc.lock.json was not written: not every budget could be checked" in result.out
    assert not (here / "bottlecalc.lock.json").exists()


def test_an_update_of_one_keeps_the_others(here: Path, run: Run) -> None:
    config = here / "bottlecalc.toml"
    config.write_text(BLOCKS.partition('[[budget]]\nname = "cannot')[0], "utf-8")
    run("check", "--update")
    before = json.loads((here / "bottlecalc.lock.json").read_text("utf-8"))["budgets"]
    assert set(before) == {"holds", "too much", "only a warning"}
    config.write_text(config.read_text("utf-8").replace('"only a', '"just a'), "utf-8")
    assert "stale: no budget is named 'only a warning'" in run("check", "holds").out
    run("check", "holds", "--update")
    after = json.loads((here / "bottlecalc.lock.json").read_text("utf-8"))["budgets"]
    assert set(after) == {"holds", "too much"}


def test_another_baseline_may_be_named(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(ODD_BUDGET, "utf-8")
    missing = run("check", "--baseline", "old.json")
    assert (missing.code, missing.out) == (2, "")
    assert missing.err == (
        "Error: --baseline old.json is not there; name another, or make it with --update\n"
    )
    run("check", "--baseline", "old.json", "--update")
    assert "±0" in run("check", "--baseline", "old.json").out


def statuses(result: Any) -> dict[str, str]:
    return {entry["name"]: entry["status"] for entry in json.loads(result.out)["budgets"]}


def test_every_budget_is_checked_even_if_one_cannot_be(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS, "utf-8")
    result = run("check", "--format", "json")
    assert result.code == 2
    assert statuses(result) == {
        "holds": "pass",
        "too much": "breach",
        "only a warning": "warning",
        "cannot be built": "error",
    }
    document = json.loads(result.out)
    assert document["schema"] == "bottlecalc.check/1"
    assert document["exit_code"] == 2
    assert [entry["line"] for entry in document["budgets"]] == [1, 8, 14, 20]
    assert document["budgets"][1]["message"] == "Ask\nfirst."
    assert document["budgets"][1]["figures"]["params"]["over"] == 2432
    assert document["budgets"][3]["problem"].startswith("nothing_like_it cannot be imported")


@pytest.mark.parametrize(
    ("names", "code", "zero"),
    [
        (("holds",), 0, 0),
        (("only a warning",), 0, 0),
        (("holds", "too much"), 1, 0),
        (("too much", "cannot be built"), 2, 2),
    ],
)
def test_exit_codes(names: tuple[str, ...], code: int, zero: int, here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS, "utf-8")
    assert run("check", *names).code == code
    assert run("check", *names, "--exit-zero").code == zero


def test_golden(here: Path, run: Run, golden: Callable[[str, str], None]) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS, "utf-8")
    golden("check.txt", run("check").out)
    golden("check.md", run("check", "--format", "markdown").out)
    golden("check-github.txt", run("check", "--format", "github").out)


def test_markdown_is_a_table_that_a_parser_reads(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS + ODD_BUDGET, "utf-8")
    html = MarkdownIt("commonmark").enable("table").render(run("check", "--format", "markdown").out)
    rows = re.findall(r"<tr>\s*(.*?)</tr>", html, re.DOTALL)
    cells = [re.findall(r"<t[dh].*?>(.*?)</t[dh]>", row) for row in rows]
    assert {len(row) for row in cells} == {7}
    assert ["✗", "too much", "parameters", "82,432", "≤ 80,000", "103.0%", ""] in cells
    assert "a: b, c%d &lt;&amp;&gt;&quot;" in html


def test_github_annotations_are_escaped(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS + ODD_BUDGET, "utf-8")
    written = run("check", "--format", "github").out.splitlines()
    lines = [line for line in written if line.startswith("::")]
    pattern = re.compile(r"::(error|warning) file=([^,:]+),line=(\d+),title=([^,:]+)::(.+)")
    found = [pattern.fullmatch(line) for line in lines]
    assert all(found)
    kinds = [(match[1], match[2], match[3]) for match in found if match]
    assert kinds == [
        ("error", "bottlecalc.toml", "8"),
        ("warning", "bottlecalc.toml", "14"),
        ("error", "bottlecalc.toml", "20"),
        ("error", "bottlecalc.toml", "25"),
    ]
    assert "title=budget a%3A b%2C c%25d" in lines[3]
    assert "by 2,432 (3.0%25)%0A" in lines[0]
    assert lines[0].endswith("%0A  Ask%0A  first.")


def test_junit_is_valid_and_any_name_survives(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS + ODD_BUDGET, "utf-8")
    text = run("check", "--format", "junit").out
    check_junit(text)
    suites = junitparser.JUnitXml.fromstring(text.encode())
    assert (suites.tests, suites.failures, suites.errors) == (5, 2, 1)
    cases = [case for suite in suites for case in suite]
    assert [type(case.result[0]).__name__ if case.result else None for case in cases] == [
        None, "Failure", None, "Error", "Failure",
    ]  # fmt: skip
    assert cases[-1].name == 'a: b, c%d <&>"\\x01 | `x` ü 瓶 \\uffff'
    assert "Ask\n  first." in str(cases[1].result[0].text)
    assert ElementTree.fromstring(text.encode()).tag == "testsuites"


def test_the_junit_schema_can_fail() -> None:
    with pytest.raises(Exception, match=r"unexpected|required|missing"):
        check_junit('<testsuites><testsuite name="a" tests="1" errors="0"/></testsuites>')


def test_sarif_is_valid(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS + ODD_BUDGET, "utf-8")
    document = json.loads(run("check", "--format", "sarif").out)
    check_sarif(document)
    (sarif,) = document["runs"]
    rules = sarif["tool"]["driver"]["rules"]
    assert len(rules) == 5
    results = {result["ruleId"]: result for result in sarif["results"]}
    assert list(results) == ["too much", "only a warning", rules[4]["id"]]
    assert all(rules[r["ruleIndex"]]["id"] == name for name, r in results.items())
    assert results["only a warning"]["level"] == "warning"
    place = results["too much"]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "bottlecalc.toml"}, "region": {"startLine": 8}}
    (invocation,) = sarif["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert "cannot be imported" in invocation["toolExecutionNotifications"][0]["message"]["text"]
    assert "\\u0001" not in json.dumps(rules)


def test_the_sarif_schema_can_fail() -> None:
    with pytest.raises(Exception, match="required property"):
        check_sarif({"version": "2.1.0", "runs": [{}]})


def test_output_goes_to_the_file_and_the_table_to_stdout(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(BLOCKS, "utf-8")
    result = run("check", "holds", "--format", "junit", "--output", "report.xml")
    assert "1 budget: 1 holds" in result.out
    check_junit((here / "report.xml").read_text("utf-8"))
    refused = run("check", "holds", "--output", "none/report.xml")
    assert refused.code == 2
    assert refused.err.startswith("Error: none/report.xml cannot be written: No such file")


def test_on_github_the_summary_grows(here: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "sub").mkdir()
    (here / "sub" / "bottlecalc.toml").write_text(BLOCKS, "utf-8")
    summary = here / "summary.md"
    summary.write_text("before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run("check", "holds", "--config", "sub/bottlecalc.toml")
    assert summary.read_text("utf-8") == "before\n"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here))
    monkeypatch.chdir(here / "sub")
    result = run("check", "too much", "--format", "github")
    assert result.out.startswith("::error file=sub/bottlecalc.toml,line=8,")
    assert summary.read_text("utf-8").startswith("before\n\n|  | budget | figure |")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "none" / "summary.md"))
    late = run("check", "holds", "--output", "o.txt")
    assert (late.code, "1 budget: 1 holds" in late.out) == (2, True)
    assert (here / "sub" / "o.txt").exists()


REFUSED = [
    ((), {}, "there is neither bottlecalc.toml nor pyproject.toml with budgets here or above; go"),
    (
        (),
        {"pyproject.toml": "[tool.x]\n"},
        "pyproject.toml has no budgets; add a [[tool.bottlecalc",
    ),
    (("--config", "x.toml"), {}, "x.toml cannot be read: No such file or directory; give another"),
    (("--config", "."), {}, ". cannot be read: Is a directory; give another file"),
    (
        ("hold",),
        {"bottlecalc.toml": BLOCKS},
        "bottlecalc.toml has no budget 'hold'; the budgets are 'holds', 'too much',"
        " 'only a warning', 'cannot be built' (did you mean 'holds'?)",
    ),
    (
        (),
        {"bottlecalc.toml": BLOCKS, "bottlecalc.lock.json": "{"},
        "bottlecalc.lock.json is no lock file: it is no JSON: Expecting property name",
    ),
    (
        ("--format", "yaml"),
        {"bottlecalc.toml": BLOCKS},
        "Invalid value for '--format': 'yaml' is not one of 'table', 'json', 'markdown', 'github',",
    ),
]


@pytest.mark.parametrize(("arguments", "files", "text"), REFUSED, ids=lambda value: str(value)[:30])
def test_bad_input_gets_one_sentence(
    arguments: tuple[str, ...], files: dict[str, str], text: str, here: Path, run: Run
) -> None:
    for name, content in files.items():
        (here / name).write_text(content, "utf-8")
    result = run("check", *arguments)
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith(f"Error: {text}")
    assert result.err.count("\n") == 1


def test_a_config_that_is_no_text_is_one_sentence(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_bytes(b"\xff\xfe")
    assert run("check").err == (
        "Error: bottlecalc.toml cannot be read: it is not UTF-8; give another file\n"
    )


def test_many_budgets_are_told_in_short(here: Path, run: Run) -> None:
    entry = '[[budget]]\nname = "{n}"\nblock = "plain:in=3,out=4"\nmax_params = {most}\n'
    entries = (entry.format(n=n, most=0 if n == 190 else 1000) for n in range(200))
    (here / "bottlecalc.toml").write_text("".join(entries), "utf-8")
    result = run("check")
    assert result.code == 1
    assert "… 189 more hold" in result.out
    assert "190: 136 parameters exceed max_params = 0 by 136" in result.out
    assert "200 budgets: 199 hold, 1 exceeded" in result.out


def test_of_many_breaches_the_table_has_the_first_and_each_is_told(here: Path, run: Run) -> None:
    """A row of a table costs much more than a line of text."""
    entry = '[[budget]]\nname = "n{n}"\nblock = "plain:in=3,out=4"\nmax_params = 7\n'
    (here / "bottlecalc.toml").write_text("".join(entry.format(n=n) for n in range(230)), "utf-8")
    text = run("check").out
    assert text.count("parameters    136    ≤ 7") == 200
    assert "… 30 more are told below" in text
    for n in range(230):
        assert f"\n✗ n{n}: 136 parameters exceed max_params = 7 by 129" in text
    assert "230 budgets: 230 exceeded" in text


def test_what_a_model_needs_an_input_for_says_so(here: Path, run: Run) -> None:
    write_model(here, 10)
    text = '[[budget]]\nname = "a"\nmodel = "mynet/models.py:build"\nmax_macs = 1\n'
    (here / "bottlecalc.toml").write_text(text, "utf-8")
    assert "macs cannot be counted without an input; give input = [1, 3" in run("check").out
    (here / "bottlecalc.toml").write_text(text.replace("max_macs", "max_params"), "utf-8")
    assert run("check").code == 1


def test_formats_offered_are_the_formats_there_are() -> None:
    assert get_args(Format) == tuple(FORMATS)
