"""A random sample of a sweep, asked of all witnesses."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from random import Random

from bottlecalc.agreement.compare import compare
from bottlecalc.blocks.residual import parse
from bottlecalc.cli.witnesses import measurements
from bottlecalc.formulas.residual import count
from bottlecalc.layers.count import Design
from bottlecalc.render.words import objections, omissions


class Sample:
    """Some of the designs that pass by, each as likely as any other, asked of all witnesses."""

    def __init__(self, size: int, seed: str) -> None:
        self.size, self.seed = size, seed
        self.random = Random(seed)
        self.designs: list[Design] = []

    def watch(self, designs: Iterable[Design]) -> Iterator[Design]:
        """Pass designs on, drawing from them (Vitter 1985, algorithm R)."""
        for place, design in enumerate(designs):
            if place < self.size:
                self.designs.append(design)
            elif (drawn := self.random.randrange(place + 1)) < self.size:
                self.designs[drawn] = design
            yield design

    def agrees(self) -> bool:
        """Measure what was drawn, and say on stderr how many agreed."""
        if not self.designs:
            return True
        blocks = [parse(design.spec) for design in self.designs]
        counts = [
            count(block, (design.height, design.width), design.batch)
            for block, design in zip(blocks, self.designs, strict=True)
        ]
        comparison = compare(counts, measurements(blocks, counts, insist=False))
        right = sum(block.agrees is True for block in comparison.blocks)
        witnesses = " and ".join(f"{name} {v}" for name, v in comparison.versions.items())
        for sentence in (*objections(comparison), *omissions(comparison)):
            print(sentence, file=sys.stderr)
        verdict = f"agree with {witnesses}" if witnesses else "could be measured"
        print(
            f"{right} of {len(counts)} designs drawn at random (seed {self.seed}) {verdict}",
            file=sys.stderr,
        )
        return comparison.agrees is not False
