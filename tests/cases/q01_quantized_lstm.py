# SOURCE: torch.ao.quantization.quantize_dynamic of a speech model: recurrent and linear layers
# TARGET: Net
# ARGS: --counter torch --input 9x2x5
# PARAMS: 2*(28*5+28*7+2*28) + 14*3+3
# MACS: 9*2*2*(28*5+28*7) + 9*2*14*3
# SAYS: 2 packed layers: 829 parameters are read out of packed weights
# NOTE: an LSTM that runs both ways, 5 -> 7, and a linear layer 14 -> 3; packed, so that none is a Parameter
import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")
torch.backends.quantized.engine = "fbgemm"


class Speech(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 7, bidirectional=True)
        self.head = nn.Linear(14, 3)

    def forward(self, x):
        return self.head(self.lstm(x)[0])


def Net():
    return torch.ao.quantization.quantize_dynamic(Speech(), {nn.LSTM, nn.Linear})
