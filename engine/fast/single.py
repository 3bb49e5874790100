"""One picture through one network, every activation kept: the fast forward pass of a run.

The forms are those of the batches with a block of one picture, on maps as `cnn_loupe.engine.fast.rows`
lays them out. Kinds without a form here use the readable one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters, Shape
from cnn_loupe.engine.fast.rows import inside_shape, outside
from cnn_loupe.engine.fast.step import Scratch
from cnn_loupe.engine.fast.strips import StripConvolution
from cnn_loupe.engine.layers import AvgPool2D, Dense, Flatten, Layer, MaxPool2D, Pool2D, ReLU, Softmax

# From x into y, both as they lie in memory: (H, C, wide) or (N,).
Forward = Callable[[Array, Array, Scratch], None]


def _relu(layer: ReLU, input_shape: Shape, params: Parameters) -> Forward:
    # As large as x: then NumPy goes through both in one stretch, twice as fast as with one line
    # of zeros for all rows, and that is faster than with a single zero (see ReLUStep).
    shape = inside_shape(input_shape)
    key = f"zeros {shape}"

    def forward(x: Array, y: Array, scratch: Scratch) -> None:
        zeros = scratch.once(key, lambda: scratch.part("zeros", shape))  # nobody writes there
        np.maximum(x, zeros, out=y)

    return forward


def _max_pool2d(layer: MaxPool2D, input_shape: Shape, params: Parameters) -> Forward:
    if any(layer.padding):
        return _readable(layer, input_shape, params)
    return _over_windows(np.maximum, layer, input_shape)


def _avg_pool2d(layer: AvgPool2D, input_shape: Shape, params: Parameters) -> Forward:
    if any(layer.padding):
        return _readable(layer, input_shape, params)
    add = _over_windows(np.add, layer, input_shape)
    share = FLOAT(1 / math.prod(layer.window))

    def forward(x: Array, y: Array, scratch: Scratch) -> None:
        add(x, y, scratch)
        y *= share

    return forward


def _over_windows(combine: np.ufunc, layer: Pool2D, input_shape: Shape) -> Forward:
    """All values under each window put together by a function of two.

    For every number of the maps, not only where windows begin, and the windows' own are picked
    out at the end: one stretch of memory, where the rows and columns that stride leaves would be
    thirty short ones for a 60×60 map, and take 1.4 times as long.
    """
    inside, output_shape = inside_shape(input_shape), layer.output_shape(input_shape)
    height = output_shape[1]
    (kh, kw), (sh, sw) = layer.window, layer.stride
    size, row = math.prod(inside), inside[1] * inside[2]
    below, beside = [u * row for u in range(kh)], list(range(kw))
    # Surplus columns as well, as far as there are numbers for them.
    columns = min(inside_shape(output_shape)[2], (inside[2] - 1) // sw + 1)
    down, across = (height - 1) * sh + 1, (columns - 1) * sw + 1
    key = f"pooled {size}"

    def forward(x: Array, y: Array, scratch: Scratch) -> None:
        rooms = scratch.once(key, lambda: scratch.part("pooled", (2, size)))
        found = _together(combine, x.reshape(-1), below, rooms[0])
        found = _together(combine, found, beside, rooms[1])
        y[..., :columns] = found.reshape(inside)[:down:sh, :, :across:sw]
        if columns < y.shape[2]:
            y[..., columns:] = 0

    return forward


def _together(combine: np.ufunc, x: Array, shifts: Sequence[int], out: Array) -> Array:
    """Every number put together with those that lie so far behind it; the last have too few."""
    if len(shifts) == 1:
        return x
    size = x.size - shifts[-1]
    combine(x[:size], x[shifts[1] : shifts[1] + size], out=out[:size])
    for shift in shifts[2:]:
        combine(out[:size], x[shift : shift + size], out=out[:size])
    out[size:] = 0
    return out


def _flatten(layer: Flatten, input_shape: Shape, params: Parameters) -> Forward:
    def forward(x: Array, y: Array, scratch: Scratch) -> None:
        np.copyto(y.reshape(input_shape), outside(x, input_shape))

    return forward


def _dense(layer: Dense, input_shape: Shape, params: Parameters) -> Forward:
    weight, bias = params["weight"], params["bias"]

    def forward(x: Array, y: Array, scratch: Scratch) -> None:
        np.dot(weight, x, out=y)
        y += bias

    return forward


def _softmax(layer: Softmax, input_shape: Shape, params: Parameters) -> Forward:
    def forward(x: Array, y: Array, scratch: Scratch) -> None:
        np.subtract(x, np.maximum.reduce(x), out=y)
        np.exp(y, out=y)
        y /= np.add.reduce(y)

    return forward


def _readable(layer: Layer, input_shape: Shape, params: Parameters) -> Forward:
    output_shape = layer.output_shape(input_shape)

    def forward(x: Array, y: Array, scratch: Scratch) -> None:
        found, _ = layer.forward((outside(x, input_shape),), params)
        outside(y, output_shape)[...] = found
        y[..., output_shape[-1] :] = 0

    return forward


FORWARD: Mapping[str, Callable[[Any, Shape, Parameters], Forward]] = {
    "conv2d": StripConvolution,
    "relu": _relu,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
    "flatten": _flatten,
    "dense": _dense,
    "softmax": _softmax,
}


def fast_forward(layer: Layer, input_shape: Shape, params: Parameters) -> Forward:
    """What computes this layer's output from its input."""
    return FORWARD.get(layer.kind, _readable)(layer, input_shape, params)
