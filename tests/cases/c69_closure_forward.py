# SOURCE: accelerate / PEFT hooks: forward replaced on the instance by a closure
# TARGET: Net
# ARGS: --input 1x16
# PARAMS: 16*8+8*4
# MACS: 16*8+8*4
# NOTE: modules 0 and 1 must have 128 and 32
from torch import nn


def Net():
    m = nn.Sequential(nn.Linear(16, 8, bias=False), nn.Linear(8, 4, bias=False))
    old = m.forward

    def new(x):
        return old(x)

    m.forward = new
    return m
