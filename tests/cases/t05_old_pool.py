# SOURCE: models that keep a pool of threads, which goes on from one forward pass to the next
# TARGET: Net
# ARGS: --counter torch --input 2x4
# PARAMS: 4*5 + 4*7
# MACS: 2*4*5 + 2*4*7
# SAYS: what is counted depends on values: item
# NOTE: its threads are there before the pass that is counted, since one on meta failed
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import nn

POOL = ThreadPoolExecutor(2)
POOL.submit(int).result()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.branches = nn.ModuleList(nn.Linear(4, n, bias=False) for n in (5, 7))

    def forward(self, x):
        y = torch.cat(list(POOL.map(lambda branch: branch(x), self.branches)), 1)
        return y if y.sum().item() < 1e9 else x
