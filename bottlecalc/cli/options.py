"""Options that commands share, and how their text is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args

import typer

from bottlecalc.blocks.arguments import SIDE
from bottlecalc.blocks.families import COMPARED
from bottlecalc.blocks.grammar import parse
from bottlecalc.blocks.own import OwnBlock, is_own
from bottlecalc.blocks.spec import Block, keys
from bottlecalc.cli import completion
from bottlecalc.cli.output import guests, spinner, tell
from bottlecalc.errors import BottlecalcError, Words
from bottlecalc.networks.knobs import KNOBS
from bottlecalc.text.files import FORMATS
from bottlecalc.text.numbers import WHOLE_NUMBER
from bottlecalc.text.shapes import parse_sides
from bottlecalc.text.suggest import did_you_mean
from bottlecalc.text.toml import TomlError, mend, read_value

if TYPE_CHECKING:
    from bottlecalc.agreement.compare import Measuring

NAMES = {"key": "plot-key"}
"""Of options, by what Python calls the argument, where that is not the same."""

WORDS = Words(
    key=str,
    argument=lambda name: f"--{NAMES.get(name, name)}",
    remedy=lambda name: f"--{name} N, or {name}=N in the spec",
    entry=lambda name: f"--{name} N, or {name}=N in the spec",
)
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
Size = Annotated[
    str | None,
    typer.Option("--size", metavar="H|HxW", help="Height and width of the input.  [default: 56]"),
]
Batch = Annotated[str, typer.Option("--batch", metavar="N", help="Images in the input.")]
Blocks = Annotated[
    list[str] | None,
    typer.Option(
        "--block",
        metavar="SPEC",
        autocompletion=completion.families,
        help="A block to compare, as often as wanted; the first is the baseline."
        f" family:key=value,…; `bottlecalc blocks` lists them.  [default: {', '.join(COMPARED)}]",
    ),
]
Measure = Annotated[
    bool,
    typer.Option(
        "--measure/--no-measure",
        help="Ask torch and fvcore too, leaving out whoever would take too much; or not.",
    ),
]
Insist = Annotated[
    bool, typer.Option("--insist", help="Ask them at any size, whatever time and memory it takes.")
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write there, whole or not at all."),
]


def format_option(names: str) -> Any:
    """The option that chooses one of these formats."""
    text = f"{names}.  [default: by FILE's ending, or table]"
    return typer.Option("--format", metavar="FORMAT", help=text)


def read_format(given: str | None, output: Path | str | None, known: object) -> str:
    """The format that is given, or else that of the file's ending; a table without either.

    Args:
        given: by ``--format``.
        output: the file.
        known: a Literal of all formats that there are.
    """
    ending = FORMATS.get(Path(output).suffix.lower()) if output else None
    return given or (ending if ending in get_args(known) else None) or "table"


LONGEST_SHOWN = 200
"""Letters of a value that an error repeats."""


class OptionError(BottlecalcError, ValueError):
    """An option that is wrong, or does not go with the others; its text says why."""


Traceback = Annotated[
    bool,
    typer.Option("--traceback", help="Show the last lines of your own code's traceback on errors."),
]


@contextmanager
def traced(wanted: bool) -> Iterator[None]:
    """On an error in the user's code show the last lines of its traceback, where wanted."""
    try:
        yield
    except BottlecalcError as error:
        if wanted:
            show_traceback(error.__cause__)
        raise


def show_traceback(cause: BaseException | None) -> None:
    """The last lines of what the user's code raised, on stderr."""
    if cause is not None:
        from bottlecalc.models.failure import last_lines

        tell(*last_lines(cause).splitlines())


def read_arguments(texts: Sequence[str]) -> dict[str, object]:
    """Read ``key=value`` texts, each value as in TOML.

    Raises:
        OptionError: one is not of that form, or a key comes twice.
    """
    arguments: dict[str, object] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.isidentifier():
            raise OptionError(f"--arg {text!r} is no argument; give key=value, such as depth=6")
        if key in arguments:
            raise OptionError(f"--arg {key} is given twice; give it once")
        arguments[key] = _toml_value(key, value)
    return arguments


def _toml_value(key: str, text: str) -> object:
    try:
        return read_value(text)
    except TomlError:
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
        raise OptionError(
            f"--arg {key}={shown}: {shown!r} is no TOML value; {mend(key, shown, '--arg ')}"
        ) from None


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


def with_parameters(
    run: Callable[..., None], command: Callable[..., None], parameters: Iterable[Parameter]
) -> Callable[..., None]:
    """What runs in a command's stead, with these parameters, which Typer reads."""
    keywords = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in parameters]
    wrapped = wraps(command)(run)
    wrapped.__signature__ = Signature(keywords)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in keywords}
    return wrapped


def _block_options(texts: dict[str, Any]) -> BlockOptions:
    size, batch, others = texts.pop("size"), texts.pop("batch"), texts.pop("set")
    keys = {name: value for name, value in texts.items() if value not in (None, False)}
    switches = {name: "true" for name, value in keys.items() if value is True}
    return BlockOptions(keys=_set({**keys, **switches}, others or ()), size=size, batch=batch)


def spelled(key: str, text: str) -> str:
    """How a key is given on the command line."""
    return f"--{key} {text}" if key in BLOCK_OPTIONS else f"--set {key}={text}"


def _set(keys: dict[str, str], others: Iterable[str]) -> dict[str, str]:
    """The keys, and those that ``--set`` gives.

    Raises:
        OptionError: one is not of the form key=value, is no key, or is given twice.
    """
    known = (*completion.block_keys(), *KNOBS) if others else ()
    for text in others:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and value):
            raise OptionError(f"--set {text!r} sets nothing; give KEY=VALUE, such as expand=4")
        if name not in known:
            raise OptionError(
                f"--set {text!r}: no block has a key {name!r}{did_you_mean(name, known)};"
                f" they are {', '.join(known)}"
            )
        if name in keys:
            raise OptionError(f"{name} is given twice, {keys[name]} and {value}; give it once")
        keys[name] = value
    return keys


def read_size(text: str) -> tuple[int, int]:
    """Height and width: ``56`` or ``56x112``.

    Raises:
        OptionError: it is neither.
    """
    sides = parse_sides(text)
    if sides is None:
        raise OptionError(
            f"--size {text!r} is no size; give H or HxW of at least 1, such as 56 or 56x112"
        )
    return sides


def read_number(option: str, text: str) -> int:
    """The number that an option gives.

    Raises:
        OptionError: it is no whole number of at least 1.
    """
    if not WHOLE_NUMBER.fullmatch(text) or not int(text):
        raise OptionError(f"{option} {text!r} is not allowed; give a whole number of at least 1")
    return int(text)


def read_depth(text: str) -> int:
    """How many levels of modules.

    Raises:
        OptionError: it is no whole number.
    """
    if not WHOLE_NUMBER.fullmatch(text):
        raise OptionError(f"--depth {text!r} is no depth; give a whole number, 0 for totals alone")
    return int(text)


def read_measure(measure: bool, insist: bool) -> Measuring:
    """Who is asked beside the closed form.

    Raises:
        OptionError: the options contradict each other.
    """
    if insist and not measure:
        raise OptionError("--insist and --no-measure exclude each other; leave one of the two out")
    return "insist" if insist else measure
