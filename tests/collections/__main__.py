"""Counts a collection and writes its table; see the package."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from bottlecalc.agreement.ask import count_target
from bottlecalc.agreement.result import ModelCount
from bottlecalc.models.target import Target
from bottlecalc.text.shapes import Input
from tests.collections import networks, operators
from tests.collections.networks import Entry

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "collections.md"


class Row(NamedTuple):
    entry: Entry
    params: int
    macs: int
    note: str
    fvcore: int | None = None
    """What fvcore adds up, the convention of timm's figures; with normalisation and some pools."""

    @property
    def same_params(self) -> bool:
        if self.entry.digits is None:
            return self.params == self.entry.params
        return math.isclose(
            self.params / 1e6, self.entry.params, rel_tol=0, abs_tol=0.5001 / 10**self.entry.digits
        )

    @property
    def same_macs(self) -> bool:
        return self.is_published(self.macs)

    def is_published(self, macs: int) -> bool:
        digits = 3 if self.entry.digits is None else self.entry.digits
        return math.isclose(macs / 1e9, self.entry.gmacs, rel_tol=0, abs_tol=0.5001 / 10**digits)

    @property
    def difference(self) -> str:
        return f"{100 * (self.macs / 1e9 / self.entry.gmacs - 1):+.2f}%" if self.macs else ""

    def __str__(self) -> str:
        params = "same" if self.same_params else f"{self.params:,}"
        published = f"{self.entry.params:,}" + ("" if self.entry.digits is None else " M")
        macs = "same" if self.same_macs else f"{self.macs / 1e9:,.3f}"
        cells = (self.entry.name, "; ".join("×".join(map(str, one)) for one in self.entry.inputs))
        rest: tuple[str, ...] = (published, params, f"{self.entry.gmacs:,}", macs)
        last = "" if self.same_macs else self.difference
        if self.fvcore is not None:
            rest = (
                *rest,
                "same" if self.is_published(self.fvcore) else f"{self.fvcore / 1e9:,.3f}",
            )
        return " | ".join(("", *cells, *rest, last, self.note, "")).strip()


def counted(entry: Entry, fvcore: bool = False) -> Row:
    """By torch's dispatcher, and fvcore where it is asked; what fails is said in the row."""
    target = Target(
        f"tests.collections.networks:{entry.builder}",
        {"name": entry.name, "side": entry.inputs[0][-1]},
    )
    inputs = [Input(dimensions) for dimensions in entry.inputs]
    try:
        count = count_target(target, inputs, "torch")
        assert isinstance(count, ModelCount)
    except Exception as error:  # a model's own code may raise anything
        return Row(entry, 0, 0, str(error).splitlines()[0].replace("|", "/")[:160])
    run = next((note for note in count.notes if "real tensors" in note), "")
    note = "on real tensors" if run else ""
    return Row(
        entry,
        count.parameters.total,
        count.macs or 0,
        note,
        fvcore_total(entry) if fvcore else None,
    )


def fvcore_total(entry: Entry) -> int:
    """What fvcore adds up of one of timm's models, whose figures are made by it."""
    import torch
    from fvcore.nn import FlopCountAnalysis

    model = networks.timm_model(entry.name).eval()
    with torch.no_grad():
        analysis = FlopCountAnalysis(model, *map(torch.zeros, entry.inputs))
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        return int(analysis.total())


def head(*more: str) -> str:
    """The names of the columns."""
    numbers = "parameters, published", "ours", "GMACs, published", "ours", *more, "difference"
    return f"| model | input | {' | '.join(numbers)} | |\n|---|---|{'---:|' * len(numbers)}---|"


def table(rows: Sequence[Row]) -> str:
    more = ("fvcore's total",) if any(row.fvcore is not None for row in rows) else ()
    return "\n".join((head(*more), *map(str, rows)))


def written(name: str, rows: list[Row], versions: str) -> None:
    """Put the table between the marks of its collection."""
    params = sum(row.same_params for row in rows)
    macs = sum(row.same_macs for row in rows)
    summary = (
        f"{versions}. {len(rows)} entries: parameters of {params} and MACs of {macs} are as"
        " published, to the published digits."
    )
    if totals := [row for row in rows if row.fvcore is not None]:
        same = sum(row.is_published(row.fvcore or 0) for row in totals)
        summary += f" fvcore's total of {same} is."
    text = DOCUMENT.read_text("utf-8")
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    block = f"{start}\n{summary}\n\n{table(rows)}\n{end}"
    DOCUMENT.write_text(re.sub(f"{start}.*{end}", lambda _: block, text, flags=re.DOTALL), "utf-8")


def main() -> int:
    operators.register()
    name, *paths = sys.argv[1:]
    entries = (
        networks.torchvision_entries()
        if name == "torchvision"
        else networks.timm_entries(Path(paths[0]))
    )
    rows = []
    for entry in entries:
        rows.append(counted(entry, fvcore="fvcore" in paths[1:]))
        print(rows[-1], file=sys.stderr)
    used = ", ".join(f"{one} {version(one).partition('+')[0]}" for one in ("torch", name))
    written(name, rows, f"Counted with {used}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
