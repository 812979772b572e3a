"""Where a bottleneck breaks even with one 3×3: the algebra, and the last width that is cheaper."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bottlecalc import Basic, Bottleneck, Plain, break_even, compare, count
from bottlecalc.blocks.spec import BlockError
from bottlecalc.explore.break_even import break_even_mid as width
from bottlecalc.explore.break_even import counted_mids
from bottlecalc.explore.question import SolveError
from tests.conftest import Run


@pytest.mark.parametrize("groups", [1, 2, 5])
@pytest.mark.parametrize(("i", "o"), [(64, 128), (7, 13), (300, 20)])
def test_break_even_is_where_the_algebra_says(i: int, o: int, groups: int) -> None:
    even = break_even(Bottleneck, in_=i, out=o, groups=groups, size=5)
    square = {1: "9m²", 2: "9/2·m²", 5: "9/5·m²"}[groups]
    assert even.equation == f"{square} + (Cin + Cout)·m = 9·Cin·Cout"
    root = float(even.root)
    assert abs(9 * root**2 / groups + (i + o) * root - 9 * i * o) < 1e-3 * 9 * i * o
    below, above = even.below, even.above
    assert below is not None
    assert above is not None
    assert below.value <= root < above.value
    limit = even.baseline.params.main
    assert below.counted.params.main < limit <= above.counted.params.main


def test_it_is_asked_by_name_or_by_class(run: Run) -> None:
    """Twice the 3×3's cost for 9/2 of it: m² · 9/2 + 192·m = 73,728 at m = 108.4."""
    same = break_even(Bottleneck, in_=64, out=128, groups=2, size=(28, 14))
    for block in ("bottleneck", "bottleneck:groups=2,in=64"):
        said = {} if ":" in block else {"in_": 64, "groups": 2}
        ask: Any = break_even
        assert ask(block, out=128, size=(28, 14), **said) == same
    assert same.root.startswith("108.")
    wrong: list[tuple[dict[str, Any], str]] = [
        (
            {"max_params": 3},
            r"^break_even has no argument 'max_params'; its arguments are size, batch, in_,",
        ),
        ({"mid": 3}, r"^mid_channels is given and sought; leave it out$"),
        ({"in_": None}, r"^bottleneck has no in_channels; give in_channels=N$"),
        ({"size": 0}, r"^height = 0; give a whole number of at least 1$"),
    ]
    for arguments, sentence in wrong:
        with pytest.raises((SolveError, BlockError), match=sentence):
            ask("bottleneck", **{"in_": 64, "out": 128, **arguments})


def test_a_family_without_a_middle_never_does() -> None:
    with pytest.raises(SolveError, match=r"^basic has no mid and never breaks even; give a block"):
        break_even(Basic, in_=3, out=4)
    assert width(Basic(3, 4)) is None


def test_modes_change_nothing_of_the_main_paths() -> None:
    modes: tuple[dict[str, Any], ...] = (
        {"stride": 3},
        {"downsample": True},
        {"upsample": True},
        {"dilation": 4},
    )
    for mode in modes:
        assert width(Bottleneck(64, 128, **mode)) == 80


def test_one_parameter_fewer_is_fewer() -> None:
    """9·14² + (3 + 139)·14 is 3,752, and 9·3·139 is 3,753."""
    assert width(Bottleneck(3, 139)) == 14


def test_channels_of_five_thousand_digits() -> None:
    """9·m² + 2·n·m < 9·n² for n = 10⁵⁰⁰⁰ - 1: m is the largest below (√82 - 1)/9 of it."""
    n = 10**5000 - 1
    mid = width(Bottleneck(n, n))
    assert mid is not None
    assert 9 * mid**2 + 2 * n * mid < 9 * n**2 <= 9 * (mid + 1) ** 2 + 2 * n * (mid + 1)


def test_it_prints_as_the_commands_table_and_becomes_its_json(run: Run) -> None:
    arguments = ("solve", "--in", "64", "--out", "128", "--break-even")
    even = break_even(Bottleneck, in_=64, out=128)
    assert str(even) == run(*arguments).out
    document = json.loads(run(*arguments, "--format", "json").out)
    assert json.loads(json.dumps(even.to_dict())) == document


@pytest.mark.parametrize("groups", [1, 2, 5])
@pytest.mark.parametrize(("i", "o"), [(64, 128), (256, 256), (7, 13), (3, 1000), (1, 4), (31, 8)])
def test_break_even_is_the_last_width_that_is_cheaper(i: int, o: int, groups: int) -> None:
    limit = count(Plain(i, o)).params.main

    def main(mid: int) -> int:
        return count(Bottleneck(i, o, mid_channels=mid, groups=groups)).params.main

    middle = width(Bottleneck(i, o, mid_channels=groups, groups=groups))
    if middle is None:
        assert main(groups) >= limit
    else:
        assert main(middle) < limit <= main(middle + groups)


def test_break_even_of_the_textbook_pair() -> None:
    """(√(192² + 36·73,728) - 192) / 18 to six digits."""
    assert break_even(Bottleneck, in_=64, out=128).root == "80.4694"
    assert width(Bottleneck(64, 128)) == 80
    assert width(Plain(64, 128)) is None


@pytest.mark.parametrize("mode", [{"stride": 2}, {"stride": 3}, {"downsample": True}, {}])
def test_macs_break_even_at_a_width_of_their_own(mode: dict[str, Any]) -> None:
    size = (14, 10)
    limit = count(Plain(64, 128, **mode), size).macs.main
    middle = width(Bottleneck(64, 128, **mode), "macs", size)

    def main(mid: int) -> int:
        return count(Bottleneck(64, 128, mid_channels=mid, **mode), size).macs.main

    assert middle is not None
    assert main(middle) < limit <= main(middle + 1)
    assert middle == counted_mids(count(Bottleneck(64, 128, **mode), size, 3)).macs


def test_macs_break_even_where_the_first_convolution_sees_four_times_as_much() -> None:
    """9·m² + (4·64 + 128)·m < 9·64·128: m is the largest below 71.66; parameters' is 80."""
    assert width(Bottleneck(64, 128, stride=2), "macs", (56, 56)) == 71
    comparison = compare(Plain(64, 128, stride=2), Bottleneck(64, 128, stride=2))
    assert (comparison.break_even_mid, comparison.break_even_mid_macs) == (80, 71)
    assert "mid = 80 in parameters, 71 in MACs" in str(comparison)
