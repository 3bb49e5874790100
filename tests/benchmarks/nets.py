"""The networks that the engine is measured on, as they are after batch normalisation is folded, with random weights."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnn_loupe.engine import layers
from cnn_loupe.engine.graph import INPUT, Graph, Node
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.spec import ModelSpec
from tests.large_models import MOBILENET
from tests.models import graph_spec, model_spec


@dataclass
class Sketch:
    """Nodes one after the other; `put` gives the name of the new one."""

    nodes: list[Node] = field(default_factory=list)

    def put(self, layer: Layer, *inputs: str) -> str:
        self.nodes.append(Node(layer, inputs))
        return layer.name

    def conv(self, name: str, source: str, filters: int, side: int, stride: int = 1, groups: int = 1) -> str:
        """A convolution that keeps the size but for its stride."""
        layer = layers.Conv2D(name, filters, (side, side), (stride, stride), (side // 2, side // 2), groups=groups)
        return self.put(layer, source)

    def relu(self, source: str) -> str:
        return self.put(layers.ReLU(f"{source}_relu"), source)

    def scores(self, source: str, side: int, classes: int = 1000) -> ModelSpec:
        pooled = self.put(layers.AvgPool2D("mean", (side, side), (side, side)), source)
        flat = self.put(layers.Flatten("flatten"), pooled)
        self.put(layers.Dense("output", classes), flat)
        return self.done()

    def done(self, id: str = "") -> ModelSpec:
        self.put(layers.Softmax("softmax"), self.nodes[-1].name)
        return graph_spec(id or "net", (3, 224, 224), Graph(tuple(self.nodes)))


def lenet() -> ModelSpec:
    """LeNet-5 as in 1998, but for the third convolution, which is a dense layer here."""
    stack: list[Layer] = [
        layers.Conv2D("c1", 6, kernel=(5, 5), padding=(2, 2)),
        layers.Tanh("t1"),
        layers.AvgPool2D("s2"),
        layers.Conv2D("c3", 16, kernel=(5, 5)),
        layers.Tanh("t3"),
        layers.AvgPool2D("s4"),
        layers.Flatten("flatten"),
        layers.Dense("f5", 120),
        layers.Tanh("t5"),
        layers.Dense("f6", 84),
        layers.Tanh("t6"),
        layers.Dense("output", 10),
        layers.Softmax("softmax"),
    ]
    return model_spec("lenet", (1, 28, 28), stack)


def deeper() -> ModelSpec:
    """Eight padded convolutions with 16 to 64 filters, VGG-like."""
    stack: list[Layer] = []
    for block, filters in enumerate((16, 32, 64, 64), start=1):
        for i in (1, 2):
            stack.append(layers.Conv2D(f"conv_{block}_{i}", filters, padding=(1, 1)))
            stack.append(layers.ReLU(f"relu_{block}_{i}"))
        stack.append(layers.MaxPool2D(f"pool_{block}"))
    stack += [layers.Flatten("flatten"), layers.Dense("output", 10), layers.Softmax("softmax")]
    return model_spec("deeper", (3, 64, 64), stack)


def resnet18() -> ModelSpec:
    """ResNet-18 (He et al., 2015) at 224×224."""
    net = Sketch()
    at = net.relu(net.conv("stem", INPUT, 64, 7, 2))
    at = net.put(layers.MaxPool2D("pool", (3, 3), (2, 2), (1, 1)), at)
    for stage, filters in enumerate((64, 128, 256, 512), start=1):
        for block in (1, 2):
            name, stride = f"s{stage}b{block}", 2 if stage > 1 and block == 1 else 1
            inner = net.relu(net.conv(f"{name}_a", at, filters, 3, stride))
            inner = net.conv(f"{name}_b", inner, filters, 3)
            if stride == 2:
                at = net.conv(f"{name}_skip", at, filters, 1, 2)
            at = net.relu(net.put(layers.Add(f"{name}_sum"), inner, at))
    return net.scores(at, 7)


def squeezenet() -> ModelSpec:
    """SqueezeNet 1.1 (Iandola et al., 2016) at 224×224."""
    net = Sketch()

    def pool(name: str, source: str) -> str:
        return net.put(layers.MaxPool2D(name, (3, 3), (2, 2)), source)

    def fire(name: str, source: str, squeezed: int, expanded: int) -> str:
        small = net.relu(net.conv(f"{name}_squeeze", source, squeezed, 1))
        sides = (net.relu(net.conv(f"{name}_{side}", small, expanded, side)) for side in (1, 3))
        return net.put(layers.Concat(name), *sides)

    at = pool("pool1", net.relu(net.put(layers.Conv2D("stem", 64, (3, 3), (2, 2)), INPUT)))
    at = pool("pool2", fire("fire3", fire("fire2", at, 16, 64), 16, 64))
    at = pool("pool3", fire("fire5", fire("fire4", at, 32, 128), 32, 128))
    for number, (squeezed, expanded) in enumerate(((48, 192), (48, 192), (64, 256), (64, 256)), start=6):
        at = fire(f"fire{number}", at, squeezed, expanded)
    at = net.relu(net.conv("classes", at, 1000, 1))
    at = net.put(layers.AvgPool2D("mean", (13, 13), (13, 13)), at)
    net.put(layers.Flatten("flatten"), at)
    return net.done()


def mobilenet_v2() -> ModelSpec:
    """MobileNetV2 (Sandler et al., 2018) at 224×224."""
    net = Sketch()

    def bounded(source: str) -> str:
        return net.put(layers.Clip(f"{source}_relu6"), source)

    at, channels = bounded(net.conv("stem", INPUT, 32, 3, 2)), 32
    for stage, (factor, filters, count, first) in enumerate(MOBILENET, start=1):
        for block in range(count):
            name, stride, inner = f"s{stage}b{block}", first if block == 0 else 1, at
            wide = channels * factor
            if factor > 1:
                inner = bounded(net.conv(f"{name}_wide", at, wide, 1))
            inner = bounded(net.conv(f"{name}_depth", inner, wide, 3, stride, groups=wide))
            inner = net.conv(f"{name}_narrow", inner, filters, 1)
            at = net.put(layers.Add(f"{name}_sum"), inner, at) if stride == 1 and channels == filters else inner
            channels = filters
    return net.scores(bounded(net.conv("last", at, 1280, 1)), 7)
