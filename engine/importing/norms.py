"""Normalisation by the picture's own numbers, from whatever a file calls it: over which sides decides the kind.

Over the channels at each place it is `layer_norm`; over rows and columns, of each map or of all, `group_norm`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignNode
from cnn_loupe.engine.importing import arithmetic
from cnn_loupe.engine.importing.axes import CHANNEL, CHW, COLUMN, FEATURE, HWC, INNER, ONE, OUTER, REST, ROW, Activation
from cnn_loupe.engine.importing.draft import Draft

Constant = np.ndarray[Any, Any]


def over_axes(
    draft: Draft,
    node: ForeignNode,
    x: Activation,
    axes: Sequence[int],
    scale: Constant | None,
    shift: Constant | None,
    epsilon: float,
) -> Activation:
    """Mean 0 and spread 1 over these sides of the file's tensor; scale and shift have just these sides."""
    places = {x.axes[axis % len(x.axes)] for axis in axes}
    measured = {place for place in places if x.size(place) != 1}
    all_long = set(x.meaningful)
    kind = "group_norm"
    extra: dict[str, int] = {}
    if not measured or not measured <= all_long:
        raise _refused(draft, node, x, axes)
    if (x.is_maps and measured == {CHANNEL}) or measured == {FEATURE}:
        kind = "layer_norm"
    elif measured in ({CHANNEL, ROW, COLUMN} & all_long, {CHW}, {HWC}):
        extra = {"groups": 1}
    elif measured == {ROW, COLUMN} & all_long:
        extra = {"groups": x.shape[0]}
    elif OUTER in x.axes and measured in ({INNER, ROW, COLUMN} & all_long, {REST}) and _outer_first(x):
        extra = {"groups": x.groups}
    else:
        raise _refused(draft, node, x, axes)
    numbers = [_per_channel(draft, node, x, axes, constant) for constant in (scale, shift)]
    return _added(draft, node, x, kind, numbers, epsilon, **extra)


def of_groups(
    draft: Draft,
    node: ForeignNode,
    x: Activation,
    groups: int,
    scale: Constant | None,
    shift: Constant | None,
    epsilon: float,
) -> Activation:
    """The channels in so many groups; scale and shift are one number a channel, or a group (ONNX before opset 21)."""
    count = x.shape[0]
    if groups < 1 or count % groups:
        raise draft.refusal(
            node, "attribute", f"its groups are {groups}", f"use a divisor of {count}", attribute="groups"
        )
    numbers = [
        np.repeat(np.ravel(given), count // groups) if given is not None and given.size == groups else given
        for given in (scale, shift)
    ]
    return _added(draft, node, x, "group_norm", numbers, epsilon, groups=groups)


def _added(
    draft: Draft,
    node: ForeignNode,
    x: Activation,
    kind: str,
    numbers: Sequence[Constant | None],
    epsilon: float,
    **extra: Any,
) -> Activation:
    usual = (np.ones(x.shape[0], np.float32), np.zeros(x.shape[0], np.float32))
    weight, bias = (one if given is None else np.ravel(given) for given, one in zip(numbers, usual, strict=True))
    found = draft.add(node, kind, [x], {"weight": weight, "bias": bias}, axes=x.axes, epsilon=float(epsilon), **extra)
    return replace(found, groups=x.groups)


def _per_channel(
    draft: Draft, node: ForeignNode, x: Activation, axes: Sequence[int], constant: Constant | None
) -> Constant | None:
    """The constant with all sides of x, and one number a channel: alike everywhere on a map."""
    if constant is None:
        return None
    if constant.size == 1:
        return np.full(x.shape[0], np.float32(np.ravel(constant)[0]))
    named = {axis % len(x.axes) for axis in axes}
    whole = np.reshape(constant, [n if i in named else 1 for i, n in enumerate(x.sides)])
    for i, place in enumerate(x.axes):
        first = np.take(whole, [0], axis=i)
        if place not in (CHANNEL, FEATURE) and (whole == first).all():
            whole = first
    return np.broadcast_to(arithmetic.per_channel(draft, node, x, whole), (x.shape[0],))


def _outer_first(x: Activation) -> bool:
    """Whether a group's channels lie side by side."""
    return x.axes.index(OUTER) < min(x.axes.index(axis) for axis in (INNER, REST) if axis in x.axes)


def _refused(draft: Draft, node: ForeignNode, x: Activation, axes: Sequence[int]) -> Exception:
    said = ", ".join(axis for axis in (x.axes[a % len(x.axes)] for a in axes) if axis != ONE)
    return draft.refusal(
        node,
        "norm_axes",
        f"it normalises over the sides {said or list(axes)} of {'×'.join(map(str, x.sides))}",
        "normalise over the channels, or over whole maps",
        sides=said,
    )
