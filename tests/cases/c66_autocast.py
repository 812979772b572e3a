# SOURCE: pytorch PR#134289 (autocast check on meta), DeepSpeed
# TARGET: Net
# ARGS: --input 2x8x16
# PARAMS: 16*48+16*16
# MACS: 16*(16*48) + 2*2*8*8*16 + 16*16*16
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(16, 48, bias=False)
        self.o = nn.Linear(16, 16, bias=False)

    def forward(self, x):
        with torch.autocast(device_type=x.device.type, dtype=torch.bfloat16):
            q, k, v = (t.unflatten(-1, [2, 8]).transpose(1, 2) for t in self.l(x).chunk(3, -1))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        return self.o(y.float())
