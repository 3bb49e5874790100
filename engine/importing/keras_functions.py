"""Keras's activations by name and by layer, which TensorFlow's graphs use, too; how a layer's values are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignNode, short
from cnn_loupe.engine.importing import arithmetic, build, common
from cnn_loupe.engine.importing.axes import Activation
from cnn_loupe.engine.importing.draft import Draft


def setting(node: ForeignNode, *names: str, default: Any = None) -> Any:
    """A value of the configuration, under whichever of its names the file has."""
    for name in names:
        if node.attributes.get(name) is not None:
            return node.attributes[name]
    return default


def weight(draft: Draft, node: ForeignNode, name: str, *, needed: bool = True) -> Any:
    """A weight by Keras's short name; None where the layer does without."""
    key = node.attributes.get("weights", {}).get(name)
    if key is None and needed:
        raise draft.refusal(
            node,
            "weight_missing",
            f"its {name} is not in the file",
            "save the whole network with model.save(…)",
            weight=name,
        )
    return None if key is None else draft.graph.constants[key]


def function(draft: Draft, node: ForeignNode, value: Activation, found: Any, *, behind: bool = False) -> Activation:
    """An activation by its name, or by the configuration of the layer that it is."""
    if isinstance(found, Mapping):
        inner = found.get("config")
        inner = inner if isinstance(inner, Mapping) else {"name": inner}
        kind = str(found.get("class_name", ""))
        if kind in ("function", "Function"):
            return function(draft, node, value, str(inner.get("name")), behind=behind)
        step = ForeignNode(kind, node.name, node.inputs, node.outputs, inner)
        return layer_function(draft, step, value)
    word = str(found).lower().rsplit(".", 1)[-1].rsplit(">", 1)[-1]
    extra: dict[str, Any] = {"wanted": f"{node.name}_{word}"} if behind else {}
    if word in ("linear", "identity"):
        draft.note("dropped", node, "identity")
        return value
    if word in ("softmax", "log_softmax"):
        return build.softmax(draft, node, value, word, **extra)
    if word == "relu6":
        return build.activation(draft, node, value, "clip", low=0.0, high=6.0, **extra)
    if word == "hard_sigmoid":  # Keras 3: relu6(x + 3) / 6; before: 0.2 x + 0.5
        slope = 1 / 6 if draft.graph.producer.startswith("Keras 3") else 0.2
        return build.activation(draft, node, value, "hard_sigmoid", slope=slope, offset=0.5, **extra)
    if word == "leaky_relu":
        return build.activation(draft, node, value, "leaky_relu", slope=0.2, **extra)
    if word == "elu":
        return build.activation(draft, node, value, "elu", alpha=1.0, **extra)
    if word == "gelu":
        return build.activation(draft, node, value, "gelu", approximate=False, **extra)
    same = {"silu": "swish", "hard_silu": "hard_swish"}.get(word, word)
    if same in ("relu", "sigmoid", "tanh", "selu", "softplus", "swish", "hard_swish"):
        return build.activation(draft, node, value, same, **extra)
    raise draft.refusal(
        node,
        "activation_unknown",
        f"its activation is {short(str(found))!r}",
        "use one of relu, elu, tanh, sigmoid, softmax",
        activation=short(str(found)),
    )


def layer_function(draft: Draft, node: ForeignNode, value: Activation) -> Activation:
    if node.op == "ReLU":
        slope = float(setting(node, "negative_slope", default=0) or 0)
        threshold = float(setting(node, "threshold", default=0) or 0)
        most = setting(node, "max_value")
        if threshold or (slope and most is not None):
            raise draft.refusal(
                node, "attribute", f"its threshold is {threshold} and its negative slope {slope}", "use 0"
            )
        if slope:
            return build.activation(draft, node, value, "leaky_relu", slope=slope)
        return common.clipped(draft, node, value, 0.0, None if most is None else float(most))
    if node.op == "LeakyReLU":
        return build.activation(
            draft,
            node,
            value,
            "leaky_relu",
            slope=float(setting(node, "negative_slope", "alpha", default=0.3)),
        )
    if node.op == "ELU":
        return build.activation(draft, node, value, "elu", alpha=float(setting(node, "alpha", default=1.0)))
    if node.op == "Softmax":
        return build.softmax(draft, node, value)
    if node.op == "PReLU":
        alpha = weight(draft, node, "alpha")
        return arithmetic.prelu(draft, node, value, alpha.reshape(1, *alpha.shape))
    raise draft.refusal(node, "operation_unknown", f"there is no layer {node.op} here")


def depthwise_kernel(kernel: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """(Kh, Kw, C, M) → (C · M, 1, Kh, Kw)."""
    rows, columns, channels, multiplier = kernel.shape
    return kernel.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, rows, columns)
