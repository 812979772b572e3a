"""A function called in a process of its own, in the tree of another revision.

Two revisions of one module cannot be imported into one process; what a model leaves behind there
is nobody else's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from bottlecalc.errors import SPECS, BottlecalcError
from bottlecalc.models.worker import ending

PACKAGE = Path(__file__).parent.parent
CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from bottlecalc.changes.isolated import answer; del sys.path[0]; answer(*sys.argv[2:])"
)
"""Our own package is found where this process found it, and nothing else that is beside it."""


class IsolatedError(BottlecalcError, RuntimeError):
    """What a process of its own could not do; its text says why."""


def call(function: str, question: Any, tree: Path, root: Path, folder: Path) -> Any:
    """What a function answers there.

    Args:
        function: ``module:name`` of ours; it takes and gives what JSON can say.
        question: what it is given.
        tree: of the revision, whole.
        root: of the repository, whose own files are not to be imported there.
        folder: within the tree, where it is called.

    Raises:
        IsolatedError: it raised, or the process ended before it had answered.
    """
    with tempfile.TemporaryDirectory(prefix="bottlecalc-") as name:
        asked, answered = Path(name, "question.json"), Path(name, "answer.json")
        asked.write_text(_text(question), "utf-8")
        paths = map(str, (PACKAGE.parent, asked, answered, tree, root))
        done = subprocess.run(
            [sys.executable, "-P", "-c", CODE, *paths, function],
            cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        if not answered.exists():
            raise IsolatedError(_ending(done))
        answer = json.loads(answered.read_text("utf-8"))
    if "error" in answer:
        raise IsolatedError(answer["error"])
    return answer["value"]


def _text(question: Any) -> str:
    try:
        return json.dumps(question)
    except (TypeError, ValueError) as error:
        raise IsolatedError(
            f"an argument cannot be passed to another process: {error}; give numbers, texts, lists"
            " and tables of them"
        ) from None


def answer(asked: str, answered: str, tree: str, root: str, function: str) -> None:
    """Answer, in the process of its own."""
    sys.set_int_max_str_digits(0)
    sys.path[:] = [*_paths(Path(tree), Path(root))]
    _refuse_reading(Path(tree), Path(root))
    module, _, name = function.partition(":")
    question = json.loads(Path(asked).read_text("utf-8"))
    try:
        given = {"value": getattr(import_module(module), name)(question)}
        _check_origins(Path(tree), Path(root))
    except BottlecalcError as error:
        given = {"error": error.worded(SPECS)}
    except (ImportError, OSError, MemoryError) as error:
        given = {"error": str(error) or type(error).__name__}
    Path(answered).write_text(json.dumps(given), "utf-8")


def _ending(done: subprocess.CompletedProcess[bytes]) -> str:
    """How a process ended that did not answer."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    last = f": {lines[-1]}" if lines else ""
    return f"{ending(done.returncode)}{last}"


def _paths(tree: Path, root: Path) -> Iterator[str]:
    """Where modules are found: what is of the repository's files, in the revision's instead."""
    if (root / "src").is_dir() and (tree / "src").is_dir():
        yield str(tree / "src")  # before what an editable install says
    for path in sys.path:
        inside = _within(path, root)
        yield path if inside is None else str(tree / inside)


def _within(path: str, root: Path) -> Path | None:
    """A path of the repository's own files, relative to it; None of what is installed."""
    whole = Path(os.path.realpath(path))
    installed = {"site-packages", "dist-packages"} & {*whole.parts}
    if installed or not whole.is_relative_to(root) or whole.is_relative_to(sys.base_prefix):
        return None
    return whole.relative_to(root)


def _refuse_reading(tree: Path, root: Path) -> None:
    """Have no code of the working tree's own read, by an absolute path for one.

    What is read is forgotten again where a target's own folder is searched for its modules, so
    that looking at all modules afterwards is not enough.
    """

    def hook(event: str, arguments: Any) -> None:
        path = arguments[0] if event == "open" else None
        if isinstance(path, str) and path.endswith((".py", ".pyc")):
            whole = Path(os.path.realpath(path))
            is_own = whole.is_relative_to(tree) or whole.is_relative_to(PACKAGE)
            if not is_own and _within(path, root) is not None:
                raise _refusal(whole.name.partition(".")[0])

    sys.addaudithook(hook)


def _check_origins(tree: Path, root: Path) -> None:
    """Refuse figures of the working tree's own code.

    Raises:
        IsolatedError: some of it was imported.
    """
    for name, module in [*sys.modules.items()]:
        path = getattr(module, "__file__", None)
        if not isinstance(path, str) or Path(path).is_relative_to(PACKAGE):
            continue
        if _within(path, root) is not None and not Path(path).is_relative_to(tree):
            raise _refusal(name)


def _refusal(name: str) -> IsolatedError:
    return IsolatedError(
        f"{name} was imported from the working tree, not from the revision: it is named by an"
        " absolute path, or installed in a way that hides where it is; name it by a path relative"
        " to the repository, or install it by its path alone"
    )
