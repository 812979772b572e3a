"""Why the numbers that tools give of a model differ, to the last integer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from bottlecalc.layers.calls import Evidence
from bottlecalc.text.calls import ArgumentError, public, quoted
from bottlecalc.text.given import read_keywords, read_python
from bottlecalc.text.shapes import Input
from bottlecalc.text.suggest import did_you_mean
from bottlecalc.tools.base import (
    Figure,
    Tool,
)
from bottlecalc.tools.claim import read_claim
from bottlecalc.tools.explanation import Account, Claim, Explanation
from bottlecalc.tools.predict import base, lines
from bottlecalc.tools.runs import Outcome, run_tools
from bottlecalc.tools.subject import Making, Subject, read_subject
from bottlecalc.tools.table import FORMER, NAMES, TOOLS

By = Literal["module", "operator"]


@public('explain("resnet50", "1x3x224x224", claims=["4.1G"]), inputs in their order')
def explain(
    subject: Any,
    *inputs: Input | Sequence[int] | Mapping[str, Any] | str,
    keywords: Mapping[str, Any] | None = None,
    tools: Iterable[str] = (),
    claims: Iterable[str] = (),
    figure: Figure = "operations",
    arguments: Mapping[str, object] | None = None,
    inputs_from: str = "",
    dtype: str = "",
    run: bool = False,
    by: By = "operator",
    progress: Callable[[str], object] = str,
) -> Explanation:
    """What each tool says of a model, what it calls that, and the sum that leads to it.

    Args:
        subject: a block, a network or a model, or the text that says one: ``"resnet50"``,
            ``"bottleneck:in=64,out=128"``, ``"net.py:Encoder"``. Only models load torch.
        inputs: one for each positional argument of the forward; of blocks and networks one, or
            none for the usual one.
        keywords: of a model, by the names of the forward's arguments.
        tools: names of those that are wanted; without any all, but those of former versions.
        claims: somebody's numbers, such as ``"4.1G"``: every convention that gives them is named,
            those of former versions too.
        figure: what the claims are of, ``"operations"`` or ``"params"``.
        arguments: for a class or function that is named.
        inputs_from: of a model that is named, a function that returns the inputs.
        dtype: of all floats of a model that is named; as they are where it is empty.
        run: whether to run the tools that are installed, each in a process of its own.
        by: whether terms are summed over the whole model, or told module by module.
        progress: told what is being done.

    Raises:
        ArgumentError: something is given that cannot be explained, or no tool has that name.
        BlockError: a block's spec is wrong.
        NetworkError: a network's is.
        TargetError: a model cannot be found or built, or does not run on these inputs.
        InputError: an input is none, or is not taken.
        ClaimError: a claim is no number.

    >>> explain("resnet50", tools=["thop"]).tools[0].says
    4133742592
    """
    names = _listed("tools", tools, '"thop"')
    wanted = _tools(names)
    texts = _listed("claims", claims, '"4.1G"')
    _check(by, get_args(By), "by")
    _check(figure, ("operations", "params"), "figure")
    by_place = [read_python(one, "") for one in inputs]
    read = read_subject(
        subject, by_place, Making(arguments or {}, inputs_from, dtype),
        read_keywords(keywords or {}),
    )  # fmt: skip
    progress(f"counting {read.name}")
    evidence, notes = read.observe(read.inputs)
    ran = run_tools(read, _runnable(wanted), progress) if run else {}
    tried = wanted if names else [*TOOLS, *FORMER]
    return Explanation(
        target=read.name,
        inputs=read.given(read.inputs).described,
        call=read.given(read.inputs).text,
        macs=evidence.macs,
        params=evidence.params,
        tools=tuple(_accounts(wanted, evidence, ran, by)),
        claims=tuple(_claims(texts, figure, read, tried, progress)),
        notes=notes,
        versions=read.versions,
    )


def _claims(
    texts: Iterable[object], figure: Figure, subject: Subject, tools: Sequence[Tool],
    progress: Callable[[str], object],
) -> Iterator[Claim]:  # fmt: skip
    wanted = [read_claim(text) for text in texts]
    if wanted:
        from bottlecalc.tools.claims import judged

        progress(f"trying conventions for {', '.join(sought.text for sought in wanted)}")
        yield from judged(wanted, subject, tools, figure)


def _listed(name: str, given: object, example: str) -> list[Any]:
    """Several, or one by itself.

    Raises:
        ArgumentError: it is neither.
    """
    if isinstance(given, (str, int, float)):
        return [given]
    if not isinstance(given, Iterable):
        raise ArgumentError(f"{name} = {quoted(given)}; give text such as {example}, or a list")
    return list(given)


def _runnable(tools: Iterable[Tool]) -> list[Tool]:
    return [tool for tool in tools if tool.package]


def _accounts(
    tools: Iterable[Tool], evidence: Evidence, ran: Mapping[str, Outcome], by: By
) -> Iterator[Account]:
    told: set[str] = set()
    for tool in tools:
        said = ran.get(tool.name)
        more = _run_notes(tool, said, bool(ran)) if tool.name not in told else ()
        told.add(tool.name)
        yield Account(
            tool=tool.name,
            version=said.version if said and said.version else tool.version,
            figure=tool.figure,
            calls_it=tool.calls_it,
            sees=tool.sees,
            factor=tool.factor,
            base=base(tool, evidence),
            lines=lines(tool, evidence, by == "module"),
            ran=said.figures.get(tool.figure) if said else None,
            notes=(*tool.remarks(evidence), *more),
        )


def _run_notes(tool: Tool, said: Outcome | None, has_run: bool) -> Iterator[str]:
    """What has to be said of a tool's run, once for all its figures."""
    if said:
        yield from said.notes(tool)
    elif has_run:
        yield f"{tool.name} is a convention, and was not run"


def _tools(names: Sequence[str]) -> list[Tool]:
    """The tools of these names; without any all, but those of former versions.

    Raises:
        ArgumentError: there is none of a name.
    """
    for name in names:
        if name not in NAMES:
            hint = did_you_mean(str(name), NAMES)
            raise ArgumentError(
                f"{quoted(name)} is no tool{hint}; the tools are {', '.join(NAMES)}"
            )
    return [tool for tool in (*TOOLS, *FORMER) if tool.name in names] if names else list(TOOLS)


def _check(given: object, known: Sequence[str], name: str) -> None:
    if given not in known:
        raise ArgumentError(f"{name} = {quoted(given)}; give {' or '.join(map(repr, known))}")
