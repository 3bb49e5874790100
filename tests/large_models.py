"""Models of the size that people bring, with random weights: for the page's tests and its bench, not for the engine's.

    resnet-like     ResNet-18 at 224×224 with its normalisation folded in, 1,000 classes
    inception-like  GoogLeNet's nine modules of four branches at 224×224, 200 classes
    mobilenet-like  MobileNetV2 at 224×224 with its normalisation folded in, 1,000 classes

`python -m tests.large_models FOLDER` writes them as model folders that a server can be started on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from cnn_loupe.engine import layers
from cnn_loupe.engine.graph import INPUT, Graph, Node
from cnn_loupe.engine.layers import Layer, pooling
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.weights import save_model
from tests.models import graph_spec, random_parameters


class _Builder:
    """Collects nodes, each reading the one before unless it says otherwise."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def add(self, layer: Layer, *inputs: str) -> str:
        before = self.nodes[-1].layer.name if self.nodes else INPUT
        self.nodes.append(Node(layer, inputs or (before,)))
        return layer.name

    def conv(self, name: str, filters: int, size: int, *inputs: str, stride: int = 1) -> str:
        pad = size // 2
        return self.add(
            layers.Conv2D(name, filters, kernel=(size, size), stride=(stride, stride), padding=(pad, pad)), *inputs
        )

    def pool(self, name: str, *inputs: str, stride: int = 2) -> str:
        return self.add(layers.MaxPool2D(name, window=(3, 3), stride=(stride, stride), padding=(1, 1)), *inputs)

    def head(self, side: int, classes: int) -> None:
        self.add(layers.AvgPool2D("avgpool", window=(side, side), stride=(side, side)))
        self.add(layers.Flatten("flatten"))
        self.add(layers.Dense("fc", classes))
        self.add(layers.Softmax("softmax"))


def resnet_like() -> ModelSpec:
    net = _Builder()
    net.conv("conv1", 64, 7, stride=2)
    net.add(layers.ReLU("relu1"))
    end = net.pool("maxpool")
    for stage in range(4):
        for block in range(2):
            name, filters, split = f"layer{stage + 1}.{block}", 64 << stage, end
            first = stage > 0 and block == 0
            net.conv(f"{name}.conv1", filters, 3, split, stride=2 if first else 1)
            net.add(layers.ReLU(f"{name}.relu1"))
            main = net.conv(f"{name}.conv2", filters, 3)
            short = net.conv(f"{name}.downsample", filters, 1, split, stride=2) if first else split
            net.add(layers.Add(f"{name}.add"), main, short)
            end = net.add(layers.ReLU(f"{name}.relu2"))
    net.head(7, 1000)
    return graph_spec("resnet-like", (3, 224, 224), Graph(tuple(net.nodes)))


_INCEPTION = (  # filters of 1×1; 3×3 after a reduction; 5×5 after a reduction; 1×1 after pooling
    (64, (96, 128), (16, 32), 32),
    (128, (128, 192), (32, 96), 64),
    (192, (96, 208), (16, 48), 64),
    (160, (112, 224), (24, 64), 64),
    (128, (128, 256), (24, 64), 64),
    (112, (144, 288), (32, 64), 64),
    (256, (160, 320), (32, 128), 128),
    (256, (160, 320), (32, 128), 128),
    (384, (192, 384), (48, 128), 128),
)


def inception_like() -> ModelSpec:
    net = _Builder()
    net.conv("conv1", 64, 7, stride=2)
    net.add(layers.ReLU("relu1"))
    net.pool("pool1")
    net.conv("conv2", 64, 1)
    net.add(layers.ReLU("relu2"))
    net.conv("conv3", 192, 3)
    net.add(layers.ReLU("relu3"))
    end = net.pool("pool2")
    for number, (plain, three, five, pooled) in enumerate(_INCEPTION, 3):
        name = f"inception{number}"

        def branch(label: str, steps: list[tuple[int, int]], split: str = end, name: str = name) -> str:
            here = split
            for index, (filters, size) in enumerate(steps):
                net.conv(f"{name}.{label}_{index}", filters, size, here)
                here = net.add(layers.ReLU(f"{name}.{label}_{index}_relu"))
            return here

        ways = [
            branch("b1", [(plain, 1)]),
            branch("b2", [(three[0], 1), (three[1], 3)]),
            branch("b3", [(five[0], 1), (five[1], 5)]),
        ]
        net.pool(f"{name}.pool", end, stride=1)
        net.conv(f"{name}.pool_proj", pooled, 1)
        ways.append(net.add(layers.ReLU(f"{name}.pool_proj_relu")))
        end = net.add(layers.Concat(f"{name}.output"), *ways)
        if number in (4, 9):
            end = net.pool(f"pool{number}")
    net.head(7, 200)
    return graph_spec("inception-like", (3, 224, 224), Graph(tuple(net.nodes)))


MOBILENET = (  # expansion, filters, blocks, stride of the first
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def mobilenet_like() -> ModelSpec:
    net = _Builder()
    net.conv("conv1", 32, 3, stride=2)
    end, before, number = net.add(layers.Clip("conv1_relu6")), 32, 0
    for expansion, filters, blocks, stride in MOBILENET:
        for index in range(blocks):
            name, split, hidden, number = f"block{number}", end, before * expansion, number + 1
            step = stride if index == 0 else 1
            if expansion > 1:
                net.conv(f"{name}.expand", hidden, 1, split)
                net.add(layers.Clip(f"{name}.expand_relu6"))
            deep = layers.Conv2D(f"{name}.depthwise", hidden, stride=(step, step), padding=(1, 1), groups=hidden)
            net.add(deep)
            net.add(layers.Clip(f"{name}.depthwise_relu6"))
            end = net.conv(f"{name}.project", filters, 1)
            if step == 1 and before == filters:
                end = net.add(layers.Add(f"{name}.add"), end, split)
            before = filters
    net.conv("conv2", 1280, 1)
    net.add(layers.Clip("conv2_relu6"))
    net.add(pooling.GlobalAvgPool2D("avgpool"))
    net.add(layers.Dense("fc", 1000))
    net.add(layers.Softmax("softmax"))
    return graph_spec("mobilenet-like", (3, 224, 224), Graph(tuple(net.nodes)))


LARGE: dict[str, Callable[[], ModelSpec]] = {
    "resnet-like": resnet_like,
    "inception-like": inception_like,
    "mobilenet-like": mobilenet_like,
}


def write_large_models(folder: Path, names: tuple[str, ...] = tuple(LARGE)) -> Path:
    """A folder of model folders with random weights."""
    for name in names:
        spec = LARGE[name]()
        save_model(folder / name, spec, random_parameters(spec))
    return folder


if __name__ == "__main__":
    print(write_large_models(Path(sys.argv[1])))
