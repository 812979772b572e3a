"""How the layers of a closed form are written in PyTorch, and so by whom they are seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bottlecalc.agreement.networks import NetworkCount
from bottlecalc.agreement.result import ClosedForm
from bottlecalc.blocks.enet import ENetUp
from bottlecalc.blocks.grammar import read
from bottlecalc.blocks.residual import Residual
from bottlecalc.layers.activation import Activation, PReLU
from bottlecalc.layers.calls import Call, Container, Evidence, Function, Weights
from bottlecalc.layers.joins import Add, ChannelShuffle, Concat, Multiply
from bottlecalc.layers.layer import Layer
from bottlecalc.layers.normalisation import BatchNorm, LayerNorm, Scale
from bottlecalc.layers.ops import Conv, Linear, Op, Shape
from bottlecalc.layers.pooling import AveragePool, GlobalAveragePool, MaxPool, MaxUnpool
from bottlecalc.networks.elements import is_element

LISTS = ("m",)
"""Lists of modules, each of which is run by itself: the inner blocks of C2f."""

Way = tuple[str, str]
"""The class of the module, and the function that it calls; no module where a block writes it."""

WAYS: Mapping[type[Op], Way] = {
    Conv: ("Conv2d", "F.conv2d"),
    Linear: ("Linear", "F.linear"),
    BatchNorm: ("BatchNorm2d", "F.batch_norm"),
    LayerNorm: ("LayerNorm", "F.layer_norm"),
    PReLU: ("PReLU", "F.prelu"),
    MaxPool: ("MaxPool2d", "F.max_pool2d"),
    AveragePool: ("AvgPool2d", "F.avg_pool2d"),
    GlobalAveragePool: ("AdaptiveAvgPool2d", "F.adaptive_avg_pool2d"),
    MaxUnpool: ("MaxUnpool2d", "F.max_unpool2d"),
    ChannelShuffle: ("ChannelShuffle", "F.channel_shuffle"),
    Scale: ("", "*"),
    Add: ("", "+"),
    Multiply: ("", "*"),
    Concat: ("", "torch.cat"),
}
"""By op."""

FUNCTIONS: Mapping[str, Way] = {
    "ReLU": ("ReLU", "F.relu"),
    "ReLU6": ("ReLU6", "F.hardtanh"),
    "SiLU": ("SiLU", "F.silu"),
    "GELU": ("GELU", "F.gelu"),
    "Sigmoid": ("Sigmoid", "torch.sigmoid"),
}
"""Of activations, by their function."""


def evidence(count: ClosedForm) -> Evidence:
    """What tools would see of a block, or a network, that was counted by closed form."""
    layers = count.layers
    calls = [call for layer in layers for call in _calls(layer)]
    return Evidence(
        calls=(*calls, *_unsaid(count), *_containers(layers)),
        weights=tuple(_held(layer) for layer in layers if layer.params),
        macs=count.macs.block,
        params=count.params.block,
        batch=count.input[0],
    )


def _unsaid(count: ClosedForm) -> Iterator[Call]:
    """What built blocks do that their closed forms leave out, for it neither holds nor multiplies.

    A residual block adds its shortcut. ENet's upsampling, by itself, pools zeros for its indices.
    """
    residual = set(_residual(count))
    for layer in count.layers:
        block, _, last = layer.name.rpartition(".")
        if last == "relu" and layer.branch == "after" and block in residual:
            yield Call(f"{block}.add".lstrip("."), Add(), layer.output, layer.output, "", "+")
        if isinstance(layer.op, MaxUnpool) and isinstance(count.subject, ENetUp):
            pool = MaxPool(kernel=(2, 2), stride=2, indices=True)
            shapes = layer.output, layer.input
            yield Call(layer.name, pool, *shapes, "", "F.max_pool2d_with_indices")


def _residual(count: ClosedForm) -> Iterator[str]:
    """The names of the residual blocks; empty for one that is all there is."""
    if isinstance(count.subject, Residual):
        yield ""
    if not isinstance(count, NetworkCount):
        return
    stages = {stage.name: count.network.texts(stage) for stage in count.network.stages}
    for name in dict.fromkeys(layer.name.rsplit(".", 1)[0] for layer in count.layers):
        stage, place, *inside = name.split(".")
        texts = stages[stage]
        text = texts[int(place) % len(texts)]
        if not inside and not is_element(text) and issubclass(read(text)[0], Residual):
            yield name


def way(op: Op) -> Way:
    """How it is written."""
    if isinstance(op, Activation):
        return FUNCTIONS[op.function]
    if isinstance(op, Conv) and op.transposed:
        return "ConvTranspose2d", "F.conv_transpose2d"
    return WAYS[type(op)]


def _calls(layer: Layer) -> Iterator[Call]:
    module, function = way(layer.op)
    op: Op = layer.op
    if isinstance(op, PReLU):
        op = Function(name="prelu", held=layer.params)
    elif isinstance(op, Scale):
        op = Multiply()
    yield Call(layer.name, op, layer.input, layer.output, module, function)
    if layer.params and not module:
        yield _held(layer)._replace(input=layer.output, output=layer.output)


def _held(layer: Layer) -> Call:
    n = layer.params
    held = Weights(held=n, trained=n, named=n, weight=n)
    return Call(layer.name, held, (), (), way(layer.op)[0])


def _containers(layers: Sequence[Layer]) -> Iterator[Call]:
    """The modules with weights that layers' names say they lie in; what the last gives, they do."""
    inside: dict[str, list[Layer]] = {}
    for layer in layers:
        parts = layer.name.split(".")
        for depth in range(1, len(parts)):
            inside.setdefault(".".join(parts[:depth]), []).append(layer)
    for name, held in inside.items():
        weights = sum(map(_scale, held))
        if weights and name.rpartition(".")[2] not in LISTS:
            last = _given(held[-1])
            yield Call(name, Container(weights_held=weights), last, last)


def _given(layer: Layer) -> Shape:
    """What comes out; a layer norm's channels, which it has last, are put first again."""
    if isinstance(layer.op, LayerNorm) and len(layer.output) == 4:
        batch, *sides, channels = layer.output
        return (batch, channels, *sides)
    return layer.output


def _scale(layer: Layer) -> int:
    """What of its parameters is no shift [parameters]."""
    if layer.op.multiplies:
        return layer.weights
    return layer.params // 2 if isinstance(layer.op, (BatchNorm, LayerNorm)) else layer.params
