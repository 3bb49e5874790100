"""Bodies of `POST /api/v1/own`, and real files where they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnn_loupe.server.own.body import header_of
from cnn_loupe.server.wire import SAFETENSORS
from tests.conftest import ROOT
from tests.engine.files.made import normal

TYPE = {"Content-Type": SAFETENSORS}
DATA = ROOT.parent / "shared" / "data"


def classifier(channels: int = 1, side: int = 28, filters: int = 8, hidden: int = 0) -> bytes:
    """An ONNX file of a small classifier with ten classes: conv, relu, flatten, (dense, relu,) dense, softmax."""
    from onnx import TensorProto, helper, numpy_helper

    flat = filters * side * side
    constants = {"conv.weight": normal(filters, channels, 3, 3), "conv.bias": normal(filters)}
    nodes = [
        helper.make_node("Conv", ["x", "conv.weight", "conv.bias"], ["c"], "conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"], "relu"),
        helper.make_node("Flatten", ["r"], ["f"], "flatten"),
    ]
    if hidden:
        constants |= {"fc1.weight": normal(hidden, flat), "fc1.bias": normal(hidden)}
        nodes += [
            helper.make_node("Gemm", ["f", "fc1.weight", "fc1.bias"], ["g"], "fc1", transB=1),
            helper.make_node("Relu", ["g"], ["h"], "relu1"),
        ]
    constants |= {"fc2.weight": normal(10, hidden or flat), "fc2.bias": normal(10)}
    nodes += [
        helper.make_node("Gemm", ["h" if hidden else "f", "fc2.weight", "fc2.bias"], ["s"], "fc2", transB=1),
        helper.make_node("Softmax", ["s"], ["p"], "softmax", axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, channels, side, side])],
        [helper.make_tensor_value_info("p", TensorProto.FLOAT, [1, 10])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    return bytes(model.SerializeToString())


def body(files: Mapping[str, bytes], **choices: Any) -> bytes:
    """The files and what is said of them, as a request carries them."""
    return header_of({name: len(data) for name, data in files.items()}, choices) + b"".join(files.values())
