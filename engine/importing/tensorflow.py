"""TensorFlow's operations: as TF.js graph models name them, and as TensorFlow Lite does.

Both lay maps out as batch, row, column, channel. Weights: convolution (Kh, Kw, C, O), depthwise (Kh, Kw, C, M);
TensorFlow Lite: convolution (O, Kh, Kw, C), depthwise (1, Kh, Kw, C · M), fully connected (O, I).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignNode
from cnn_loupe.engine.importing import arithmetic, build, common, shapes, windows
from cnn_loupe.engine.importing.axes import NCHW, NHWC, Activation
from cnn_loupe.engine.importing.draft import Draft
from cnn_loupe.engine.importing.keras_functions import depthwise_kernel, function
from cnn_loupe.engine.importing.registry import converter

Inputs = list[Any]
_FUSED = {
    "Relu": "relu",
    "Relu6": "relu6",
    "Elu": "elu",
    "LeakyRelu": "leaky_relu",
    "RELU": "relu",
    "RELU6": "relu6",
    "TANH": "tanh",
}


def _layout(node: ForeignNode) -> tuple[str, ...]:
    return NCHW if node.attributes.get("data_format") == "NCHW" else NHWC


def _inner(node: ForeignNode, values: Sequence[int]) -> list[int]:
    """Rows and columns of a list for all four sides."""
    return list(values[2:4]) if _layout(node) == NCHW else list(values[1:3])


def _slide(draft: Draft, node: ForeignNode, x: Activation, kernel: Sequence[int]) -> dict[str, Any]:
    a = node.attributes
    stride = _inner(node, a.get("strides") or [1, 1, 1, 1])
    dilation = _inner(node, a.get("dilations") or [1, 1, 1, 1])
    word = a.get("padding", "VALID")
    if word == "EXPLICIT":
        given = a.get("explicit_paddings") or [0] * 8
        sides = [[given[2 * i], given[2 * i + 1]] for i in range(4)]
        return {
            "stride": stride,
            "dilation": dilation,
            "padding": sides[2:4] if _layout(node) == NCHW else sides[1:3],
        }
    padding = windows.same(common.sides_of(x), kernel, stride, dilation) if word == "SAME" else build.NONE
    return {"stride": stride, "dilation": dilation, "padding": padding}


def _fused(draft: Draft, node: ForeignNode, value: Activation, word: str) -> Activation:
    """The function that a fused operation ends with."""
    if not word:
        return value
    if word not in _FUSED:
        raise draft.refusal(node, "activation_unknown", f"its activation is {word!r}", activation=word)
    result = function(draft, node, value, _FUSED[word], behind=True)
    draft.note("split", node, "activation_of_its_own", result.layer)
    return result


# TensorFlow's graph


@converter(
    "tfjs",
    "Conv2D",
    "_FusedConv2D",
    "DepthwiseConv2dNative",
    "FusedDepthwiseConv2dNative",
    "_FusedDepthwiseConv2dNative",
)
def _conv(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.maps_or_vector(draft, node, x[0], _layout(node))
    kernel = common.constant(draft, node, x[1], "kernel")
    steps = node.attributes.get("fused_ops") or []
    bias = common.constant(draft, node, x[2], "bias") if "BiasAdd" in steps else None
    word = next((step for step in steps if step != "BiasAdd"), "")
    if "FusedBatchNorm" in steps or word == "Prelu":
        raise draft.refusal(node, "fused_unknown", f"it is fused with {', '.join(steps)}", "convert without fusing")
    deep = "epthwise" in node.op
    found = _slide(draft, node, value, kernel.shape[:2])
    result = build.conv2d(
        draft, node, value, depthwise_kernel(kernel) if deep else kernel.transpose(3, 2, 0, 1), bias,
        groups=kernel.shape[2] if deep else value.shape[0] // kernel.shape[2], origin=[] if word else None, **found,
    )  # fmt: skip
    return _fused(draft, node, result, word)


@converter("tfjs", "Conv2DBackpropInput")
def _conv_transpose(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """The first input is the shape of the result, the kernel (Kh, Kw, O, C), the picture's values the third."""
    value, kernel = draft.maps(node, x[2], _layout(node)), common.constant(draft, node, x[1], "kernel")
    wanted = _inner(node, np.ravel(common.constant(draft, node, x[0], "output shape")).tolist())
    if node.attributes.get("padding") == "EXPLICIT":
        raise draft.refusal(node, "attribute", "its padding is EXPLICIT", "use SAME or VALID", attribute="padding")
    found = _slide(draft, node, value, kernel.shape[:2])
    cut = _cut(node, value, kernel.shape[:2], found, wanted)
    return build.conv_transpose2d(draft, node, value, kernel.transpose(3, 2, 0, 1), None, **found | cut)


def _cut(
    node: ForeignNode, value: Activation, kernel: Sequence[int], found: dict[str, Any], wanted: Sequence[int]
) -> dict[str, Any]:
    """What a transposed convolution cuts off around its windows, and adds, to make maps of the `wanted` sides."""
    same = node.attributes.get("padding") == "SAME"
    padding, more = windows.cut(value.shape[1:], kernel, found["stride"], found["dilation"], wanted, same=same)
    return {"padding": padding, "output_padding": more}


@converter("tfjs", "MatMul", "_FusedMatMul")
def _matmul(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    weight, steps = common.constant(draft, node, x[1], "weight"), node.attributes.get("fused_ops") or []
    if node.attributes.get("transpose_a"):
        raise draft.refusal(node, "gemm_form", "transpose_a is set", "export the layer as x·W + b")
    bias = common.constant(draft, node, x[2], "bias") if "BiasAdd" in steps else None
    word = next((step for step in steps if step != "BiasAdd"), "")
    result = build.dense(
        draft,
        node,
        x[0],
        weight if node.attributes.get("transpose_b") else weight.T,
        bias,
        origin=[] if word else None,
    )
    return _fused(draft, node, result, word)


@converter("tfjs", "BiasAdd", "Add", "AddV2", "Sub", "Mul", "RealDiv", "Div")
def _binary(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    op = {"Sub": "subtract", "Mul": "multiply", "RealDiv": "divide", "Div": "divide"}.get(node.op, "add")
    return arithmetic.binary(draft, node, op, x[0], x[1])


@converter("tfjs", "MaxPool", "AvgPool")
def _pool(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value, window = (
        common.maps_or_vector(draft, node, x[0], _layout(node)),
        _inner(node, node.attributes.get("ksize") or [1, 1, 1, 1]),
    )
    found = _slide(draft, node, value, window)
    return build.pool(
        draft,
        node,
        value,
        "max_pool2d" if node.op == "MaxPool" else "avg_pool2d",
        window,
        found["stride"],
        found["padding"],
    )


@converter("tfjs", "Mean", "Max")
def _reduce(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    axes = np.ravel(common.constant(draft, node, x[1], "axes")).tolist()
    keep = bool(node.attributes.get("keep_dims"))
    value = common.activation_of(draft, node, x[0])
    return common.reduce_maps(
        draft, node, value, axes, keep=keep, kind="avg_pool2d" if node.op == "Mean" else "max_pool2d"
    )


@converter("tfjs", "Relu", "Relu6", "Elu", "Selu", "Sigmoid", "Tanh", "Softplus", "Softmax", "LogSoftmax")
def _function(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    word = {"LogSoftmax": "log_softmax"}.get(node.op, node.op.lower())
    return function(draft, node, common.activation_of(draft, node, x[0]), word)


@converter("tfjs", "LeakyRelu")
def _leaky(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    return build.activation(draft, node, value, "leaky_relu", slope=float(node.attributes.get("alpha") or 0.2))


@converter("tfjs", "Minimum", "Maximum")
@converter("tflite", "MINIMUM", "MAXIMUM")
def _bound(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """max(x, 0) is ReLU; min(max(x, a), b) keeps values between a and b."""
    value, bound = (x[0], x[1]) if isinstance(x[0], Activation) else (x[1], x[0])
    number = float(np.ravel(common.constant(draft, node, bound, "bound"))[0])
    low, high = (number, None) if node.op.upper() == "MAXIMUM" else (None, number)
    return common.clipped(draft, node, value, low, high)


@converter("tfjs", "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
def _batch_norm(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = draft.maps(node, x[0], _layout(node))
    numbers = [common.constant(draft, node, v, "statistics") for v in x[1:5]]
    return build.batch_norm(draft, node, value, numbers, float(node.attributes.get("epsilon") or 1e-3))


@converter("tfjs", "Pad", "PadV2")
@converter("tflite", "PAD", "PADV2")
def _pad(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    pads = [(int(a), int(b)) for a, b in common.constant(draft, node, x[1], "paddings")]
    value = float(np.ravel(common.constant(draft, node, x[2], "value"))[0]) if node.op.upper() == "PADV2" else 0.0
    return common.padded(draft, node, common.activation_of(draft, node, x[0]), pads, value)


@converter("tfjs", "Reshape")
def _reshape(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    target = np.ravel(common.constant(draft, node, x[1], "shape")).tolist()
    return shapes.reshape(draft, node, common.activation_of(draft, node, x[0]), target, zero_copies=False)


@converter("tfjs", "Squeeze")
@converter("tflite", "SQUEEZE")
def _squeeze(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return shapes.squeeze(
        draft, node, common.activation_of(draft, node, x[0]), node.attributes.get("squeeze_dims") or None
    )


@converter("tfjs", "ExpandDims")
@converter("tflite", "EXPAND_DIMS")
def _expand(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return shapes.unsqueeze(
        draft,
        node,
        common.activation_of(draft, node, x[0]),
        np.ravel(common.constant(draft, node, x[1], "axis")).tolist(),
    )


@converter("tfjs", "Transpose")
@converter("tflite", "TRANSPOSE")
def _transpose(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    order = np.ravel(common.constant(draft, node, x[1], "perm")).tolist()
    return shapes.transpose(draft, node, common.activation_of(draft, node, x[0]), order)


@converter("tfjs", "ConcatV2")
def _concat(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    axis = int(np.ravel(common.constant(draft, node, x[-1], "axis"))[0])
    return arithmetic.concat(draft, node, x[:-1], axis)


@converter("tfjs", "ResizeNearestNeighbor")
@converter("tflite", "RESIZE_NEAREST_NEIGHBOR")
def _resize(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = draft.maps(node, x[0], NHWC)
    size = np.ravel(common.constant(draft, node, x[1], "size")).tolist()
    scales = [wanted / n for wanted, n in zip(size, value.shape[1:], strict=True)]
    return common.enlarged(draft, node, value, scales, "nearest")


@converter("tfjs", "Identity", "StopGradient", "Snapshot", "Cast")
def _identity(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    draft.note("dropped", node, "identity")
    return common.activation_of(draft, node, x[0])


@converter("tfjs", "Shape")
@converter("tflite", "SHAPE")
def _shape(draft: Draft, node: ForeignNode, x: Inputs) -> Any:
    return np.array(common.activation_of(draft, node, x[0]).sides, np.int64)


# TensorFlow Lite


def _lite_window(node: ForeignNode, x: Activation, kernel: Sequence[int]) -> dict[str, Any]:
    a = node.attributes
    stride = [a.get("stride_h", 1), a.get("stride_w", 1)]
    dilation = [a.get("dilation_h", 1) or 1, a.get("dilation_w", 1) or 1]
    padding = windows.same(common.sides_of(x), kernel, stride, dilation) if a.get("padding") == "SAME" else build.NONE
    return {"stride": stride, "dilation": dilation, "padding": padding}


@converter("tflite", "CONV_2D", "DEPTHWISE_CONV_2D")
def _lite_conv(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    kernel = common.constant(draft, node, x[1], "kernel")
    bias = common.optional(x, 2)
    word = str(node.attributes.get("activation") or "")
    value = common.activation_of(draft, node, x[0])
    value = common.maps_or_vector(draft, node, value, NHWC)
    deep = node.op == "DEPTHWISE_CONV_2D"
    weight = kernel.transpose(3, 0, 1, 2) if deep else kernel.transpose(0, 3, 1, 2)
    found = _lite_window(node, value, kernel.shape[1:3])
    groups = value.shape[0] if deep else value.shape[0] // kernel.shape[3]
    result = build.conv2d(draft, node, value, weight, bias, groups=groups, origin=[] if word else None, **found)
    return _fused(draft, node, result, word)


@converter("tflite", "TRANSPOSE_CONV")
def _lite_conv_transpose(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """The first input is the shape of the result, the kernel (O, Kh, Kw, C), the picture's values the third."""
    value, kernel = draft.maps(node, x[2], NHWC), common.constant(draft, node, x[1], "kernel")
    wanted = np.ravel(common.constant(draft, node, x[0], "output shape")).tolist()[1:3]
    bias, word = common.optional(x, 3), str(node.attributes.get("activation") or "")
    bias = None if bias is None else common.constant(draft, node, bias, "bias")
    found = _lite_window(node, value, kernel.shape[1:3])
    result = build.conv_transpose2d(
        draft, node, value, kernel.transpose(3, 0, 1, 2), bias, origin=[] if word else None,
        **found | _cut(node, value, kernel.shape[1:3], found, wanted),
    )  # fmt: skip
    return _fused(draft, node, result, word)


@converter("tflite", "FULLY_CONNECTED")
def _lite_dense(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    word = str(node.attributes.get("activation") or "")
    bias = common.optional(x, 2)
    result = build.dense(
        draft, node, x[0], common.constant(draft, node, x[1], "weight"), bias, origin=[] if word else None
    )
    return _fused(draft, node, result, word)


@converter("tflite", "MAX_POOL_2D", "AVERAGE_POOL_2D")
def _lite_pool(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value, a = common.maps_or_vector(draft, node, x[0], NHWC), node.attributes
    window = [a.get("filter_h", 1), a.get("filter_w", 1)]
    found = _lite_window(node, value, window)
    result = build.pool(
        draft,
        node,
        value,
        "max_pool2d" if node.op == "MAX_POOL_2D" else "avg_pool2d",
        window,
        found["stride"],
        found["padding"],
    )
    return _fused(draft, node, result, str(a.get("activation") or ""))


@converter("tflite", "ADD", "SUB", "MUL", "DIV")
def _lite_binary(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    op = {"ADD": "add", "SUB": "subtract", "MUL": "multiply", "DIV": "divide"}[node.op]
    return _fused(
        draft,
        node,
        arithmetic.binary(draft, node, op, x[0], x[1]),
        str(node.attributes.get("activation") or ""),
    )


@converter("tflite", "RELU", "RELU6", "ELU", "LOGISTIC", "TANH", "HARD_SWISH", "SOFTMAX", "LOG_SOFTMAX")
def _lite_function(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    word = {"LOGISTIC": "sigmoid"}.get(node.op, node.op.lower())
    return function(draft, node, common.activation_of(draft, node, x[0]), word)


@converter("tflite", "LEAKY_RELU")
def _lite_leaky(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return build.activation(
        draft,
        node,
        common.activation_of(draft, node, x[0]),
        "leaky_relu",
        slope=float(node.attributes.get("alpha", 0.2)),
    )


@converter("tflite", "GELU")
def _lite_gelu(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    return build.activation(draft, node, value, "gelu", approximate=bool(node.attributes.get("approximate")))


@converter("tflite", "PRELU")
def _lite_prelu(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return arithmetic.prelu(draft, node, x[0], x[1])


@converter("tflite", "MEAN", "REDUCE_MAX")
def _lite_reduce(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    axes = np.ravel(common.constant(draft, node, x[1], "axes")).tolist()
    value = common.activation_of(draft, node, x[0])
    kind = "avg_pool2d" if node.op == "MEAN" else "max_pool2d"
    return common.reduce_maps(draft, node, value, axes, keep=bool(node.attributes.get("keep_dims")), kind=kind)


@converter("tflite", "RESHAPE")
def _lite_reshape(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    target = (
        node.attributes.get("new_shape")
        or np.ravel(common.constant(draft, node, common.optional(x, 1), "shape")).tolist()
    )
    return shapes.reshape(draft, node, common.activation_of(draft, node, x[0]), target, zero_copies=False)


@converter("tflite", "CONCATENATION")
def _lite_concat(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    result = arithmetic.concat(draft, node, x, int(node.attributes.get("axis", -1)))
    return _fused(draft, node, result, str(node.attributes.get("activation") or ""))
