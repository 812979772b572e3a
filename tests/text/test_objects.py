"""Objects written as calls: read, spelled, told to another process; nothing is evaluated."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bottlecalc.text import objects
from bottlecalc.text.objects import Object, ObjectError, in_table, made, read, spelled

NAMES = st.sampled_from(["m:A", "pkg.sub:Config", "dir/net-2.py:Net.inner", "torch:bfloat16"])
KEYS = st.sampled_from(["a", "b_1", "größe"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: float(repr(value))),
    st.text(st.characters(exclude_categories=["Cs"])),
)
VALUES = st.recursive(
    SCALARS | st.builds(Object, NAMES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=3),
        st.builds(
            Object, NAMES, st.just(True), st.lists(inner, max_size=2).map(tuple),
            st.dictionaries(KEYS, inner, max_size=2),
        ),
    ),
    max_leaves=9,
)  # fmt: skip


@given(VALUES)
def test_a_value_is_read_as_it_is_spelled(value: Any) -> None:
    assert read(spelled(value)) == value
    assert objects.from_json(json.loads(json.dumps(objects.to_json(value)))) == value


@given(st.text("m:A(){}[],=\"'\\ 1.nulx-_\n", max_size=30))
def test_any_text_is_a_value_or_one_sentence(text: str) -> None:
    with suppress(ObjectError):
        read(text)


def test_a_call_within_a_call() -> None:
    text = "m:A(1, [2, m:B()], c=m:C(d='x, )', e=null), f={g = true})"
    assert read(text) == Object(
        "m:A",
        True,
        (1, [2, Object("m:B", True)]),
        {"c": Object("m:C", True, (), {"d": "x, )", "e": None}), "f": {"g": True}},
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("m:A(", "'m:A(' is no value: a value is missing before 'its end'; give module:Name(key="),
        ("m:A(1 2)", "')' or ',' is missing before '2)'"),
        ("m:A(x=1, 2)", "a value without a name stands behind x=; give those without a name first"),
        ("m:A(x=1, x=2)", "'m:A(x=1, x=2)' gives x twice; give it once"),
        ("m:A(x=y)", "a value that is known is missing before 'y)'"),
        ("m:A(x=y())", "a value that is known is missing before 'y())'"),
        ("m:A(1+1)", "a value that is known is missing before '1+1)'"),
        ("m:A() or 1", "an end is missing before 'or 1'"),
        ("m:A(__import__(1))", "a value that is known is missing before '__import__(1))'"),
        ("{a = 1, 2}", "KEY= is missing before '2}'"),
        ("[" * 200 + "]" * 200, "is nested too deeply"),
        ("m:A(" * 200 + ")" * 200, "is nested too deeply"),
    ],
)
def test_what_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ObjectError) as error:
        read(text)
    assert sentence in str(error.value)


def test_in_a_table_a_call_is_an_object_and_other_text_is_text() -> None:
    table = {
        "config": "m:Config(a=1)", "mode": "m:fast", "url": "http://x(y)z", "note": "see m:A()",
        "dtype": {"object": "torch:bfloat16"}, "weights": {"object": "null"},
        "sizes": [1, "m:A()"], "plain": {"object": 3},
    }  # fmt: skip
    assert in_table(table) == {
        "config": Object("m:Config", True, (), {"a": 1}), "mode": "m:fast", "url": "http://x(y)z",
        "note": "see m:A()", "dtype": Object("torch:bfloat16"), "weights": None,
        "sizes": [1, Object("m:A", True)], "plain": {"object": 3},
    }  # fmt: skip


def test_the_inner_ones_are_made_first() -> None:
    order: list[str] = []

    def make(one: Object, by_place: tuple[Any, ...], by_name: dict[str, Any]) -> Any:
        order.append(one.name)
        return (one.name, by_place, by_name)

    value = made(read("m:A(m:B, c=[m:C(1)])"), make)
    assert order == ["m:C", "m:B", "m:A"]
    assert value == ("m:A", (("m:B", (), {}),), {"c": [("m:C", (1,), {})]})
