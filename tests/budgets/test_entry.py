"""An entry into a budget: limits read exactly, every mistake named with its place."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc import Bottleneck
from bottlecalc.budgets.budget import FIGURES, Budget, Limit
from bottlecalc.budgets.entry import Entry
from bottlecalc.budgets.file import read
from bottlecalc.budgets.increase import Increase, IncreaseError, allowed, read_increase, spelled
from bottlecalc.budgets.limits import BudgetError, read_number
from bottlecalc.cli.block_options import WORDS
from bottlecalc.errors import PYTHON
from bottlecalc.text.shapes import Input
from tests.budgets.cases import HEAD, MODEL

TWO_OR_TEN = Increase(10_000, Fraction(1, 50))


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (25_000, 25_000), ("25k", 25_000), ("4.2M", 4_200_000), ("1.5G", 1_500_000_000),
        ("25_000", 25_000), ("0.001k", 1), (0, 0), ("9T", 9 * 10**12), ("25 k", 25_000),
        (10**40, 10**40), ("0.3M", 300_000),
        ("21K", 21_000), ("25e3", 25_000), (25e3, 25_000), (2.0**53, 2**53),
    ],
)  # fmt: skip
def test_limits_are_read_exactly(value: object, number: int) -> None:
    assert read_number(value) == number


@pytest.mark.parametrize("spelling", ["[7, 5]", '"7x5"', '"7×5"'])
def test_a_size_in_every_spelling(spelling: str) -> None:
    (budget,) = read(f"{HEAD}max_params = 1\nsize = {spelling}\n", "f.toml")
    assert budget.size == (7, 5)


@given(st.integers(0, 10**18), st.sampled_from(["k", "M", "G", "T"]))
def test_a_unit_is_a_power_of_ten(value: int, unit: str) -> None:
    assert read_number(f"{value}{unit}") == value * 10 ** {"k": 3, "M": 6, "G": 9, "T": 12}[unit]


@pytest.mark.parametrize(
    "text", ["-1", -1, "", "k", -1e3, 2.5, 1e300, float("nan"), True, None, "1,000", "١k", "1__0"]
)
def test_other_limits_are_refused(text: object) -> None:
    with pytest.raises(BudgetError, match="is no limit; give a whole number or one with a unit"):
        read_number(text)


def test_increases_are_read_exactly() -> None:
    assert read_increase("2%") == Fraction(1, 50)
    assert read_increase("0.1 %") == Fraction(1, 1000)
    assert read_increase("10k") == read_increase("10_000") == Increase(10_000)
    assert read_increase("2% or 10k") == read_increase("10k or 2%") == TWO_OR_TEN
    for text in (
        "2",
        2,
        "-1%",
        "two%",
        "",
        "0.1234567%",
        f"{10**400}%",
        "2% or 3%",
        "2% or",
        "1k 2%",
    ):
        with pytest.raises(IncreaseError, match=r'is no increase; give percent, such as "2%"'):
            read_increase(text)
    with pytest.raises(IncreaseError, match="'10x' has the unknown unit 'x'; the units are"):
        read_increase("2% or 10x")


def test_the_larger_of_two_increases_is_allowed() -> None:
    assert [allowed(TWO_OR_TEN, before) for before in (0, 499_999, 500_000, 600_000)] == [
        10_000, 509_999, 510_000, 612_000,
    ]  # fmt: skip
    assert (allowed(Fraction(1, 50), 51), allowed(Increase(3), 51)) == (52, 54)
    assert allowed(Increase(1, Fraction(1, 50)), 99) == 100  # 2% are 1.98, of which 1 is whole
    assert spelled(TWO_OR_TEN) == "2% or 10,000"
    assert (spelled(Increase(3)), spelled(Fraction(1, 1000))) == ("3", "0.1%")


def test_a_figure_may_have_an_increase_of_its_own() -> None:
    keys = 'max_increase = "2%"\nmax_increase_macs = "1M"\nmax_increase_flops = "0%"\n'
    (budget,) = read(HEAD + keys, "f.toml")
    two = Fraction(1, 50)
    assert budget.increases == {"macs": Increase(10**6), "flops": Fraction(0)}
    assert [budget.growth(figure) for figure in FIGURES] == [
        two, two, Increase(10**6), Fraction(0), two, None, None, None,
    ]  # fmt: skip
    assert (budget.grows, budget.ungrown().grows) == (True, False)
    assert read(HEAD + 'max_increase = "2%"\n', "f.toml")[0].growth("flops") is None


def test_an_entry_is_read_whole() -> None:
    text = (
        '\n# [[budget]]\n[[ budget ]]\nname = "a"\nmodel = "net:Net"\nargs = { width = 3 }\n'
        'input = [[1, 3, 7, 5], "1x4:int64"]\nmax_params = "1k"\nmin_macs = 3\n'
        'max_increase = "2%"\n'
        'counter = "fvcore"\nlevel = "warn"\nmessage = "why"\n'
    )
    assert read(text, "f.toml") == (
        Budget(
            name="a",
            model="net:Net",
            arguments={"width": 3},
            inputs=(Input((1, 3, 7, 5)), Input((1, 4), "int64")),
            counter="fvcore",
            limits={"params": Limit(most=1000), "macs": Limit(least=3)},
            max_increase=Fraction(1, 50),
            level="warn",
            message="why",
            file="f.toml",
            line=3,
        ),
    )


@pytest.mark.parametrize("spelling", ["[1, 3, 7]", "[[1, 3, 7]]", '"1x3x7"', '["1x3x7"]'])
def test_one_input_in_every_spelling(spelling: str) -> None:
    (budget,) = read(f"{MODEL}max_macs = 1\ninput = {spelling}\n", "f.toml")
    assert budget.inputs == (Input((1, 3, 7)),)


def test_a_block_may_be_a_value_as_well_as_its_text() -> None:
    """What Python gives is taken as it is: no text of it is written and read again."""
    block = Bottleneck(64, 128, mid_channels=33)
    budget = Entry({"name": "a", "block": block, "max_params": 1}).budget()
    assert budget.block is block
    text = Entry({"name": "a", "block": str(block), "max_params": 1}).budget()
    assert text == budget


def test_the_least_may_be_the_most() -> None:
    (budget,) = read(f"{HEAD}min_params = 7\nmax_params = 7\n", "f.toml")
    assert budget.limits == {"params": Limit(least=7, most=7)}


def test_an_entry_of_no_file_is_the_first() -> None:
    with pytest.raises(BudgetError, match=r"^budget 1: it limits nothing; give a max_"):
        Entry({"block": "plain:in=3"}).budget()


REFUSED = [
    ("budget = [3]", "f.toml: budget 1: 3 is no table; write [[tool.bottlecalc.budget]]"),
    (
        '[[budget]]\nname = "a"\nmax_params = 1\n',
        "f.toml, line 1: budget 'a': it has neither block, model nor network;"
        " give one of block, model and network",
    ),
    (
        HEAD + 'model = "a:b"\n',
        "f.toml, line 1: budget 'a': it has block and model; give one of block, model and network",
    ),
    (HEAD, "f.toml, line 1: budget 'a': it limits nothing; give a max_…, a min_… or max_increase"),
    (
        HEAD + "flops = 3\n",
        "f.toml, line 4: budget 'a': 'flops' does not say what is meant: MACs or FLOPs (2 × MACs),"
        " most or least; give max_macs, max_flops, min_macs or min_flops",
    ),
    (
        HEAD + "\nmax_param = 3\n",
        "f.toml, line 5: budget 'a': unknown key 'max_param'; the keys are block, size, name,"
        " module, max_params, min_params, max_trainable_params,",
    ),
    (HEAD + "max_param = 3\n", "(did you mean max_params?)"),
    (
        HEAD + "input = [1]\nmax_params = 1\n",
        "f.toml, line 4: budget 'a': 'input' goes with a model, and this has none; leave it out",
    ),
    (
        MODEL + "size = 56\nmax_params = 1\n",
        "f.toml, line 4: budget 'a': 'size' goes with a block, and this has none; leave it out",
    ),
    (
        HEAD + "max_params = 2.5\n",
        "f.toml, line 4: budget 'a': max_params = 2.5 is no limit; give a whole number or one",
    ),
    (
        HEAD + 'max_macs = "3Q"\n',
        "f.toml, line 4: budget 'a': max_macs = '3Q' has the unknown unit 'Q'; the units are"
        " k (10³), M (10⁶), G (10⁹) and T (10¹²)",
    ),
    (
        HEAD + 'max_macs = "1.2345k"\n',
        "f.toml, line 4: budget 'a': max_macs = '1.2345k' is no whole number; give one",
    ),
    (
        HEAD + 'max_increase = "2"\n',
        "f.toml, line 4: budget 'a': max_increase = '2' is no increase; give percent",
    ),
    (
        HEAD + "max_params = 1\nmin_params = 2\n",
        "f.toml, line 5: budget 'a': min_params = 2 is more than max_params = 1;"
        " give a range that holds something",
    ),
    (
        HEAD + "max_params = 1\nsize = [5]\n",
        "f.toml, line 5: budget 'a': size = [5]; give [height, width], such as [56, 56]",
    ),
    (
        HEAD + "max_params = 1\nsize = [5, 0]\n",
        "f.toml, line 5: budget 'a': size = [5, 0]; give [height, width], such as [56, 56]",
    ),
    (
        MODEL + "max_params = 1\ninput = [[1, 0]]\n",
        "f.toml, line 5: budget 'a': input = [[1, 0]]; give [1, 3, 224, 224], or [[…], […]] for",
    ),
    (
        HEAD + 'max_params = 1\nlevel = "info"\n',
        "f.toml, line 5: budget 'a': level = 'info'; give \"error\" or \"warn\"",
    ),
    (
        MODEL + 'max_params = 1\ncounter = "both"\n',
        "f.toml, line 5: budget 'a': counter = 'both'; give \"torch\" or \"fvcore\"",
    ),
    (
        MODEL + "max_params = 1\nargs = 3\n",
        "f.toml, line 5: budget 'a': args = 3 is no table; give { name = value }",
    ),
    (
        MODEL + "max_params = 1\ninput = [[1, -3]]\n",
        "f.toml, line 5: budget 'a': input = [[1, -3]]; give [1, 3, 224, 224], or [[…], […]] for",
    ),
    (
        MODEL + 'max_params = 1\ninput = "1x3:int"\n',
        "f.toml, line 5: budget 'a': unknown dtype 'int' in '1x3:int'; the dtypes are",
    ),
    (
        HEAD.replace("plain:in=3", "plane:in=3") + "max_params = 1\n",
        "f.toml, line 3: budget 'a': unknown family 'plane' in 'plane:in=3,out=4'",
    ),
    (
        '[[budget]]\nblock = "plain:in=3,out=4"\nmax_params = 1\n',
        'f.toml, line 1: budget 1: name is missing; give name = "…"',
    ),
    (
        '[[budget]]\nname = 3\nblock = "plain:in=3,out=4"\nmax_params = 1\n',
        'f.toml, line 2: budget 1: name = 3 is no text; give name = "…"',
    ),
    (
        '[[budget]]\nname = " "\nblock = "plain:in=3,out=4"\nmax_params = 1\n',
        "f.toml, line 2: budget ' ': name is empty; give one",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), REFUSED, ids=lambda text: text[-40:])
def test_a_bad_entry_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BudgetError, match=re.escape(sentence)) as error:
        read(text, "f.toml")
    assert "\n" not in str(error.value).replace("\\n", "")


def test_what_is_wrong_with_a_block_is_worded_for_its_reader() -> None:
    """In a spec's keys, for a file is where it stands, whoever reads the file."""
    text = '[[budget]]\nname = "a"\nblock = "bottleneck:in=64,out=2"\nmax_params = 1\n'
    with pytest.raises(BudgetError) as error:
        read(text, "f.toml")
    where, block = "f.toml, line 3: budget 'a': ", "= 2 // 4 = 0 in bottleneck:in=64,out=2"
    for words in (PYTHON, WORDS):
        assert error.value.worded(words) == (
            f"{where}mid {block}; give the width of the middle: mid=N in the spec"
        )
