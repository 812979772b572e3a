"""Patterns of targets: the files and the names that they are of, and those that they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bottlecalc.models.pattern import is_of_several, matching

pytestmark = pytest.mark.torch

NETS = """\
from functools import partial

from torch import nn
from torch.nn import Linear

WIDTH = 3


def build():
    return Linear(2, WIDTH)


class Net(nn.Module):
    pass


class Settings:
    pass


wide = partial(Linear, 2, 9)
head = Linear(2, 2)
_hidden = build
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_names_are_those_of_what_is_made_there(here: Path) -> None:
    """No class of torch's that it imports, nothing hidden, and nothing that is no model."""
    (here / "pattern_nets.py").write_text(NETS, "utf-8")
    names = ["Net", "build", "head", "wide"]
    assert matching("pattern_nets.py:*") == [f"pattern_nets.py:{name}" for name in names]
    assert matching("pattern_nets:[!NL]*") == [f"pattern_nets:{name}" for name in names[1:]]


def test_two_stars_are_folders_however_deep(here: Path) -> None:
    places = ["nets/a.py", "nets/deep/b.py", "nets/deep/er/c.py"]
    for place in places:
        (here / place).parent.mkdir(exist_ok=True)
        (here / place).write_text(NETS, "utf-8")
    assert matching("nets/**/*.py:build") == [f"{place}:build" for place in places]


def test_a_file_with_such_a_name_is_itself(here: Path) -> None:
    (here / "net[1].py").write_text(NETS, "utf-8")
    assert matching("net[1].py:[bN]*") == ["net[1].py:Net", "net[1].py:build"]
    assert not is_of_several("net[1].py:build")
    assert is_of_several("net[2].py:build")
