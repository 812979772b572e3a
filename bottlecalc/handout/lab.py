"""A lesson as a lab: predict, build in torch, run, compare, find the fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from bottlecalc.agreement.result import Count
from bottlecalc.handout import Language, text
from bottlecalc.handout.exercises import Exercise
from bottlecalc.handout.lesson import Lesson, letter
from bottlecalc.handout.network import NetworkLesson
from bottlecalc.layers.activation import Activation
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import BatchNorm
from bottlecalc.layers.ops import Conv
from bottlecalc.version import __version__


def lab(
    lesson: Lesson,
    exercises: Sequence[Exercise],
    language: Language,
    *,
    title: str = "",
    command: str = "",
    figures: Mapping[str, str] | None = None,
    networks: Sequence[NetworkLesson] = (),
) -> str:
    """The lab as Markdown, with cells of Python that run from top to bottom as they are.

    Args:
        lesson: what it is about.
        exercises: appended as a worksheet.
        language: of its words.
        title: instead of the usual one.
        command: that makes this lab again.
        figures: where each of them lies; none are shown without.
        networks: whose stages it shows as well.

    Raises:
        HandoutError: the title is not one line.
    """
    template = text.environment(language).get_template(f"lab.{language}.md.jinja")
    first_block = files("bottlecalc.handout") / "templates" / "first_block.py"
    return template.render(
        **text.facts(lesson),
        title=text.one_line("title", title),
        command=text.one_line("command", command),
        figures=figures or {},
        networks=networks,
        build=_build(lesson.cases),
        run=_run(lesson.cases),
        check=text.lesson_code(lesson),
        first_block=first_block.read_text("utf-8").strip(),
        notebook="\n\n".join(map(text.network_code, networks)),
        version=__version__,
        counters=text.counters([*lesson.cases, *(one.count for one in networks)]),
        worksheet=text.section(exercises, language),
    )


def _build(cases: Sequence[Count]) -> str:
    """Python that makes each main path, or where that is no sequence, each block."""
    lines = [
        "import torch",
        "from bottlecalc import build, count, parse",
        "from torch import nn",
        "",
        "blocks = {}",
    ]
    for place, case in enumerate(cases):
        layers = _sequence(case)
        made = ["nn.Sequential(", *(f"    {line}," for line in layers), ")"]
        lines += [
            f'blocks["{letter(place)}"] = {one}' if not i else one
            for i, one in enumerate(made if layers else [f"build(parse({str(case.block)!r}))"])
        ]
    return "\n".join(lines)


def _sequence(case: Count) -> list[str]:
    """A main path in torch's words; nothing where it is no sequence of layers that these know."""
    main = [layer for layer in case.layers if layer.branch == "main"]
    words = [_module(layer) for layer in main]
    branches = any(layer.branch == "aside" for layer in case.layers)
    return [] if branches or "" in words else words


def _module(layer: Layer) -> str:
    match layer.op:
        case Conv(transposed=False) as conv if all(side % 2 for side in conv.kernel):
            return f"nn.Conv2d({', '.join(_arguments(layer, conv))})"
        case BatchNorm():
            return f"nn.BatchNorm2d({layer.out_channels})"
        case Activation() if layer.op.label == "ReLU":
            return "nn.ReLU()"
        case _:
            return ""


def _arguments(layer: Layer, conv: Conv) -> Iterator[str]:
    padding = tuple(conv.dilation * (side // 2) for side in conv.kernel)
    yield f"{layer.in_channels}, {layer.out_channels}, {_side(conv.kernel)}"
    for name, value, usual in (
        ("stride", conv.stride, 1), ("padding", _side(padding), 0),
        ("dilation", conv.dilation, 1), ("groups", conv.groups, 1), ("bias", conv.bias, True),
    ):  # fmt: skip
        if value != usual:
            yield f"{name}={value}"


def _side(sides: tuple[int, ...]) -> object:
    """Both sides in one number where they are equal."""
    return sides[0] if len(set(sides)) == 1 else sides


def _run(cases: Sequence[Count]) -> str:
    """Python that runs each, and holds torch's weights against bottlecalc's."""
    specs = [f'    "{letter(place)}": {str(case.block)!r},' for place, case in enumerate(cases)]
    built = [letter(place) for place, case in enumerate(cases) if not _sequence(case)]
    batch, channels, *size = cases[0].input
    return "\n".join([
        "specs = {", *specs, "}",
        f"counted = {{name: count(parse(spec), size={tuple(size)}, batch={batch})"
        " for name, spec in specs.items()}",
        f"x = torch.zeros({batch}, {channels}, {', '.join(map(str, size))})",
        "for name, block in blocks.items():",
        f"    whole = name in {built}  # these are whole blocks, and the others main paths",
        "    held = sum(p.numel() for p in block.parameters() if whole or p.dim() > 1)",
        "    params = counted[name].params",
        "    print(name, tuple(block.eval()(x).shape), f'{held:,}')",
        "    assert held == (params.block if whole else params.main)",
    ])  # fmt: skip
