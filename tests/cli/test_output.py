"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bottlecalc.cli import output
from bottlecalc.cli.output import WIDEST, bound_width, save, tell
from bottlecalc.text.files import OutputError
from tests.conftest import Run


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


def test_a_link_to_itself_is_one_sentence(tmp_path: Path) -> None:
    loop = tmp_path / "loop.txt"
    loop.symlink_to("loop.txt")
    with pytest.raises(OutputError, match="is a symbolic link that leads nowhere; give another"):
        save(loop, "text")
    assert os.listdir(tmp_path) == ["loop.txt"]


def test_nor_is_one_beside_a_figure_more(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("plotille", reason="plotille is not installed")
    loop = tmp_path / "loop.txt"
    loop.symlink_to("loop.txt")
    sweep = ("sweep", "--in", "4", "--out", "8", "--mid", "2,3", "--plot", "-", "-o", str(loop))
    result = run(*sweep)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith("is a symbolic link that leads nowhere; give another path\n")


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to("out.txt")
    save(tmp_path / "link.txt", "text")
    assert (tmp_path / "out.txt").read_text() == "text"
    assert (tmp_path / "link.txt").is_symlink()


@pytest.mark.parametrize("letters", [245, 255])
def test_a_name_as_long_as_there_can_be(letters: int, tmp_path: Path) -> None:
    save(tmp_path / ("n" * letters), "text")
    assert os.listdir(tmp_path) == ["n" * letters]


@pytest.mark.parametrize(
    ("text", "bounded"), [("80", "80"), ("99999999", str(WIDEST)), ("0", None), ("x", None)]
)
def test_a_terminal_has_a_width_of_use(
    text: str, bounded: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COLUMNS", "TERMINAL_WIDTH"):
        monkeypatch.setenv(name, text)
    bound_width()
    assert {os.environ.get(name) for name in ("COLUMNS", "TERMINAL_WIDTH")} == {bounded}


def test_help_is_no_wider(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "99999999")
    assert max(map(len, run("solve", "--help").out.splitlines())) <= WIDEST


def test_a_sentence_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    tell("a\n::add-mask::b\x1b", "##[c]")
    assert capsys.readouterr().err == "a\\n::add-mask::b\\x1b\n\\x23#[c]\n"


def test_nothing_is_said_past_what_spells_it_out() -> None:
    """All sentences go through ``tell``: no other file of the command line names stderr."""
    folder = Path(output.__file__).parent
    naming = [path.name for path in folder.glob("*.py") if "sys.stderr" in path.read_text("utf-8")]
    assert naming == ["output.py"]


BLOCK = ("--in", "4", "--out", "8")
ASKED: list[tuple[str, ...]] = [
    ("compare", *BLOCK, "--no-measure"),
    ("sweep", *BLOCK, "--mid", "2,3"),
    ("solve", *BLOCK, "--max-params", "900"),
    ("blocks",),
    ("check", "--config", "b.toml"),
]
FORMS = {".csv": "csv", ".json": "json", ".MD": "markdown", ".xml": "junit", ".sarif": "sarif"}


@pytest.mark.parametrize("ending", [*FORMS, ".txt", ".log", ""])
@pytest.mark.parametrize("arguments", ASKED, ids=lambda words: words[0])
def test_a_file_has_the_format_of_its_ending(
    arguments: tuple[str, ...],
    ending: str,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b.toml").write_text('[[budget]]\nname="a"\nblock="plain:in=3,out=4"\nmax_params=136\n')
    form = FORMS.get(ending, "table")
    is_known = run(*arguments, "--format", form, "-o", "said").code == 0
    assert is_known or run(*arguments, "-o", "said", "--format", "table").code == 0
    assert run(*arguments, "-o", f"ended{ending}").code == 0
    assert Path(f"ended{ending}").read_bytes() == Path("said").read_bytes()


def test_a_format_that_is_said_is_that(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    assert run("blocks", "--format", "json", "-o", str(file)).code == 0
    assert file.read_text("utf-8").startswith("{")
