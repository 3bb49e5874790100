"""Small models with seeded random weights, for every level of tests.

They are unlike Tiny VGG on purpose: code that has grown used to three channels, ten units,
square kernels or thirteen layers fails on one of them.

    minimal  grey 8×8, three layers
    deep     20 layers of every kind, narrow, non-square input and kernels, strides, padding,
             dilation
    wide     64 channels in one layer, 200 classes
    branched branches and joins of every sort, values that several layers read

`python -m tests.models FOLDER` writes them as model folders that a server can be started on.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np

from cnn_loupe.engine import layers
from cnn_loupe.engine.entries import Category
from cnn_loupe.engine.graph import INPUT, Graph, Node
from cnn_loupe.engine.layers import Layer, activation, normalisation, pooling, reshape, softmax
from cnn_loupe.engine.network import Network
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.surroundings import Output
from cnn_loupe.engine.weights import save_model


def random_parameters(spec: ModelSpec, seed: int = 0) -> dict[str, np.ndarray]:
    """Parameters for a model such that its activations neither vanish nor explode."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, shape in spec.parameter_shapes.items():
        spread = math.sqrt(2 / math.prod(shape[1:])) if len(shape) > 1 else 0.3
        value = rng.standard_normal(shape) * spread
        if name.endswith(".variance"):
            value = 0.5 + np.abs(value)
        found[name] = value.astype(np.float32)
    return found


def random_picture(spec: ModelSpec, seed: int = 0) -> np.ndarray:
    """A picture of noise in the model's own shape and range."""
    low, high = spec.input_range
    rng = np.random.default_rng(seed)
    return (low + (high - low) * rng.random(spec.input_shape)).astype(np.float32)


def model_spec(id: str, input_shape: tuple[int, int, int], stack: list[Layer]) -> ModelSpec:
    """A spec whose classes are as many as its last layer's units."""
    return graph_spec(id, input_shape, Graph.chain(*stack))


def graph_spec(id: str, input_shape: tuple[int, int, int], graph: Graph) -> ModelSpec:
    """The same for layers that need not read the one before."""
    bare = ModelSpec(id, input_shape, graph)
    last = bare.shapes[graph.output.name]
    if len(last) != 1:
        return bare
    classes = tuple(Category(i, f"class {i}", {"en": f"class {i}", "zh-Hans": f"类别 {i}"}) for i in range(last[0]))
    title = {"en": f"Test model: {id}", "zh-Hans": f"测试模型：{id}"}
    return ModelSpec(id, input_shape, graph, classes, title)


def tiny_vgg() -> ModelSpec:
    """The shipped architecture, without its weights."""
    return model_spec(
        "tiny-vgg",
        (3, 64, 64),
        [
            layers.Conv2D("conv_1_1", 10),
            layers.ReLU("relu_1_1"),
            layers.Conv2D("conv_1_2", 10),
            layers.ReLU("relu_1_2"),
            layers.MaxPool2D("max_pool_1"),
            layers.Conv2D("conv_2_1", 10),
            layers.ReLU("relu_2_1"),
            layers.Conv2D("conv_2_2", 10),
            layers.ReLU("relu_2_2"),
            layers.MaxPool2D("max_pool_2"),
            layers.Flatten("flatten"),
            layers.Dense("output", 10),
            layers.Softmax("softmax"),
        ],
    )


def minimal() -> ModelSpec:
    """One grey channel, three layers, no activation function, no softmax."""
    return model_spec(
        "minimal",
        (1, 8, 8),
        [layers.Conv2D("edges", 2), layers.Flatten("flat"), layers.Dense("scores", 3)],
    )


def deep() -> ModelSpec:
    """Twenty layers of every kind with everything that can be uneven."""
    return model_spec(
        "deep",
        (3, 40, 32),
        [
            layers.Conv2D("c1", 6, kernel=(5, 3), padding=(2, 1)),
            layers.LeakyReLU("leaky1", slope=0.1),
            layers.Conv2D("c2", 7, kernel=(3, 3), dilation=(2, 1)),
            layers.Tanh("tanh1"),
            layers.AvgPool2D("avg1", window=(3, 2), stride=(2, 2), padding=(1, 0), count_include_pad=False),
            layers.Conv2D("c3", 5, kernel=(1, 1)),
            layers.BatchNorm2D("norm1"),
            layers.ReLU("relu1"),
            layers.Conv2D("c4", 8, kernel=(2, 4), stride=(1, 2), padding=(0, 2)),
            layers.Sigmoid("sigmoid1"),
            layers.Conv2D("c5", 4, kernel=(3, 1), dilation=(3, 1), padding=(3, 0)),
            layers.ReLU("relu2"),
            layers.MaxPool2D("max1", window=(3, 3), stride=(2, 1), padding=(1, 1)),
            layers.Conv2D("c6", 3, kernel=(3, 3), stride=(3, 3), padding=(1, 1)),
            layers.Tanh("tanh2"),
            layers.Flatten("flat"),
            layers.Dense("hidden", 12),
            layers.LeakyReLU("leaky2", slope=0.2),
            layers.Dense("scores", 4),
            layers.Softmax("probabilities"),
        ],
    )


def wide() -> ModelSpec:
    """64 maps in one layer and 200 classes."""
    return model_spec(
        "wide",
        (3, 24, 24),
        [
            layers.Conv2D("many", 64, padding=(1, 1)),
            layers.ReLU("relu"),
            layers.MaxPool2D("pool", window=(3, 3), stride=(3, 3)),
            layers.Flatten("flat"),
            layers.Dense("scores", 200),
            layers.Softmax("softmax"),
        ],
    )


def branched() -> ModelSpec:
    """Branches of different depth, values with several readers, joins of two and three, a skip past a pool."""
    return graph_spec(
        "branched",
        (3, 14, 11),
        Graph(
            (
                Node(layers.Conv2D("stem", 6, padding=(1, 1)), (INPUT,)),
                Node(layers.BatchNorm2D("stem_norm"), ("stem",)),
                Node(layers.ReLU("stem_relu"), ("stem_norm",)),
                Node(layers.Conv2D("left_1", 4, kernel=(1, 1)), ("stem_relu",)),
                Node(layers.ReLU("left_relu"), ("left_1",)),
                Node(layers.Conv2D("left_2", 6, kernel=(3, 3), padding=(1, 1)), ("left_relu",)),
                Node(layers.BatchNorm2D("left_norm"), ("left_2",)),
                Node(layers.Add("residual"), ("left_norm", "stem_relu")),
                Node(layers.ReLU("residual_relu"), ("residual",)),
                Node(layers.MaxPool2D("pool"), ("residual_relu",)),
                Node(layers.Conv2D("reduced", 5, kernel=(2, 2), stride=(2, 2)), ("residual_relu",)),
                Node(layers.Conv2D("picture", 2, kernel=(4, 3), stride=(2, 2), padding=(1, 0)), (INPUT,)),
                Node(layers.Concat("together"), ("pool", "reduced", "picture")),
                Node(layers.Tanh("tanh"), ("together",)),
                Node(layers.Flatten("flat"), ("tanh",)),
                Node(layers.Dense("hidden", 9), ("flat",)),
                Node(layers.Sigmoid("gate"), ("hidden",)),
                Node(layers.Add("sum"), ("hidden", "gate", "hidden")),
                Node(layers.Dense("scores", 4), ("sum",)),
                Node(layers.Softmax("probabilities"), ("scores",)),
            )
        ),
    )


def varied() -> ModelSpec:
    """Every kind that is no plain layer of a chain: groups, sides that differ, joins, copies, gates, normalisation."""
    return graph_spec(
        "varied",
        (3, 20, 17),
        Graph(
            (
                Node(reshape.Pad("framed", padding=((1, 2), (0, 3)), value=0.25), (INPUT,)),
                Node(
                    layers.Conv2D("stem", 8, stride=(2, 2), padding=((0, 1), (0, 1)), bias=False),
                    ("framed",),
                ),
                Node(normalisation.BatchNorm("norm"), ("stem",)),
                Node(layers.Clip("clip"), ("norm",)),
                Node(layers.Conv2D("depthwise", 8, padding=((0, 2), (1, 1)), groups=8, bias=False), ("clip",)),
                Node(normalisation.ScaleShift("scaled"), ("depthwise",)),
                Node(activation.HardSwish("swish"), ("scaled",)),
                Node(pooling.GlobalAvgPool2D("squeeze"), ("swish",)),
                Node(layers.Dense("excite", 8, bias=False), ("squeeze",)),
                Node(activation.HardSigmoid("gate"), ("excite",)),
                Node(layers.Multiply("gated"), ("swish", "gate")),
                Node(layers.Add("residual"), ("gated", "clip")),
                Node(
                    layers.Conv2D("grouped", 12, kernel=(3, 2), padding=((1, 0), (0, 1)), groups=4),
                    ("residual",),
                ),
                Node(activation.PReLU("bent"), ("grouped",)),
                Node(normalisation.LRN("rivals", size=3, alpha=0.5), ("bent",)),
                Node(reshape.ChannelShuffle("shuffled", groups=3), ("rivals",)),
                Node(reshape.Slice("half", axis=0, start=1, stop=12, step=2), ("shuffled",)),
                Node(reshape.Slice("cropped", axis=1, start=1, stop=9), ("half",)),
                Node(
                    layers.MaxPool2D("pool", window=(3, 2), stride=(3, 2), padding=((0, 1), (0, 0)), ceil=True),
                    ("cropped",),
                ),
                Node(reshape.Upsample("larger", factor=(2, 3)), ("pool",)),
                Node(layers.Conv2D("other", 4, kernel=(1, 1)), ("larger",)),
                Node(layers.LayerNorm("level"), ("other",)),
                Node(layers.GroupNorm("tuned", groups=2), ("level",)),
                Node(layers.Concat("together"), ("larger", "tuned", "larger")),
                Node(pooling.GlobalMaxPool2D("largest"), ("together",)),
                Node(layers.Flatten("pixels", order="hwc"), ("pool",)),
                Node(layers.Dense("reduced", 16), ("pixels",)),
                Node(layers.Concat("both"), ("largest", "reduced")),
                Node(normalisation.BatchNorm("settled"), ("both",)),
                Node(layers.Dense("scores", 5), ("settled",)),
                Node(softmax.LogSoftmax("logs"), ("scores",)),
            )
        ),
    )


def binary() -> ModelSpec:
    """One sigmoid at the end, which stands for two classes."""
    chain = Graph.chain(
        layers.Conv2D("edges", 3),
        layers.ReLU("relu"),
        layers.Flatten("flat"),
        layers.Dense("score", 1),
        layers.Sigmoid("probability"),
    )
    classes = tuple(
        Category(i, name, {"en": name, "zh-Hans": chinese})
        for i, (name, chinese) in enumerate((("cat", "猫"), ("dog", "狗")))
    )
    title = {"en": "Test model: binary", "zh-Hans": "测试模型：binary"}
    return ModelSpec("binary", (1, 8, 8), chain, classes, title, output=Output("binary"))


SPECS = {spec.id: spec for spec in (minimal(), deep(), wide(), tiny_vgg())}
GRAPHS = {spec.id: spec for spec in (branched(), varied())}  # what is no chain
ALL = SPECS | GRAPHS


def network(id: str) -> Network:
    """One of the models above with its seeded weights."""
    return Network(ALL[id], random_parameters(ALL[id]))


def write_models(folder: Path, ids: tuple[str, ...] = ("minimal", "deep", "wide")) -> Path:
    """Write models as folders `<folder>/<id>/model.json …` and return the folder."""
    for id in ids:
        save_model(folder / id, ALL[id], random_parameters(ALL[id]))
    return folder


if __name__ == "__main__":
    print(write_models(Path(sys.argv[1])))
