"""Sums and products: of values and constants, and of values and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignNode
from cnn_loupe.engine.importing import build
from cnn_loupe.engine.importing.axes import BATCH, CHANNEL, FEATURE, ONE, Activation
from cnn_loupe.engine.importing.draft import Draft, names_of

Constant = np.ndarray[Any, Any]
SCALED = ("scale_shift", "group_norm", "layer_norm")  # kinds that end in x · weight + bias


def binary(draft: Draft, node: ForeignNode, op: str, a: Any, b: Any) -> Activation:
    """a op b for "add", "subtract", "multiply", "divide"; at least one of them is a value of the network."""
    if isinstance(a, Activation) and isinstance(b, Activation):
        return _joined(draft, node, op, a, b)
    x, constant = (a, b) if isinstance(a, Activation) else (b, a)
    if not isinstance(x, Activation) or constant is None:
        raise draft.refusal(node, "needs_activation", "it reads no value that depends on the picture")
    numbers = per_channel(draft, node, x, np.asarray(constant))
    behind = x is a
    if op == "add":
        return _shifted(draft, node, x, numbers)
    if op == "subtract":
        return _shifted(draft, node, x, -numbers) if behind else build.scale_shift(draft, node, x, -1.0, numbers)
    if op == "multiply":
        return _scaled(draft, node, x, numbers)
    if not behind:
        raise draft.refusal(
            node, "divides_by_activation", "it divides a constant by values of the network", "leave it out"
        )
    return _scaled(draft, node, x, 1 / numbers.astype(np.float64))


def prelu(draft: Draft, node: ForeignNode, x: Any, slope: Any) -> Activation:
    """max(x, 0) + slope · min(x, 0) with a learned slope for each map."""
    if not isinstance(x, Activation) or not isinstance(slope, np.ndarray):
        raise draft.refusal(node, "needs_constant", "its slope depends on the picture", "use a fixed one")
    numbers = np.broadcast_to(per_channel(draft, node, x, slope), (x.shape[0],))
    return draft.add(node, "prelu", [x], {"slope": numbers}, axes=x.axes)


def per_channel(draft: Draft, node: ForeignNode, x: Activation, constant: Constant) -> Constant:
    """The constant as one number for each map or value of x, or as a single number.

    Its sides meet those of x from the end, as NumPy broadcasts them.
    """
    if constant.size == 1:
        return np.asarray(constant, np.float32).reshape(())
    if constant.ndim > len(x.axes):
        extra = constant.shape[: constant.ndim - len(x.axes)]
        if any(n != 1 for n in extra):
            raise _varies(draft, node, constant)
        constant = constant.reshape(constant.shape[len(extra) :])
    axes = x.axes[len(x.axes) - constant.ndim :]
    long = [(axis, n) for axis, n in zip(axes, constant.shape, strict=True) if n != 1]
    if len(long) == 1 and long[0][0] in (CHANNEL, FEATURE) and long[0][1] == x.shape[0]:
        return np.asarray(constant, np.float32).reshape(-1)
    # A vector whose only long side is called otherwise (maps that were squeezed to one side).
    if len(long) == 1 and x.meaningful == [long[0][0]] and x.is_maps and x.shape[1:] == (1, 1):
        return np.asarray(constant, np.float32).reshape(-1)
    raise _varies(draft, node, constant)


def _varies(draft: Draft, node: ForeignNode, constant: Constant) -> Exception:
    return draft.refusal(
        node,
        "constant_varies",
        f"it combines maps with a constant of the shape {list(constant.shape)} that differs from place to place",
        "use one number a channel",
        shape=list(constant.shape),
    )


def _shifted(draft: Draft, node: ForeignNode, x: Activation, numbers: Constant) -> Activation:
    if build.give_bias(draft, node, x, numbers):
        return x
    entry = draft.entry(x)
    if entry is not None and entry.layer.kind in SCALED and not entry.parameters["bias"].any() and draft.alone(x):
        entry.parameters["bias"] = np.ascontiguousarray(np.broadcast_to(numbers, (x.shape[0],)), np.float32)
        entry.origin[:0] = names_of(node)
        draft.note("folded", node, "shift_into_scale", x.layer)
        return x
    return build.scale_shift(draft, node, x, 1.0, numbers)


def _scaled(draft: Draft, node: ForeignNode, x: Activation, numbers: Constant) -> Activation:
    """A normalisation that has neither scale nor shift takes the scale behind it in."""
    entry = draft.entry(x)
    if (
        entry is not None
        and entry.layer.kind in SCALED[1:]
        and (entry.parameters["weight"] == 1).all()
        and not entry.parameters["bias"].any()
        and draft.alone(x)
    ):
        entry.parameters["weight"] = np.ascontiguousarray(np.broadcast_to(numbers, (x.shape[0],)), np.float32)
        entry.origin[:0] = names_of(node)
        draft.note("folded", node, "scale_into_normalisation", x.layer)
        return x
    return build.scale_shift(draft, node, x, numbers, 0.0)


def _joined(draft: Draft, node: ForeignNode, op: str, a: Activation, b: Activation) -> Activation:
    if op == "divide":
        raise draft.refusal(node, "divides_by_activation", "it divides values of the network by others", "leave it out")
    if op == "subtract":
        b = build.scale_shift(draft, node, b, -1.0, 0.0, origin=[], wanted="negated")
        op = "add"
    if a.shape != b.shape:
        # A number a map, for every place of it: the squeeze and excitation of MobileNetV3 and EfficientNet.
        wide, narrow = (a, b) if a.is_maps and len(a.meaningful) >= len(b.meaningful) else (b, a)
        if op == "multiply" and wide.is_maps and narrow.shape[0] == wide.shape[0] and narrow.shape[1:] in ((), (1, 1)):
            return draft.add(node, "multiply", [wide, narrow], axes=wide.axes)
        a, b = _alike(draft, node, a, b)
    if a.shape != b.shape or _order(a) != _order(b):
        raise draft.refusal(
            node,
            "shapes_do_not_meet",
            f"it combines {'×'.join(map(str, a.sides))} and {'×'.join(map(str, b.sides))}, which have not the same "
            "sides",
            shapes=[list(a.sides), list(b.sides)],
        )
    return draft.add(node, op, [a, b], axes=a.axes if len(a.axes) >= len(b.axes) else b.axes)


def _order(x: Activation) -> list[str]:
    return x.meaningful if x.is_maps else []


def _alike(draft: Draft, node: ForeignNode, a: Activation, b: Activation) -> tuple[Activation, Activation]:
    """Both as vectors, where one is a vector already."""
    if a.is_maps and not b.is_maps:
        return draft.vector(node, a), b
    if b.is_maps and not a.is_maps:
        return a, draft.vector(node, b)
    return a, b


def concat(draft: Draft, node: ForeignNode, values: Sequence[Any], axis: int) -> Activation:
    """Maps one behind the other, or vectors."""
    if not all(isinstance(value, Activation) for value in values):
        raise draft.refusal(node, "concat_constant", "it joins values of the network with a constant", "leave it out")
    if len(values) == 1:
        draft.note("dropped", node, "identity")
        only: Activation = values[0]
        return only
    if any(not value.is_maps for value in values):
        values = [draft.vector(node, value) for value in values]
    first = values[0]
    place = first.axes[axis % len(first.axes)] if -len(first.axes) <= axis < len(first.axes) else "?"
    others = [v.axes[axis % len(v.axes)] for v in values]
    wanted = CHANNEL if first.is_maps else FEATURE
    if any(other not in (wanted, ONE) for other in others) or (
        all(other == ONE for other in others) and first.shape[0] != 1
    ):
        raise draft.refusal(
            node,
            "concat_axis",
            f"it joins along axis {axis} ({'the batch' if place == BATCH else 'rows or columns'}), "
            "and only channels can be joined",
            axis=axis,
        )
    axes = tuple(wanted if i == axis % len(first.axes) else a for i, a in enumerate(first.axes))
    return draft.add(node, "concat", list(values), axes=axes)
