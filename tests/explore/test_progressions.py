"""Progressions are the numbers that rules of division leave, seen by going through them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bottlecalc.explore.intervals import Interval
from bottlecalc.explore.progressions import Progression, is_periodic, progressions
from bottlecalc.layers.expression import Evaluation, Expression

Q = Expression("q")
SMALL = st.integers(1, 12)
PROGRESSION = st.tuples(SMALL, SMALL).map(lambda pair: Progression(min(pair), max(pair)))
REMAINDERS = st.tuples(SMALL, SMALL, SMALL).map(lambda rule: (*rule[:2], rule[2] % rule[1]))


@given(st.lists(REMAINDERS, max_size=3), SMALL)
@settings(deadline=None)
def test_they_are_all_that_keeps_the_rules(
    rests: list[tuple[int, int, int]], multiple: int
) -> None:
    """Of rules such as q // 4 % 3 != 0, and of q % 3 != 2."""
    rules = [Q // divisor % modulus != rest for divisor, modulus, rest in rests]
    found = progressions(rules, Q, multiple)
    listed = sorted(each.value(place) for each in found for place in range(3001))
    kept = [
        number
        for number in range(multiple, 3001, multiple)
        if not any(Evaluation({"q": number})(rule) for rule in rules)
    ]
    assert [number for number in listed if number <= 3000] == kept


@given(PROGRESSION, st.integers(1, 60), st.integers(0, 60))
def test_places_are_those_of_its_numbers_in_a_range(
    progression: Progression, low: int, length: int
) -> None:
    places = progression.places(low, low + length)
    inside = [n for n in range(130) if low <= progression.value(n) <= low + length]
    assert list(range(places.low, places.high + 1)) == inside


def test_what_no_progression_tells_is_left_to_the_search() -> None:
    assert is_periodic(Q // 4 % 3 != 0, Q)
    assert is_periodic(Q % 2 != 1, Q)
    for rule in (
        Q // 4 < 1,
        Q * Q % 3 != 0,
        12 % Q != 0,
        Q // 65 % 3 != 0,
        Q % 3 == 0,
        Q % 3 != 3,
        True,
    ):
        assert not is_periodic(rule, Q)
    assert progressions([Q // 65 % 3 != 0], Q, 5) == (Progression(5, 5),)
    assert Progression(2, 4).values(Interval(1, 3)) == (6, 14)
