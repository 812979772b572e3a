# SOURCE: huggingface style: constructor takes a config object
# TARGET: Net
# ARGS: --arg 'config=c63_hf_config:Config(hidden=16,layers=3)' --input 1x16
# PARAMS: 3*16*16
# MACS: 3*16*16
from torch import nn


class Config:
    def __init__(self, hidden=16, layers=3):
        self.hidden = hidden
        self.layers = layers


class Net(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.l = nn.Sequential(
            *(nn.Linear(config.hidden, config.hidden, bias=False) for _ in range(config.layers))
        )

    def forward(self, x):
        return self.l(x)
