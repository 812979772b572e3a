"""Training steps of a network, run on the CPU for real in a process of its own: what they take.

``python -m tests.models.real_step resnet50 --batch 8 --optimizer adam`` prints it beside the peak
that is counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import NamedTuple

from bottlecalc.agreement.training import count_training

CODE = """
import json, resource, sys
import torch
from torch import nn
from bottlecalc.networks.grammar import parse
from bottlecalc.networks.module import build

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

OPTIMIZERS = {
    "sgd": lambda every: torch.optim.SGD(every, lr=0.01),
    "sgd-momentum": lambda every: torch.optim.SGD(every, lr=0.01, momentum=0.9),
    "adam": torch.optim.Adam,
}
name, batch, optimizer = sys.argv[1], int(sys.argv[2]), sys.argv[3]
small = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten())
small(torch.zeros(2, 3, 9, 9)).sum().backward()  # libraries that the first step loads
OPTIMIZERS[optimizer](small.parameters()).step()
before = resident()
network = parse(name)
model = build(network).train()
step = OPTIMIZERS[optimizer](model.parameters())
x = torch.zeros(batch, network.in_channels, network.size, network.size)
for _ in range(2):
    loss = model(x).sum()
    loss.backward()
    step.step()
    step.zero_grad()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([before, peak]))
"""


class RealStep(NamedTuple):
    """What was counted, and what the process took.

    Attributes:
        counted: the peak that is counted [bytes].
        taken: by how much the process grew at most while it trained [bytes].
    """

    counted: int
    taken: int


def real_step(network: str, batch: int, optimizer: str) -> RealStep:
    """Two training steps of a network; on Linux, where a process can tell its size."""
    arguments = [network, str(batch), optimizer]
    out = subprocess.run(
        [sys.executable, "-c", CODE, *arguments], check=True, capture_output=True, text=True
    ).stdout
    before, peak = json.loads(out)
    step = count_training(network, batch=batch, optimizer=optimizer).training
    assert step
    assert step.memory
    return RealStep(step.memory.peak, peak - before)


def main() -> None:
    """Print one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--optimizer", default="sgd")
    options = parser.parse_args()
    found = real_step(options.network, options.batch, options.optimizer)
    times = found.taken / found.counted
    print(f"counted {found.counted:,} bytes, taken {found.taken:,}: {times:.2f} times as much")


if __name__ == "__main__":
    main()
