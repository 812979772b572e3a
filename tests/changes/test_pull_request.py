"""The comment on a pull request: who reads it alone can say what grew, where, and if it may."""

from __future__ import annotations

import json
import re

import pytest
from markdown_it import MarkdownIt

from bottlecalc import Bottleneck, Plain, check, count
from bottlecalc.budgets.budget import Budget, Figure, Limit
from bottlecalc.budgets.check import hold
from bottlecalc.budgets.verdict import Against, Report, Verdict
from bottlecalc.changes.diff import changes
from bottlecalc.layers.counted import Node
from bottlecalc.render.badge import document as badge
from bottlecalc.render.diff import modules_markdown
from bottlecalc.render.pull_request import MARKER, document
from tests.budgets.cases import baseline
from tests.changes.conftest import Repository
from tests.changes.test_against import BLOCK

OTHERS = "".join(BLOCK.replace('"block"', f'"other {n}"') for n in range(5))
HOSTILE = "</summary><script> www.x.org https://x.org @all #1 $x$ `y` | z"


@pytest.fixture
def main(repository: Repository) -> Repository:
    repository.commit(bottlecalc_toml=BLOCK + OTHERS)
    return repository


def unfolded(text: str) -> str:
    """What is seen before anything is opened."""
    return re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)


def comment(repository: Repository, name: str, text: str) -> str:
    repository.branch(name, bottlecalc_toml=text)
    body = document(check(against="main"))
    assert body.startswith(f"{MARKER}\n")
    assert body.count("<details>") == body.count("</details>")
    return body


def test_it_is_short_where_nothing_changed(main: Repository) -> None:
    text = unfolded(comment(main, "same", BLOCK + OTHERS))
    assert len(text.split("\n\n")) <= 4
    assert "**✓ Model budgets**: 6 hold; 0 of 6 changed against main (" in text
    assert "No cost changed." in text


def test_what_grew_within_its_limit(main: Repository) -> None:
    grown = BLOCK.replace("out=4", "out=5").replace("136", "999")
    body = comment(main, "grow", grown + OTHERS)
    text = unfolded(body)
    after = 9 * 15 + 10 + 15 + 10
    assert f"| ✓ | block | parameters | 136 | {after} | +{after - 136} |" in text
    assert f"| ≤ 999 | {after / 9.99:.1f}% |" in text
    assert "**block** (plain:in=3,out=5): holds" in text
    assert "max\\_params was raised from 136 to 999 by this change" in text
    assert "most in `conv1` (+27 parameters, +84,672 MACs, +3,136 activations)" in text
    assert "other 0" not in text
    assert "<summary>5 budgets as before</summary>" in body
    assert "<summary>What changed, module by module (4 changed)</summary>" in body


def test_what_grew_beyond_its_limit(main: Repository) -> None:
    text = unfolded(comment(main, "over", BLOCK.replace("out=4", "out=5") + OTHERS))
    assert "**✗ Model budgets**: 5 hold, 1 exceeded; 1 of 6 changed" in text
    assert "- 170 parameters exceed max\\_params = 136 by 34 (25.0%)" in text


def test_what_is_new_or_gone(main: Repository) -> None:
    text = unfolded(comment(main, "swap", BLOCK.replace('"block"', '"fresh"') + OTHERS))
    assert "**fresh** (plain:in=3,out=4): holds\n\n- new with this change" in text
    assert "**block**: removed by this change" in text


def test_a_base_that_is_not_there(main: Repository) -> None:
    text = document(check(against="nosuch"))
    assert "**✗ Model budgets**: 6 hold" in text
    assert "**Not held against another revision**: 'nosuch' is no revision here" in text


def test_nothing_of_others_is_interpreted() -> None:
    limit: dict[Figure, Limit] = {"params": Limit(most=1)}
    budget = Budget(name=HOSTILE, block=Plain(3, 4), limits=limit, message=f"{HOSTILE}\n# h")
    before = baseline(Plain(3, 3), budget)
    report = Report(verdicts=(hold(budget, count(Plain(3, 4)), before),), exit_code=1,
                    notes=(HOSTILE,))  # fmt: skip
    check_inert(document(report))


def test_what_is_counted_or_gone_is_not_interpreted_either() -> None:
    budget = Budget(name="a", model="net.py:Net", arguments={"x": HOSTILE})
    verdict = Verdict(budget=budget, problem=HOSTILE)
    against = Against(ref="main", removed=(HOSTILE,), problem=HOSTILE)
    body = document(Report(verdicts=(verdict,), exit_code=2, against=against))
    assert body.count("script") == 4
    check_inert(body)


def check_inert(body: str) -> None:
    """Whatever HOSTILE would make of it, it is text."""
    for line in body.splitlines():
        if line.startswith("<"):
            assert "script" not in line
    html = MarkdownIt("commonmark", {"linkify": False}).enable("table").render(body)
    assert "<script>" not in html
    assert not re.search(r"<h\d|https://|www\.x|[^>]@all|[^>]\$x", html)


def test_a_module_stays_in_its_cell() -> None:
    """One that is named with a bar, by which a cell would end, in code or not."""
    after = Node(name="one|two", type="Conv", params=3, trainable=3, macs=0, activations=0)
    changed = changes([], [after])
    html = MarkdownIt("commonmark").enable("table").render("\n".join(modules_markdown(changed)))
    assert re.findall("<td[^>]*>(.*?)</td>", html) == ["+", "one|two", "+3", "", ""]


def test_a_badge_says_how_many_hold() -> None:
    fine = hold(Budget(name="a", block=Bottleneck(64, 128)), count(Bottleneck(64, 128)))
    over = hold(Budget(name="b", block=Plain(3, 4), limits={"macs": Limit(most=1)}),
                count(Plain(3, 4)))  # fmt: skip
    for verdicts, code, label, message, colour in [
        ((fine, fine), 0, "budgets", "all 2 hold", "brightgreen"),
        ((fine, over), 1, "budgets", "1 of 2 hold", "red"),
        ((fine,), 0, "a", "24,192 parameters", "brightgreen"),
        ((over,), 1, "b", f"{3136 * 120:,} MACs", "red"),
        ((fine,), 2, "a", "24,192 parameters", "lightgrey"),
    ]:
        assert json.loads(badge(Report(verdicts=verdicts, exit_code=code))) == {
            "schemaVersion": 1, "label": label, "message": message, "color": colour,
        }  # fmt: skip
