"""A change that somebody else made to a known network, whose effect on cost is known."""

from __future__ import annotations

import pytest

from bottlecalc import Finding, check
from bottlecalc.render.pull_request import document
from bottlecalc.render.words import markdown
from tests.changes.conftest import Repository

pytestmark = pytest.mark.slow

MOBILE = """\
from functools import partial

from torch import nn

STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
          (6, 160, 3, 2), (6, 320, 1, 1)]


def channels(number):
    return int(number)


def conv(before, after, kernel, stride=1, groups=1):
    layer = nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [layer, nn.BatchNorm2d(after)]


class Inverted(nn.Module):
    def __init__(self, before, after, expand, stride):
        super().__init__()
        inside = before * expand
        wider = conv(before, inside, 1) if expand > 1 else []
        self.conv = nn.Sequential(
            *wider, *conv(inside, inside, 3, stride, inside), *conv(inside, after, 1)
        )
        self.is_identity = stride == 1 and before == after

    def forward(self, x):
        return x + self.conv(x) if self.is_identity else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, width):
        super().__init__()
        before = channels(32 * width)
        layers = [nn.Sequential(*conv(3, before, 3, 2))]
        for expand, number, depth, stride in STAGES:
            after = channels(number * width)
            for place in range(depth):
                layers.append(Inverted(before, after, expand, 1 if place else stride))
                before = after
        last = channels(1280 * max(1, width))
        self.features = nn.Sequential(*layers, nn.Sequential(*conv(before, last, 1)))
        self.classifier = nn.Linear(last, 1000)

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


net_140 = partial(MobileNetV2, 1.4)
net_100 = partial(MobileNetV2, 1)
net_075 = partial(MobileNetV2, 0.75)
net_035 = partial(MobileNetV2, 0.35)
"""
ROUNDED = """\
def channels(number):
    nearest = max(8, int(number + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * number else nearest
"""
BUDGETS = """\
[[budget]]
model = "mobile.py:net_*"
input = [1, 3, 224, 224]
max_increase = "3%"
"""
PUBLISHED = {"net_140": 582, "net_100": 300, "net_075": 209, "net_035": 59}
"""[million MACs]"""


def test_mobilenets_channels_are_rounded(repository: Repository) -> None:
    """Channels became multiples of 8, as in TensorFlow's, and so did costs.

    Source: torchvision's issue 973 (of width 1.4 the first convolution has 44 channels for 48) and
    its pull request 1005, which mended it; MACs from TensorFlow Slim's table of MobileNetV2.
    """
    repository.commit(mobile_py=MOBILE, bottlecalc_toml=BUDGETS)
    before = "def channels(number):\n    return int(number)\n"
    assert before in MOBILE
    repository.branch("rounded", mobile_py=MOBILE.replace(before, ROUNDED))
    report = check(against="main")
    found = {v.budget.name.partition(":")[2]: v for v in report.verdicts}
    macs = {name: verdict.findings["macs"] for name, verdict in found.items()}
    assert {name: one.value // 10**6 for name, one in macs.items()} == PUBLISHED
    assert {name for name, one in macs.items() if one.changed} == {*PUBLISHED} - {"net_100"}
    assert {name for name, one in found.items() if one.breaches} == {*PUBLISHED} - {"net_100"}
    stem = next(one for one in found["net_140"].changes() if one.name == "features.0.0")
    weights = stem.figures["params"]
    assert (weights.before, weights.after) == (44 * 3 * 3 * 3, 48 * 3 * 3 * 3)
    assert all(one.status == "changed" for one in found["net_140"].changes())
    _check_comment(document(report), macs)


def _check_comment(text: str, macs: dict[str, Finding]) -> None:
    """What its reader can say: which grew, by how much, where, and that it may not."""
    told = text.partition("<details>")[0]
    assert "**✗ Model budgets**: 1 holds, 3 exceeded; 3 of 4 changed against main (" in text
    for name, one in macs.items():
        assert one.baseline is not None
        grown = f"| {one.baseline:,} | {one.value:,} | {one.value - one.baseline:+,} |"
        assert (grown in told) == one.changed
        assert (f"mobile.py:{markdown(name)}): exceeded\n" in text) == one.changed
    assert "max\\_increase = 3% allows" in text
    assert "most in `features" in text
