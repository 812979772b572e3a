"""Which module of a model the operators of a backward pass belong to, and where gradients end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.utils._python_dispatch import TorchDispatchMode

from bottlecalc.layers.training import Pass
from bottlecalc.models.running import Calls, Costs
from bottlecalc.models.storages import Storages, tensors


class StepCalls(Calls):
    """The calls of operators in a training step, each that of the module that it works for.

    A node of the graph that autograd builds is the innermost module's that was running when it
    was made, and so is all that the node runs in the backward pass.

    Attributes:
        passed: by pass and name [FLOPs].
        now: the pass that is being counted.
        whole: functions of autograd of somebody's own that multiply in the backward pass: what they
            do for one gradient cannot be told from what they do for another.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        self.passed: dict[Pass, Counter[str]] = {}
        self.now: Pass = "forward"
        self._nodes: dict[Node, str] = {}
        self._node = self._function = ""
        self.whole: set[str] = set()

    def _add(self, flops: int, outputs: int) -> None:
        """Note FLOPs; with gradients on, an operator in a backward pass is run once more."""
        now, name = self.now, self.inside
        if now != "forward":
            again = torch.is_grad_enabled()
            now, name = ("recomputed", name or self._node) if again else (now, self._node)
            self.whole.update({self._function} - {""} if flops and not again else ())
        with self._noting:
            self.passed.setdefault(now, Counter())[name] += flops
            self.outputs[name] += outputs

    @contextmanager
    def apart(self) -> Iterator[Costs]:
        """What is noted meanwhile in this pass, which is not counted until it is joined."""
        before = Costs(self.passed.get(self.now, Counter()), self.outputs)
        made = Costs(Counter(), Counter())
        self.passed[self.now], self.outputs = made
        try:
            yield made
        finally:
            self.passed[self.now], self.outputs = before

    def join(self, made: Costs, parts: int) -> None:
        """Count in this pass what was noted apart, where so many parts of it are one."""
        more = {name: number // parts for name, number in made.flops.items()}
        self.passed.setdefault(self.now, Counter()).update(more)

    def own(self, value: Any) -> None:
        """What of the graph of these tensors is nobody's yet is that of the module that runs."""
        name = self.inside
        found = [tensor.grad_fn for tensor in tensors(value)]
        while found:
            node = found.pop()
            if node is None or node in self._nodes:
                continue
            self._nodes[node] = name
            node.register_prehook(self._begins(name, node))
            found += [after for after, _ in node.next_functions]

    def _begins(self, name: str, node: Node) -> Any:
        is_own = isinstance(node, torch.autograd.function.BackwardCFunction)
        function = node.name().removesuffix("Backward") if is_own else ""

        def begins(_: object) -> None:
            self._node, self._function = name, function

        return begins

    def _begin(self, module: nn.Module, inputs: Any) -> None:
        self.own(inputs)
        super()._begin(module, inputs)

    def _end(self, module: nn.Module, inputs: Any, out: Any) -> None:
        self.own(out)
        super()._end(module, inputs, out)


class Frontier(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Finds where the gradients of activations end, which depend on what the model is given.

    Attributes:
        ends: what is the first of its kind to need a gradient: it depends on the input, and
            nothing does that it is made of and that needs one. Others among these do no harm.
    """

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False

    def __init__(self, given: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._depending = Storages([given])
        self._candidates: list[Tensor] = []

    @property
    def ends(self) -> Sequence[Tensor]:
        return [tensor for tensor in self._candidates if tensor.requires_grad]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        taken = [*tensors(args), *tensors(kwargs)]
        depending = [one for one in taken if one in self._depending]
        if depending:
            self._depending.add(out)
            begins = not any(one.requires_grad for one in depending)
            if begins and (any(one.requires_grad for one in taken) or not torch.is_grad_enabled()):
                self._candidates += tensors(out)
        return out
