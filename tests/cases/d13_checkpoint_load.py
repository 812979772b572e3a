# SOURCE: pretrained weights loaded in the constructor
# TARGET: Net
# ARGS: --input 1x16
# PARAMS: 16*8
# MACS: 16*8
import os
import tempfile

import torch
from torch import nn

P = os.path.join(tempfile.gettempdir(), "bottlecalc_case.pt")
if not os.path.exists(P):
    torch.save({"weight": torch.randn(8, 16)}, P)


class Net(nn.Linear):
    def __init__(self):
        super().__init__(16, 8, bias=False)
        self.load_state_dict(torch.load(P, map_location="cpu"))
