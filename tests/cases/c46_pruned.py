# SOURCE: microsoft/nni#3048 (masks), thop#96
# TARGET: Net
# ARGS: --input 1x3x8x8
# PARAMS: 4*27
# MACS: 4*27*36
# NOTE: dense arithmetic is done: masks do not save any
from torch import nn
from torch.nn.utils import prune


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3, bias=False)
        prune.l1_unstructured(self.c, "weight", amount=0.5)

    def forward(self, x):
        return self.c(x)
