# SOURCE: sovrasov/flops-counter.pytorch#110; pytorch/pytorch#128199 #124196
# TARGET: Net
# ARGS: --input 4x32
# PARAMS: 32*64+64+64*32+32+2*32
# MACS: 4*2*32*64
import torch
from torch import nn


def Net():
    return torch.compile(
        nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 32), nn.LayerNorm(32)),
        dynamic=False,
    )
