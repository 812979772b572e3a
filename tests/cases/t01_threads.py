# SOURCE: models that run their branches in a pool of threads
# TARGET: Net
# ARGS: --input 2x4
# PARAMS: 4*5 + 4*7
# MACS: 2*4*5 + 2*4*7
# NOTE: what watches torch watches one thread; 0 in silence is wrong
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.branches = nn.ModuleList(nn.Linear(4, n, bias=False) for n in (5, 7))

    def forward(self, x):
        with ThreadPoolExecutor(2) as pool:
            return torch.cat(list(pool.map(lambda branch: branch(x), self.branches)), 1)
