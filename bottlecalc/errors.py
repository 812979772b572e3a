"""What all errors have in common that a user can mend, and whose words they speak in.

A sentence names keys by marks, so that whoever prints it chooses the words: Python's
``mid_channels``, a spec's ``mid``, or the command line's ``--mid``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from keyword import iskeyword
from typing import NamedTuple

MARK = "\0(key|argument|remedy|entry):([a-z0-9_-]*)\0"
CHANNELS = ("in", "mid", "out")


class Words(NamedTuple):
    """How each kind of mark is spelled.

    Attributes:
        key: a key of a block: ``mid``.
        argument: what a question is asked with: ``max-params``.
        remedy: how a key is given a value: ``mid``.
        entry: the same where it stands in a spec's text.
    """

    key: Callable[[str], str]
    argument: Callable[[str], str]
    remedy: Callable[[str], str]
    entry: Callable[[str], str]


def _entry(name: str) -> str:
    return f"{name}=N in the spec"


def python_name(name: str) -> str:
    """What a key, or an option, is called in Python: ``mid_channels``, ``max_params``, ``for_``."""
    if name in CHANNELS:
        return f"{name}_channels"
    return f"{name}_" if iskeyword(name) else name.replace("-", "_")


def _python_argument(name: str) -> str:
    switch = name.removeprefix("no-")
    return python_name(name) if switch == name else f"{python_name(switch)}=False"


PYTHON = Words(python_name, _python_argument, lambda name: f"{python_name(name)}=N", _entry)
SPECS = Words(str, str, _entry, _entry)


class BottlecalcError(Exception):
    """Something that the user can mend; its text is the one sentence that says what and how.

    Attributes:
        sentence: the same with its marks, to stand within another.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(worded(sentence, PYTHON))
        self.sentence = sentence

    def __reduce__(self) -> tuple[type[BottlecalcError], tuple[str]]:
        """With its marks, so that it can be worded in another process."""
        return type(self), (self.sentence,)

    def worded(self, words: Words) -> str:
        """The sentence in these words."""
        return worded(self.sentence, words)


def worded(sentence: str, words: Words) -> str:
    """A sentence with its marks spelled in these words."""
    spelled = re.sub(MARK, lambda mark: str(getattr(words, mark[1])(mark[2])), sentence)
    return spelled.replace("\0", r"\0")  # somebody's text, which is none of ours


def key(name: str) -> str:
    """A key of a block, in a sentence."""
    return f"\0key:{name}\0"


def argument(name: str) -> str:
    """An argument of a question, in a sentence."""
    return f"\0argument:{name}\0"


def remedy(name: str) -> str:
    """How to give a key its value, in a sentence."""
    return f"\0remedy:{name}\0"


def entry(name: str) -> str:
    """How to give a key its value in a spec's text, in a sentence."""
    return f"\0entry:{name}\0"
