# SOURCE: deepspeedai/DeepSpeed PR#8323, #3815
# TARGET: Net
# ARGS: --input 2x4x8x8 --input 2x6x8x8
# PARAMS: 4*9+4+6*2*4+6
# MACS: 4*1*9*64*2 + 6*2*4*64*2
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.ConvTranspose2d(4, 4, 3, stride=2, padding=1, output_padding=1, groups=4)
        self.b = nn.ConvTranspose2d(6, 6, 2, stride=2, groups=3)

    def forward(self, x, y):
        return self.a(x), self.b(y)
