# SOURCE: torch.nested.nested_tensor without a layout, which makes strided ones
# TARGET: Net
# ARGS: --input 5x8 --input 3x8
# PARAMS: 8*8 + 8
# MACS: (5+3)*8*8 + 2*(5*5 + 3*3)*8 + (5*5 + 3*3)*8
# NOTE: each sequence costs the square of its length; such a tensor has no shape
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Linear(8, 8)

    def forward(self, long, short):
        x = self.project(torch.nested.nested_tensor([long, short]))
        heads = torch.nested.nested_tensor([one.unsqueeze(0) for one in x.unbind()])
        y = scaled_dot_product_attention(heads, heads, heads)
        return y.to_padded_tensor(0.0), torch.bmm(x, x.transpose(1, 2)).to_padded_tensor(0.0)
