"""What is said of a model that does not run as given: nothing false, and no more than fits."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from bottlecalc import TargetError, count_model
from bottlecalc.models.failure import in_passing


class ByName(nn.Module):
    """It takes all by name."""

    def forward(self, *, ids: torch.Tensor, mask: Any = None) -> Any:
        return ids


class Reading(nn.Module):
    """It reads a value."""

    def forward(self, x: torch.Tensor) -> Any:
        return x if x.sum() > 0 else -x


def test_what_is_taken_by_name_alone_is_said_so() -> None:
    with pytest.raises(TargetError) as caught:
        count_model(ByName(), (1, 3))
    assert "what it takes is (*, ids: torch.Tensor, mask: Any = None)" in str(caught.value).replace(
        "'", ""
    ).replace("typing.", "")


@pytest.mark.parametrize("counter", ["torch", "both"])
def test_torch_alone_is_not_advised_where_it_was_asked(counter: Any) -> None:
    model = nn.Sequential(nn.Linear(3, 3, device="meta"), Reading())
    with pytest.raises(TargetError) as caught:
        count_model(model, (1, 3), counter=counter)
    assert "is on the meta device, where nothing is computed; give one with values" in str(
        caught.value
    )
    assert ("ask torch's dispatcher alone" in str(caught.value)) == (counter == "both")


LONG = "No kernel has it. This could be because it was never written, or because " + "of much " * 30


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (LONG, "No kernel has it"),
        ("word " * 60, f"{('word ' * 24).strip()} …"),
        ("short", "short"),
        ("two\nlines", "two"),
    ],
)
def test_a_note_quotes_one_short_line(text: str, quoted: str) -> None:
    assert in_passing(ValueError(text)) == f"ValueError: {quoted}"
    error = TargetError(f"it fails: ValueError: {text.strip().splitlines()[0]}")
    error.__cause__ = ValueError(text)
    assert in_passing(error) == f"it fails: ValueError: {quoted}"
