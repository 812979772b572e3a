"""What is to be held against another, as it is named: found, and counted."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.networks import count_network
from bottlecalc.agreement.result import ClosedForm, ModelCount, Result
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import is_spec, parse
from bottlecalc.blocks.spec import Block
from bottlecalc.changes.diff import Diff, Side, diff_sides
from bottlecalc.changes.documents import from_document, read_document, to_document
from bottlecalc.changes.isolated import IsolatedError, call
from bottlecalc.changes.revisions import Revision, laid_out, resolve
from bottlecalc.errors import argument
from bottlecalc.networks.grammar import parse as parse_network
from bottlecalc.networks.spec import Network
from bottlecalc.networks.table import NETWORKS
from bottlecalc.text import objects
from bottlecalc.text.calls import ArgumentError, public, quoted
from bottlecalc.text.given import Given, read_keywords, read_python
from bottlecalc.text.shapes import Input, InputError
from bottlecalc.text.values import from_json, listed, to_json

AT = re.compile(r"(.+?(?::[\w.]+|\.toml(?::[^@]*)?|\.json))@(.+)", re.DOTALL)
"""A target, a network's file or a count's, and the revision that it is of."""

Arguments = Mapping[str, object]
Host = Callable[[], AbstractContextManager[None]]


class How(NamedTuple):
    """How targets are built, run and told of; blocks and networks take nothing of it.

    Attributes:
        arguments: for the class or function.
        source: of the inputs, a function by its name; none where it is empty.
        dtype: of all floats; as they are where it is empty.
        part: the module that is told of; all where it is empty.
        seed: by which weights and inputs are drawn where values decide.
    """

    arguments: Arguments
    source: str = ""
    dtype: str = ""
    part: str = ""
    seed: int = 0

    def check_unused(self, subject: object) -> None:
        """Refuse what goes with targets alone.

        Raises:
            ArgumentError: there is such.
        """
        given = {"inputs-from": self.source, "dtype": self.dtype, "module": self.part}
        for name, value in given.items():
            if value:
                raise ArgumentError(
                    f"{argument(name)} {quoted(value)} goes with a model that is named, such as"
                    f" net.py:Net, and {subject} is none; leave it out"
                )


@public('diff("resnet50", "resnet50:width=0.5")')
def diff(
    before: object,
    after: object,
    *,
    inputs: Sequence[Input | Sequence[int] | Mapping[str, Any] | str] | Input | str = (),
    keywords: Mapping[str, Any] | None = None,
    inputs_from: str = "",
    arguments: Arguments | None = None,
    dtype: str = "",
    module: str = "",
    seed: int = 0,
    host: Host = nullcontext,
) -> Diff:
    """What differs between two counts, in all and module by module, renamed modules joined.

    Each is what was counted (by ``count``, ``count_model`` or ``compare_networks``), a block, a
    network, or text: a spec, a network, the JSON file that ``bottlecalc count`` wrote, or a target
    (``net.py:Net``), which loads torch. ``net.py:Net@main`` is that of another revision, counted
    in a process of its own.

    Args:
        before: one of these.
        after: another, or the same as it is now.
        inputs: of both, one for each positional input: ``"1x3x224x224"``; the usual one of blocks
            and networks where none is given, and of targets parameters alone.
        keywords: of targets, by the names of the forward's arguments.
        inputs_from: of targets, a function that returns the inputs: ``"data.py:batch"``.
        arguments: for the class or function of targets.
        dtype: of all floats of targets; as they are where it is empty.
        module: the part of targets that is told of; all where it is empty.
        seed: by which weights and inputs of targets are drawn where values decide.
        host: makes the context in which the user's code runs, where there is any.

    Raises:
        ArgumentError: something else is given.
        InputError: an input is none, or none of what is counted.
        TargetError: a target cannot be found or built, or does not run on these inputs.
        BlockError: a spec is wrong; and of a network a NetworkError.
        DocumentError: a file is no count.
        RevisionError: there is no such revision.
        IsolatedError: what is of another revision cannot be counted there.

    >>> diff("resnet50", "resnet101").figures["params"]
    Change(before=25557032, after=44549160)
    """
    listed = [inputs] if isinstance(inputs, str | Input) else inputs
    given = Given([read_python(one, "") for one in listed], read_keywords(keywords or {}))
    how = How(arguments or {}, inputs_from, dtype, module, seed)
    sides = [_side(one, given, how, host) for one in (before, after)]
    return diff_sides(sides[0], sides[1])


def _side(subject: object, inputs: Given, how: How, host: Host) -> Side:
    if isinstance(subject, Side):
        return subject
    if isinstance(subject, Result):
        return side_of(subject)
    if isinstance(subject, Block | Network):
        return side_of(_closed_form(subject, inputs))
    if not isinstance(subject, str | os.PathLike) or not os.fspath(subject):
        raise ArgumentError(
            f"{quoted(subject)} is nothing to hold against another; give what was counted, a block,"
            " a network, or text such as 'net.py:Net@main'"
        )
    text = str(os.fspath(subject))
    return _of_revision(text, inputs, how) or _counted(text, inputs, how, host)


def side_of(count: Result) -> Side:
    """A count as it is held against another."""
    part, call = (count.part, count.call) if isinstance(count, ModelCount) else ("", "")
    return Side(
        name=_named(str(count.subject), part),
        input=call or listed(count.inputs),
        nodes=count.own,
        bytes=count.parameters.bytes if count.parameters else None,
        versions=count.versions,
        notes=count.notes,
    )


def _named(text: str, part: str) -> str:
    return f"{text}, module {part} of it" if part else text


def _counted(text: str, inputs: Given, how: How, host: Host) -> Side:
    if _is_file(text):
        return read_document(Path(text))
    if is_spec(text) or _is_network(text):
        how.check_unused(text)
    if is_spec(text):
        return side_of(_closed_form(parse(text), inputs))
    if _is_network(text):
        return side_of(_closed_form(parse_network(text), inputs))
    from bottlecalc.agreement.ask import count_target
    from bottlecalc.models.target import Target

    with host():
        count = count_target(
            Target(text, how.arguments), inputs.by_place, "torch", inputs.by_name, how.part,
            how.seed, source=how.source, dtype=how.dtype,
        )  # fmt: skip
        return side_of(count)


def _is_file(text: str) -> bool:
    """Whether it is a count as JSON: by its name, or by being there and nothing else."""
    is_other = text.endswith((".toml", ".py")) or text in (*NETWORKS, *FAMILIES) or ":" in text
    return text.endswith(".json") or (not is_other and os.path.exists(text))


def _is_network(text: str) -> bool:
    name = text.partition(":")[0]
    return name.endswith(".toml") or name in NETWORKS or ":" not in text


def _closed_form(subject: Block | Network, inputs: Given) -> ClosedForm:
    if inputs.by_name or not all(isinstance(one, Input) for one in inputs.by_place):
        raise InputError(f"{inputs.text} is no input of {subject}; give one shape, without a name")
    size_and_batch = closed_form.size_and_batch(subject, inputs.by_place)
    if isinstance(subject, Network):
        return count_network(subject, *size_and_batch)
    return closed_form.count(subject, *size_and_batch)


def _of_revision(text: str, inputs: Given, how: How) -> Side | None:
    """What is counted in the tree of the revision that it names; None where it names none."""
    match = AT.fullmatch(text)
    if not match or os.path.exists(text):
        return None
    here = Path(os.path.realpath(Path.cwd()))
    revision = resolve(match[2], here)
    question = {
        "text": _relative(match[1], revision, here), "inputs": to_json(list(inputs.by_place)),
        "keywords": to_json(dict(inputs.by_name)),
        "how": {**how._asdict(), "arguments": objects.to_json(dict(how.arguments))},
    }  # fmt: skip
    side = _asked(question, revision, here, text)
    note = f"counted in the tree of {revision}, by what is installed here"
    return from_document({**side, "name": _named(text, how.part), "notes": [note, *side["notes"]]})


def _relative(text: str, revision: Revision, here: Path) -> str:
    """What an absolute path names, as it is named in another tree.

    Raises:
        ArgumentError: it is of no file of the repository.
    """
    file, colon, name = text.partition(":")
    if not os.path.isabs(file):
        return text
    whole = Path(os.path.realpath(file))
    if not whole.is_relative_to(revision.root):
        raise ArgumentError(
            f"{quoted(text)} is not in the repository of {revision}; name a file of it"
        )
    return f"{os.path.relpath(whole, here)}{colon}{name}"


def _asked(question: Any, revision: Revision, here: Path, text: str) -> Any:
    with laid_out(revision) as tree:
        folder = tree / here.relative_to(revision.root)
        try:
            if not folder.is_dir():
                raise IsolatedError(f"there is no folder {here.relative_to(revision.root)}")
            return call(f"{__name__}:answer", question, tree, revision.root, folder)
        except IsolatedError as error:
            raise IsolatedError(
                f"{text} cannot be counted at {revision}: {error.sentence}; name another revision,"
                " or what there was in this one"
            ) from None


def answer(question: Any) -> Any:
    """What a process of its own answers: the side that is asked for."""
    inputs = Given(from_json(question["inputs"]), from_json(question["keywords"]))
    how = How(**{**question["how"], "arguments": objects.from_json(question["how"]["arguments"])})
    return to_document(_counted(question["text"], inputs, how, nullcontext))
