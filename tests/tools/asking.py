"""What ``explain`` finds of one claim."""

from __future__ import annotations

from typing import Any

from bottlecalc import explain
from bottlecalc.tools.explanation import Claim, Match


def claim(subject: Any, text: str, *inputs: str, **options: Any) -> Claim:
    (found,) = explain(subject, *inputs, claims=[text], **options).claims
    return found


def conventions(matches: tuple[Match, ...]) -> set[tuple[str, str]]:
    """By tool and factor, those in which nothing else is unusual."""
    return {(match.tool, match.factor) for match in matches if not match.changes}


def says(subject: Any, tool: str, *inputs: str) -> int:
    """What a tool says of it, by its rules."""
    return explain(subject, *inputs, tools=[tool]).tools[0].says
