"""A process that runs one tool on one model: asked on stdin, in JSON, and answers on stdout.

``python -m bottlecalc.models.tool_process``
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

    from bottlecalc.models.inputs import Inputs
    from bottlecalc.models.target import Target


def main() -> None:
    """Answer one question; whatever is printed meanwhile goes to stderr."""
    answering = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    answering.write(json.dumps(answer(json.load(sys.stdin))) + "\n")
    answering.close()


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """What the tool says of each figure, or why it says nothing."""
    try:
        return _answered(request)
    except ModuleNotFoundError as error:
        remedy = f"; install it with: python -m pip install {error.name}" if error.name else ""
        return {"error": f"{error}{remedy}"}
    except Exception as error:  # a tool may raise anything
        first = error.__cause__ or error  # what a tool wraps in a sentence of its own
        lines = str(first).strip().splitlines() or [""]
        return {"error": f"{type(first).__name__}: {lines[0]}"}


def _answered(request: Mapping[str, Any]) -> dict[str, Any]:
    from bottlecalc.models.inputs import Inputs
    from bottlecalc.models.target import Target
    from bottlecalc.models.tool_runs import run
    from bottlecalc.text import objects
    from bottlecalc.text.values import from_json

    inputs = Inputs(from_json(request["inputs"]), from_json(request.get("keywords", {})))
    if "spec" in request:
        module = _built(request["spec"], request["is_network"])
        totals = run(request["tool"], module, _tensors(module, inputs))
    else:
        target = Target(request["target"], objects.from_json(request["arguments"]))
        with target.importable():
            module, inputs = _loaded(target, inputs, request["source"], request["dtype"])
            totals = run(request["tool"], module, _tensors(module, inputs))
    return {"operations": totals.operations, "params": totals.params}


def _loaded(target: Target, inputs: Inputs, source: str, dtype: str) -> tuple[nn.Module, Inputs]:
    """A model by its name, and all that it is run on."""
    from bottlecalc.models.dtypes import built_as, turned
    from bottlecalc.models.given import inputs_from
    from bottlecalc.models.inputs import Inputs

    returned = inputs_from(source) if source else Inputs()
    by_name = {**returned.by_name, **inputs.by_name}
    given = Inputs([*inputs.by_place, *returned.by_place], by_name)
    module = turned(built_as(dtype, target.load())(), dtype)
    return module, given.of_dtype(dtype) if dtype else given


def _built(spec: str, is_network: bool) -> nn.Module:
    if is_network:
        from bottlecalc.networks.grammar import parse as parse_network
        from bottlecalc.networks.module import build as build_network

        return build_network(parse_network(spec))
    from bottlecalc.blocks.grammar import parse
    from bottlecalc.modules.families import build

    return build(parse(spec))


def _tensors(module: nn.Module, inputs: Inputs) -> list[Any]:
    """All by place, as tools give them."""
    from bottlecalc.models.inputs import positional

    return [*positional(module, *inputs.tensors("cpu"), who="it")]


if __name__ == "__main__":
    main()
