"""One picture through one layer, into memory that is there already: the fast forms of a run.

Maps are (C, H, W), one after the other in memory, as everything outside expects them. A kind
without a form here takes the readable one.

docs/engine.md has the measurements behind each form.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters, Shape
from cnn_loupe.engine.fast.margins import Margins
from cnn_loupe.engine.fast.products import convolution
from cnn_loupe.engine.fast.step import Scratch
from cnn_loupe.engine.layers import (
    Add,
    AvgPool2D,
    Clip,
    Concat,
    Dense,
    Flatten,
    Layer,
    MaxPool2D,
    Pool2D,
    ReLU,
    Softmax,
)
from cnn_loupe.engine.layers.pooling import window_counts

# From the inputs into y.
Forward = Callable[[Sequence[Array], Array, Scratch], None]


def _relu(layer: ReLU, shapes: Sequence[Shape], params: Parameters) -> Forward:
    (shape,) = shapes
    size = math.prod(shape)

    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        # NumPy takes the maximum of two arrays with vector instructions, and that of an array and a
        # number without: a line of zeros that stays in the cache halves the time.
        zeros = scratch.zeros("zeros", (LINE,))
        flat, out = xs[0].reshape(-1), y.reshape(-1)
        for begin in range(0, size, LINE):
            part = slice(begin, min(size, begin + LINE))
            np.maximum(flat[part], zeros[: part.stop - begin], out=out[part])

    return forward


LINE = 16_384  # numbers that ReLU compares with one line of zeros


def _clip(layer: Clip, shapes: Sequence[Shape], params: Parameters) -> Forward:
    low, high = FLOAT(layer.low), FLOAT(layer.high)

    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        np.clip(xs[0], low, high, out=y)

    return forward


def _max_pool2d(layer: MaxPool2D, shapes: Sequence[Shape], params: Parameters) -> Forward:
    return _over_windows(np.maximum, -np.inf, layer, shapes[0])


def _avg_pool2d(layer: AvgPool2D, shapes: Sequence[Shape], params: Parameters) -> Forward:
    add = _over_windows(np.add, 0, layer, shapes[0])
    counts = window_counts(shapes[0], layer.sliding, count_include_pad=layer.count_include_pad)
    shares = (1 / counts).astype(FLOAT)

    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        add(xs, y, scratch)
        y *= shares

    return forward


def _over_windows(combine: np.ufunc, outside: float, layer: Pool2D, shape: Shape) -> Forward:
    """All values under each window put together by a function of two: first rows, then columns."""
    channels, rows, columns = layer.output_shape_of(shape)
    margins = Margins(layer.sliding, shape, (rows, columns))
    (kh, kw), (sh, sw) = layer.window, layer.stride
    down, across = (rows - 1) * sh + 1, (columns - 1) * sw + 1

    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        x = margins.around(xs[0], scratch, outside)
        if kh > 1:
            strip = scratch.part("pooled", (channels, rows, margins.size[1]))
            _combined(combine, [x[:, u : u + down : sh] for u in range(kh)], strip)
        else:
            strip = x[:, :down:sh]
        _combined(combine, [strip[..., v : v + across : sw] for v in range(kw)], y)

    return forward


def _combined(combine: np.ufunc, parts: Sequence[Array], out: Array) -> None:
    """The parts put together, number by number."""
    if len(parts) == 1:
        out[...] = parts[0]
        return
    combine(parts[0], parts[1], out=out)
    for part in parts[2:]:
        combine(out, part, out=out)


def _flatten(layer: Flatten, shapes: Sequence[Shape], params: Parameters) -> Forward:
    if layer.order != "chw":
        return _readable(layer, shapes, params)

    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        y[...] = xs[0].reshape(-1)

    return forward


def _dense(layer: Dense, shapes: Sequence[Shape], params: Parameters) -> Forward:
    weight, bias = params["weight"], params.get("bias", FLOAT(0))

    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        np.dot(weight, xs[0], out=y)
        y += bias

    return forward


def _softmax(layer: Softmax, shapes: Sequence[Shape], params: Parameters) -> Forward:
    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        np.subtract(xs[0], np.maximum.reduce(xs[0]), out=y)
        np.exp(y, out=y)
        y /= np.add.reduce(y)

    return forward


def _add(layer: Add, shapes: Sequence[Shape], params: Parameters) -> Forward:
    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        np.add(xs[0], xs[1], out=y)
        for x in xs[2:]:
            y += x

    return forward


def _concat(layer: Concat, shapes: Sequence[Shape], params: Parameters) -> Forward:
    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        np.concatenate(xs, out=y)

    return forward


def _readable(layer: Layer, shapes: Sequence[Shape], params: Parameters) -> Forward:
    def forward(xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        y[...], _ = layer.forward(xs, params)

    return forward


FORWARD: Mapping[str, Callable[[Any, Sequence[Shape], Parameters], Forward]] = {
    "conv2d": convolution,
    "relu": _relu,
    "clip": _clip,
    "max_pool2d": _max_pool2d,
    "avg_pool2d": _avg_pool2d,
    "flatten": _flatten,
    "dense": _dense,
    "softmax": _softmax,
    "add": _add,
    "concat": _concat,
}


def fast_forward(layer: Layer, shapes: Sequence[Shape], params: Parameters) -> Forward:
    """What computes this layer's output from inputs of these shapes."""
    return FORWARD.get(layer.kind, _readable)(layer, shapes, params)
