"""The baseline of ``bottlecalc check``: damaged, stale, partly updated, outgrown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.schemas import check_junit, check_sarif

GROWING = '[[budget]]\nname = "grows"\nblock = "plain:in=3,out=4"\nmax_increase = "2%"\n'
LOCK = "bottlecalc.lock.json"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "bottlecalc.toml").write_text(GROWING, "utf-8")
    return tmp_path


@pytest.mark.parametrize("damage", [b"<<<<<<< HEAD\n", b"", b"[]", b"\xff", b'{"schema": 2}'])
def test_a_damaged_one_is_made_anew_as_its_error_says(damage: bytes, here: Path, run: Run) -> None:
    (here / LOCK).write_bytes(damage)
    refused = run("check")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(f"Error: {LOCK} ")
    assert (here / LOCK).read_bytes() == damage
    assert run("check", "--update").code == 0
    assert run("check").code == 0


def test_an_update_of_one_budget_does_not_drop_what_it_cannot_read(here: Path, run: Run) -> None:
    other = GROWING.replace("grows", "other")
    (here / "bottlecalc.toml").write_text(GROWING + other, "utf-8")
    (here / LOCK).write_text("<<<<<<< HEAD\n", "utf-8")
    assert run("check", "grows", "--update").code == 2
    assert (here / LOCK).read_text("utf-8") == "<<<<<<< HEAD\n"


def test_a_byte_order_mark_is_passed_over(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(GROWING, "utf-8-sig")
    run("check", "--update")
    (here / LOCK).write_text((here / LOCK).read_text("utf-8"), "utf-8-sig")
    assert run("check").code == 0


def test_a_block_that_outgrows_it(here: Path, run: Run) -> None:
    updated = run("check", "--update")
    assert re.search(r" parameters +136$", updated.out, re.MULTILINE)  # 3·4·9, 2·4, 3·4 and 2·4
    assert "not checked" not in updated.out
    (here / "bottlecalc.toml").write_text(GROWING.replace("out=4", "out=5"), "utf-8")
    grown = run("check")
    assert grown.code == 1
    assert "max_increase = 2% allows 138" in grown.out
    assert "the baseline is of plain:in=3,out=4" in grown.out


def test_one_that_was_tampered_with_by_one_is_seen(here: Path, run: Run) -> None:
    """136 parameters: 3·4·9, 2·4, 3·4 and 2·4."""
    (here / "bottlecalc.toml").write_text(GROWING.replace("2%", "0%"), "utf-8")
    run("check", "--update")
    lock = (here / LOCK).read_text("utf-8")
    assert run("check").code == 0
    (here / LOCK).write_text(lock.replace('"params": 136', '"params": 135', 1), "utf-8")
    less = run("check")
    assert less.code == 1
    assert "136 parameters are 1 (0.7%) more than the baseline's 135; max_inc" in less.out
    (here / LOCK).write_text(lock.replace('"params": 136', '"params": 137', 1), "utf-8")
    more = run("check")
    assert more.code == 0
    assert re.search(r" parameters +136 +≤ 137 +99\.3% +-1$", more.out, re.MULTILINE)


STALE = "the baseline is stale: input was 56×56 and is 28×28"
NOTED = {
    "table": f"grows: {STALE}",
    "json": "the baseline is stale: input was 56\\u00d756",
    "markdown": f"- grows: {STALE}\n",
    "github": f"::notice file=bottlecalc.toml,line=1,title=budget grows::grows: {STALE}\n",
    "junit": f"<system-out>grows: {STALE.replace('×', '&#215;')}</",
    "sarif": '"level": "note",',
    "pr": f"- {STALE}\n",
}
"""What each format says; a badge has room for nothing."""


@pytest.mark.parametrize("format_", NOTED)
def test_every_format_says_that_it_is_stale(format_: str, here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(GROWING + GROWING.replace("grows", "gone"), "utf-8")
    run("check", "--update")
    changed = GROWING.replace('max_increase = "2%"', "max_macs = 95_000\nsize = 28")
    (here / "bottlecalc.toml").write_text(changed, "utf-8")
    result = run("check", "--format", format_)
    assert result.code == 0
    assert NOTED[format_] in result.out
    assert "the baseline is stale: no budget is named 'gone'" in result.out
    if format_ == "junit":
        check_junit(result.out)
    if format_ == "sarif":
        check_sarif(json.loads(result.out))


def test_an_update_of_one_keeps_the_lines_of_another(here: Path, run: Run) -> None:
    (here / "net.py").write_text(
        "from torch import nn\n\ndef f(): return nn.Linear(3, 2)\n", "utf-8"
    )
    model = '[[budget]]\nname = "m"\nmodel = "net.py:f"\ninput = [1, 3]\nmax_macs = 6\n'
    (here / "bottlecalc.toml").write_text(model + GROWING, "utf-8")
    run("check", "--update")
    lock = (here / LOCK).read_text("utf-8")
    assert run("check", "grows", "--update").code == 0
    assert (here / LOCK).read_text("utf-8") == lock


def test_a_lock_that_is_out_of_date_fails_where_it_is_asked_for(here: Path, run: Run) -> None:
    """A shrink leaves the old ceiling; a hand writes a higher one."""
    assert run("check", "--update").code == 0
    assert run("check", "--locked").code == 0
    lock = (here / LOCK).read_text("utf-8")
    (here / LOCK).write_text(lock.replace('"params": 136', '"params": 99999', 1), "utf-8")
    assert run("check").code == 0
    forged = run("check", "--locked")
    assert forged.code == 1
    assert (
        f"{LOCK} is out of date: 'grows' has 136 params, there it is 99,999; write it with:"
        " bottlecalc check --update" in forged.out
    )
    (here / LOCK).write_text(lock, "utf-8")
    (here / "bottlecalc.toml").write_text(GROWING.replace("out=4", "out=3"), "utf-8")
    assert (run("check").code, run("check", "--locked").code) == (0, 1)
    (here / LOCK).unlink()
    limited = GROWING.replace('max_increase = "2%"', "max_params = 136")
    (here / "bottlecalc.toml").write_text(limited, "utf-8")
    missing = run("check", "--locked", "--exit-zero")
    assert (run("check").code, missing.code) == (0, 1)
    assert f"{LOCK} is out of date: it is not there" in missing.out


def test_what_cannot_be_checked_outweighs_a_lock_that_is_out_of_date(here: Path, run: Run) -> None:
    broken = '[[budget]]\nname = "m"\nmodel = "nosuch.py:f"\nmax_params = 1\n'
    (here / "bottlecalc.toml").write_text(broken, "utf-8")
    result = run("check", "--locked")
    assert result.code == 2
    assert f"{LOCK} is out of date: it is not there" in result.out


def test_nothing_is_written_where_one_file_cannot_be(here: Path, run: Run) -> None:
    assert run("check", "--update", "--format", "junit", "--output", "none/x.xml").code == 2
    assert [path.name for path in here.iterdir()] == ["bottlecalc.toml"]


@pytest.mark.parametrize("option", ["--output", "--config", "--baseline"])
def test_an_empty_option_is_not_passed_over(option: str, here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(GROWING.replace("max_increase", "message"), "utf-8")
    assert run("check", option, "").code == 2


def test_the_other_file_is_named(here: Path, run: Run) -> None:
    entry = GROWING.replace("[[budget]]", "[[tool.bottlecalc.budget]]").replace(
        "max_in", "# max_in"
    )
    (here / "bottlecalc.toml").write_text(GROWING.replace('max_increase = "2%"', "max_macs = 1"))
    (here / "pyproject.toml").write_text(entry, "utf-8")
    note = "pyproject.toml has budgets too, and they are not read: bottlecalc.toml comes first"
    assert note in run("check").out
    assert note not in run("check", "--config", "bottlecalc.toml").out


@pytest.mark.parametrize("format_", NOTED)
def test_what_fvcore_passes_over_is_told_of_a_budget(format_: str, here: Path, run: Run) -> None:
    (here / "net.py").write_text(
        "from torch import nn\n\ndef f(): return nn.Conv2d(3, 4, 3, padding='same')\n", "utf-8"
    )
    (here / "bottlecalc.toml").write_text(
        '[[budget]]\nname = "m"\nmodel = "net.py:f"\ninput = [1, 3, 7, 5]\nmax_macs = 6\n'
        'counter = "fvcore"\n',
        "utf-8",
    )
    result = run("check", "--format", format_)
    assert result.code == 0
    assert ", and counts none of it" in result.out
    assert (
        "m: fvcore does not support aten::_convolution_mode ×1, and counts none of it"
        in run("check").out
    )


@pytest.mark.parametrize("name", ["bottlecalc.toml", LOCK, f"./{LOCK}"])
def test_a_report_does_not_replace_the_budgets_or_the_baseline(
    name: str, here: Path, run: Run
) -> None:
    run("check", "--update")
    before = [(here / file).read_text("utf-8") for file in ("bottlecalc.toml", LOCK)]
    result = run("check", "--update", "--output", name)
    assert (result.code, result.out) == (2, "")
    assert f"--output {name} is the file of the" in result.err
    assert [(here / file).read_text("utf-8") for file in ("bottlecalc.toml", LOCK)] == before


def test_an_update_of_one_leaves_no_figures_of_another_convention(here: Path, run: Run) -> None:
    (here / "bottlecalc.toml").write_text(GROWING + GROWING.replace("grows", "other"), "utf-8")
    run("check", "--update")
    lock = json.loads((here / LOCK).read_text("utf-8"))
    (here / LOCK).write_text(json.dumps({**lock, "convention": "FLOPs = MACs"}), "utf-8")
    run("check", "grows", "--update")
    assert list(json.loads((here / LOCK).read_text("utf-8"))["budgets"]) == ["grows"]
    assert "there is no baseline for max_increase" in run("check", "other").out
