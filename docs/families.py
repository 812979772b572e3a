"""Each family of blocks as a document shows it: what it is, its keys, its product, its figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bottlecalc.agreement import closed_form
from bottlecalc.agreement.result import Count
from bottlecalc.blocks.catalogue import Family, describe
from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import parse
from bottlecalc.handout.block_figure import block_figure
from bottlecalc.render.words import code

BEGIN, END = "<!-- families: written by docs/build.py -->\n", "<!-- end of families -->\n"

EXAMPLES: Mapping[str, str] = {
    "plain": "in=64,out=128",
    "basic": "in=64,out=128,stride=2",
    "bottleneck": "in=64,out=128",
    "preact-basic": "in=64,out=128,stride=2",
    "preact-bottleneck": "in=64,out=256",
    "separable": "in=64,out=128",
    "inverted": "in=24,out=24",
    "mbconv": "in=24,out=24",
    "fused-mbconv": "in=48,out=48",
    "convnext": "in=96",
    "fire": "in=96,out=128,squeeze=16",
    "dense": "in=64",
    "repvgg": "in=48,out=48",
    "shuffle": "in=24,out=116,stride=2",
    "ghost": "in=16,out=16",
    "enet": "in=128",
    "enet-asymmetric": "in=128",
    "enet-down": "in=64,out=128",
    "enet-up": "in=128,out=64",
    "regnet": "in=104,out=104,width=8,se=true",
    "c2f": "in=32,out=32",
}
"""By family, the block that is shown: one that its paper, or its usual code, has."""


def written(text: str) -> str:
    """The document with what stands between the marks written anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{''.join(map(_section, _counts()))}\n{END}{after}"


def figures() -> dict[str, bytes]:
    """The drawing of every family, by the name of its file."""
    return {
        f"{count.block.family}.svg": block_figure(count, "", "en").encode() for count in _counts()
    }


def _counts() -> Iterator[Count]:
    for family in FAMILIES:
        yield closed_form.count(parse(f"{family}:{EXAMPLES[family]}"))


def _section(count: Count) -> str:
    family = describe(type(count.block))
    return "\n".join(
        [
            f"\n### `{family.name}`\n",
            f"{_prose(family.text)}\n",
            *_keys(family),
            *(f"- {_prose(law)}" for law in family.laws),
            "\n" if family.laws else "",
            f"{code(str(count.block))}, input {' × '.join(map(str, count.input))}:\n",
            *_layers(count),
            f"\n![The layers of {family.name}](blocks/{family.name}.svg)\n",
            f"Source: {_prose(family.source)}\n",
        ]
    )


def _keys(family: Family) -> Iterator[str]:
    yield "| key | default | |"
    yield "|---|---|---|"
    for key in family.keys:
        default = "" if key.is_required else "none" if key.default is None else key.default
        yield f"| `{key.name}` | {str(default).lower()} | {_prose(key.text)} |"
    yield ""


def _layers(count: Count) -> Iterator[str]:
    yield "| layer | what | product | parameters | MACs |"
    yield "|---|---|---|---:|---:|"
    for layer in count.layers:
        product = layer.formula if layer.params else ""
        cells = (f"`{layer.name}`", layer.op.label, product, _cell(layer.params), _cell(layer.macs))
        yield f"| {' | '.join(cells)} |"
    params, macs = count.params, count.macs
    yield f"| **main** | | | **{params.main:,}** | **{macs.main:,}** |"
    yield f"| **block** | | | **{params.block:,}** | **{macs.block:,}** |"


def _cell(figure: int) -> str:
    return f"{figure:,}" if figure else ""


def _prose(text: str) -> str:
    """What a docstring says, its code as Markdown has it."""
    return text.replace("``", "`").replace("|", r"\|")
