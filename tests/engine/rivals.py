"""A model of ours in PyTorch and in ONNX Runtime, for agreement and for the benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.spec import ModelSpec


def torch_module(layer: Layer, parameters: Parameters, input_shape: tuple[int, ...]) -> Any:
    """The PyTorch module that computes this layer, with this layer's parameters."""
    import torch
    from torch import nn

    at: Any = layer
    makers: dict[str, Any] = {
        "conv2d": lambda: nn.Conv2d(
            input_shape[0], at.filters, at.kernel, at.stride, at.padding, at.dilation
        ),
        "relu": nn.ReLU,
        "leaky_relu": lambda: nn.LeakyReLU(at.slope),
        "sigmoid": nn.Sigmoid,
        "tanh": nn.Tanh,
        "max_pool2d": lambda: nn.MaxPool2d(at.window, at.stride, at.padding),
        "avg_pool2d": lambda: nn.AvgPool2d(
            at.window, at.stride, at.padding, count_include_pad=at.count_include_pad
        ),
        "flatten": nn.Flatten,
        "dense": lambda: nn.Linear(input_shape[0], at.units),
        "softmax": lambda: nn.Softmax(dim=1),
        "batch_norm2d": lambda: nn.BatchNorm2d(input_shape[0], eps=at.epsilon),
    }
    module = makers[layer.kind]()
    names = {"mean": "running_mean", "variance": "running_var"}
    with torch.no_grad():
        for key in layer.parameter_shapes(input_shape):
            value = np.array(parameters[f"{layer.name}.{key}"])
            getattr(module, names.get(key, key)).copy_(torch.from_numpy(value))
    return module


def torch_network(spec: ModelSpec, parameters: Parameters) -> Any:
    """The whole model as a `torch.nn.Sequential`."""
    from torch import nn

    return nn.Sequential(
        *(
            torch_module(layer, parameters, shape)
            for layer, shape in zip(spec.layers, spec.input_shapes, strict=True)
        )
    )


def torch_activations(spec: ModelSpec, parameters: Parameters, x: Array) -> list[Array]:
    """Every layer's output for one picture, by PyTorch."""
    import torch

    found, value = [], torch.from_numpy(np.array(x, np.float32))[None]
    network = torch_network(spec, parameters).eval()
    with torch.no_grad():
        for module in network:
            value = module(value)
            found.append(value[0].numpy())
    return found


def onnx_session(spec: ModelSpec, parameters: Parameters) -> Any:
    """A single-threaded ONNX Runtime session with every layer as an output."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, outputs, before = [], [], [], "input"
    for layer, shape in zip(spec.layers, spec.shapes, strict=True):
        at: Any = layer
        inputs = [before]
        for name in (f"{layer.name}.weight", f"{layer.name}.bias"):
            if name in parameters:
                weights.append(numpy_helper.from_array(np.array(parameters[name]), name))
                inputs.append(name)
        operator, attributes = _ONNX[layer.kind](at)
        nodes.append(helper.make_node(operator, inputs, [layer.name], **attributes))
        outputs.append(helper.make_tensor_value_info(layer.name, TensorProto.FLOAT, [1, *shape]))
        before = layer.name
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, *spec.input_shape])
    graph = helper.make_graph(nodes, spec.id, [given], outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


_ONNX: dict[str, Callable[[Any], tuple[str, dict[str, Any]]]] = {
    "conv2d": lambda at: ("Conv", _window(at.kernel, at) | {"dilations": at.dilation}),
    "relu": lambda at: ("Relu", {}),
    "tanh": lambda at: ("Tanh", {}),
    "sigmoid": lambda at: ("Sigmoid", {}),
    "max_pool2d": lambda at: ("MaxPool", _window(at.window, at)),
    "avg_pool2d": lambda at: ("AveragePool", _window(at.window, at)),
    "flatten": lambda at: ("Flatten", {}),
    "dense": lambda at: ("Gemm", {"transB": 1}),
    "softmax": lambda at: ("Softmax", {}),
}


def _window(kernel: tuple[int, int], layer: Any) -> dict[str, Any]:
    rows, columns = layer.padding
    return {
        "kernel_shape": kernel,
        "strides": layer.stride,
        "pads": [rows, columns, rows, columns],
    }
