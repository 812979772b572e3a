"""The options of blocks: what every command that takes blocks has, and what errors call them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from inspect import Parameter, signature
from typing import Annotated, Any, NamedTuple

import typer

from bottlecalc.blocks.arguments import SIDE
from bottlecalc.blocks.families import COMPARED, FAMILIES
from bottlecalc.blocks.grammar import parse
from bottlecalc.blocks.own import OwnBlock, is_own
from bottlecalc.blocks.spec import Block, keys
from bottlecalc.cli import completion
from bottlecalc.cli.options import (
    Batch,
    OptionError,
    Size,
    read_number,
    read_size,
    settings,
    with_parameters,
)
from bottlecalc.cli.output import guests, spinner
from bottlecalc.errors import Words
from bottlecalc.networks.knobs import KNOBS
from bottlecalc.text.suggest import did_you_mean

NAMES = {"key": "plot-key", "students": "class"}
"""Of options, by what Python calls the argument, where that is not the same."""


def _option(name: str) -> str:
    """The option of that name; what has none of its own is a key, which is set."""
    return f"--set {name}" if _is_set(name) else f"--{NAMES.get(name, name)}"


def _remedy(name: str) -> str:
    how = f"--set {name}=N" if _is_set(name) else f"--{name} N"
    return f"{how}, or {name}=N in the spec"


def _is_set(name: str) -> bool:
    return name not in (*BLOCK_OPTIONS, "block") and (
        name in KNOBS or any(name in keys(family) for family in FAMILIES.values())
    )


WORDS = Words(key=str, argument=_option, remedy=_remedy, entry=_remedy)
"""What errors call keys and arguments on the command line."""

In = Annotated[str | None, typer.Option("--in", metavar="N", help="Channels of the input.")]
Out = Annotated[str | None, typer.Option("--out", metavar="N", help="Channels of the output.")]
Mid = Annotated[
    str | None,
    typer.Option("--mid", metavar="N", help="Width of a bottleneck's middle.  [default: out // 4]"),
]
Stride = Annotated[
    str | None, typer.Option("--stride", metavar="N", help="Of the (first) 3×3 and the projection.")
]
Dilation = Annotated[
    str | None, typer.Option("--dilation", metavar="N", help="Of every 3×3, and its padding.")
]
Groups = Annotated[str | None, typer.Option("--groups", metavar="N", help="Of a bottleneck's 3×3.")]
Downsample = Annotated[
    bool, typer.Option("--downsample", help="Halve the size: max pooling on the shortcut.")
]
Upsample = Annotated[
    bool, typer.Option("--upsample", help="Double the size: a transposed convolution at the end.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        autocompletion=completion.settings,
        help="Any other key of the blocks: expand=4, se=16, v1=true; as often as wanted.",
    ),
]

BLOCK_OPTIONS: Mapping[str, tuple[object, str | bool | None]] = {
    "in": (In, None),
    "out": (Out, None),
    "mid": (Mid, None),
    "stride": (Stride, None),
    "dilation": (Dilation, None),
    "groups": (Groups, None),
    "downsample": (Downsample, False),
    "upsample": (Upsample, False),
    "set": (Set, None),
}
"""The options that say something of every block, by key, and what each is where it is not given."""

INPUT_OPTIONS: Mapping[str, tuple[object, str | None]] = {
    "size": (Size, None),
    "batch": (Batch, "1"),
}


class BlockOptions(NamedTuple):
    """What the options say of all blocks and of their input, as text.

    Attributes:
        keys: by key, of those that were given; a switch is ``true``.
        size: of the input; None where it is not given.
        batch: images in it.
    """

    keys: Mapping[str, str]
    size: str | None
    batch: str

    def blocks(self, specs: Sequence[str]) -> list[Block]:
        """The blocks of these specs (or the usual ones), the options filling what they leave out.

        Raises:
            BlockError: a spec is wrong.
            OptionError: an option is given that no block has.
        """
        blocks = [parse(spec, self.keys) for spec in specs or COMPARED]
        self._refuse_unknown({block.family: keys(type(block)) for block in blocks})
        return blocks

    def blocks_and_own(self, specs: Sequence[str]) -> list[Block | OwnBlock]:
        """The same, where a spec may also name a class of the user's, which is imported then.

        Raises:
            BlockError: a spec is wrong.
            OptionError: an option is given that no block has.
            TargetError: there is no such class, or its file cannot be imported.
        """
        if not any(map(is_own, specs)):
            return [*self.blocks(specs)]
        read = [self._read(spec) for spec in specs]
        self._refuse_unknown({_name(block): known for block, known in read})
        return [block for block, _ in read]

    def _read(self, spec: str) -> tuple[Block | OwnBlock, Collection[str]]:
        """A block, and the keys that it has."""
        if not is_own(spec):
            block = parse(spec, self.keys)
            return block, keys(type(block))
        from bottlecalc.models.own import filled

        own = OwnBlock.parse(spec)
        with guests(), spinner(f"loading {own.target}"):
            return filled(own, self.keys)

    def _refuse_unknown(self, known: Mapping[str, Collection[str]]) -> None:
        """Refuse an option that no block has.

        Args:
            known: the keys of each, by the name of its family.
        """
        for key, text in self.keys.items():
            if not any(key in names for names in known.values()):
                raise OptionError(
                    f"{spelled(key, text)} is given, and no compared block has {key}"
                    f" ({', '.join(known)}); leave it out, or add a --block that has it"
                )

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width of the input."""
        return (SIDE, SIDE) if self.size is None else read_size(self.size)

    @property
    def images(self) -> int:
        """How many in the input."""
        return read_number("--batch", self.batch)


def _name(block: Block | OwnBlock) -> str:
    return block.target if isinstance(block, OwnBlock) else block.family


def block_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of blocks; they reach it as one value, its first argument."""
    options = {**BLOCK_OPTIONS, **INPUT_OPTIONS}
    parameters = [
        Parameter(f"{name}_", Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in options.items()
    ]
    own = list(signature(command, eval_str=True).parameters.values())[1:]

    def run(**values: Any) -> None:
        texts = {name: values.pop(f"{name}_") for name in options}
        return command(_block_options(texts), **values)

    return with_parameters(run, command, [*parameters, *own])


def _block_options(texts: dict[str, Any]) -> BlockOptions:
    size, batch, others = texts.pop("size"), texts.pop("batch"), texts.pop("set")
    keys = {name: value for name, value in texts.items() if value not in (None, False)}
    switches = {name: "true" for name, value in keys.items() if value is True}
    return BlockOptions(keys=_set({**keys, **switches}, others or ()), size=size, batch=batch)


def spelled(key: str, text: str) -> str:
    """How a key is given on the command line."""
    return f"--{key} {text}" if key in BLOCK_OPTIONS else f"--set {key}={text}"


def _set(keys: Mapping[str, str], others: Sequence[str]) -> dict[str, str]:
    """The keys, and those that ``--set`` gives.

    Raises:
        OptionError: one is not of the form key=value, is no key, or is given twice.
    """
    known = (*completion.block_keys(), *KNOBS) if others else ()
    said = settings(keys, others, "expand=4")
    for name, value in said.items():
        if name not in (*keys, *known):
            raise OptionError(
                f"--set {f'{name}={value}'!r}: no block has a key {name!r}"
                f"{did_you_mean(name, known)}; they are {', '.join(known)}"
            )
    return said
