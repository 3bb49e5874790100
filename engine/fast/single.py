"""One picture through one network, every activation kept: the fast forward pass of a run.

The forms are those of the batches with a block of one picture; only that maps stay (C, H, W),
as everything outside expects them: `matmul` can write its rows into them where they lie.
Kinds without a form here use the readable one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import FLOAT, Array, Parameters, Shape
from engine.fast.convolution import RowProducts, row_matrices
from engine.fast.step import Scratch
from engine.layers import AvgPool2D, Conv2D, Layer, MaxPool2D, ReLU, Softmax
from engine.layers.pooling import Pool2D

STRIP = 50_000  # numbers in a convolution's buffer: 200 kB, a fifth of a usual L2 cache

# From x to y. `room` is an array for y; a form that makes its own returns that instead.
Forward = Callable[[Array, Array, Scratch], Array]


class Chain:
    """The fast forward pass through a row of layers."""

    def __init__(self, forwards: Sequence[Forward], shapes: Sequence[Shape]) -> None:
        ends = list(accumulate((math.prod(shape) for shape in shapes), initial=0))
        self.size = ends[-1]
        self.parts = [
            (forward, shape, slice(begin, end))
            for forward, shape, (begin, end) in zip(forwards, shapes, pairwise(ends), strict=True)
        ]

    def run(self, x: Array, scratch: Scratch) -> list[Array]:
        """Every layer's output, C-contiguous, from the first layer's input.

        All of them lie in one piece of memory. Asked for piece by piece, the system would take
        the larger ones back after every run and hand out empty pages again, which costs as
        much as a convolution.
        """
        memory = np.empty(self.size, dtype=FLOAT)
        found = []
        for forward, shape, part in self.parts:
            x = forward(x, memory[part].reshape(shape), scratch)
            found.append(x)
        return found


class Strip(NamedTuple):
    """Some output rows of a convolution, and the buffer that their windows lie in."""

    outputs: slice  # the output rows
    inputs: slice  # the input rows that they see
    targets: list[tuple[Array, slice]]  # where the copies go: (view, input columns)
    blanks: list[Array]  # rows of the buffer that are padding here
    matrices: Array  # what the kernels multiply, one for each output row


class Strips(NamedTuple):
    """A convolution cut into strips."""

    ones: Array  # the line of every buffer row that the bias multiplies
    margins: list[Array]  # columns of the buffer that are padding
    strips: list[Strip]


def cut(form: RowProducts, scratch: Scratch) -> Strips:
    """A convolution cut into strips that share one buffer small enough for the cache.

    The shifted copies of a whole map are three times its size. Made and multiplied a few rows
    at a time, in a piece of memory that all layers share, they never leave the cache; that
    saves a quarter of a run's time.
    """
    _, stride, padding, _ = form.window.axis(0)
    row = form.out_width * (form.lines + 1)
    most = max(1, (STRIP // row - form.depth) // stride + 1)
    most = -(-form.out_height // -(-form.out_height // most))  # strips of equal height
    height = (most - 1) * stride + form.depth
    memory = scratch.zeros("strip", (max(STRIP, height * row),))
    buffer = memory[: height * row].reshape(height, form.lines + 1, form.out_width)
    by_column = buffer[:, : form.lines].reshape(height, form.window.size[1], form.channels, -1)
    margins = [
        part
        for v, (_, outputs) in enumerate(form.columns)
        for part in (by_column[:, v, :, : outputs.start], by_column[:, v, :, outputs.stop :])
        if part.size
    ]
    found = []
    for first in range(0, form.out_height, most):
        rows = min(most, form.out_height - first)
        # The strip sees padded rows from `top` on; those from low to high lie on the map.
        top, depth = first * stride - padding, (rows - 1) * stride + form.depth
        low = min(max(0, -top), depth)
        high = max(low, min(depth, form.height - top))
        inside = by_column[low:high]
        found.append(
            Strip(
                slice(first, first + rows),
                slice(top + low, top + high),
                [(inside[:, v, :, outputs], seen) for v, (seen, outputs) in enumerate(form.columns)],
                [part for part in (by_column[:low], by_column[high:depth]) if len(part)],
                row_matrices(buffer, rows, form.depth, stride),
            )
        )
    return Strips(buffer[:, form.lines], margins, found)


def _conv2d(layer: Conv2D, input_shape: Shape, params: Parameters) -> Forward:
    form = RowProducts(layer, input_shape, 1)
    kernels = form.kernels(params["weight"], params["bias"])
    key = f"{form.window} {input_shape}"

    def forward(x: Array, room: Array, scratch: Scratch) -> Array:
        by_row, y = x.transpose(1, 0, 2), room.transpose(1, 0, 2)
        ones, margins, strips = scratch.once(key, lambda: cut(form, scratch))
        ones.fill(1)
        for margin in margins:
            margin.fill(0)
        for outputs, inputs, targets, blanks, matrices in strips:
            seen = by_row[inputs]
            for target, columns in targets:
                target[...] = seen[..., columns]
            for blank in blanks:
                blank.fill(0)
            np.matmul(kernels, matrices, out=y[outputs])
        return room

    return forward


def _relu(layer: ReLU, input_shape: Shape, params: Parameters) -> Forward:
    zeros = np.zeros(input_shape[-1:], dtype=FLOAT)  # why a line: see ReLUStep

    def forward(x: Array, room: Array, scratch: Scratch) -> Array:
        return np.maximum(x, zeros, out=room)

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

    def forward(x: Array, room: Array, scratch: Scratch) -> Array:
        add(x, room, scratch)
        room *= share
        return room

    return forward


def _over_windows(combine: np.ufunc, layer: Pool2D, input_shape: Shape) -> Forward:
    """All values under each window put together by a function of two."""
    channels, height, width = layer.output_shape(input_shape)
    (kh, kw), (sh, sw) = layer.window, layer.stride
    down, across = (height - 1) * sh + 1, (width - 1) * sw + 1
    row_shape = (channels, height, input_shape[2])
    key = f"{row_shape} rows"

    def forward(x: Array, room: Array, scratch: Scratch) -> Array:
        # Rows first: what is put together then are lines that lie side by side in memory.
        rows = scratch.zeros(key, row_shape)
        _together(combine, [x[:, u : u + down : sh] for u in range(kh)], rows)
        _together(combine, [rows[:, :, v : v + across : sw] for v in range(kw)], room)
        return room

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
    def forward(x: Array, room: Array, scratch: Scratch) -> Array:
        np.subtract(x, x.max(), out=room)
        np.exp(room, out=room)
        room /= room.sum()
        return room

    return forward


def _readable(layer: Layer, input_shape: Shape, params: Parameters) -> Forward:
    def forward(x: Array, room: Array, scratch: Scratch) -> Array:
        y, _ = layer.forward(x, params)
        return np.ascontiguousarray(y)

    return forward


FORWARD: Mapping[str, Callable[[Any, Shape, Parameters], Forward]] = {
    "conv2d": _conv2d,
    "relu": _relu,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
    "softmax": _softmax,
}


def fast_forward(layer: Layer, input_shape: Shape, params: Parameters) -> Forward:
    """What computes this layer's output from its input."""
    return FORWARD.get(layer.kind, _readable)(layer, input_shape, params)
