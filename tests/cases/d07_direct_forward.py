# SOURCE: uzh-rpg/svit#5: .forward() called directly
# TARGET: Net
# ARGS: --input 1x16
# PARAMS: 16*8+8*4
# MACS: 16*8+8*4
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(16, 8, bias=False)
        self.b = nn.Linear(8, 4, bias=False)

    def forward(self, x):
        return self.b.forward(self.a.forward(x))
