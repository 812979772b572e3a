# SOURCE: pytorch/pytorch sdpa_flop_count GQA; issue #195460; model reads a value so it runs on real tensors
# SINCE: 2.5
# TARGET: Net
# ARGS: --input 2x8x16x32 --input 2x2x20x32 --input 2x2x20x32
# PARAMS: 0
# MACS: 2*8*16*20*32*2
# SAYS: depends on values
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, q, k, v):
        if q.sum().item() > 1e9:
            return q
        return F.scaled_dot_product_attention(q, k, v, enable_gqa=True)
