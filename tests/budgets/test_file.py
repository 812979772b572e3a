"""Budget files: what holds the budgets, where each one stands, and which are chosen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bottlecalc.budgets.entry import BudgetError
from bottlecalc.budgets.file import read, select
from tests.budgets.cases import HEAD, MODEL
from tests.conftest import Run

DEEP = 50_000

REFUSED = [
    ("a = [", "f.toml is no TOML: "),
    ("", "f.toml has no budgets; add a [[tool.bottlecalc.budget]] to pyproject.toml, or a"),
    ("[tool.other]\na = 1\n", "f.toml has no budgets; add a"),
    ("[tool.bottlecalc]\n", "f.toml has no budgets; add a"),
    ('[project]\nname = "x"\n', "f.toml has no budgets; add a"),
    (
        "[tool.bottlecalc]\nbudget = 3\n",
        "f.toml: budget = 3 is no list; write [[tool.bottlecalc.budget]]",
    ),
    (
        '[tool.bottlecalc.budget]\nname = "x"\n',
        "f.toml: budget = {'name': 'x'} is no list; write [[tool.bottlecalc.budget]]",
    ),
    (
        '[[tool.bottlecalc]]\nname = "x"\n',
        "f.toml: tool.bottlecalc = [{'name': 'x'}] is no table; write [[tool.bottlecalc.budget]]",
    ),
    (
        "[tool.bottlecalc]\nbudgets = 3\n",
        "f.toml: unknown key 'budgets' beside the budgets; only [[tool.bottlecalc.budget]] is"
        " allowed (did you mean budget?)",
    ),
    (
        "message = 3\n" + HEAD,
        "f.toml: unknown key 'message' beside the budgets; only [[budget]] is allowed",
    ),
    (
        HEAD + "max_params = 1\n[[tool.bottlecalc.budget]]\n",
        "f.toml has budgets both in [[budget]] and in [tool.bottlecalc]; give one of the two",
    ),
    (
        (HEAD + "max_params = 1\n") * 2,
        "f.toml, line 6: budget 'a': there are two budgets named 'a'; give each a name of its own",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED, ids=lambda text: text[-40:])
def test_a_bad_file_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BudgetError, match=re.escape(sentence)) as error:
        read(text, "f.toml")
    assert "\n" not in str(error.value).replace("\\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 3000,
        "a = " + "[" * DEEP,
        "a = " + "[" * DEEP + "]" * DEEP,
        "a = " + "{b = " * DEEP,
        "budget." + "a." * 3000 + "b = 1",
        HEAD + "max_params = 1\nlevel." + "a." * 3000 + "b = 1",
    ],
    ids=["3,000 brackets", "brackets", "closed brackets", "braces", "keys", "keys of an entry"],
)
def test_a_file_nested_too_deeply_is_one_sentence(text: str) -> None:
    with pytest.raises(BudgetError, match=r"^f\.toml is nested too deeply; mend it there$"):
        read(text, "f.toml")


def test_the_command_line_says_so_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bottlecalc.toml").write_text("a = " + "[" * DEEP, "utf-8")
    assert run("check") == (
        2, "", "Error: bottlecalc.toml is nested too deeply; mend it there\n"
    )  # fmt: skip
    argument = run("count", "net.py:f", "--arg", "width=" + "[" * DEEP)
    assert (argument.code, argument.out) == (2, "")
    assert re.fullmatch(r"Error: --arg width=\[+…: '\[+…' is no TOML value; .+\n", argument.err)
    assert len(argument.err) < 1000


LINES = [
    (
        HEAD + 'message = """\nmax_params = 1\n\n"""\nmax_params = "q"\n',
        "f.toml, line 8: budget 'a': max_params = 'q' is no limit",
    ),
    (
        MODEL + "input = [\n  [1],\n  [\n    5\n  ]\n]\nlevel = 3\nmax_macs = 1\n",
        "f.toml, line 10: budget 'a': level = 3; give",
    ),
    (
        HEAD + "max_macs = 1\nlevel.x = 3\n[tool.other]\nlevel = 3\n",
        "f.toml, line 5: budget 'a': level = {'x': 3}; give",
    ),
    (
        f"# it's [[budget]] \u2028\n{HEAD}size = [\n  3, # [\n  5,\n]\nlevel = 3\nmax_macs = 1\n",
        "f.toml, line 9: budget 'a': level = 3; give",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), LINES, ids=lambda text: text[-40:])
def test_a_mistake_is_found_in_its_line(text: str, sentence: str) -> None:
    """Behind comments, texts and lists of many lines, and what only looks like a key."""
    with pytest.raises(BudgetError, match=re.escape(sentence)) as error:
        read(text, "f.toml")
    assert "\n" not in str(error.value).replace("\\n", "")


def test_budgets_are_chosen_in_the_order_of_the_file() -> None:
    entries = (HEAD.replace('"a"', f'"{name}"') + "max_params = 1\n" for name in "abc")
    budgets = read("".join(entries), "f.toml")
    a, _, c = budgets
    assert select(budgets, (), "f.toml") == budgets
    assert select(budgets, ("c", "a", "c"), "f.toml") == (a, c)
    with pytest.raises(BudgetError) as error:
        select(budgets, ("a", "bb"), "f.toml")
    assert str(error.value) == (
        "f.toml has no budget 'bb'; the budgets are 'a', 'b', 'c' (did you mean 'b'?)"
    )
