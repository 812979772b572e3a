# SOURCE: deepspeedai/DeepSpeed PR#8419
# TARGET: Net
# ARGS: --input 8 --input 4x8 --input 2x1x4x8 --input 3x8x5
# PARAMS: 0
# MACS: 8+32+2*3*4*8*5
from torch import nn


class Net(nn.Module):
    def forward(self, v, m, a, b):
        return v @ v, m @ v, a @ b
