"""One picture through one network, every activation kept: the fast forward pass of a run.

The forms are those of the batches with a block of one picture; only that maps stay (C, H, W),
as everything outside expects them: `matmul` can write its rows into them where they lie.
Kinds without a form here use the readable one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine.arrays import FLOAT, Array, Parameters, Shape
from engine.fast.convolution import RowProducts, row_matrices
from engine.fast.step import Scratch
from engine.layers import Conv2D, Layer, MaxPool2D, ReLU, Softmax

STRIP_BYTES = 200_000  # how large a convolution's buffer may get: a fifth of a usual L2 cache

# From x to y. `room` is an array for y; a form that makes its own returns that instead.
Forward = Callable[[Array, Array, Scratch], Array]


def forward_all(
    x: Array, forwards: Sequence[Forward], shapes: Sequence[Shape], scratch: Scratch
) -> list[Array]:
    """Every layer's output, C-contiguous, from the first layer's input.

    All of them lie in one piece of memory. Asked for piece by piece, the system would take
    the larger ones back after every run and hand out empty pages again, which costs as much
    as a convolution.
    """
    sizes = [math.prod(shape) for shape in shapes]
    memory = np.empty(sum(sizes), dtype=FLOAT)
    found, begin = [], 0
    for forward, shape, size in zip(forwards, shapes, sizes, strict=True):
        x = forward(x, memory[begin : begin + size].reshape(shape), scratch)
        found.append(x)
        begin += size
    return found


class Strip(NamedTuple):
    """Some output rows of a convolution, and the buffer that their windows lie in."""

    outputs: slice  # the output rows
    inputs: slice  # the input rows that they see
    targets: list[tuple[Array, slice]]  # where the copies go: (view, input columns)
    blanks: list[Array]  # rows of the buffer that are padding here
    matrices: Array  # what the kernels multiply, one for each output row


def strips(form: RowProducts) -> list[Strip]:
    """A convolution cut into strips that share one buffer small enough for the cache.

    The shifted copies of a whole map are three times its size. Made and multiplied a few rows
    at a time they never leave the cache, which saves a quarter of a run's time.
    """
    _, stride, padding, _ = form.window.axis(0)
    row_bytes = 4 * form.out_width * (form.lines + 1)
    most = max(1, (STRIP_BYTES // row_bytes - form.depth) // stride + 1)
    count = -(-form.out_height // most)
    most = -(-form.out_height // count)
    buffer = np.zeros(((most - 1) * stride + form.depth, form.lines + 1, form.out_width), dtype=FLOAT)
    buffer[:, form.lines] = 1  # the input of the bias
    by_channel = buffer[:, : form.lines].reshape(len(buffer), form.window.size[1], form.channels, -1)
    found = []
    for first in range(0, form.out_height, most):
        rows = min(most, form.out_height - first)
        # The strip sees the padded rows from `top`; those on the map are low to high of them.
        top, height = first * stride - padding, (rows - 1) * stride + form.depth
        low, high = min(max(0, -top), height), max(0, min(height, form.height - top))
        inside = by_channel[low : max(low, high)]
        found.append(
            Strip(
                slice(first, first + rows),
                slice(top + low, top + max(low, high)),
                [(inside[:, v, :, out], into) for v, (into, out) in enumerate(form.columns)],
                [part for part in (by_channel[:low], by_channel[max(low, high) : height]) if len(part)],
                row_matrices(buffer, rows, form.depth, stride),
            )
        )
    return found


def _conv2d(layer: Conv2D, input_shape: Shape, params: Parameters) -> Forward:
    form = RowProducts(layer, input_shape, 1)
    kernels = form.kernels(params["weight"], params["bias"])
    # Layers of the same geometry can share the buffer, since they leave the same cells 0.
    key = f"{form.window} {input_shape}"

    def forward(x: Array, room: Array, scratch: Scratch) -> Array:
        by_row, y = x.transpose(1, 0, 2), room.transpose(1, 0, 2)
        for strip in scratch.once(key, lambda: strips(form)):
            seen = by_row[strip.inputs]
            for target, columns in strip.targets:
                target[...] = seen[..., columns]
            for blank in strip.blanks:
                blank.fill(0)
            np.matmul(kernels, strip.matrices, out=y[strip.outputs])
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
    channels, height, width = layer.output_shape(input_shape)
    (kh, kw), (sh, sw) = layer.window, layer.stride
    across = (width - 1) * sw + 1
    row_shape = (channels, height, input_shape[2])
    key = f"{row_shape} rows"

    def forward(x: Array, room: Array, scratch: Scratch) -> Array:
        # Rows first: their maxima are of lines that lie side by side in memory.
        rows = scratch.zeros(key, row_shape)
        _largest([x[:, u : u + (height - 1) * sh + 1 : sh] for u in range(kh)], rows)
        _largest([rows[:, :, v : v + across : sw] for v in range(kw)], room)
        return room

    return forward


def _largest(arrays: Sequence[Array], out: Array) -> None:
    """The largest of each place, into `out`."""
    np.maximum(arrays[0], arrays[min(1, len(arrays) - 1)], out=out)
    for array in arrays[2:]:
        np.maximum(out, array, out=out)


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
    "softmax": _softmax,
}


def fast_forward(layer: Layer, input_shape: Shape, params: Parameters) -> Forward:
    """What computes this layer's output from its input."""
    return FORWARD.get(layer.kind, _readable)(layer, input_shape, params)
