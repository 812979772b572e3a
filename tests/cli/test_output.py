"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bottlecalc.cli.output import OutputError, save


def test_a_file_is_written_and_written_over(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    save(path, "first")
    save(path, b"se\xc3\xa7ond")
    assert path.read_text("utf-8") == "seçond"
    assert os.listdir(tmp_path) == ["out.txt"]
    other = tmp_path / "other.txt"
    other.touch()
    assert path.stat().st_mode == other.stat().st_mode


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.txt"
    save(path, "kept")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match=r"out\.txt cannot be written: No space left on device"):
        save(path, "lost")
    assert path.read_text("utf-8") == "kept"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is no ordinary file; give another path"):
        save(tmp_path, "text")
    with pytest.raises(OutputError, match="/dev/null is no ordinary file"):
        save(Path("/dev/null"), "text")
    assert os.listdir(tmp_path) == []


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No such file or directory; give another path"):
        save(tmp_path / "missing" / "out.txt", "text")
    assert os.listdir(tmp_path) == []
