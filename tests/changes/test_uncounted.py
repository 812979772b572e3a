"""``check --against`` where the base cannot be counted: nobody is told that all is well."""

from __future__ import annotations

import json

from bottlecalc.render.reports import FORMATS
from tests.changes.conftest import Repository
from tests.changes.test_against import NET, NET_BUDGET
from tests.conftest import Run


def test_no_format_says_that_all_is_well_where_the_base_was_not_counted(
    repository: Repository, run: Run
) -> None:
    repository.commit(net_py="import nosuch\n", bottlecalc_toml=NET_BUDGET)
    repository.branch("mend", net_py=NET)
    said = {form: run("check", "--against", "main", "--format", form).out for form in FORMATS}
    for form in set(FORMATS) - {"badge"}:
        assert "cannot be counted at main (" in said[form], form
    assert "No cost changed" not in said["pr"]
    assert 'errors="1"' in said["junit"]
    assert json.loads(said["sarif"])["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert "::error::'net' cannot be counted at main (" in said["github"]
    assert json.loads(said["badge"])["message"] == "not held against what it was"
    for form in ("table", "pr", "json", "junit"):
        assert "is not held against main (" in said[form]


def test_an_absolute_path_of_the_working_tree_is_refused(repository: Repository, run: Run) -> None:
    """It would be the same at every revision, and nothing would ever grow."""
    budget = NET_BUDGET.replace("net.py:", f"{repository.folder}/net.py:")
    repository.commit(net_py=NET, bottlecalc_toml=budget)
    repository.branch("grow", net_py=NET)
    done = run("check", "--against", "main")
    assert done.code == 2
    said = done.err
    assert "net was imported from the working tree, not from the revision" in said
    assert "name it by a path relative to the repository" in said
