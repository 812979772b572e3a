"""Who reads the comment alone can say what grew, where, by how much, and whether that may be."""

from __future__ import annotations

import re

import pytest

from bottlecalc import check
from bottlecalc.render.pull_request import document
from tests.changes.conftest import Repository
from tests.changes.test_against import BLOCK, NET, NET_BUDGET, PARAMS

pytestmark = pytest.mark.slow

MOST = PARAMS + 400
CONV = "nn.Conv2d(32, 4, 1), nn.Conv2d(4, 32, 1), "
SKIP = NET.replace("shortcut", "skip")


@pytest.fixture
def models(repository: Repository) -> Repository:
    repository.commit(net_py=NET, bottlecalc_toml=NET_BUDGET + BLOCK)
    return repository


def comment(repository: Repository, **files: str) -> str:
    """What is said on a branch with these files, the unfolded and what is unfolded by a click."""
    repository.branch("work", **files)
    return document(check(against="main"))


def told(text: str) -> str:
    """What is seen before anything is opened."""
    return text.partition("<details>")[0]


def test_one_model_grows_by_three_percent(models: Repository) -> None:
    text = told(comment(models, net_py=NET.replace("(32, 10)", "(32, 30)")))
    grown = 20 * 33
    row = (
        f"| ✗ | net | parameters | {PARAMS:,} | {PARAMS + grown:,} | +{grown} | +3.01% | ≤ {MOST:,}"
    )
    assert row in text
    assert "**net** (net.py:Net): exceeded" in text
    assert re.search(r"are 660 \(3\.0%\) more than the 21,962 at main \([0-9a-f]{7}\)", text)
    assert "- most in `fc` (+660 parameters, +640 MACs, +20 activations)\n" in text


def test_a_layer_is_added(models: Repository) -> None:
    """Of 32·4 + 4 and 4·32 + 32 parameters, and 64 pixels."""
    text = comment(models, net_py=NET.replace("Block(32), ", f"Block(32), {CONV}"))
    assert "- most in `stages` (+292 parameters, +16,384 MACs, +2,304 activations)" in told(text)
    assert "`stages.1` (Conv2d) | +132 | +8,192 | +256 |\n" in text
    assert "`stages.2` (Conv2d) | +160 | +8,192 | +2,048 |\n" in text
    assert "| ✗ | net | activations |" in told(text)


def test_modules_are_renamed(models: Repository) -> None:
    text = told(comment(models, net_py=SKIP.replace("stem", "entry")))
    assert "**✓ Model budgets**: 2 hold; 0 of 2 changed against main (" in text
    assert "**net**: its modules changed (7 renamed), at no change in cost" in text


def test_modules_are_renamed_and_grow(models: Repository) -> None:
    text = told(comment(models, net_py=SKIP.replace("c, 1)", "c, 3, padding=1)")))
    assert "`stages.0.{shortcut → skip}.0` (+8,192 parameters, +524,288 MACs)" in text
    assert "conv`" not in text
    assert "**net** (net.py:Net): exceeded" in text


def test_a_budget_is_raised_on_purpose(models: Repository) -> None:
    raised = NET_BUDGET.replace(str(MOST), str(MOST + 100)) + BLOCK
    text = told(comment(models, net_py=NET.replace("(32, 10)", "(32, 20)"), bottlecalc_toml=raised))
    assert "**✓ Model budgets**: 2 hold; 1 of 2 changed" in text
    assert f"- max\\_params was raised from {MOST:,} to {MOST + 100:,} by this change" in text
    assert "- most in `fc` (+330 parameters" in text


def test_a_budget_is_deleted(models: Repository) -> None:
    assert "**block**: removed by this change" in told(comment(models, bottlecalc_toml=NET_BUDGET))


def test_an_import_is_broken(models: Repository) -> None:
    """And the other budget has its row."""
    text = comment(models, net_py=f"import nosuch\n{NET}")
    assert "**✗ Model budgets**: 1 holds, 1 not checked; 0 of 1 changed" in told(text)
    assert "No cost changed" not in text
    assert "- could not be checked: net.py cannot be imported: net.py, line 1, in" in told(text)
    assert "| ✓ | block | parameters | 136 | 136 | ±0 |" in text


def test_the_lock_conflicts(models: Repository) -> None:
    """Two branches change one budget: git stops, whoever takes either side is told."""
    models.write(bottlecalc_toml=BLOCK.replace("136", "999"))
    check(update=True)
    models.commit()
    for name, out in (("one", 5), ("two", 6)):
        models.git("checkout", "-q", "-b", name, "main")
        models.write(bottlecalc_toml=BLOCK.replace("136", "999").replace("out=4", f"out={out}"))
        check(update=True)
        models.commit()
    with pytest.raises(AssertionError):
        models.git("merge", "-q", "one")
    models.git("checkout", "-q", "--theirs", "bottlecalc.lock.json")
    models.git("checkout", "-q", "--ours", "bottlecalc.toml")
    report = check(against="main", locked=True)
    text = told(document(report))
    assert report.exit_code == 1
    assert "**✗ Model budgets**: 1 holds; 1 of 1 changed against main (" in text
    assert "- bottlecalc.lock.json is out of date: 'block' has 204 params, there it is 170" in text
    check(update=True)
    assert check(against="main", locked=True).exit_code == 0


def test_what_was_approved_of_no_budget_is_not_folded_away(models: Repository) -> None:
    allow = 'allow = [{ budget = "nett", to = "60k", reason = "x" }]\n'
    text = told(comment(models, bottlecalc_toml=allow + NET_BUDGET + BLOCK))
    assert "- approved of no budget: 'nett', up to 60,000 (x); mend its name or take it out" in text
