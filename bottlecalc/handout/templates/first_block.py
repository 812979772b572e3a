from torch import nn


def convolution(inside, outside, kernel, stride=1, dilation=1):
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(inside, outside, kernel, stride, padding, dilation, bias=False),
        nn.BatchNorm2d(outside),
    )


class FirstBlock(nn.Module):
    def __init__(
        self, in_channels, out_channels, dilation=1, downsample=False, upsample=False, stride=1
    ):
        super().__init__()
        mid = out_channels // 4
        self.downsample, self.upsample = downsample, upsample
        stride = 2 if downsample else stride
        self.relu = nn.ReLU()
        self.reduce = convolution(in_channels, mid, 1)
        self.spatial = convolution(mid, mid, 3, stride, dilation)
        self.expand = convolution(mid, out_channels, 1)
        self.project = nn.Identity()
        if upsample:
            self.up = nn.ConvTranspose2d(out_channels, out_channels, 2, stride=2)
            if in_channels != out_channels:
                self.project = convolution(in_channels, out_channels, 1, stride)
        elif downsample:
            self.pool = nn.MaxPool2d(2, return_indices=True)
            self.project = convolution(in_channels, out_channels, 1, stride)
        elif stride != 1 or in_channels != out_channels:
            self.project = convolution(in_channels, out_channels, 1, stride)

    def forward(self, x):
        identity, indices = self.pool(x) if self.downsample else (x, None)
        y = self.relu(self.reduce(x))
        y = self.relu(self.spatial(y))
        y = self.relu(self.expand(y) + self.project(identity))
        if self.upsample:
            y = self.up(y)
        return (y, indices) if self.downsample else y
