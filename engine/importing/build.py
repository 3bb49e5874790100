"""Layers of ours from what a file says, with the parameters turned into our order.

Every vocabulary comes here: this is the one place that knows which kind of layer an operation becomes and what its
hyperparameters are called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignNode
from cnn_loupe.engine.importing import windows
from cnn_loupe.engine.importing.axes import CHANNEL, Activation
from cnn_loupe.engine.importing.draft import Draft, names_of, pooled_axes

Constant = np.ndarray[Any, Any]
Pair = Sequence[int]
NONE: windows.Four = [[0, 0], [0, 0]]


def conv2d(
    draft: Draft,
    node: ForeignNode,
    x: Activation,
    weight: Constant,
    bias: Constant | None,
    *,
    stride: Pair = (1, 1),
    padding: windows.Four = NONE,
    dilation: Pair = (1, 1),
    groups: int = 1,
    wanted: str | None = None,
    origin: Sequence[str] | None = None,
) -> Activation:
    """A convolution; weight (O, C / groups, Kh, Kw). On a vector only one cell of the kernel counts: a dense layer."""
    if not x.is_maps:
        return _conv_of_vector(draft, node, x, weight, bias, padding, groups, wanted, origin)
    x, padding = take_padding(draft, node, x, padding)
    parameters = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    return draft.add(
        node, "conv2d", [x], parameters,
        axes=x.axes, wanted=wanted, origin=origin,
        filters=int(weight.shape[0]), kernel=_pair(weight.shape[2:]), stride=_pair(stride), dilation=_pair(dilation),
        padding=windows.short_padding(padding), groups=groups, bias=bias is not None,
    )  # fmt: skip


def conv_transpose2d(
    draft: Draft,
    node: ForeignNode,
    x: Activation,
    weight: Constant,
    bias: Constant | None,
    *,
    stride: Pair = (1, 1),
    padding: windows.Four = NONE,
    output_padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    origin: Sequence[str] | None = None,
) -> Activation:
    """A transposed convolution; weight (C, O / groups, Kh, Kw), as PyTorch and ONNX have it."""
    channels, filters, rows, columns = weight.shape
    if channels != x.shape[0]:
        found, expected = list(weight.shape), [x.shape[0], *weight.shape[1:]]
        raise draft.refusal(
            node,
            "weights_do_not_fit",
            f"its weight has the shape {found} and should have {expected}",
            parameter="weight",
            found=found,
            expected=expected,
        )
    if groups < 1 or channels % groups:
        raise draft.refusal(
            node, "attribute", f"its group is {groups}", f"use a divisor of {channels}", attribute="group"
        )
    # Group by group (C / g, O / g, …) becomes (O / g, C / g, …); the groups follow each other along the first axis.
    parts = weight.reshape(groups, channels // groups, filters, rows, columns).swapaxes(1, 2)
    turned = parts.reshape(groups * filters, channels // groups, rows, columns)
    parameters = {"weight": turned} if bias is None else {"weight": turned, "bias": np.ravel(bias)}
    return draft.add(
        node, "conv_transpose2d", [x], parameters,
        axes=x.axes, origin=origin,
        filters=groups * filters, kernel=[rows, columns], stride=_pair(stride), dilation=_pair(dilation),
        padding=windows.short_padding(padding), output_padding=_pair(output_padding), groups=groups,
        bias=bias is not None,
    )  # fmt: skip


def _conv_of_vector(
    draft: Draft,
    node: ForeignNode,
    x: Activation,
    weight: Constant,
    bias: Constant | None,
    padding: windows.Four,
    groups: int,
    wanted: str | None,
    origin: Sequence[str] | None,
) -> Activation:
    """A convolution of maps of one pixel is a dense layer with the kernel's cell that lies on that pixel."""
    rows, columns = weight.shape[2:]
    top, left = padding[0][0], padding[1][0]
    if groups != 1 or top >= rows or left >= columns or (rows, columns) != (sum(padding[0]) + 1, sum(padding[1]) + 1):
        raise draft.refusal(node, "conv_of_vector", "it slides a window over a single value", "take the layer out")
    return dense(draft, node, x, weight[:, :, top, left], bias, wanted=wanted, origin=origin)


def take_padding(
    draft: Draft, node: ForeignNode, x: Activation, padding: windows.Four
) -> tuple[Activation, windows.Four]:
    """Zeros that a layer of its own added become the window's padding, where nothing else reads them."""
    entry = draft.entry(x)
    if entry is None or entry.layer.kind != "pad" or getattr(entry.layer, "value", 0) != 0:
        return x, padding
    if not draft.alone(x):
        return x, padding
    given = entry.layer.describe()["padding"]
    sides = [list(side) if isinstance(side, (list, tuple)) else [side, side] for side in given]
    if any(side > 64 for pair in windows.added(sides, padding) for side in pair):
        return x, padding
    (before,) = entry.inputs
    del draft.entries[x.layer]
    draft.notes.append(_folded(entry.origin[-1] if entry.origin else "pad", node))
    shape = draft.entries[before].shape if before in draft.entries else draft.input_shape
    return replace(x, layer=before, shape=shape), windows.added(sides, padding)


def _folded(what: str, node: ForeignNode) -> Any:
    from cnn_loupe.engine.importing.draft import Note, label

    return Note("folded", what, "padding_into_window", label(node))


def pool(
    draft: Draft,
    node: ForeignNode,
    x: Activation,
    kind: str,
    window: Pair,
    stride: Pair,
    padding: windows.Four = NONE,
    *,
    ceil: bool = False,
    count_include_pad: bool = False,
) -> Activation:
    """max_pool2d or avg_pool2d. A window as large as the map, or larger than a window may be, is a global pooling."""
    if not x.is_maps:
        if kind == "avg_pool2d" and count_include_pad and padding != NONE:
            raise draft.refusal(node, "conv_of_vector", "it slides a window over a single value", "take the layer out")
        draft.note("dropped", node, "identity")
        return x
    if tuple(window) == x.shape[1:] and padding == NONE and max(window) > 1:
        return global_pool(draft, node, x, kind, axes=x.axes)
    extra: dict[str, Any] = {"count_include_pad": count_include_pad} if kind == "avg_pool2d" else {}
    return draft.add(
        node, kind, [x], axes=x.axes,
        window=_pair(window), stride=_pair(stride), padding=windows.short_padding(padding), ceil=ceil, **extra,
    )  # fmt: skip


def global_pool(
    draft: Draft, node: ForeignNode, x: Activation, kind: str, *, axes: tuple[str, ...] | None = None
) -> Activation:
    """One number a map. `axes` are those of the result before the maps became numbers."""
    if not x.is_maps:  # maps of one pixel are numbers already
        draft.note("dropped", node, "identity")
        return x
    kind = {"max_pool2d": "global_max_pool2d", "avg_pool2d": "global_avg_pool2d"}[kind]
    return draft.add(node, kind, [x], axes=pooled_axes(axes or x.axes))


def dense(
    draft: Draft,
    node: ForeignNode,
    x: Any,
    weight: Constant,
    bias: Constant | None,
    *,
    wanted: str | None = None,
    origin: Sequence[str] | None = None,
) -> Activation:
    """A dense layer; weight (O, I). On maps whose last side are the channels it is a convolution of 1×1."""
    if isinstance(x, Activation) and x.is_maps and len(x.axes) == 4 and x.axes[-1] == CHANNEL and x.shape[1:] != (1, 1):
        kernel = weight.reshape(*weight.shape, 1, 1)
        return conv2d(draft, node, x, kernel, None if bias is None else np.ravel(bias), wanted=wanted, origin=origin)
    x = draft.vector(node, x)
    parameters = {"weight": weight} if bias is None else {"weight": weight, "bias": np.ravel(bias)}
    return draft.add(
        node, "dense", [x], parameters,
        axes=x.axes, wanted=wanted, origin=origin, units=int(weight.shape[0]), bias=bias is not None,
    )  # fmt: skip


def batch_norm(
    draft: Draft, node: ForeignNode, x: Activation, numbers: Sequence[Constant], epsilon: float
) -> Activation:
    """Batch normalisation; numbers are scale, shift, mean and variance (C,), as training left them."""
    scale, shift, mean, variance = numbers
    kind = "batch_norm2d" if x.is_maps else "batch_norm"
    parameters = {"weight": scale, "bias": shift, "mean": mean, "variance": variance}
    return draft.add(node, kind, [x], parameters, axes=x.axes, epsilon=float(epsilon))


def scale_shift(
    draft: Draft,
    node: ForeignNode,
    x: Activation,
    scale: Constant | float,
    shift: Constant | float,
    *,
    wanted: str | None = None,
    origin: Sequence[str] | None = None,
) -> Activation:
    """scale · x + shift, one pair of numbers a map, or a value of a vector."""
    count = x.shape[0]
    parameters = {"weight": np.broadcast_to(scale, (count,)), "bias": np.broadcast_to(shift, (count,))}
    return draft.add(node, "scale_shift", [x], parameters, axes=x.axes, wanted=wanted, origin=origin)


def activation(
    draft: Draft,
    node: ForeignNode,
    x: Activation,
    kind: str,
    *,
    wanted: str | None = None,
    origin: Sequence[str] | None = None,
    **hyperparameters: Any,
) -> Activation:
    """A function of each value by itself."""
    return draft.add(node, kind, [x], axes=x.axes, wanted=wanted, origin=origin, **hyperparameters)


def softmax(
    draft: Draft,
    node: ForeignNode,
    x: Any,
    kind: str = "softmax",
    *,
    wanted: str | None = None,
    origin: Sequence[str] | None = None,
) -> Activation:
    """softmax or log_softmax over a vector."""
    x = draft.vector(node, x)
    return draft.add(node, kind, [x], axes=x.axes, wanted=wanted, origin=origin)


def give_bias(draft: Draft, node: ForeignNode, x: Activation, bias: Constant) -> bool:
    """Take a constant that is added behind a convolution or dense layer into it, if it has no bias and is read once."""
    entry = draft.entry(x)
    if entry is None or entry.layer.kind not in ("conv2d", "conv_transpose2d", "dense") or "bias" in entry.parameters:
        return False
    if not draft.alone(x):
        return False
    entry.layer = replace(entry.layer, bias=True)  # type: ignore[call-arg]
    entry.parameters["bias"] = np.ascontiguousarray(np.broadcast_to(bias, (entry.shape[0],)), dtype=np.float32)
    entry.origin[:0] = names_of(node)
    draft.note("folded", node, "bias_into_layer", x.layer)
    return True


def _pair(values: Sequence[int]) -> list[int]:
    return [int(values[0]), int(values[1])]
