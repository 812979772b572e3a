# SOURCE: TylerYep/torchinfo#46 #30, MrYxJ/calculate-flops.pytorch#63
# TARGET: Net
# ARGS: --input '{x = "1x32"}'
# PARAMS: 32*16
# MACS: 32*16
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(32, 16, bias=False)

    def forward(self, batch):
        return {"out": self.l(batch["x"])}
