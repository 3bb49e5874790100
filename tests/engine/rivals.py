"""A model of ours in PyTorch and in ONNX Runtime, for agreement and for the benchmarks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.layers import Clip, Layer
from cnn_loupe.engine.spec import ModelSpec


def torch_module(layer: Layer, own: Parameters, shapes: Sequence[Shape]) -> Any:
    """What computes this layer in PyTorch: a module with its parameters, or a function of its inputs."""
    import torch
    from torch import nn

    at: Any = layer
    channels = shapes[0][0]
    makers: dict[str, Any] = {
        "conv2d": lambda: nn.Conv2d(
            channels, at.filters, at.kernel, at.stride, at.padding, at.dilation, at.groups, at.bias
        ),
        "relu": nn.ReLU,
        "clip": lambda: nn.Hardtanh(at.low, at.high),
        "leaky_relu": lambda: nn.LeakyReLU(at.slope),
        "sigmoid": nn.Sigmoid,
        "tanh": nn.Tanh,
        "max_pool2d": lambda: nn.MaxPool2d(at.window, at.stride, at.padding),
        "avg_pool2d": lambda: nn.AvgPool2d(at.window, at.stride, at.padding, count_include_pad=at.count_include_pad),
        "flatten": nn.Flatten,
        "dense": lambda: nn.Linear(channels, at.units, at.bias),
        "softmax": lambda: nn.Softmax(dim=1),
        "batch_norm2d": lambda: nn.BatchNorm2d(channels, eps=at.epsilon),
        "add": lambda: lambda *xs: sum(xs[1:], xs[0]),
        "concat": lambda: lambda *xs: torch.cat(xs, dim=1),
    }
    own_form = getattr(layer, "order", "chw") == "hwc" or four_sided(layer)
    if layer.kind in _FUNCTIONS and (own_form or layer.kind not in _WITH_MODULES):
        tensors = {key: torch.from_numpy(np.array(value)) for key, value in own.items()}
        return lambda *xs: torch_function(layer, tensors, *xs)
    module = makers[layer.kind]()
    names = {"mean": "running_mean", "variance": "running_var"}
    with torch.no_grad():
        for key, value in own.items():
            getattr(module, names.get(key, key)).copy_(torch.from_numpy(np.array(value)))
    return module


# Kinds that have no module, or none with our parameters: functions of their inputs, for agreement alone.
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "batch_norm": lambda f, at, own, x: f.batch_norm(
        x, own["mean"], own["variance"], own["weight"], own["bias"], eps=at.epsilon
    ),
    "scale_shift": lambda f, at, own, x: (
        x * own["weight"].reshape(-1, *[1] * (x.ndim - 2)) + own["bias"].reshape(-1, *[1] * (x.ndim - 2))
    ),
    "pad": lambda f, at, own, x: f.pad(x, _sides(at), value=at.value),
    "hard_swish": lambda f, at, own, x: f.hardswish(x),
    "hard_sigmoid": lambda f, at, own, x: (at.slope * x + at.offset).clamp(0, 1),
    "global_avg_pool2d": lambda f, at, own, x: x.mean((2, 3)),
    "global_max_pool2d": lambda f, at, own, x: x.amax((2, 3)),
    "multiply": lambda f, at, own, x, *others: math.prod(
        (y.reshape(*y.shape[:2], *[1] * (x.ndim - 2)) if y.ndim < x.ndim else y for y in others), start=x
    ),
    "prelu": lambda f, at, own, x: f.prelu(x, own["slope"]),
    "lrn": lambda f, at, own, x: f.local_response_norm(x, at.size, at.alpha, at.beta, at.bias),
    "group_norm": lambda f, at, own, x: f.group_norm(x, at.groups, own["weight"], own["bias"], at.epsilon),
    "layer_norm": lambda f, at, own, x: f.layer_norm(
        x.movedim(1, -1), x.shape[1:2], own["weight"], own["bias"], at.epsilon
    ).movedim(-1, 1),
    "channel_shuffle": lambda f, at, own, x: f.channel_shuffle(x, at.groups),
    "slice": lambda f, at, own, x: x[(slice(None),) * (at.axis + 1) + (slice(at.start, at.stop, at.step),)],
    "upsample": lambda f, at, own, x: f.interpolate(x, scale_factor=at.factor, mode="nearest"),
    "log_softmax": lambda f, at, own, x: f.log_softmax(x, 1),
    "flatten": lambda f, at, own, x: x.permute(0, 2, 3, 1).flatten(1),
    "conv2d": lambda f, at, own, x: f.conv2d(
        f.pad(x, _sides(at)), own["weight"], own.get("bias"), at.stride, 0, at.dilation, at.groups
    ),
    "max_pool2d": lambda f, at, own, x: f.max_pool2d(
        f.pad(x, _sides(at), value=-math.inf), at.window, at.stride, ceil_mode=at.ceil
    ),
}
_WITH_MODULES = ("flatten", "conv2d", "max_pool2d")  # functions only where their modules do not have the form


def _sides(layer: Any) -> tuple[int, int, int, int]:
    """Left, right, top, bottom: the order of PyTorch's pad."""
    (top, bottom), (left, right) = ((p, p) if isinstance(p, int) else p for p in layer.padding)
    return left, right, top, bottom


def four_sided(layer: Any) -> bool:
    """Whether a window is padded differently at its sides, or rounds up."""
    return getattr(layer, "ceil", False) or any(isinstance(p, tuple) for p in getattr(layer, "padding", ()))


def torch_function(layer: Layer, own: dict[str, Any], *xs: Any) -> Any:
    """The layer's output for a batch, by PyTorch's functions."""
    from torch.nn import functional as f

    return _FUNCTIONS[layer.kind](f, layer, own, *xs)


class TorchNetwork:
    """The whole model in PyTorch: the same walk over the same graph."""

    def __init__(self, spec: ModelSpec, parameters: Parameters) -> None:
        self.graph = spec.graph
        self.modules = {
            node.name: torch_module(
                node.layer,
                {key: parameters[f"{node.name}.{key}"] for key in spec.layer_parameters[node.name]},
                spec.input_shapes(node.name),
            )
            for node in spec.graph.nodes
        }

    def __call__(self, x: Any) -> Any:
        """The output for a batch."""
        return self.values(x)[self.graph.output.name]

    def values(self, x: Any) -> dict[str, Any]:
        """Every value for a batch."""
        return self.graph.walk(lambda node, xs: self.modules[node.name](*xs), x)

    def train(self, mode: bool = True) -> TorchNetwork:
        """Use a batch's own statistics, or with False those that are settled."""
        for module in self.modules.values():
            if hasattr(module, "train"):
                module.train(mode)
        return self

    def parameters(self) -> list[Any]:
        """Everything that is learnt."""
        return [p for m in self.modules.values() if hasattr(m, "parameters") for p in m.parameters()]


def torch_activations(spec: ModelSpec, parameters: Parameters, x: Array) -> dict[str, Array]:
    """Every value for one picture, by PyTorch."""
    import torch

    network = TorchNetwork(spec, parameters).train(False)
    with torch.no_grad():
        found = network.values(torch.from_numpy(np.array(x, np.float32))[None])
    return {name: value[0].numpy() for name, value in found.items()}


def onnx_session(spec: ModelSpec, parameters: Parameters) -> Any:
    """A single-threaded ONNX Runtime session with every layer as an output (joins of two inputs)."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, outputs = [], [], []
    for node in spec.graph.nodes:
        inputs = list(node.inputs)
        for key in spec.layer_parameters[node.name]:
            name = f"{node.name}.{key}"
            weights.append(numpy_helper.from_array(np.array(parameters[name]), name))
            inputs.append(name)
        if isinstance(node.layer, Clip):  # its bounds are inputs, too
            for key in ("low", "high"):
                bound = np.array(getattr(node.layer, key), np.float32)
                weights.append(numpy_helper.from_array(bound, f"{node.name}.{key}"))
                inputs.append(f"{node.name}.{key}")
        operator, attributes = _ONNX[node.layer.kind](node.layer)
        nodes.append(helper.make_node(operator, inputs, [node.name], **attributes))
        shape = [1, *spec.shapes[node.name]]
        outputs.append(helper.make_tensor_value_info(node.name, TensorProto.FLOAT, shape))
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, *spec.input_shape])
    graph = helper.make_graph(nodes, spec.id, [given], outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


_ONNX: dict[str, Callable[[Any], tuple[str, dict[str, Any]]]] = {
    "conv2d": lambda at: (
        "Conv",
        _window(at.kernel, at) | {"dilations": at.dilation, "group": at.groups},
    ),
    "clip": lambda at: ("Clip", {}),
    "relu": lambda at: ("Relu", {}),
    "tanh": lambda at: ("Tanh", {}),
    "sigmoid": lambda at: ("Sigmoid", {}),
    "max_pool2d": lambda at: ("MaxPool", _window(at.window, at)),
    "avg_pool2d": lambda at: ("AveragePool", _window(at.window, at)),
    "flatten": lambda at: ("Flatten", {}),
    "dense": lambda at: ("Gemm", {"transB": 1}),
    "softmax": lambda at: ("Softmax", {}),
    "batch_norm2d": lambda at: ("BatchNormalization", {"epsilon": at.epsilon}),
    "add": lambda at: ("Add", {}),
    "concat": lambda at: ("Concat", {"axis": 1}),
}


def _window(kernel: tuple[int, int], layer: Any) -> dict[str, Any]:
    rows, columns = layer.padding
    return {
        "kernel_shape": kernel,
        "strides": layer.stride,
        "pads": [rows, columns, rows, columns],
    }
