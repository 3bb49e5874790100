"""Keras's layers as layers of ours. A layer with an activation of its own becomes two, and the note says so.

Weights: Conv2D (Kh, Kw, C, O); DepthwiseConv2D (Kh, Kw, C, M), whose output m of channel c is channel c · M + m; Dense
(I, O). Old spellings (Keras 1) are read beside today's. Source: the public layer documentation of Keras 2 and 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignNode, short
from cnn_loupe.engine.importing import arithmetic, build, common, norms, shapes, windows
from cnn_loupe.engine.importing.axes import CHANNEL, FEATURE, NCHW, NHWC, ONE, Activation
from cnn_loupe.engine.importing.draft import Draft
from cnn_loupe.engine.importing.keras_functions import (
    depthwise_kernel,
    function,
    layer_function,
    setting,
    weight,
)
from cnn_loupe.engine.importing.registry import converter

Inputs = list[Any]

# What a model does in training only.
TRAINING_ONLY = (
    "Dropout", "SpatialDropout2D", "StochasticDepth", "GaussianDropout", "GaussianNoise", "AlphaDropout",
    "ActivityRegularization",
    "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness",
    "RandomCrop",
    "RandomHeight", "RandomWidth", "RandomSaturation", "RandomHue", "RandomSharpness", "RandomErasing",
)  # fmt: skip


def pair(draft: Draft, node: ForeignNode, value: Any, what: str) -> list[int]:
    """Two whole numbers, of which one may stand for both."""
    if isinstance(value, int):
        return [value, value]
    if isinstance(value, Sequence) and len(value) == 2 and all(isinstance(n, int) for n in value):
        return list(value)
    raise draft.refusal(
        node, "attribute", f"its {what} is {short(str(value))}", "use two whole numbers", attribute=what
    )


def layout(node: ForeignNode) -> tuple[str, ...]:
    first = setting(node, "data_format", "dim_ordering") in ("channels_first", "th")
    return NCHW if first else NHWC


def maps(draft: Draft, node: ForeignNode, value: Any) -> Activation:
    return common.maps_or_vector(draft, node, value, layout(node))


def own_activation(draft: Draft, node: ForeignNode) -> Any:
    """The activation that a layer carries; None where it carries none."""
    found = setting(node, "activation")
    return None if found in (None, "linear") else found


def finish(draft: Draft, node: ForeignNode, value: Activation) -> Activation:
    """The layer's own activation behind it."""
    found = own_activation(draft, node)
    if found is None:
        return value
    result = function(draft, node, value, found, behind=True)
    draft.note("split", node, "activation_of_its_own", result.layer)
    return result


def part(draft: Draft, node: ForeignNode) -> list[str] | None:
    """The origin of a layer whose activation follows: its output is not in the file."""
    return None if own_activation(draft, node) is None else []


# Windows


@converter("keras", "Conv2D", "Convolution2D", "AtrousConvolution2D")
def _conv(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value, kernel = maps(draft, node, x[0]), weight(draft, node, "kernel")
    if kernel.ndim != 4:
        raise draft.refusal(node, "weight_shape", f"its kernel has the shape {list(kernel.shape)}")
    groups = int(setting(node, "groups", default=1))
    found = _slide(draft, node, value, kernel.shape[:2])
    result = build.conv2d(
        draft,
        node,
        value,
        kernel.transpose(3, 2, 0, 1),
        weight(draft, node, "bias", needed=False),
        groups=groups,
        origin=part(draft, node),
        **found,
    )
    return finish(draft, node, result)


@converter("keras", "Conv2DTranspose", "Deconvolution2D", "Convolution2DTranspose")
def _conv_transpose(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """Kernel (Kh, Kw, O, C). The maps become as large as Keras's documentation says, and are cut as TensorFlow cuts."""
    value, kernel = maps(draft, node, x[0]), weight(draft, node, "kernel")
    if kernel.ndim != 4:
        raise draft.refusal(node, "weight_shape", f"its kernel has the shape {list(kernel.shape)}")
    stride = pair(draft, node, setting(node, "strides", "subsample", default=1), "strides")
    dilation = pair(draft, node, setting(node, "dilation_rate", default=1), "dilation_rate")
    same, given = _same(draft, node), setting(node, "output_padding")
    spans = [(k - 1) * d + 1 for k, d in zip(kernel.shape[:2], dilation, strict=True)]
    sides = list(zip(value.shape[1:], spans, stride, strict=True))
    if given is None:
        wanted = [n * s + (0 if same else max(k - s, 0)) for n, k, s in sides]
    else:
        more = pair(draft, node, given, "output_padding")
        wanted = [(n - 1) * s + k - (2 * (k // 2) if same else 0) + q for (n, k, s), q in zip(sides, more, strict=True)]
    padding, output_padding = windows.cut(value.shape[1:], kernel.shape[:2], stride, dilation, wanted, same=same)
    result = build.conv_transpose2d(
        draft, node, value, kernel.transpose(3, 2, 0, 1), weight(draft, node, "bias", needed=False),
        stride=stride, dilation=dilation, padding=padding, output_padding=output_padding, origin=part(draft, node),
    )  # fmt: skip
    return finish(draft, node, result)


@converter("keras", "DepthwiseConv2D")
def _depthwise(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value, kernel = maps(draft, node, x[0]), weight(draft, node, "depthwise_kernel")
    found = _slide(draft, node, value, kernel.shape[:2])
    result = build.conv2d(
        draft, node, value, depthwise_kernel(kernel), weight(draft, node, "bias", needed=False),
        groups=kernel.shape[2], origin=part(draft, node), **found,
    )  # fmt: skip
    return finish(draft, node, result)


@converter("keras", "SeparableConv2D", "SeparableConvolution2D")
def _separable(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """A depthwise convolution, then one of 1×1."""
    value, deep = maps(draft, node, x[0]), weight(draft, node, "depthwise_kernel")
    found = _slide(draft, node, value, deep.shape[:2])
    first = build.conv2d(
        draft,
        node,
        value,
        depthwise_kernel(deep),
        None,
        groups=deep.shape[2],
        wanted=f"{node.name}_depthwise",
        origin=[],
        **found,
    )
    wide = weight(draft, node, "pointwise_kernel").transpose(3, 2, 0, 1)
    second = build.conv2d(draft, node, first, wide, weight(draft, node, "bias", needed=False), origin=part(draft, node))
    draft.note("split", node, "separable_convolution", first.layer)
    return finish(draft, node, second)


def _slide(draft: Draft, node: ForeignNode, value: Activation, kernel: Sequence[int]) -> dict[str, Any]:
    stride = pair(draft, node, setting(node, "strides", "subsample", default=1), "strides")
    dilation = pair(draft, node, setting(node, "dilation_rate", "atrous_rate", default=1), "dilation_rate")
    return {
        "stride": stride,
        "dilation": dilation,
        "padding": _padding(draft, node, value, kernel, stride, dilation),
    }


def _padding(
    draft: Draft,
    node: ForeignNode,
    value: Activation,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> windows.Four:
    return windows.same(common.sides_of(value), kernel, stride, dilation) if _same(draft, node) else build.NONE


def _same(draft: Draft, node: ForeignNode) -> bool:
    """Whether a window's padding is "same", or else "valid"."""
    word = setting(node, "padding", "border_mode", default="valid")
    if word in ("same", "valid"):
        return bool(word == "same")
    raise draft.refusal(
        node,
        "attribute",
        f"its padding is {short(str(word))!r}",
        "use “same” or “valid”",
        attribute="padding",
    )


@converter("keras", "MaxPooling2D", "AveragePooling2D", "MaxPool2D", "AvgPool2D")
def _pool(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = maps(draft, node, x[0])
    window = pair(draft, node, setting(node, "pool_size", default=2), "pool_size")
    stride = pair(draft, node, setting(node, "strides", default=window), "strides")
    kind = "max_pool2d" if node.op.startswith("Max") else "avg_pool2d"
    return build.pool(draft, node, value, kind, window, stride, _padding(draft, node, value, window, stride, (1, 1)))


@converter("keras", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "GlobalAvgPool2D", "GlobalMaxPool2D")
def _global_pool(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    kind = "max_pool2d" if "Max" in node.op else "avg_pool2d"
    found = build.global_pool(draft, node, maps(draft, node, x[0]), kind)
    keep = bool(setting(node, "keepdims", default=False))
    return found if keep else replace(found, axes=tuple(a for a in found.axes if a != ONE))


@converter("keras", "ZeroPadding2D")
def _zero_padding(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value, given = maps(draft, node, x[0]), setting(node, "padding", default=1)
    four = _four(draft, node, given, "padding")
    order = {"H": (four[0][0], four[0][1]), "W": (four[1][0], four[1][1])}
    return common.padded(draft, node, value, [order.get(axis, (0, 0)) for axis in value.axes], 0.0)


def _four(draft: Draft, node: ForeignNode, given: Any, what: str) -> windows.Four:
    if isinstance(given, Sequence) and len(given) == 2 and all(isinstance(side, Sequence) for side in given):
        return [pair(draft, node, side, what) for side in given]
    return [[n, n] for n in pair(draft, node, given, what)]


@converter("keras", "Cropping2D")
def _cropping(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = maps(draft, node, x[0])
    for axis, (before, after) in zip(
        ("H", "W"), _four(draft, node, setting(node, "cropping", default=0), "cropping"), strict=True
    ):
        value = common.cut(draft, node, value, value.axes.index(axis), before, value.size(axis) - after)
    return value


@converter("keras", "UpSampling2D")
def _upsampling(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    factor = pair(draft, node, setting(node, "size", default=2), "size")
    return common.enlarged(
        draft, node, maps(draft, node, x[0]), factor, str(setting(node, "interpolation", default="nearest"))
    )


# Dense layers and shapes


@converter("keras", "Dense")
def _dense(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    result = build.dense(
        draft,
        node,
        x[0],
        weight(draft, node, "kernel").T,
        weight(draft, node, "bias", needed=False),
        origin=part(draft, node),
    )
    return finish(draft, node, result)


@converter("keras", "Flatten")
def _flatten(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    if not value.is_maps and len(value.axes) == 2:
        draft.note("dropped", node, "layout_only")
        return value
    return shapes.flatten_from(draft, node, value, 1)


@converter("keras", "Reshape")
def _reshape(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    target = setting(node, "target_shape", default=[])
    return shapes.reshape(draft, node, value, [value.batch, *target], zero_copies=False)


@converter("keras", "Permute")
def _permute(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return shapes.transpose(
        draft, node, common.activation_of(draft, node, x[0]), [0, *setting(node, "dims", default=[])]
    )


# Functions of each value


@converter("keras", "Activation")
def _activation(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return function(draft, node, common.activation_of(draft, node, x[0]), setting(node, "activation", default="linear"))


@converter("keras", "ReLU", "LeakyReLU", "ELU", "Softmax", "PReLU")
def _function(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return layer_function(draft, node, common.activation_of(draft, node, x[0]))


# Normalisation and preparation


@converter("keras", "BatchNormalization", "BatchNormalizationV1", "SyncBatchNormalization")
def _batch_norm(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    axis = setting(node, "axis", default=-1)
    axis = axis[0] if isinstance(axis, Sequence) and axis else axis
    if value.is_maps and isinstance(axis, int) and value.axes[axis % len(value.axes)] not in ("C", ONE):
        raise draft.refusal(node, "attribute", f"its axis is {axis}", "normalise the channels", attribute="axis")
    mean, variance = weight(draft, node, "moving_mean"), weight(draft, node, "moving_variance")
    scale, shift = weight(draft, node, "gamma", needed=False), weight(draft, node, "beta", needed=False)
    numbers = [
        np.ones_like(mean) if scale is None else scale,
        np.zeros_like(mean) if shift is None else shift,
        mean,
        variance,
    ]
    return build.batch_norm(draft, node, value, numbers, float(setting(node, "epsilon", default=1e-3)))


@converter("keras", "LayerNormalization", "GroupNormalization")
def _own_norm(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """By the picture's own numbers; groups of -1 are as many as channels."""
    value = common.activation_of(draft, node, x[0])
    scale, shift = weight(draft, node, "gamma", needed=False), weight(draft, node, "beta", needed=False)
    epsilon, axis = float(setting(node, "epsilon", default=1e-3)), setting(node, "axis", default=-1)
    axes = [int(a) for a in axis] if isinstance(axis, Sequence) else [int(axis)]
    if node.op == "LayerNormalization":
        if setting(node, "rms_scaling", default=False):
            raise draft.refusal(node, "attribute", "its rms_scaling is True", "use False", attribute="rms_scaling")
        return norms.over_axes(draft, node, value, axes, scale, shift, epsilon)
    if any(value.axes[a % len(value.axes)] not in (CHANNEL, FEATURE, ONE) for a in axes):
        raise draft.refusal(node, "attribute", f"its axis is {axis}", "normalise the channels", attribute="axis")
    groups = int(setting(node, "groups", default=32))
    return norms.of_groups(draft, node, value, groups if groups > 0 else value.shape[0], scale, shift, epsilon)


@converter("keras", "LayerScale")
def _layer_scale(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """ConvNeXt's: a learned number for each channel."""
    return build.scale_shift(
        draft, node, common.activation_of(draft, node, x[0]), np.ravel(weight(draft, node, "gamma")), 0.0
    )


@converter("keras", "Rescaling")
def _rescaling(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    scale, shift = (
        np.asarray(setting(node, key, default=usual), np.float32) for key, usual in (("scale", 1.0), ("offset", 0.0))
    )
    return build.scale_shift(
        draft, node, value, np.ravel(scale) if scale.ndim else scale, np.ravel(shift) if shift.ndim else shift
    )


@converter("keras", "Normalization")
def _normalization(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """(x − mean) / max(√variance, 1e-7), as Keras has it."""
    value = common.activation_of(draft, node, x[0])
    mean, variance = setting(node, "mean"), setting(node, "variance")
    mean = np.ravel(weight(draft, node, "mean") if mean is None else np.asarray(mean, np.float64)).astype(np.float64)
    variance = np.ravel(
        weight(draft, node, "variance") if variance is None else np.asarray(variance, np.float64)
    ).astype(np.float64)
    scale = 1 / np.maximum(np.sqrt(variance), 1e-7)
    return build.scale_shift(draft, node, value, scale, -mean * scale)


@converter("keras", "Resizing", "CenterCrop")
def _resizing(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    wanted = [setting(node, "height"), setting(node, "width")]
    if list(value.shape[1:]) != wanted:
        raise draft.refusal(
            node,
            "resizes",
            f"it makes {value.shape[1]}×{value.shape[2]} pictures {wanted[0]}×{wanted[1]}",
            "leave it out: pictures are resized before the network",
        )
    draft.note("dropped", node, "identity")
    return value


# Joins


@converter("keras", "Add", "Subtract", "Multiply", "Average")
def _join(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    if len(x) < 2:
        raise draft.refusal(node, "join_of_one", "it joins a single value", "leave it out")
    op = {"Add": "add", "Average": "add"}.get(node.op, node.op.lower())
    result = x[0]
    for i, other in enumerate(x[1:], 2):
        step = (
            node if i == len(x) and node.op != "Average" else ForeignNode(node.op, f"{node.name}_{i}", node.inputs, ())
        )
        result = arithmetic.binary(draft, step, op, result, other)
    return build.scale_shift(draft, node, result, 1 / len(x), 0.0) if node.op == "Average" else result


@converter("keras", "Concatenate")
def _concat(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return arithmetic.concat(draft, node, x, int(setting(node, "axis", default=-1)))


@converter("keras", "Merge")
def _merge(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """Keras 1's join of every kind."""
    mode = setting(node, "mode", default="sum")
    if mode == "concat":
        return arithmetic.concat(draft, node, x, int(setting(node, "concat_axis", default=-1)))
    step = ForeignNode(
        {"sum": "Add", "mul": "Multiply", "ave": "Average"}.get(str(mode), str(mode)),
        node.name,
        node.inputs,
        node.outputs,
        node.attributes,
    )
    if step.op not in ("Add", "Multiply", "Average"):
        raise draft.refusal(node, "attribute", f"its mode is {mode!r}", "use sum, mul, ave or concat", attribute="mode")
    return _join(draft, step, x)


# Steps that change nothing, and steps that cannot be shown


@converter("keras", *TRAINING_ONLY)
def _training_only(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    draft.note("dropped", node, "dropout" if "Dropout" in node.op else "training_only")
    return common.activation_of(draft, node, x[0])


@converter("keras", "Lambda")
def _lambda(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    raise draft.refusal(
        node,
        "python_code",
        "it is Python code and is never run",
        "use Rescaling or another layer of Keras in its place, or export the network to ONNX",
    )


@converter("keras", "TFOpLambda")
def _tf_function(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """A TensorFlow function with plain arguments: x / 127.5, x − 1, relu(x, max_value=6)."""
    name = str(setting(node, "function", default="")).rsplit(".", 1)[-1]
    value, other = common.activation_of(draft, node, x[0]), _argument(node)
    words = {
        "truediv": "divide",
        "divide": "divide",
        "subtract": "subtract",
        "multiply": "multiply",
        "add": "add",
        "__operators__add": "add",
    }
    if name in words and (len(x) > 1 or other is not None):
        return arithmetic.binary(draft, node, words[name], value, x[1] if len(x) > 1 else np.float32(other))
    if name in ("relu", "relu6", "sigmoid", "tanh", "softmax", "swish", "silu", "elu"):
        return function(draft, node, value, name)
    raise draft.refusal(node, "python_code", f"it calls {short(name)!r} of TensorFlow", "export the network to ONNX")


def _argument(node: ForeignNode) -> float | None:
    """The number `y` of a call: `[["x", 0, 0, {"y": 127.5}]]`."""

    def look(value: Any, depth: int) -> float | None:
        if isinstance(value, Mapping):
            y = value.get("y")
            return float(y) if isinstance(y, (int, float)) else None
        if isinstance(value, Sequence) and not isinstance(value, str) and depth < 4:
            return next((found for one in value if (found := look(one, depth + 1)) is not None), None)
        return None

    return look(node.attributes.get("arguments"), 0)
