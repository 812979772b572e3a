"""The formulas as data: what a browser is given means what the formulas say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bottlecalc import count, parse
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.formulas.families import formula
from bottlecalc.layers.count import MAIN
from bottlecalc.layers.expression import OPERATORS
from bottlecalc.page.expressions import KINDS, families
from bottlecalc.page.points import EXACT, points, refusals
from bottlecalc.page.write import LANGUAGES, _words
from tests.page.states import states

DATA = json.loads(json.dumps(families()))


def evaluate(expression: Any, values: dict[str, int]) -> Any:
    """Written again, for data."""
    if isinstance(expression, str):
        return values[expression]
    if not isinstance(expression, list):
        return expression
    sign, a, b = expression
    return OPERATORS[sign](evaluate(a, values), evaluate(b, values))


def case_of(spec: str, size: tuple[int, int]) -> tuple[Any, dict[str, int]]:
    """The case that holds of a block, and what each name is."""
    block = parse(spec)
    data = DATA[block.family]
    said = {key: getattr(block, f"{key}_channels", None) or getattr(block, key, None)
            for key in data["keys"]}  # fmt: skip
    values = {key: value for key, value in said.items() if value is not None}
    values |= {"batch": 1, "height": size[0], "width": size[1]}
    for key, expression in data["follows"].items():
        values.setdefault(key, evaluate(expression, values))
    return next(case for case in data["cases"] if evaluate(case["holds"], values)), values


@pytest.mark.parametrize("shown", list(states(60, seed=1)), ids=lambda shown: shown.fragment)
def test_expressions_are_what_is_counted(shown: Any) -> None:
    for spec, counted in zip(shown.specs, shown.counts, strict=True):
        case, values = case_of(spec, shown.size)
        found = {name: evaluate(one, values) for name, one in case["figures"].items()}
        assert [found[f"params_{scope}"] for scope in ("main", "convs", "block")] == [
            *counted.params
        ]
        assert (found["macs_main"], found["macs_block"]) == counted.macs
        assert found["activations_block"] == counted.activations
        main = sum(one.activations for one in counted.layers if one.branch in MAIN)
        assert found["activations_main"] == main
        assert evaluate(case["field"][0], values) == counted.receptive_field


def test_without_squeeze_and_excitation_all_macs_are_of_convolutions() -> None:
    for data in DATA.values():
        for case in data["cases"]:
            assert [layer["kind"] for layer in case["layers"] if layer["macs"] != 0] == [
                layer["kind"] for layer in case["layers"] if layer["kind"] == "conv"
            ]


def test_points_are_hundreds_and_of_every_case() -> None:
    found = points()
    assert len(found) >= 200
    cases = {name: set() for name in KINDS}  # type: dict[str, set[str]]
    for point in found:
        spec = ",".join(f"{key}={value}" for key, value in point["keys"].items())
        block = parse(f"{point['family']}:{spec}")
        held = next(one for one in formula(type(block)).cases if one.holds(block))
        cases[block.family].add(held.name)
    for name, names in cases.items():
        assert names == {case.name for case in formula(FAMILIES[name]).cases} - {"pooled"}, name
    numbers = (value for point in found for value in point["figures"].values())
    assert any(isinstance(value, str) and int(value) >= EXACT for value in numbers)


def test_points_are_what_is_counted() -> None:
    for point in points()[::7]:
        spec = ",".join(f"{key}={value}" for key, value in point["keys"].items())
        counted = count(parse(f"{point['family']}:{spec}"), size=point["size"])
        assert int(point["figures"]["params_main"]) == counted.params.main
        assert int(point["figures"]["macs_block"]) == counted.macs.block


def test_every_rule_that_can_be_broken_has_words_in_every_language() -> None:
    assert {(one["family"], one["refused"]) for one in refusals()} == {
        ("bottleneck", "groups"),
        ("bottleneck", "mid"),
    }
    chinese = _words("zh")
    for name, data in DATA.items():
        for rule in (rule for rules in data["rules"].values() for rule in rules):
            assert f"rule.{name}.{rule['key']}" in chinese
            for key in re.findall(r"{(\w+)}", rule["sentence"]):
                assert key in data["keys"]


def test_the_english_sentence_is_the_familys() -> None:
    rule = DATA["bottleneck"]["rules"][""][-1]
    keys = {"in": 64, "out": 128, "mid": 32, "groups": 3, "stride": 1}
    assert rule["sentence"].format(**keys) == (
        "groups = 3 does not divide mid = 32 in"
        " bottleneck:in=64,out=128,stride=1,mid=32,groups=3; give groups that divide mid, or"
        " another mid"
    )


def test_languages_say_the_same_things() -> None:
    english, chinese = (_words(language) for language in LANGUAGES)
    shared = {name for name in chinese if not name.startswith("rule.")}
    assert shared == set(english)
    for name in shared:
        places = [set(re.findall(r"{(\w+)}", words[name])) for words in (english, chinese)]
        assert {"times" if one == "ratio" else one for one in places[0]} == {
            "times" if one == "ratio" else one for one in places[1]
        }, name
