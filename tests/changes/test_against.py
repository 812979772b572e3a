"""``check --against``: real branches of a real repository, held against main."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bottlecalc import Finding, Report, check
from tests.changes.conftest import Repository
from tests.conftest import Run, run_process

NET = """\
from torch import nn

class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1)
        self.shortcut = nn.Sequential(nn.Conv2d(c, c, 1), nn.BatchNorm2d(c))

    def forward(self, x):
        return self.conv(x) + self.shortcut(x)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, padding=1)
        self.stages = nn.Sequential(Block(32), Block(32))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        return self.fc(self.stages(self.stem(x)).mean((2, 3)))
"""
PARAMS = 28 * 32 + 2 * (9 * 32 * 32 + 32 + 32 * 32 + 32 + 64) + 330
"""Of the stem, two blocks of two convolutions and a norm, and the linear layer."""

NET_BUDGET = f"""\
[[budget]]
name = "net"
model = "net.py:Net"
input = [1, 3, 8, 8]
max_params = {PARAMS + 400}
max_increase = "2%"
"""
BLOCK = """\
[[budget]]
name = "block"
block = "plain:in=3,out=4"
max_params = 136
"""


def figure(report: Report, name: str, figure: Any = "params") -> Finding:
    verdict = next(one for one in report.verdicts if one.budget.name == name)
    return verdict.findings[figure]


@pytest.fixture
def models(repository: Repository) -> Repository:
    repository.commit(net_py=NET, bottlecalc_toml=NET_BUDGET + BLOCK)
    return repository


@pytest.fixture
def blocks(repository: Repository) -> Repository:
    repository.commit(bottlecalc_toml=BLOCK)
    return repository


def test_nothing_changed_is_said(models: Repository) -> None:
    models.branch("same", readme_md="Nothing that costs anything.\n")
    report = check(against="main")
    assert (report.exit_code, figure(report, "net").baseline) == (0, PARAMS)
    assert figure(report, "block").baseline == 136
    assert "0 of 2 changed against main (" in str(report)
    assert report.notes[0].endswith("counted in its tree by what is installed here")
    assert models.git("status", "--short") == ""
    assert len(models.git("worktree", "list").splitlines()) == 1


def test_one_model_grows_by_three_percent(models: Repository) -> None:
    """More classes: 33 parameters each; beyond 2%, and within the budget's own limit."""
    models.branch("grow", net_py=NET.replace("(32, 10)", "(32, 22)"))
    report = check(against="merge-base:main")
    found = figure(report, "net")
    grown = 12 * 33
    assert (found.value, found.baseline) == (PARAMS + grown, PARAMS)
    assert (report.exit_code, found.allowed) == (0, int(PARAMS * 1.02))
    assert re.search(rf"{PARAMS:,} +{PARAMS + grown:,} +\+{grown:,} +\+1\.80%", str(report))
    models.branch("more", net_py=NET.replace("(32, 10)", "(32, 30)"))
    report = check(against="main")
    assert report.exit_code == 1
    commit = models.git("rev-parse", "main")[:7]
    assert (
        f"{PARAMS + 20 * 33:,} parameters are {20 * 33:,} (3.0%) more than the {PARAMS:,} at main"
        f" ({commit}); max_increase = 2% allows" in str(report)
    )
    assert "the baseline's" not in str(report)
    assert "parameters that grew: fc 330 → 990 (+660)" in str(report)


def test_a_layer_is_added(models: Repository) -> None:
    models.branch("add", net_py=NET.replace("Block(32), ", "Block(32), nn.Conv2d(32, 4, 1), "
                                            "nn.Conv2d(4, 32, 1), "))  # fmt: skip
    (net, _) = check(against="main").verdicts
    assert [(one.status, one.name) for one in net.changes() if one.has_costs] == [
        ("added", "stages.1"), ("added", "stages.2"),
    ]  # fmt: skip


def test_modules_are_renamed(models: Repository) -> None:
    models.branch("rename", net_py=NET.replace("shortcut", "skip").replace("stem", "entry"))
    report = check(against="main")
    (net, _) = report.verdicts
    assert report.exit_code == 0
    assert {one.status for one in net.changes()} == {"renamed"}
    assert not any(one.has_costs for one in net.changes())
    assert "0 of 2 changed" in str(report)


def test_modules_are_renamed_and_one_grows(models: Repository) -> None:
    """The 1×1 convolutions become 3×3 ones: 8·32·32 more each, and nobody else is blamed."""
    models.branch("both", net_py=NET.replace("shortcut", "skip").replace(
        "c, 1)", "c, 3, padding=1)"))  # fmt: skip
    report = check(against="main")
    assert report.exit_code == 1
    assert (
        "parameters that grew: stages.0.{shortcut → skip}.0 1,056 → 9,248 (+8,192),"
        " stages.1.{shortcut → skip}.0 1,056 → 9,248 (+8,192)\n" in str(report)
    )


def test_a_budget_is_raised_on_purpose(blocks: Repository) -> None:
    raised = BLOCK.replace("out=4", "out=5").replace("136", "200")
    blocks.branch("raise", bottlecalc_toml=raised + 'level = "warn"\nmax_macs = "1M"\n')
    report = check(against="main")
    assert report.exit_code == 0
    assert "max_params was raised from 136 to 200 by this change" in str(report)
    assert "level was changed from error to warn by this change" in str(report)
    assert "max_macs = 1,000,000 is new with this change" in str(report)
    assert re.search(r"at main \([0-9a-f]{7}\) it was of plain:in=3,out=4\n", str(report))
    blocks.branch("lower", bottlecalc_toml=BLOCK.replace("max_params = 136", "max_macs = 10_000"))
    text = str(check(against="main", exit_zero=True))
    assert "max_params = 136 was dropped by this change" in text


def test_a_least_is_lowered_on_purpose(blocks: Repository) -> None:
    blocks.commit(bottlecalc_toml=BLOCK + "min_params = 136\n")
    blocks.branch("least", bottlecalc_toml=BLOCK + "min_params = 1\n")
    assert "min_params was lowered from 136 to 1 by this change" in str(check(against="main"))


def test_all_that_is_approved_of_a_figure_is_told(blocks: Repository) -> None:
    """The first of two is no less of the change than the last."""
    late = '{ to = 150, reason = "later", until = 2099-01-31 }'
    blocks.commit(bottlecalc_toml=f"{BLOCK}allow = [{late}]\n")
    wide = '{ to = 9_000, reason = "wider" }'
    blocks.branch("approve", bottlecalc_toml=f"{BLOCK}allow = [{wide}, {late}]\n")
    assert (
        "allow (params) was changed from params up to 150 until 2099-01-31 to params up to 9,000,"
        " params up to 150 until 2099-01-31 by this change" in str(check(against="main"))
    )


def test_a_raise_is_told_where_nothing_was_counted_before(blocks: Repository) -> None:
    """There the budget was skipped; its limits are known all the same."""
    skipping = f'{BLOCK}skip_without = "nosuch_package"\n'
    blocks.commit(bottlecalc_toml=skipping)
    blocks.branch("raise", bottlecalc_toml=BLOCK.replace("136", "200"))
    report = check(against="main")
    assert figure(report, "block").baseline is None
    notes = report.verdicts[0].notes
    assert "max_params was raised from 136 to 200 by this change" in notes
    assert "skip_without = nosuch_package was dropped by this change" in notes


def test_a_budget_is_deleted_and_another_is_new(blocks: Repository) -> None:
    other = BLOCK.replace('"block"', '"other"') + 'max_increase = "1%"\n'
    blocks.branch("delete", bottlecalc_toml=other)
    report = check(against="main")
    assert report.exit_code == 0
    assert report.against
    assert (report.against.new, report.against.removed) == (("other",), ("block",))
    assert "new with this change: 'other'" in report.notes
    assert "removed by this change: 'block'" in report.notes


def test_what_is_not_chosen_is_not_gone(models: Repository) -> None:
    models.branch("same", readme_md="")
    against = check(names="block", against="main").against
    assert against
    assert (against.new, against.removed) == ((), ())


def test_what_is_counted_on_another_input_is_counted_on_it_at_both(blocks: Repository) -> None:
    blocks.branch("size", bottlecalc_toml=BLOCK + "size = 28\n")
    found = figure(check(against="main"), "block", "macs")
    assert found.value == found.baseline == 28 * 28 * (9 * 12 + 12)


def test_what_cannot_be_compared_is_said(models: Repository) -> None:
    network = '[[budget]]\nname = "net"\nnetwork = "resnet18"\nmax_increase = "2%"\n'
    models.branch("other", bottlecalc_toml=network + BLOCK)
    report = check("bottlecalc.toml", "net", against="main")
    assert report.exit_code == 0
    (net,) = report.verdicts
    assert net.notes[-1].startswith("it is not held against what it was: input was 1×3×8×8 and is")


def test_increases_of_both_kinds(blocks: Repository) -> None:
    wide = BLOCK.replace("out=4", "out=5").replace("max_params = 136", "")
    for increase, code in [("10%", 1), ("10% or 10k", 0), ("0.04k", 0), ("10", 2)]:
        blocks.branch(f"b{increase[:2]}{code}".replace("%", "").replace(".", ""),
                      bottlecalc_toml=f'{wide}max_increase_params = "{increase}"\n')  # fmt: skip
        if code == 2:
            with pytest.raises(ValueError, match="max_increase_params = '10' is no increase"):
                check(against="main")
        else:
            assert check(against="main").exit_code == code


def test_the_json_has_what_the_issue_asks(blocks: Repository, run: Run) -> None:
    blocks.branch("grow", bottlecalc_toml=BLOCK.replace("out=4", "out=5"))
    document = json.loads(run("check", "--against", "main", "--format", "json").out)
    assert document["budgets"][0]["figures"]["params"]["baseline"] == 136
    assert document["against"] == {
        "ref": "main", "commit": blocks.git("rev-parse", "main"), "new": [], "removed": [],
        "problem": None,
    }  # fmt: skip


def test_annotations_tell_even_when_all_hold(blocks: Repository, run: Run) -> None:
    blocks.branch("shrink", bottlecalc_toml=BLOCK.replace("out=4", "out=3"))
    out = run("check", "--against", "main", "--format", "github").out
    params = 9 * 9 + 2 * 3  # no projection where as many go out as came in
    assert "::notice file=bottlecalc.toml,line=1,title=budget block::block: at main (" in out
    assert f"block: parameters 136 → {params}" in out
    assert "1 budget: 1 holds; 1 of 1 changed against main (" in out


def errors(run: Run, *arguments: str) -> str:
    """The one sentence on stderr of a check that shows the head's budgets all the same."""
    done = run("check", *arguments)
    assert done.code == 2
    assert "budget" in done.out
    assert "136" in done.out
    assert done.err.count("\n") == 1
    return done.err


def test_a_missing_ref_is_one_sentence(blocks: Repository, run: Run) -> None:
    assert errors(run, "--against", "origin/nosuch").startswith(
        "Error: 'origin/nosuch' is no revision here: there is no 'origin/nosuch'; fetch it with:"
    )
    document = json.loads(run("check", "--against", "nosuch", "--format", "json").out)
    assert document["exit_code"] == 2
    assert document["against"]["problem"].startswith("'nosuch' is no revision here")


def test_a_remote_branch_is_named(blocks: Repository, run: Run) -> None:
    blocks.git("update-ref", "refs/remotes/origin/trunk", "main")
    assert "there is no 'trunk', but origin/trunk; give that" in errors(run, "--against", "trunk")


def test_a_shallow_clone_is_one_sentence(
    blocks: Repository, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks.branch("work", readme_md="")
    blocks.git("clone", "-q", "--depth", "1", f"file://{blocks.folder}", f"{tmp_path}/clone")
    monkeypatch.chdir(tmp_path / "clone")
    said = errors(run, "--against", "merge-base:main")
    assert said.startswith("Error: 'merge-base:main' is no revision here: this clone is shallow")
    assert "fetch-depth: 0" in said


def test_a_base_that_does_not_import_is_one_sentence(models: Repository, run: Run) -> None:
    models.commit(net_py="import nosuch\n")
    models.branch("mend", net_py=NET)
    said = errors(run, "--against", "main")
    assert said.startswith("Error: 'net' cannot be counted at main (")
    assert "net.py, line 1, in <module>: ModuleNotFoundError: No module named 'nosuch'" in said
    assert "mend it there, or name another revision" in said


def test_a_base_whose_budgets_are_wrong_is_one_sentence(blocks: Repository, run: Run) -> None:
    blocks.commit(bottlecalc_toml="[[budget]]\nname = 3\n")
    blocks.branch("mend", bottlecalc_toml=BLOCK)
    assert "the budgets cannot be counted at main (" in errors(run, "--against", "main")


def test_a_base_without_budgets_has_none(repository: Repository) -> None:
    repository.commit(readme_md="")
    repository.branch("first", sub__bottlecalc_toml=BLOCK)
    report = check("sub/bottlecalc.toml", against="main")
    assert report.against
    assert (report.exit_code, report.against.new) == (0, ("block",))


def test_budgets_of_a_folder_below(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(sub__bottlecalc_toml=BLOCK, pyproject_toml="")
    repository.branch("move")
    repository.git("mv", "sub/bottlecalc.toml", "sub/pyproject.toml")
    text = (repository.folder / "sub/pyproject.toml").read_text("utf-8")
    (repository.folder / "sub/pyproject.toml").write_text(
        text.replace("[[budget]]", "[[tool.bottlecalc.budget]]"), "utf-8"
    )
    monkeypatch.chdir(repository.folder / "sub")
    assert figure(check(against="main"), "block").baseline == 136


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--against", "main", "--update"), "--against and --update exclude each other"),
        (("--against", "main", "--baseline", "x.json"), "--against and --baseline exclude each"),
        (("--locked", "--update"), "--locked and --update exclude each other"),
        (("--against", ""), "'' is no revision here: nothing is named"),
    ],
)
def test_options_that_exclude_each_other(
    options: tuple[str, ...], named: str, blocks: Repository, run: Run
) -> None:
    done = run("check", *options)
    assert done.code == 2
    assert done.err.startswith(f"Error: {named}")


def test_two_branches_update_the_lock_and_are_merged(repository: Repository) -> None:
    """Each changes another budget; git merges the file, and it is up to date."""
    second = BLOCK.replace('"block"', '"second"')
    texts = [BLOCK.replace("136", "999"), second.replace("136", "999")]
    repository.write(bottlecalc_toml="\n\n\n".join(texts))
    check(update=True)
    repository.commit()
    for number, name in enumerate(("one", "two")):
        changed = [*texts]
        changed[number] = changed[number].replace("out=4", f"out={5 + number}")
        repository.git("checkout", "-q", "-b", name, "main")
        repository.write(bottlecalc_toml="\n\n\n".join(changed))
        check(update=True)
        repository.commit()
    repository.git("merge", "-q", "-m", "both", "one")
    assert check(locked=True).exit_code == 0
    assert [one.budget.subject for one in check().verdicts] == [
        "plain:in=3,out=5", "plain:in=3,out=6",
    ]  # fmt: skip


def test_a_merge_that_is_wrong_is_out_of_date(repository: Repository) -> None:
    """Both branches change one budget, and one side's lock is taken."""
    repository.write(bottlecalc_toml=BLOCK.replace("136", "999"))
    check(update=True)
    repository.commit()
    for name, old, new in (("one", "out=4", "out=5"), ("two", "in=3", "in=7")):
        repository.git("checkout", "-q", "-b", name, "main")
        repository.write(bottlecalc_toml=BLOCK.replace("136", "999").replace(old, new))
        check(update=True)
        repository.commit()
    repository.git("merge", "-q", "-s", "ours", "-m", "both", "one")
    repository.write(
        bottlecalc_toml=BLOCK.replace("136", "999").replace("in=3,out=4", "in=7,out=5")
    )
    report = check(locked=True)
    assert report.exit_code == 1
    assert "bottlecalc.lock.json is out of date: 'block' has" in report.notes[0]


def test_against_and_locked_together(blocks: Repository) -> None:
    check(update=True)
    blocks.commit()
    assert check(against="main", locked=True).exit_code == 0


def test_blocks_need_no_torch_at_either_revision(blocks: Repository) -> None:
    """In a second at most, where Python starts twice; and without --against, no git."""
    done = run_process("check", "--against", "main", PATH="")
    assert done.code == 2
    assert done.err == "Error: git cannot be run: it is not installed; install it\n"
    assert run_process("check", PATH="").code == 0


def test_the_history_of_a_known_network(repository: Repository) -> None:
    """The stride of ResNet-50's bottlenecks moved from the first 1×1 to the 3×3.

    He et al. 2015 (3.86 G MACs) and torchvision's v1.5 (4.09 G); no parameter changed.
    """
    text = '[[budget]]\nname = "net"\nnetwork = "{}"\nmax_increase = "5%"\n'
    repository.commit(bottlecalc_toml=text.format("resnet50:v1=true"))
    repository.branch("v15", bottlecalc_toml=text.format("resnet50"))
    report = check(against="main")
    params, macs = figure(report, "net"), figure(report, "net", "macs")
    assert params.value == params.baseline == 25_557_032
    assert (macs.baseline, macs.value) == (3_857_973_248, 4_089_184_256)
    assert set(report.verdicts[0].breaches) == {"macs"}
    strided = {one.name for one in report.verdicts[0].changes() if one.has_costs}
    assert strided == {"stage2.0.conv1", "stage3.0.conv1", "stage4.0.conv1"}
