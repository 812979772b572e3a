# SOURCE: published: GPT-2 small 124,439,808 parameters (tied)
# TARGET: Net
# ARGS: --input 1x1024:int64
# PARAMS: 124439808
# MACS: 1024*(12*(768*2304+768*768+2*768*3072)+768*50257)+12*2*1024*1024*768
import torch
import torch.nn.functional as F
from torch import nn


class Blk(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1 = nn.LayerNorm(768)
        self.q = nn.Linear(768, 2304)
        self.o = nn.Linear(768, 768)
        self.n2 = nn.LayerNorm(768)
        self.m = nn.Sequential(nn.Linear(768, 3072), nn.GELU(), nn.Linear(3072, 768))

    def forward(self, x):
        q, k, v = (
            t.unflatten(-1, (12, 64)).transpose(1, 2) for t in self.q(self.n1(x)).split(768, -1)
        )
        x = x + self.o(
            F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        )
        return x + self.m(self.n2(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(50257, 768)
        self.p = nn.Embedding(1024, 768)
        self.b = nn.ModuleList(Blk() for _ in range(12))
        self.n = nn.LayerNorm(768)
        self.h = nn.Linear(768, 50257, bias=False)
        self.h.weight = self.e.weight

    def forward(self, i):
        x = self.e(i) + self.p(torch.arange(i.shape[1], device=i.device))
        for b in self.b:
            x = b(x)
        return self.h(self.n(x))
