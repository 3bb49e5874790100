"""One picture through one network, every activation kept: the fast forward pass of a run.

The forms are those of the batches with a block of one picture; only that maps stay (C, H, W),
as everything outside expects them: `matmul` can write its rows into them where they lie.
Kinds without a form here use the readable one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from engine.arrays import FLOAT, Array, Parameters, Shape
from engine.fast.step import VECTOR, Scratch, room
from engine.fast.strips import StripConvolution
from engine.layers import AvgPool2D, Layer, MaxPool2D, ReLU, Softmax
from engine.layers.pooling import Pool2D

# From x to y. y is room for it; a form that makes its own returns that instead.
Forward = Callable[[Array, Array, Scratch], Array]


class Layout:
    """Where the outputs of a row of layers lie: all of them in one piece of memory.

    Asked for piece by piece, the system would take the larger ones back after every run and
    hand out empty pages again, which costs as much as a convolution.
    """

    def __init__(self, shapes: Sequence[Shape]) -> None:
        sizes = [math.prod(shape) for shape in shapes]
        # Each begins with a line of the cache, as the whole does.
        *begins, self.size = accumulate((-(-size // VECTOR) * VECTOR for size in sizes), initial=0)
        self.parts = [
            (shape, slice(begin, begin + size))
            for shape, begin, size in zip(shapes, begins, sizes, strict=True)
        ]

    def run(self, forwards: Sequence[Forward], x: Array, scratch: Scratch) -> list[Array]:
        """Every layer's output, C-contiguous, from the first layer's input."""
        memory = room(self.size)
        found = []
        for forward, (shape, part) in zip(forwards, self.parts, strict=True):
            x = forward(x, memory[part].reshape(shape), scratch)
            found.append(x)
        return found


def _relu(layer: ReLU, input_shape: Shape, params: Parameters) -> Forward:
    # As large as x: then NumPy goes through both in one stretch, twice as fast as with one line
    # of zeros for all rows, and that is faster than with a single zero (see ReLUStep).
    key = f"zeros {input_shape}"

    def forward(x: Array, y: Array, scratch: Scratch) -> Array:
        zeros = scratch.once(key, lambda: scratch.part("zeros", input_shape))  # nobody writes there
        return np.maximum(x, zeros, out=y)

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

    def forward(x: Array, y: Array, scratch: Scratch) -> Array:
        add(x, y, scratch)
        y *= share
        return y

    return forward


def _over_windows(combine: np.ufunc, layer: Pool2D, input_shape: Shape) -> Forward:
    """All values under each window put together by a function of two."""
    channels, height, width = layer.output_shape(input_shape)
    (kh, kw), (sh, sw) = layer.window, layer.stride
    down, across = (height - 1) * sh + 1, (width - 1) * sw + 1
    row_shape = (channels, height, input_shape[2])
    key = f"{row_shape} rows"

    def forward(x: Array, y: Array, scratch: Scratch) -> Array:
        # Rows first: what is put together then are lines that lie side by side in memory.
        rows = scratch.zeros(key, row_shape)
        _together(combine, [x[:, u : u + down : sh] for u in range(kh)], rows)
        _together(combine, [rows[:, :, v : v + across : sw] for v in range(kw)], y)
        return y

    return forward


def _together(combine: np.ufunc, arrays: Sequence[Array], out: Array) -> None:
    """The arrays put together place by place, into `out`."""
    if len(arrays) == 1:
        np.copyto(out, arrays[0])
        return
    combine(arrays[0], arrays[1], out=out)
    for array in arrays[2:]:
        combine(out, array, out=out)


def _softmax(layer: Softmax, input_shape: Shape, params: Parameters) -> Forward:
    def forward(x: Array, y: Array, scratch: Scratch) -> Array:
        np.subtract(x, np.maximum.reduce(x), out=y)
        np.exp(y, out=y)
        y /= np.add.reduce(y)
        return y

    return forward


def _readable(layer: Layer, input_shape: Shape, params: Parameters) -> Forward:
    def forward(x: Array, y: Array, scratch: Scratch) -> Array:
        y, _ = layer.forward(x, params)
        return np.ascontiguousarray(y)

    return forward


FORWARD: Mapping[str, Callable[[Any, Shape, Parameters], Forward]] = {
    "conv2d": StripConvolution,
    "relu": _relu,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
    "softmax": _softmax,
}


def fast_forward(layer: Layer, input_shape: Shape, params: Parameters) -> Forward:
    """What computes this layer's output from its input."""
    return FORWARD.get(layer.kind, _readable)(layer, input_shape, params)
