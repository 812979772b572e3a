"""The faults that can be planted in Python source, one at a time and nothing else changed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

OPERATORS = (
    {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
    | {"is": "is not", "is not": "is", "in": "not in", "not in": "in", "and": "or", "or": "and"}
    | {"+": "-", "-": "+", "*": "+", "//": "*", "%": "//"}
    | {"+=": "-=", "-=": "+=", "*=": "+=", "//=": "*=", "%=": "//="}
)
NAMES = {"min": "max", "max": "min"}

GAP = re.compile(rb"(?:[\s()\\]|#.*)*(?P<operator>is\s+not|not\s+in|[a-z]+|[^\w\s()\\#]+)")
"""From one operand to the next: an operator among brackets, comments and line breaks."""

DUNDER = re.compile("__[a-z]+__")
UNTOUCHED = {"annotation", "decorator_list", "returns"}


@dataclass(frozen=True)
class Mutant:
    """A source with one fault: a replacement for its bytes from start to end."""

    source: Source
    start: int
    end: int
    replacement: str

    @property
    def text(self) -> bytes:
        """The whole file, with the fault."""
        text = self.source.text
        return text[: self.start] + self.replacement.encode() + text[self.end :]

    @property
    def line(self) -> int:
        return self.source.text.count(b"\n", 0, self.start) + 1

    @property
    def lines(self) -> str:
        """The line as it is, and with the fault."""
        texts = (self.source.text, self.text)
        return ": ".join(text.split(b"\n")[self.line - 1].decode().strip() for text in texts)

    @property
    def entry(self) -> str:
        """What names it whatever its line's number is."""
        return f"{self.source.path}: {self.lines}"

    def __str__(self) -> str:
        code = self.source.text[self.start : self.end].decode()
        change = " ".join(f"{code} -> {self.replacement}".split())
        return f"{self.source.path}:{self.line}: {change}\n    {self.lines}"


@dataclass(frozen=True)
class Source:
    """A file: its path from the root of the repository, and its bytes."""

    path: str
    text: bytes

    def mutants(self) -> list[Mutant]:
        """One for each fault, in the order of the text."""
        mutants = {fault for node in _touched(ast.parse(self.text)) for fault in self._faults(node)}
        return sorted(mutants, key=lambda m: (m.start, m.end, m.replacement))

    def _faults(self, node: ast.AST) -> Iterator[Mutant]:
        yield from self._operator_faults(node)
        match node:
            case ast.Constant(value=bool(value)):
                yield self._mutant(node, str(not value))
            case ast.Constant(value=int(value)):
                yield self._mutant(node, str(value + 1))
            case ast.Name(id=name) if name in NAMES:
                yield self._mutant(node, NAMES[name])
            case ast.UnaryOp(op=ast.Not()):
                yield self._mutant(node, self._code(node).removeprefix("not").lstrip())
            case ast.If(body=[*_, ast.Raise()], test=condition):
                yield self._mutant(condition, "False")
            case ast.FunctionDef(returns=ast.Name(id="bool")):
                for answer in _answers(node):
                    yield self._mutant(answer, f"not ({self._code(answer)})")

    def _operator_faults(self, node: ast.AST) -> Iterator[Mutant]:
        for left, right in pairwise(_operands(node)):
            gap = GAP.match(self.text, self._span(left)[1], self._span(right)[0])
            assert gap, ast.dump(node)
            operator = " ".join(gap["operator"].decode().split())
            if operator in OPERATORS:
                yield Mutant(self, *gap.span("operator"), OPERATORS[operator])

    def _mutant(self, node: ast.expr, replacement: str) -> Mutant:
        return Mutant(self, *self._span(node), replacement)

    def _code(self, node: ast.expr) -> str:
        start, end = self._span(node)
        return self.text[start:end].decode()

    def _span(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._line_starts[node.lineno - 1] + node.col_offset
        return start, self._line_starts[node.end_lineno - 1] + node.end_col_offset

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *accumulate(map(len, self.text.splitlines(keepends=True)))]


def _touched(node: ast.AST) -> Iterator[ast.AST]:
    """A node and those in it, without annotations, decorators and data about the module."""
    match node:
        case ast.JoinedStr():  # before Python 3.12 what is in it has wrong positions
            return
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return
        case ast.Assign(targets=[ast.Name(id=name)]) if DUNDER.fullmatch(name):
            return
    yield node
    for field, value in ast.iter_fields(node):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST) and field not in UNTOUCHED:
                yield from _touched(part)


def _operands(node: ast.AST) -> list[ast.expr]:
    """What operators stand between."""
    match node:
        case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
            return [left, right]
        case ast.BoolOp(values=operands):
            return operands
        case ast.Compare(left=left, comparators=others):
            return [left, *others]
    return []


def _answers(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What a function returns, where no other fault turns it round."""
    for node in ast.walk(function):
        match node:
            case ast.Return(value=ast.Constant() | ast.Compare() | ast.UnaryOp() | None):
                continue
            case ast.Return(value=ast.expr() as answer):
                yield answer
