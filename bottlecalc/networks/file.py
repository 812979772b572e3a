"""A network of one's own, in TOML: a stem, stages and a head."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bottlecalc.blocks.families import FAMILIES
from bottlecalc.blocks.grammar import read as read_block
from bottlecalc.blocks.grammar import require
from bottlecalc.blocks.spec import BlockError
from bottlecalc.errors import SPECS, BottlecalcError
from bottlecalc.networks import elements
from bottlecalc.networks.spec import Network, NetworkError, Stage
from bottlecalc.networks.table import CLASSIFIER
from bottlecalc.text.calls import quoted
from bottlecalc.text.files import read_text
from bottlecalc.text.suggest import did_you_mean
from bottlecalc.text.toml import TomlError, parse

KEYS = ("size", "classes", "divisor", "stem", "stage", "head")
ENDS = ("stem", "head")
STAGE_KEYS = ("name", "block", "depth", "out", "stride")
HEADER = re.compile(r"\s*\[\[\s*stage\s*\]\]")
EXAMPLE = 'block = "bottleneck", depth = 3, out = 256, stride = 2'


def read(path: str) -> Network:
    """Read a network from a file.

    Raises:
        NetworkError: it cannot be read, is no TOML, or says what no network is; with the line.
    """
    return File(path, read_text(Path(path), NetworkError)).network()


class File:
    """A file of a network, being read.

    Args:
        path: of the file, for errors.
        text: what it holds.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path, self.lines = path, text.split("\n")
        try:
            self.document = parse(text)
        except TomlError as error:
            raise NetworkError(f"{path} {error}; mend it there") from None

    def network(self) -> Network:
        """What it says.

        Raises:
            NetworkError: it says what no network is.
        """
        self._check_keys(self.document, KEYS, 0)
        size, classes = self._number("size", 224), self._number("classes", 1000)
        stages = [self._stage(place, one) for place, one in enumerate(self._stages())]
        self._check_names([stage.name for stage in stages])
        whole = (*self._end("stem", ()), *stages, *self._end("head", CLASSIFIER))
        self._check_linear(whole)
        return Network(
            name=self.path,
            stages=whole,
            size=size, classes=classes, divisor=self._number("divisor", 1),
            usual=(Network.width, Network.depth, classes),
        )  # fmt: skip

    def _stages(self) -> list[Mapping[str, Any]]:
        stages = self.document.get("stage", [])
        if not (isinstance(stages, list) and stages):
            raise self._error(0, "", f"it has no stages; write [[stage]] with {EXAMPLE}")
        return stages

    def _stage(self, place: int, values: Mapping[str, Any]) -> Stage:
        start = self._starts()[place]
        self._check_keys(values, STAGE_KEYS, start)
        if "block" not in values:
            raise self._error(start, "", f"stage {place + 1} has no block; give {EXAMPLE}")
        name = values.get("name", f"stage{place + 1}")
        if not (isinstance(name, str) and name.isidentifier()):
            raise self._error(start, "name", f"name = {quoted(name)}; give a word, such as stage1")
        blocks = self._texts(values["block"], "block", start)
        if not blocks:
            raise self._error(start, "block", f"block = []; give {EXAMPLE}")
        self._check_twice(values, blocks, start)
        self._check_out(values, blocks, start)
        return Stage(
            name=name,
            blocks=blocks,
            depth=self._number("depth", 1, values, start),
            out=self._number("out", None, values, start),
            stride=self._number("stride", 1, values, start),
        )

    def _end(self, key: str, default: Sequence[str]) -> Iterator[Stage]:
        """The stem, or the head; of no elements it is none."""
        if blocks := self._texts(self.document.get(key, list(default)), key, 0):
            yield Stage(name=key, blocks=blocks)

    def _check_names(self, names: Sequence[str]) -> None:
        for place, name in enumerate(names):
            if name in (*ENDS, *names[:place]):
                start = self._starts()[place]
                sentence = f"name = {name!r} is taken; give each stage one of its own"
                raise self._error(start, "name", sentence)

    def _check_linear(self, stages: Sequence[Stage]) -> None:
        """Refuse a linear layer of as many features as the size of the input happens to leave."""
        starts = dict(zip((one.name for one in stages if one.name not in ENDS), self._starts(),
                          strict=True))  # fmt: skip
        follows = False
        for stage in stages:
            for kind in (text.partition(":")[0] for text in stage.blocks):
                if kind == "linear" and not follows:
                    key = stage.name if stage.name in ENDS else "block"
                    sentence = f"{stage.name} has a linear layer on a feature map; put global-pool"
                    raise self._error(starts.get(stage.name, 0), key, f"{sentence} before it")
                follows = kind in ("global-pool", "linear") or (kind == "norm" and follows)

    def _check_out(self, values: Mapping[str, Any], blocks: Sequence[str], start: int) -> None:
        """Refuse a block that must say its output's channels, and whose stage does not either."""
        for text in blocks:
            if elements.is_element(text):
                continue
            try:
                require({"in", *read_block(text)[1], *values}, text)
            except BlockError as error:
                raise self._error(start, "block", error.worded(SPECS)) from None

    def _check_twice(self, values: Mapping[str, Any], blocks: Sequence[str], start: int) -> None:
        """Refuse what a block would have from its stage, or from what comes to it."""
        for text in blocks:
            options = text.partition(":")[2].split(",")
            for key in (option.partition("=")[0].strip() for option in options):
                if key == "in":
                    raise self._error(start, "block", f"in follows, in {text!r}; leave it out")
                if key in values:
                    sentence = f"{key} is said by the stage and in {text!r}; say it once"
                    raise self._error(start, key, sentence)

    def _texts(self, value: Any, key: str, start: int) -> tuple[str, ...]:
        texts = value if isinstance(value, list) else [value]
        for text in texts:
            self._check_text(text, key, start)
        return tuple(texts)

    def _check_text(self, text: Any, key: str, start: int) -> None:
        if not isinstance(text, str):
            raise self._error(start, key, f'{key} = {quoted(text)} is no text; give "bottleneck"')
        if text.partition(":")[0] not in (*FAMILIES, *elements.DEFAULTS):
            known = ", ".join((*FAMILIES, *elements.DEFAULTS))
            near = did_you_mean(text.partition(":")[0], (*FAMILIES, *elements.DEFAULTS))
            raise self._error(start, key, f"there is no {quoted(text)}{near}; there are {known}")
        try:
            elements.read(text) if elements.is_element(text) else read_block(text)
        except BottlecalcError as error:
            raise self._error(start, key, error.worded(SPECS)) from None

    def _number(
        self, key: str, default: Any, values: Mapping[str, Any] | None = None, start: int = 0
    ) -> Any:
        value = (self.document if values is None else values).get(key, default)
        if value is default or (type(value) is int and value >= 1):
            return value
        sentence = f"{key} = {quoted(value)}; give a whole number of at least 1"
        raise self._error(start, key, sentence)

    def _check_keys(self, values: Any, allowed: Sequence[str], start: int) -> None:
        if not isinstance(values, dict):
            raise self._error(start, "stage", f"{quoted(values)} is no table; write [[stage]]")
        for key in values:
            if key not in allowed:
                near = did_you_mean(key, allowed)
                sentence = f"unknown key {key!r}{near}; the keys are {', '.join(allowed)}"
                raise self._error(start, key, sentence)

    def _starts(self) -> list[int]:
        """The lines at which stages begin; 0 where they are written in another way."""
        found = [number for number, line in enumerate(self.lines, 1) if HEADER.match(line)]
        stages = len(self.document["stage"])
        return found if len(found) == stages else [0] * stages

    def _error(self, start: int, key: str, sentence: str) -> NetworkError:
        """What is wrong, and where."""
        line = start
        for number, text in enumerate(self.lines[start:], start + 1):
            if start and HEADER.match(text):
                break
            if key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", text):
                line = number
                break
        where = f"{self.path}, line {line}" if line else self.path
        return NetworkError(f"{where}: {sentence}")
