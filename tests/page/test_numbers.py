"""What a browser shows is what bottlecalc counts; and what it would not be is not shown."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bottlecalc import Count, count, parse
from bottlecalc.layers.count import CONVOLUTIONS, MAIN
from bottlecalc.layers.expression import OPERATORS
from bottlecalc.text.numbers import number, ratio
from tests.conftest import Run
from tests.page.conftest import Open
from tests.page.states import Shown, spec, states
from tests.page.test_write import data

pytestmark = pytest.mark.slow

FIGURES = [(f, s) for f in ("params", "macs", "activations") for s in ("main", "convs", "block")]
KEPT = {"main": MAIN, "convs": CONVOLUTIONS, "block": (*CONVOLUTIONS, "squeeze")}


def counted(one: Count, figure: str, scope: str) -> int:
    """By bottlecalc; where a scope of a figure has no name, a sum by branch."""
    if figure == "params":
        return int(getattr(one.params, scope))
    if figure == "macs" and scope != "convs":
        return int(getattr(one.macs, scope))
    if (figure, scope) == ("activations", "block"):
        return one.activations
    return sum(getattr(layer, figure) for layer in one.layers if layer.branch in KEPT[scope])


def shown_of(tab: Any) -> dict[str, Any]:
    """What stands on the page."""
    return dict(
        tab.evaluate("""() => ({
            ratio: byId("ratio").textContent,
            sums: [...document.querySelectorAll("tfoot .value")].map((one) => one.textContent),
            heads: [...document.querySelectorAll("#ink .total")].map((one) => one.textContent),
            even: byId("even").textContent,
            rows: [...document.querySelectorAll("tbody tr")].map((one) =>
                [".product", ".value"].map((kind) => one.querySelector(kind).textContent)),
        })""")
    )


def go(tab: Any, fragment: str) -> None:
    """To another state of the same page, as a link does."""
    tab.evaluate("(fragment) => { location.hash = fragment; open(); }", fragment)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_random_states_show_what_is_counted(language: str, open_page: Open) -> None:
    tab = open_page("#in=1&out=4")
    for place, shown in enumerate(states(90, seed=15)):
        figure, scope = FIGURES[place % len(FIGURES)]
        go(tab, f"{shown.fragment}&figure={figure}&scope={scope}&lang={language}")
        a, b = (counted(one, figure, scope) for one in shown.counts)
        found = shown_of(tab)
        assert found["sums"] == found["heads"] == [number(a), number(b)], shown
        assert found["ratio"] == ratio(Fraction(a, b)), shown
        for product, value in found["rows"]:
            assert eval(product.replace(",", "").replace("·", "*").replace("×", "*")) == int(
                value.replace(",", "")
            )


def test_the_break_even_is_the_last_width_that_costs_less(open_page: Open) -> None:
    tab = open_page("#in=1&out=4")
    for place, shown in enumerate(states(60, seed=3)):
        figure, scope = FIGURES[place % len(FIGURES)]
        said = {**shown.said, "block": ("bottleneck", "inverted")[place % 2]}
        said.setdefault("mid", said["groups"])
        family, key = said["block"], "mid" if said["block"] == "bottleneck" else "expand"
        rival = spec(said["baseline"], said)
        again = Shown(said, (rival, spec(family, said)), shown.size)
        go(tab, f"{again.fragment}&figure={figure}&scope={scope}")
        limit = counted(count(parse(rival), size=shown.size), figure, scope)
        step = int(said["groups"]) if key == "mid" else 1
        keys = ("in", "out", "stride", *(("groups",) if key == "mid" else ()))

        def cost(steps: int, said: Any = said, keys: Any = keys, family: str = family,
                 key: str = key, step: int = step, size: Any = shown.size,
                 asked: Any = (figure, scope)) -> int:  # fmt: skip
            rest = ",".join(f"{name}={said[name]}" for name in keys)
            block = parse(f"{family}:{rest},{key}={steps * step}")
            return counted(count(block, size=size), *asked)

        even = int(
            tab.evaluate("""() => {
            const view = viewOf(page.state);
            const middle = middleOf(page.state.block, page.state);
            const family = page.data.families[page.state.block];
            return breakEven(family, page.state, view.size, middle, view.figure, view.cost.a);
        }""")
        )
        assert even == 0 or cost(even) < limit, again
        assert cost(even + 1) >= limit, again
        if even:
            unit = step if key == "mid" else int(said["in"])
            assert f"m = {number(even * unit)}: {number(cost(even))}" in shown_of(tab)["even"]


def test_the_textbooks_pair(open_page: Open) -> None:
    """He et al., arXiv:1512.03385: 9·64·128 against 64·32 + 9·32² + 32·128."""
    found = shown_of(open_page("#in=64&out=128&mid=32"))
    assert found["ratio"] == "4.80×"
    assert found["sums"] == [number(9 * 64 * 128), number(64 * 32 + 9 * 32 * 32 + 32 * 128)]
    assert found["even"].startswith("B costs less than A up to m = 80: 72,960 against 73,728.")


def test_the_command_that_is_shown_says_the_same(open_page: Open, run: Run) -> None:
    tab = open_page("#in=1&out=4")
    for shown in states(25, seed=8):
        go(tab, shown.fragment)
        command = shlex.split(tab.locator("#command").text_content())
        assert command[:2] == ["bottlecalc", "compare"]
        done = run(*command[1:], "--no-measure", "--format", "json")
        assert done.code == 0, (command, done.err)
        blocks = json.loads(done.out)["blocks"]
        sums = [number(block["params"]["main"]) for block in blocks]
        assert sums == shown_of(tab)["sums"], command


def test_ratios_are_written_as_bottlecalc_writes_them(open_page: Open) -> None:
    random = Random(5)
    pairs = [(random.randint(1, 10**9), random.randint(1, 10**9)) for _ in range(500)]
    pairs += [(25, 8), (27, 8), (35, 8), (201, 200), (1, 9), (3, 2000), (10**13, 3), (4567, 1)]
    texts = open_page().evaluate(
        "(pairs) => pairs.map(([a, b]) => ratioText(BigInt(a), BigInt(b)))", pairs
    )
    assert texts == [ratio(Fraction(a, b)) for a, b in pairs]


def test_operators_mean_what_they_mean_here(open_page: Open) -> None:
    random = Random(6)
    cases: list[tuple[Any, dict[str, str], object]] = []
    for sign, operate in OPERATORS.items():
        for _ in range(20):
            a, b = (random.choice((-1, 1)) * random.randint(1, 10**20) for _ in range(2))
            if sign in ("&", "|"):
                truths = [one > 0 for one in (a, b)]
                cases.append(([sign, *truths], {}, str(operate(*truths)).lower()))
            else:
                cases.append(([sign, "a", "b"], {"a": str(a), "b": str(b)}, operate(a, b)))
    found = open_page().evaluate(
        """(cases) => cases.map(([expression, names]) => {
            const values = Object.entries(names).map(([name, one]) => [name, BigInt(one)]);
            return String(evaluate(expression, Object.fromEntries(values)));
        })""",
        [case[:2] for case in cases],
    )
    assert found == [str(case[2]).lower() for case in cases]


def numbers_in(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where numbers and signs stand in expressions."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from numbers_in(value, (*path, key))
        elif (type(value) is int or value in ("+", "*", "//")) and "usual" not in path:
            yield (*path, key)


def tampered(families: Any, path: tuple[Any, ...]) -> Any:
    changed = deepcopy(families)
    node = changed
    for key in path[:-1]:
        node = node[key]
    value = node[path[-1]]
    node[path[-1]] = value + 1 if type(value) is int else {"+": "*", "*": "+", "//": "+"}[value]
    return changed


def test_an_expression_that_is_tampered_with_is_seen(open_page: Open, file: Path) -> None:
    """Any number or sign of any family, sampled."""
    families = data(file)["families"]
    tab = open_page()
    assert tab.evaluate("complaint(page.data)") == ""
    places = list(numbers_in(families))
    unseen = [
        path
        for path in Random(7).sample(places, 120)
        if not tab.evaluate(
            "(families) => complaint({ ...page.data, families })", tampered(families, path)
        )
    ]
    assert unseen == []


def damaged(file: Path, folder: Path, old: str, new: str) -> Path:
    text = file.read_text("utf-8")
    assert old in text
    path = folder / "damaged.html"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ('"factors":[3,3,"in","out"]', '"factors":[3,4,"in","out"]', "#in=64&out=128&mid=32"),
        ('["*","in","mid"]', '["+","in","mid"]', ""),
        ('"groups":1}', '"groups":2}', "#lang=zh"),
        ('"follows":{"mid":["//","out",4]}', '"follows":{"mid":["//","out",2]}', ""),
        ('["%","mid","groups"]', '["%","groups","mid"]', ""),
        ("const quotient = a / b;", "const quotient = a / b + 1n;", "#in=64&out=128"),
    ],
)  # fmt: skip
def test_a_damaged_page_shows_a_banner_and_no_numbers(
    old: str, new: str, fragment: str, open_page: Open, file: Path, tmp_path: Path
) -> None:
    tab = open_page(fragment, damaged(file, tmp_path, old, new))
    assert tab.locator("#failure").is_visible()
    banner = tab.locator("#failure").text_content()
    assert banner.startswith("No numbers are shown: what this page computes is not what bottlecalc")
    assert "不显示任何数字" in banner
    assert tab.locator("main").count() == 0
    assert "×" not in tab.locator("body").inner_text().replace(banner, "")
