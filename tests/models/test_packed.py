"""Quantized layers: parameters that are packed are read out, and products of them counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from bottlecalc import count_model
from bottlecalc.models.operators import OWN
from bottlecalc.models.packed import UnreadableError, bytes_of, notes, unpacked

quantization: Any = pytest.importorskip("torch.ao.quantization")
quantized: Any = pytest.importorskip("torch.ao.nn.quantized")

ENGINE = "fbgemm"
pytestmark = [
    pytest.mark.skipif(
        ENGINE not in torch.backends.quantized.supported_engines, reason=f"no {ENGINE} here"
    ),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.quantized, "engine", ENGINE)


def dynamic(layer: nn.Module, dtype: Any = torch.qint8) -> nn.Module:
    model: nn.Module = quantization.quantize_dynamic(
        nn.Sequential(layer), {type(layer)}, dtype=dtype
    )
    return model


DYNAMIC: dict[str, tuple[nn.Module, tuple[int, ...], int, int, int]] = {
    # what is quantized, its input, weights and biases, and rows that go in
    "linear": (nn.Linear(32, 64), (3, 32), 32 * 64, 64, 3),
    "no bias": (nn.Linear(5, 7, bias=False), (2, 3, 5), 5 * 7, 0, 6),
    "LSTM": (nn.LSTM(5, 7), (4, 2, 5), 28 * 5 + 28 * 7, 2 * 28, 8),
    "both ways": (
        nn.LSTM(5, 7, 2, bidirectional=True, batch_first=True),
        (2, 4, 5),
        2 * (28 * 5 + 28 * 7) + 2 * (28 * 14 + 28 * 7),
        4 * 2 * 28,
        8,
    ),
    "GRU": (nn.GRU(5, 7), (4, 2, 5), 21 * 5 + 21 * 7, 2 * 21, 8),
    "LSTM cell": (nn.LSTMCell(5, 7), (3, 5), 28 * 5 + 28 * 7, 2 * 28, 3),
    "GRU cell": (nn.GRUCell(5, 7), (3, 5), 21 * 5 + 21 * 7, 2 * 21, 3),
    "RNN cell": (nn.RNNCell(5, 7), (3, 5), 7 * 5 + 7 * 7, 2 * 7, 3),
}


@pytest.mark.parametrize("dtype", [torch.qint8, torch.float16])
@pytest.mark.parametrize("name", DYNAMIC)
def test_layers_that_are_quantized_as_they_run(name: str, dtype: Any) -> None:
    """As many parameters and MACs as the layer has in floats; a byte, or two, a weight."""
    layer, shape, weights, biases, rows = DYNAMIC[name]
    model = dynamic(layer, dtype)
    counted = count_model(model, shape, counter="torch")
    assert counted.params.total == weights + biases
    assert counted.params.total == sum(tensor.numel() for tensor in layer.parameters())
    assert counted.params.trainable == 0
    assert counted.params.bytes == weights * (1 if dtype == torch.qint8 else 2) + 4 * biases
    assert counted.macs == rows * weights
    assert not counted.counters["torch"].unsupported
    assert {module.name: module.params for module in counted.own if module.params} == {
        "0": weights + biases
    }
    assert not counted.uncalled


def test_it_is_said_that_parameters_are_packed() -> None:
    counted = count_model(dynamic(nn.Linear(32, 64)), (1, 32), counter="torch")
    said = "1 packed layer: 2,112 parameters are read out of packed weights"
    assert said in counted.remarks
    assert said in count_model(dynamic(nn.Linear(32, 64))).remarks
    assert not [*notes(nn.Linear(3, 5))]


class Static(nn.Module):
    """Convolutions of both kinds, grouped and fused, and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.leave = quantization.QuantStub(), quantization.DeQuantStub()
        self.conv, self.relu = nn.Conv2d(6, 9, (3, 2), groups=3), nn.ReLU()
        self.up = nn.ConvTranspose2d(9, 4, 3, stride=2)
        self.line = nn.Conv1d(4, 5, 3)
        self.head = nn.Linear(5, 7)

    def forward(self, x: Tensor) -> Tensor:
        y = self.up(self.relu(self.conv(self.enter(x))))
        z: Tensor = self.leave(self.head(self.line(y.mean(3)).mean(2)))
        return z


def static() -> tuple[Static, nn.Module]:
    model = Static().eval()
    config = quantization.QConfig(
        activation=quantization.default_observer, weight=quantization.default_weight_observer
    )
    model.qconfig = config
    fused = quantization.fuse_modules(model, [["conv", "relu"]])
    ready = quantization.prepare(fused)
    ready(torch.randn(2, 6, 9, 8))
    return model, quantization.convert(ready)


def test_layers_that_are_quantized_for_good() -> None:
    """The same figures as in floats, layer by layer."""
    model, converted = static()
    floats = count_model(model, (2, 6, 9, 8), counter="torch")
    counted = count_model(converted, (2, 6, 9, 8), counter="torch")
    assert counted.params.total == floats.params.total
    assert counted.macs == floats.macs == 2 * (
        7 * 7 * 9 * 2 * 3 * 2 + 7 * 7 * 9 * 4 * 9 + 13 * 5 * 4 * 3 + 5 * 7
    )  # fmt: skip
    own = {module.name: module.macs for module in counted.own}
    names = ("conv", "up", "line", "head")
    expected = {module.name: module.macs for module in floats.own}
    assert [own[name] for name in names] == [expected[name] for name in names]
    assert not counted.counters["torch"].unsupported


def test_embeddings_of_a_byte_and_of_four_bits() -> None:
    model = quantized.Embedding(10, 12)
    assert (count_model(model).params.total, count_model(model).params.bytes) == (120, 120)
    scales, zeros = torch.ones(10), torch.zeros(10)
    narrow = torch.quantize_per_channel(torch.zeros(10, 12), scales, zeros, 0, torch.quint4x2)
    model = quantized.Embedding(10, 12, dtype=torch.quint4x2)
    model.set_weight(narrow)
    assert (count_model(model).params.total, count_model(model).params.bytes) == (120, 60)


def test_scripted_layers_are_read_too() -> None:
    script: Any = torch.jit.script
    counted = count_model(script(dynamic(nn.Linear(32, 64))), (1, 32), counter="torch")
    assert (counted.params.total, counted.macs) == (2112, 2048)


@pytest.mark.skipif(not hasattr(torch, "fbgemm_linear_fp16_weight"), reason="there is none")
def test_a_linear_layer_that_is_no_operator_is_seen() -> None:
    class Linear(nn.Module):
        def forward(self, x: Tensor) -> Any:
            packed = torch.fbgemm_pack_gemm_matrix_fp16(torch.ones(7, 4))
            return torch.fbgemm_linear_fp16_weight(x, packed, torch.zeros(7))

    assert count_model(Linear(), (3, 4), counter="torch").macs == 3 * 4 * 7


def test_what_cannot_be_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its products are named as well, not counted as nothing."""
    from bottlecalc.models import packed, quantized_products

    def unreadable(_: object) -> Any:
        raise UnreadableError("of another kind")

    monkeypatch.setattr(packed, "unpacked", unreadable)
    monkeypatch.setattr(quantized_products, "unpacked", unreadable)
    counted = count_model(dynamic(nn.LSTM(5, 7)), (4, 2, 5), counter="torch")
    assert counted.params.total == 0
    assert "what is packed in rnn.CellParamsBase cannot be read, and is not counted" in (
        counted.remarks
    )
    assert counted.counters["torch"].unsupported == {"aten::quantized_lstm": 1}


def test_only_packed_objects_are_unpacked() -> None:
    with pytest.raises(UnreadableError, match="3"):
        unpacked(3)


SIZES: list[tuple[Callable[[], Tensor], int]] = [
    (lambda: torch.quantize_per_tensor(torch.zeros(3, 5), 1, 0, torch.qint8), 15),
    (lambda: torch.zeros(3, 5), 30),
    (lambda: torch.zeros(5), 20),
]


@pytest.mark.parametrize(("make", "size"), SIZES)
def test_bytes(make: Callable[[], Tensor], size: int) -> None:
    assert bytes_of(make()) == size


def test_convolutions_of_another_library_have_their_weight_as_a_tensor() -> None:
    """oneDNN's: behind the input's scale and zero point; 5·3·2·2 weights at 2·7·6 places."""
    x, weight, out = (torch.empty(shape) for shape in ((2, 3, 8, 7), (5, 3, 2, 2), (2, 5, 7, 6)))
    formula = OWN["onednn::qconv2d_pointwise"]
    assert formula(x, 0.1, 0, weight, out_val=out) == 2 * 5 * 3 * 2 * 2 * 2 * 7 * 6
