"""Steps that several vocabularies have: reducing, clipping, padding, cutting, enlarging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.files.foreign import ForeignNode
from cnn_loupe.engine.importing import build, windows
from cnn_loupe.engine.importing.axes import CHANNEL, COLUMN, FEATURE, ONE, ROW, Activation
from cnn_loupe.engine.importing.draft import Draft


def constant(draft: Draft, node: ForeignNode, value: Any, what: str) -> np.ndarray[Any, Any]:
    """An input that must be known before any picture is."""
    if isinstance(value, np.ndarray):
        return value
    raise draft.refusal(node, "needs_constant", f"its {what} depends on the picture", "use a fixed one")


def optional(inputs: Sequence[Any], place: int) -> Any:
    return inputs[place] if len(inputs) > place else None


def activation_of(draft: Draft, node: ForeignNode, value: Any) -> Activation:
    if isinstance(value, Activation):
        return value
    raise draft.refusal(node, "needs_activation", "it reads a constant where the picture's values belong")


def maps_or_vector(draft: Draft, node: ForeignNode, value: Any, layout: Sequence[str]) -> Activation:
    """Maps in this layout; or the vector that maps of one pixel, as pooling leaves them, are here."""
    return value if isinstance(value, Activation) and not value.is_maps else draft.maps(node, value, layout)


def sides_of(value: Activation) -> tuple[int, int]:
    """Rows and columns; 1 and 1 of a vector."""
    return (value.shape[1], value.shape[2]) if value.is_maps else (1, 1)


def reduce_maps(
    draft: Draft, node: ForeignNode, value: Activation, axes: Sequence[int] | None, *, keep: bool, kind: str
) -> Activation:
    """A mean or largest value over rows and columns is a global pooling."""
    places = {value.axes[a % len(value.axes)] for a in axes or ()}
    if not value.is_maps and places <= {ONE}:
        draft.note("dropped", node, "layout_only")
        return Activation(value.layer, value.shape, _kept(value.axes, axes or (), keep), batch=value.batch)
    if (
        not value.is_maps
        or not places
        or not places <= {ROW, COLUMN, ONE}
        or {a for a in (ROW, COLUMN) if value.size(a) > 1} - places
    ):
        raise draft.refusal(
            node,
            "reduce_axes",
            f"it reduces axes {list(axes) if axes is not None else 'all'}",
            "reduce rows and columns together",
        )
    pooled = build.global_pool(draft, node, value, kind)
    return Activation(pooled.layer, pooled.shape, _kept(pooled.axes, axes or (), keep), batch=pooled.batch)


def _kept(axes: tuple[str, ...], reduced: Sequence[int], keep: bool) -> tuple[str, ...]:
    gone = {a % len(axes) for a in reduced}
    return axes if keep else tuple(a for i, a in enumerate(axes) if i not in gone)


def clipped(draft: Draft, node: ForeignNode, x: Any, low: float | None, high: float | None) -> Activation:
    """Values below `low` and above `high` become these; without an upper bound and from 0 on it is ReLU."""
    value = activation_of(draft, node, x)
    largest = float(np.finfo(np.float32).max)
    low = None if low is None or low <= -largest else float(low)
    high = None if high is None or high >= largest else float(high)
    if low == 0 and high is None:
        return build.activation(draft, node, value, "relu")
    if low is None or high is None:
        raise draft.refusal(node, "clip_open", f"it bounds values from {low} to {high}", "give both bounds")
    return build.activation(draft, node, value, "clip", low=low, high=high)


def padded(
    draft: Draft,
    node: ForeignNode,
    data: Activation,
    pads: Sequence[tuple[int, int]],
    value: float,
    mode: str = "constant",
) -> Activation:
    """Rows and columns of one value around the maps."""
    if not any(n for pair in pads for n in pair):
        draft.note("dropped", node, "identity")
        return data
    sides: Mapping[str, tuple[int, int]] = dict(zip(data.axes, pads, strict=True))
    others = [axis for axis, pair in sides.items() if any(pair) and axis not in (ROW, COLUMN)]
    if mode != "constant" or others or not data.is_maps or any(n < 0 for pair in pads for n in pair):
        raise draft.refusal(
            node,
            "pad_unknown",
            f"it pads in the mode {mode!r} by {[list(p) for p in pads]}",
            "pad rows and columns with a constant",
        )
    four = [list(map(int, sides.get(axis, (0, 0)))) for axis in (ROW, COLUMN)]
    return draft.add(node, "pad", [data], axes=data.axes, padding=windows.short_padding(four), value=value)


def cut(
    draft: Draft, node: ForeignNode, data: Activation, axis: int, start: int, end: int, step: int = 1
) -> Activation:
    """Some channels, rows or columns, from `start` up to and without `end`."""
    place = data.axes[axis % len(data.axes)]
    size = data.size(place)
    first, stop, step = slice(start, end, step).indices(size)
    if (first, stop, step) == (0, size, 1):
        return data
    if place not in (CHANNEL, ROW, COLUMN, FEATURE) or step < 1 or stop <= first:
        raise draft.refusal(
            node,
            "slice_unknown",
            f"it takes {start}…{end} by {step} of axis {axis}",
            "slice channels, rows or columns",
        )
    dimension = (CHANNEL, ROW, COLUMN).index(place) if data.is_maps else 0
    return draft.add(node, "slice", [data], axes=data.axes, axis=dimension, start=first, stop=stop, step=step)


def enlarged(draft: Draft, node: ForeignNode, data: Activation, scales: Sequence[float], mode: str) -> Activation:
    """Every pixel repeated: whole scales and the nearest pixel."""
    if mode != "nearest" or any(s != int(s) or s < 1 for s in scales):
        raise draft.refusal(
            node,
            "resize_unknown",
            f"it enlarges by {list(scales)} in the mode {mode!r}",
            "use whole factors and “nearest”",
        )
    if all(s == 1 for s in scales):
        draft.note("dropped", node, "identity")
        return data
    return draft.add(node, "upsample", [data], axes=data.axes, factor=[int(s) for s in scales])
