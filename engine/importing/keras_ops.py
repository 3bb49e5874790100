"""Keras 3's functions on values as layers of ours: what `x / 255`, `x + y` and `ops.relu(x)` leave in a file.

A call is written with its arguments, values of the network and constants mixed: `{"args": [<tensor>, 255.0]}`.
Source: the public documentation of keras.ops.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignNode
from cnn_loupe.engine.importing import arithmetic, build, common, shapes
from cnn_loupe.engine.importing.axes import Activation
from cnn_loupe.engine.importing.draft import Draft
from cnn_loupe.engine.importing.keras_functions import function, setting
from cnn_loupe.engine.importing.registry import converter

Inputs = list[Any]
_BINARY = {"Add": "add", "Subtract": "subtract", "Multiply": "multiply", "Divide": "divide", "TrueDivide": "divide"}
_FUNCTIONS = (
    "Relu", "Relu6", "Sigmoid", "Tanh", "Softmax", "LogSoftmax", "Elu", "Selu", "Silu", "Softplus", "HardSigmoid",
    "HardSilu",
)  # fmt: skip


def arguments(node: ForeignNode, x: Inputs) -> list[Any]:
    """The arguments of the node's call in their order; its values of the network come from `x`."""
    calls = node.attributes.get("arguments")
    call = calls[0] if isinstance(calls, Sequence) and calls else {}
    values = iter(x)
    given: list[Any] = []
    for key in ("args", "kwargs"):
        part = call.get(key) if isinstance(call, Mapping) else None
        given += _read(list(part.values()) if isinstance(part, Mapping) else part or [], values)
    return given


def _read(given: Sequence[Any], values: Iterator[Any]) -> list[Any]:
    found: list[Any] = []
    for one in given:
        if isinstance(one, Mapping) and one.get("class_name") == "__keras_tensor__":
            found.append(next(values, None))
        elif isinstance(one, Mapping) and isinstance(one.get("config"), Mapping) and "value" in one["config"]:
            found.append(_number(one["config"]["value"]))  # a constant tensor
        elif isinstance(one, Sequence) and any(isinstance(part, Mapping) for part in one):
            found += _read(one, values)
        else:
            found.append(_number(one))
    return found


def _number(value: Any) -> Any:
    """Numbers as an array; anything else as it is."""
    try:
        return np.asarray(value, np.float32) if value is not None and not isinstance(value, str) else value
    except (TypeError, ValueError):
        return value


@converter("keras", *(f"ops.{name}" for name in _BINARY))
def _binary(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    a, b = [*arguments(node, x), None, None][:2]
    return arithmetic.binary(draft, node, _BINARY[node.op.removeprefix("ops.")], a, b)


@converter("keras", "ops.Negative")
def _negative(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return build.scale_shift(draft, node, common.activation_of(draft, node, x[0]), -1.0, 0.0)


@converter("keras", *(f"ops.{name}" for name in _FUNCTIONS))
def _function(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    word = node.op.removeprefix("ops.").lower()
    same = {"logsoftmax": "log_softmax", "hardsigmoid": "hard_sigmoid", "hardsilu": "hard_silu"}.get(word, word)
    return function(draft, node, common.activation_of(draft, node, x[0]), same)


@converter("keras", "ops.Gelu")
def _gelu(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    return build.activation(draft, node, value, "gelu", approximate=bool(setting(node, "approximate", default=True)))


@converter("keras", "ops.LeakyRelu")
def _leaky(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    slope = float(setting(node, "negative_slope", default=0.2))
    return build.activation(draft, node, value, "leaky_relu", slope=slope)


@converter("keras", "ops.Mean", "ops.Max")
def _reduce(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    axis = setting(node, "axis")
    axes = None if axis is None else [int(a) for a in np.ravel(axis)]
    kind = "avg_pool2d" if node.op == "ops.Mean" else "max_pool2d"
    value = common.activation_of(draft, node, x[0])
    return common.reduce_maps(draft, node, value, axes, keep=bool(setting(node, "keepdims", default=False)), kind=kind)


@converter("keras", "ops.Reshape")
def _reshape(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    value = common.activation_of(draft, node, x[0])
    target = [int(n) for n in np.ravel(setting(node, "newshape", default=[]))]
    return shapes.reshape(draft, node, value, target, zero_copies=False)


@converter("keras", "ops.Concatenate")
def _concat(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    return arithmetic.concat(draft, node, x, int(setting(node, "axis", default=-1)))


@converter("keras", "ops.Cast", "ops.Copy", "ops.Identity")
def _identity(draft: Draft, node: ForeignNode, x: Inputs) -> Activation:
    draft.note("dropped", node, "identity")
    return common.activation_of(draft, node, x[0])
