# SOURCE: torch.nn.attention.varlen_attn, of packed sequences
# TARGET: Net
# ARGS: --input 8x2x4
# PARAMS: 8*3
# MACS: 2*2*4*(5*5 + 3*3) + 8*8*3
# NOTE: each sequence costs the square of its length; torch's formula on meta takes the longest
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 3, bias=False)

    def forward(self, x):
        try:
            from torch.nn.attention.varlen import varlen_attn
        except ImportError:  # before torch 2.10: the same products
            parts = (x[:5].transpose(0, 1), x[5:].transpose(0, 1))
            y = torch.cat([(q @ q.transpose(1, 2) @ q).transpose(0, 1) for q in parts])
        else:
            ends = torch.tensor([0, 5, 8], dtype=torch.int32, device=x.device)
            y = varlen_attn(x, x, x, ends, ends, 5, 5)
        return self.head(y.flatten(1))
