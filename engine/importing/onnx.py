"""ONNX's operators as layers. Where an operator changed with an opset, `since` says from which on a converter counts.

Source: the public operator specifications (Operators.md and Changelog.md of ONNX).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignNode
from cnn_loupe.engine.importing import arithmetic, build, common, norms, shapes, windows
from cnn_loupe.engine.importing.axes import NCHW, REST, Activation
from cnn_loupe.engine.importing.draft import Draft
from cnn_loupe.engine.importing.folding import axes_of
from cnn_loupe.engine.importing.registry import converter

Inputs = list[Any]


# Windows


@converter("onnx", "Conv")
def _conv(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    weight, bias = common.constant(draft, node, x[1], "kernel"), common.optional(x, 2)
    value = common.activation_of(draft, node, x[0])
    if weight.ndim != 4:
        raise draft.refusal(
            node, "not_two_dimensional", f"its kernel has {weight.ndim - 2} dimensions, and pictures have 2"
        )
    value = common.maps_or_vector(draft, node, value, NCHW)
    a = _sliding(draft, node, value, weight.shape[2:])
    return build.conv2d(
        draft, node, value, weight, None if bias is None else common.constant(draft, node, bias, "bias"),
        stride=a["stride"], padding=a["padding"], dilation=a["dilation"], groups=int(node.attributes.get("group", 1)),
    )  # fmt: skip


@converter("onnx", "ConvTranspose")
def _conv_transpose(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """`output_shape` and SAME say how large the maps become; the odd row is cut off below only with SAME_UPPER."""
    a, weight, bias = node.attributes, common.constant(draft, node, x[1], "kernel"), common.optional(x, 2)
    if weight.ndim != 4:
        raise draft.refusal(
            node, "not_two_dimensional", f"its kernel has {weight.ndim - 2} dimensions, and pictures have 2"
        )
    value = draft.maps(node, x[0], NCHW)
    found = _sliding(draft, node, value, weight.shape[2:])
    wanted, auto = a.get("output_shape"), a.get("auto_pad") or "NOTSET"
    if not wanted and auto in ("SAME_UPPER", "SAME_LOWER"):
        sides = zip(value.shape[1:], weight.shape[2:], found["stride"], found["dilation"], strict=True)
        # What the windows cover, where it is less, as ONNX Runtime has it: the specification does not say.
        wanted = [min(n * s, (n - 1) * s + (k - 1) * d + 1) for n, k, s, d in sides]
    if wanted:
        upper = auto == "SAME_UPPER"
        found["padding"], found["output_padding"] = windows.cut(
            value.shape[1:],
            weight.shape[2:],
            found["stride"],
            found["dilation"],
            list(wanted)[-2:],
            odd_first=not upper,
        )
    else:
        found["output_padding"] = a.get("output_padding") or [0, 0]
    return build.conv_transpose2d(
        draft, node, value, weight, None if bias is None else common.constant(draft, node, bias, "bias"),
        groups=int(a.get("group", 1)), **found,
    )  # fmt: skip


def _sliding(draft: Draft, node: ForeignNode, value: Activation, kernel: Sequence[int]) -> dict[str, Any]:
    """Stride, dilation and four-sided padding of a window."""
    a = node.attributes
    stride, dilation = a.get("strides") or [1, 1], a.get("dilations") or [1, 1]
    auto = a.get("auto_pad") or "NOTSET"
    if len(stride) != 2 or len(dilation) != 2:
        raise draft.refusal(node, "not_two_dimensional", f"its stride is {stride}, and pictures have 2 dimensions")
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        padding = windows.same(common.sides_of(value), kernel, stride, dilation, lower=auto == "SAME_LOWER")
    elif auto == "VALID":
        padding = build.NONE
    else:
        padding = windows.from_begins_ends(a.get("pads") or [0, 0, 0, 0])
    return {"stride": stride, "dilation": dilation, "padding": padding}


@converter("onnx", "MaxPool", "AveragePool")
def _pool(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    a, value = node.attributes, common.maps_or_vector(draft, node, x[0], NCHW)
    window = a.get("kernel_shape") or []
    if len(window) != 2:
        raise draft.refusal(
            node, "not_two_dimensional", f"its window is {list(window)}, and pictures have 2 dimensions"
        )
    found = _sliding(draft, node, value, window)
    if list(found["dilation"]) != [1, 1]:
        raise draft.refusal(node, "pool_dilation", f"its dilations are {found['dilation']}", "use [1, 1]")
    return build.pool(
        draft, node, value, "max_pool2d" if node.op == "MaxPool" else "avg_pool2d", window, found["stride"],
        found["padding"],
        ceil=bool(a.get("ceil_mode", 0)), count_include_pad=bool(a.get("count_include_pad", 0)),
    )  # fmt: skip


@converter("onnx", "GlobalAveragePool", "GlobalMaxPool")
def _global_pool(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.maps_or_vector(draft, node, x[0], NCHW)
    return build.global_pool(draft, node, value, "avg_pool2d" if node.op == "GlobalAveragePool" else "max_pool2d")


@converter("onnx", "ReduceMean", "ReduceMax")
def _reduce(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    return common.reduce_maps(
        draft, node, value, axes_of(x, node.attributes), keep=bool(node.attributes.get("keepdims", 1)),
        kind="avg_pool2d" if node.op == "ReduceMean" else "max_pool2d",
    )  # fmt: skip


# Sums of products


@converter("onnx", "Gemm")
def _gemm(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    a, weight = node.attributes, common.constant(draft, node, x[1], "weight")
    bias = common.optional(x, 2)
    if a.get("transA") or weight.ndim != 2:
        raise draft.refusal(node, "gemm_form", f"transA is {a.get('transA')}", "export the layer as x·W + b")
    weight = weight if a.get("transB") else weight.T
    weight = weight * np.float32(a.get("alpha", 1.0))
    if bias is not None:
        bias = common.constant(draft, node, bias, "bias") * np.float32(a.get("beta", 1.0))
        bias = np.broadcast_to(np.ravel(bias), (weight.shape[0],))
    return build.dense(draft, node, x[0], weight, bias)


@converter("onnx", "MatMul")
def _matmul(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    if isinstance(x[0], np.ndarray) and isinstance(x[1], Activation):  # W·x
        value = draft.vector(node, x[1])
        return build.dense(draft, node, value, x[0].reshape(x[0].shape[-2], x[0].shape[-1]), None)
    weight = common.constant(draft, node, x[1], "weight")
    if weight.ndim < 2 or any(n != 1 for n in weight.shape[:-2]):
        raise draft.refusal(node, "weight_shape", f"its weight has the shape {list(weight.shape)}", "use a matrix")
    return build.dense(draft, node, x[0], weight.reshape(weight.shape[-2:]).T, None)


@converter("onnx", "Add", "Sub", "Mul", "Div")
def _binary(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    op = {"Add": "add", "Sub": "subtract", "Mul": "multiply", "Div": "divide"}[node.op]
    return arithmetic.binary(draft, node, op, *_old_broadcast(node, x))


def _old_broadcast(node: ForeignNode, x: Inputs) -> Inputs:
    """Before opset 7 `axis` said at which side of the first input the second begins."""
    axis, a, b = node.attributes.get("axis"), x[0], x[1]
    if axis is not None and isinstance(a, Activation) and isinstance(b, np.ndarray):
        return [a, b.reshape(*b.shape, *[1] * (len(a.axes) - int(axis) - b.ndim))]
    return [a, b]


@converter("onnx", "Sum")
def _sum(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    if len(x) > 2 and all(isinstance(v, Activation) for v in x):
        return draft.add(node, "add", x, axes=x[0].axes)
    return arithmetic.binary(draft, node, "add", x[0], x[1]) if len(x) > 1 else _identity(draft, node, x)


@converter("onnx", "Neg")
def _negative(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return build.scale_shift(draft, node, common.activation_of(draft, node, x[0]), -1.0, 0.0)


@converter("onnx", "Concat")
def _concat(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return arithmetic.concat(draft, node, x, int(node.attributes.get("axis", 1)))


# Functions of each value

_PLAIN = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "HardSwish": "hard_swish",
    "Swish": "swish",
}


@converter("onnx", *_PLAIN)
def _plain(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return build.activation(draft, node, common.activation_of(draft, node, x[0]), _PLAIN[node.op])


@converter("onnx", "Celu")
def _celu(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """max(0, x) + min(0, α·(exp(x/α) − 1)): an ELU where α is 1."""
    alpha = float(node.attributes.get("alpha", 1.0))
    if alpha != 1:
        raise draft.refusal(node, "attribute", f"its alpha is {alpha:g}", "use 1, or Elu", attribute="alpha")
    return build.activation(draft, node, common.activation_of(draft, node, x[0]), "elu", alpha=1.0)


@converter("onnx", "LeakyRelu", "Elu", "Selu", "HardSigmoid", "Gelu")
def _with_numbers(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    a, value = node.attributes, common.activation_of(draft, node, x[0])
    if node.op == "LeakyRelu":
        return build.activation(draft, node, value, "leaky_relu", slope=float(a.get("alpha", 0.01)))
    if node.op == "Elu":
        return build.activation(draft, node, value, "elu", alpha=float(a.get("alpha", 1.0)))
    if node.op == "Selu":
        return build.activation(draft, node, value, "selu")
    if node.op == "HardSigmoid":
        return build.activation(
            draft,
            node,
            value,
            "hard_sigmoid",
            slope=float(a.get("alpha", 0.2)),
            offset=float(a.get("beta", 0.5)),
        )
    return build.activation(draft, node, value, "gelu", approximate=a.get("approximate", "none") == "tanh")


@converter("onnx", "Clip")
def _clip(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """The bounds are inputs, before opset 11 (and in what is made of PyTorch's modules) attributes."""
    low, high = (
        node.attributes.get(key)
        if (value := common.optional(x, place)) is None
        else float(common.constant(draft, node, value, "bound").ravel()[0])
        for place, key in ((1, "min"), (2, "max"))
    )
    return common.clipped(draft, node, x[0], low, high)


@converter("onnx", "PRelu")
def _prelu(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return arithmetic.prelu(draft, node, x[0], x[1])


@converter("onnx", "Softmax", "LogSoftmax")
def _softmax(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return build.softmax(draft, node, x[0], "softmax" if node.op == "Softmax" else "log_softmax")


# Normalisation


@converter("onnx", "BatchNormalization")
def _batch_norm(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    if value.is_maps and len(value.axes) == 4:
        value = draft.maps(node, value, NCHW)
    numbers = [common.constant(draft, node, v, "statistics") for v in x[1:5]]
    return build.batch_norm(draft, node, value, numbers, float(node.attributes.get("epsilon", 1e-5)))


@converter("onnx", "LayerNormalization")
def _layer_norm(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """`axes` where older files wrote the steps out (`patterns`); since opset 17 all sides from `axis` on."""
    a, value = node.attributes, common.activation_of(draft, node, x[0])
    rank = len(value.axes)
    axes = a.get("axes") or list(range(int(a.get("axis", -1)) % rank, rank))
    scale, shift = _scale_and_shift(draft, node, x)
    return norms.over_axes(draft, node, value, axes, scale, shift, float(a.get("epsilon", 1e-5)))


@converter("onnx", "GroupNormalization")
def _group_norm(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    a, value = node.attributes, common.maps_or_vector(draft, node, x[0], NCHW)
    scale, shift = _scale_and_shift(draft, node, x)
    groups = int(a.get("num_groups", 1))
    return norms.of_groups(draft, node, value, groups, scale, shift, float(a.get("epsilon", 1e-5)))


@converter("onnx", "InstanceNormalization")
def _instance_norm(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """Of each map by itself; of groups of maps where a reshape has put them into one side (`shapes`)."""
    value, epsilon = common.activation_of(draft, node, x[0]), float(node.attributes.get("epsilon", 1e-5))
    scale, shift = _scale_and_shift(draft, node, x)
    if REST in value.axes:
        return norms.of_groups(draft, node, value, value.groups, scale, shift, epsilon)
    value = draft.maps(node, value, NCHW)
    return norms.of_groups(draft, node, value, value.shape[0], scale, shift, epsilon)


def _scale_and_shift(draft: Draft, node: ForeignNode, x: Inputs) -> list[Any]:
    """The second and third input, None where there is none."""
    given = ((common.optional(x, place), what) for place, what in ((1, "scale"), (2, "bias")))
    return [None if value is None else common.constant(draft, node, value, what) for value, what in given]


@converter("onnx", "LRN")
def _lrn(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    a, value = node.attributes, draft.maps(node, x[0], NCHW)
    return draft.add(
        node, "lrn", [value], axes=value.axes,
        size=int(a.get("size", 5)), alpha=float(a.get("alpha", 1e-4)), beta=float(a.get("beta", 0.75)),
        bias=float(a.get("bias", 1.0)),
    )  # fmt: skip


# Shapes


@converter("onnx", "Reshape")
def _reshape(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    target = node.attributes.get("shape") if len(x) < 2 else common.constant(draft, node, x[1], "shape").tolist()
    zero_copies = not node.attributes.get("allowzero")
    return shapes.reshape(draft, node, common.activation_of(draft, node, x[0]), target or [], zero_copies=zero_copies)


@converter("onnx", "Flatten")
def _flatten(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return shapes.flatten_from(
        draft, node, common.activation_of(draft, node, x[0]), int(node.attributes.get("axis", 1))
    )


@converter("onnx", "Transpose")
def _transpose(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    order = node.attributes.get("perm") or list(range(len(value.axes)))[::-1]
    return shapes.transpose(draft, node, value, order)


@converter("onnx", "Squeeze")
def _squeeze(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return shapes.squeeze(draft, node, common.activation_of(draft, node, x[0]), axes_of(x, node.attributes))


@converter("onnx", "Unsqueeze")
def _unsqueeze(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return shapes.unsqueeze(draft, node, common.activation_of(draft, node, x[0]), axes_of(x, node.attributes) or [])


@converter("onnx", "Shape")
def _shape(draft: Draft, node: ForeignNode, x: Inputs) -> Any:
    sides = np.array(common.activation_of(draft, node, x[0]).sides, np.int64)
    return sides[slice(node.attributes.get("start"), node.attributes.get("end"))]


@converter("onnx", "Expand")
def _expand(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """One number a map made as large as the map, as `y.expand_as(x)` writes it: the product behind does that."""
    value = common.activation_of(draft, node, x[0])
    consumers = [other for other in draft.graph.nodes if set(node.outputs) & set(other.inputs)]
    if value.is_maps or not consumers or any(consumer.op != "Mul" for consumer in consumers):
        raise draft.refusal(
            node,
            "expand_unknown",
            f"it enlarges a tensor of {list(value.sides)}; only one number a map in front of a product can be shown",
            "use the product's own broadcasting",
            found=list(value.sides),
        )
    draft.note("dropped", node, "layout_only")
    return value


@converter("onnx", "Pad")
def _pad(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    a = node.attributes
    pads = a.get("pads") or a.get("paddings") or common.constant(draft, node, common.optional(x, 1), "pads").tolist()
    given = common.optional(x, 2)
    value = float(np.ravel(given)[0]) if isinstance(given, np.ndarray) and given.size else float(a.get("value", 0.0))
    data = common.activation_of(draft, node, x[0])
    listed = common.optional(x, 3)
    if listed is not None:
        whole = [0] * (2 * len(data.axes))
        for i, axis in enumerate(common.constant(draft, node, listed, "axes").tolist()):
            whole[axis % len(data.axes)], whole[len(data.axes) + axis % len(data.axes)] = (
                pads[i],
                pads[len(pads) // 2 + i],
            )
        pads = whole
    return common.padded(
        draft,
        node,
        data,
        list(zip(pads[: len(pads) // 2], pads[len(pads) // 2 :], strict=True)),
        value,
        str(a.get("mode") or "constant"),
    )


@converter("onnx", "Slice")
def _slice(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    data = common.activation_of(draft, node, x[0])
    if len(x) > 1:
        starts, ends = (common.constant(draft, node, v, "bounds").tolist() for v in x[1:3])
        axes = (
            common.constant(draft, node, x[3], "axes").tolist()
            if common.optional(x, 3) is not None
            else list(range(len(starts)))
        )
        steps = (
            common.constant(draft, node, x[4], "steps").tolist()
            if common.optional(x, 4) is not None
            else [1] * len(starts)
        )
    else:
        starts, ends = node.attributes["starts"], node.attributes["ends"]
        axes, steps = node.attributes.get("axes") or list(range(len(starts))), [1] * len(starts)
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        data = common.cut(draft, node, data, int(axis), int(start), int(end), int(step))
    return data


@converter("onnx", "Gather")
def _gather(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """A stretch of one side, or one place of it; all places of a vector, as PyTorch's exporter writes as_strided."""
    data, indices = common.activation_of(draft, node, x[0]), common.constant(draft, node, x[1], "indices")
    axis = int(node.attributes.get("axis", 0)) % len(data.axes)
    size = data.size(data.axes[axis])
    places = [int(place) % size for place in np.ravel(indices)]
    if not places or places != list(range(places[0], places[0] + len(places))):
        raise draft.refusal(
            node,
            "slice_unknown",
            f"it takes {len(places)} places of {size} of axis {axis}",
            "slice channels, rows or columns",
        )
    found = common.cut(draft, node, data, axis, places[0], places[-1] + 1)
    if indices.ndim == 1:
        return found
    sides = [*found.sides[:axis], *indices.shape, *found.sides[axis + 1 :]]
    return shapes.reshape(draft, node, found, sides, zero_copies=False)


@converter("onnx", "Split")
def _split(draft: Draft, node: ForeignNode, x: Inputs) -> list[Activation]:
    data, axis = common.activation_of(draft, node, x[0]), int(node.attributes.get("axis", 0))
    given = node.attributes.get("split") or (
        common.constant(draft, node, x[1], "split").tolist() if common.optional(x, 1) is not None else None
    )
    size = data.size(data.axes[axis % len(data.axes)])
    parts = given or [-(-size // len(node.outputs))] * len(node.outputs)
    ends = np.minimum(np.cumsum(parts), size)
    return [
        common.cut(draft, replace(node, outputs=(output,)), data, axis, int(end - n), int(end))
        for n, end, output in zip(parts, ends, node.outputs, strict=True)
    ]


@converter("onnx", "Upsample", "Resize")
def _resize(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    a, data = node.attributes, draft.maps(node, x[0], NCHW)
    mode = str(a.get("mode") or "nearest")
    scales = a.get("scales")
    if scales is None:
        given = [v for v in x[1:] if isinstance(v, np.ndarray) and v.size == 4]
        if not given:
            raise draft.refusal(node, "resize_unknown", "its scales are not fixed", "use fixed scales")
        last = given[-1]
        scales = (
            last.tolist() if last.dtype.kind == "f" else [n / s for n, s in zip(last.tolist(), data.sides, strict=True)]
        )
    return common.enlarged(draft, node, data, scales[2:], mode)


# Steps that change nothing


@converter("onnx", "Identity", "Dropout", "Cast", "ai.onnx.ml:ZipMap")
def _identity(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    draft.note("dropped", node, "dropout" if node.op == "Dropout" else "identity")
    return common.activation_of(draft, node, x[0])


@converter("onnx", "ArgMax")
def _arg_max(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    """The index of the largest score: the scores themselves say more."""
    if any(draft.consumers[name] and not any(o.name == name for o in draft.graph.outputs) for name in node.outputs):
        raise draft.refusal(
            node,
            "argmax_inside",
            "it turns scores into an index in the middle of the network",
            "leave it out",
        )
    draft.note("dropped", node, "argmax")
    return common.activation_of(draft, node, x[0])


@converter("onnx", "Constant")
def _constant(draft: Draft, node: ForeignNode, x: Inputs) -> Any:
    for key in ("value", "value_float", "value_int", "value_floats", "value_ints"):
        if node.attributes.get(key) is not None:
            return np.asarray(node.attributes[key])
    raise draft.refusal(node, "needs_constant", "it holds no number")
