# SOURCE: counting a part: dotted attribute of an instance
# TARGET: model.backbone
# ARGS: --input 1x3x8x8
# PARAMS: 4*27+4
# MACS: 4*27*36
from torch import nn


class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Conv2d(3, 4, 3)
        self.head = nn.Linear(4, 2)

    def forward(self, b):
        return self.head(self.backbone(b["image"]).mean((2, 3)))


model = M()
