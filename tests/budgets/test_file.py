"""Budget files: what holds the budgets, where each one stands, and which are chosen."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from bottlecalc import count
from bottlecalc.budgets.check import hold
from bottlecalc.budgets.file import read, select
from bottlecalc.budgets.limits import BudgetError
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
        "f.toml: unknown key 'budgets' beside the budgets; only [[tool.bottlecalc.budget]],"
        " [tool.bottlecalc.defaults] and allow are allowed (did you mean budget?)",
    ),
    (
        "message = 3\n" + HEAD,
        "f.toml: unknown key 'message' beside the budgets; only [[budget]], [defaults] and"
        " allow are allowed",
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


TWO = """\
[defaults]
max_increase = "2%"
warn_at = "90%"
counter = "fvcore"
input = [1, 3, 8, 8]

[[budget]]
name = "stage1"
block = "plain:in=3,out=4"
max_params = 140

[[budget]]
name = "stage2"
model = "net:Net"
input = [1, 3, 9, 9]
max_increase = "1%"
"""


def test_defaults_are_for_what_says_nothing_itself() -> None:
    block, model = read(TWO, "f.toml")
    assert (block.max_increase, block.counter, block.inputs) == (Fraction(1, 50), "torch", ())
    assert (model.max_increase, model.counter) == (Fraction(1, 100), "fvcore")
    assert (block.warn_at, model.input) == (Fraction(9, 10), "1×3×9×9")
    inside = TWO.replace("[defaults]", "[tool.bottlecalc.defaults]").replace(
        "[[budget]]", "[[tool.bottlecalc.budget]]"
    )
    names = [budget.name for budget in read(inside, "f.toml")]
    assert names == ["stage1", "stage2"]


def test_a_pattern_chooses_budgets() -> None:
    budgets = read(TWO, "f.toml")
    assert select(budgets, ["stage*"], "f.toml") == budgets
    assert select(budgets, ["*1", "stage1"], "f.toml") == budgets[:1]
    with pytest.raises(BudgetError, match=r"f.toml has no budget 'head\*'; the budgets are"):
        select(budgets, ["head*"], "f.toml")


def test_what_is_near_its_limit_is_said() -> None:
    """136 parameters of 140."""
    (block, _) = read(TWO, "f.toml")
    cost = count("plain:in=3,out=4")
    assert hold(block.ungrown(), cost).notes == ("params has used 97.1% of its limit, 140",)
    assert hold(replace(block.ungrown(), warn_at=Fraction(98, 100)), cost).notes == ()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("warn_at", "warn", "f.toml: of the defaults, unknown key 'warn'; the keys are max_incr"),
        ('"90%"', "90", "f.toml, line 7: budget 'stage1': warn_at = 90; give percent of a limit"),
        ('"90%"', '"101%"', "f.toml, line 7: budget 'stage1': warn_at = '101%'; give percent"),
        ("[defaults]", "[default]", "f.toml: unknown key 'default' beside the budgets; only [[bud"),
    ],
)
def test_wrong_defaults_are_one_sentence(old: str, new: str, sentence: str) -> None:
    with pytest.raises(BudgetError) as error:
        read(TWO.replace(old, new), "f.toml")
    assert str(error.value).startswith(sentence)


def test_an_entry_of_several_models_is_one_of_each() -> None:
    text = '[[budget]]\nmodel = ["net:A", "net:B"]\nmax_params = 3\n'
    assert [(one.name, one.model, one.line) for one in read(text, "f.toml")] == [
        ("net:A", "net:A", 1), ("net:B", "net:B", 1),
    ]  # fmt: skip
    named = [one.name for one in read(f'{text}name = "x"\n', "f.toml")]
    assert named == ["x net:A", "x net:B"]
    for models, sentence in [
        ("[]", "f.toml, line 1: budget 1: name is missing; give name ="),
        ("[3]", "f.toml, line 1: budget 1: name = 3 is no text; give name ="),
        ('["a:b", "a:b"]', "f.toml, line 1: budget 'a:b': there are two budgets named 'a:b'"),
    ]:
        with pytest.raises(BudgetError) as error:
            read(text.replace('["net:A", "net:B"]', models), "f.toml")
        assert str(error.value).startswith(sentence), str(error.value)
