# SOURCE: pytorch/pytorch PR#134289 PR#147032 (nested jagged tensors)
# SINCE: 2.5
# TARGET: Net
# ARGS: --input 12x16
# PARAMS: 16*48
# MACS: 12*16*48 + 2*2*(4*4+8*8)*8
# NOTE: ragged right value: sum of squares of lengths; an upper bound by padding would be 12*16*48 + 2*2*2*64*8 = 13312
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    # sequences of 4 and 8 tokens, 2 heads of 8
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(16, 48, bias=False)

    def forward(self, x):
        o = torch.tensor([0, 4, 12], device=x.device)
        n = torch.nested.nested_tensor_from_jagged(x, o, min_seqlen=4, max_seqlen=8)
        q, k, v = (t.unflatten(-1, [2, 8]).transpose(1, 2) for t in self.l(n).chunk(3, -1))
        return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).values()
