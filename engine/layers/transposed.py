"""Transposed convolution: every value of the maps adds a kernel, weighted by itself, to larger maps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Pair, Parameters, Shape, shape_text
from cnn_loupe.engine.errors import ShapeError
from cnn_loupe.engine.fields import Flag, Whole, WholePair
from cnn_loupe.engine.layers.base import Gradients, Margins, Sides, UnaryLayer, expect_groups, expect_maps
from cnn_loupe.engine.layers.sliding import pad, padded_zeros, unpad, windows
from cnn_loupe.engine.trace import Trace, check_index, terms
from cnn_loupe.engine.windows import ReceptiveField, Window


def conv_transpose2d(
    x: Array, w: Array, b: Array | None, window: Window, output_shape: Shape, groups: int = 1
) -> Array:
    """Lay every kernel, times the value that it belongs to, under that value's window, and add up what overlaps.

    y[o, i·s + u·d − p, j·s + v·d − p] += x[c, i, j] · w[o, c, u, v]  for every c, i, j, u, v, and b[o] everywhere

    x is (C, H, W), w is (O, C / groups, Kh, Kw), b is (O,) or None, and the result is (O, H', W'), the
    `output_shape`. The window, of stride s and dilation d, slides over the result: window (i, j) belongs to
    the input's value (i, j). p rows and columns are cut off around the result, which is what padding means
    here. This is `conv2d_backward`'s way from dy to dx, hence the name: the same matrix, transposed.
    Source: Dumoulin and Visin, 2016, https://arxiv.org/abs/1603.07285, section 4.
    """
    uncut, under = padded_zeros(window, output_shape, x)  # the result with what is cut off, and the windows over it
    under = under[:, : x.shape[1], : x.shape[2]]
    parts = (np.split(array, groups) for array in (w, x, under))
    for kernels, values, below in zip(*parts, strict=True):
        for u, v in np.ndindex(window.size):
            below[:, :, :, u, v] += np.tensordot(kernels[:, :, u, v], values, axes=(1, 0))
    y = unpad(uncut, window, output_shape)
    return np.ascontiguousarray(y) if b is None else y + b[:, None, None]


def conv_transpose2d_backward(
    x: Array, dy: Array, w: Array, window: Window, groups: int = 1
) -> tuple[Array, Array, Array]:
    """The gradients (dx, dw, db) of `conv_transpose2d`.

    dx[c, i, j]    = Σ_{o,u,v} dy[o, i·s + u·d − p, j·s + v·d − p] · w[o, c, u, v]
    dw[o, c, u, v] = Σ_{i,j} dy[o, i·s + u·d − p, j·s + v·d − p] · x[c, i, j]
    db[o]          = Σ_{i,j} dy[o, i, j]

    dx is a convolution of dy: what was handed out is collected again. dy is (O, H', W'), 0 where it was cut off.
    """
    patches = windows(pad(dy, window), window)[:, : x.shape[1], : x.shape[2]]  # (O, H, W, Kh, Kw)
    dx, dw = [], []
    parts = (np.split(array, groups) for array in (w, x, patches))
    for kernels, values, above in zip(*parts, strict=True):
        dx.append(np.tensordot(kernels, above, axes=([0, 2, 3], [0, 3, 4])))
        dw.append(np.tensordot(above, values, axes=([1, 2], [1, 2])).transpose(0, 3, 1, 2))
    return np.concatenate(dx), np.concatenate(dw), dy.sum(axis=(1, 2))


@dataclass(frozen=True)
class ConvTranspose2D(UnaryLayer):
    """`filters` neurons; each adds up the kernels that the values of the maps of its group lay over its map.

    The maps become about `stride` times as large: H' = (H − 1)·s − p − p' + d·(Kh − 1) + q + 1. `padding`
    p, p' is what is cut off at the four sides, `output_padding` q what is kept after all below and at the
    right; where no kernel reaches, only the bias stands.

    Parameters: weight (filters, C / groups, Kh, Kw), the neuron first as in `Conv2D`, and, with `bias`, bias
    (filters,). PyTorch and ONNX keep the weight as (C, filters / groups, Kh, Kw), Keras as (Kh, Kw, filters, C).
    """

    kind: ClassVar[str] = "conv_transpose2d"

    filters: Annotated[int, Whole(1, 4096)]
    kernel: Sides = (2, 2)
    stride: Sides = (2, 2)
    padding: Margins = (0, 0)
    output_padding: Annotated[Pair, WholePair(0, 64)] = (0, 0)
    dilation: Sides = (1, 1)
    groups: Annotated[int, Whole(1, 4096)] = 1
    bias: Annotated[bool, Flag()] = True

    @property
    def spread(self) -> Window:
        """The window that slides over the output, one place for each of the input's."""
        return Window.around(self.kernel, self.stride, self.padding, self.dilation)

    def output_shape_of(self, shape: Shape) -> Shape:
        channels, height, width = expect_maps(self, shape)
        expect_groups(self, self.groups, channels, self.filters)
        window = self.spread
        strides, spans = window.stride, window.span
        uncut = [(height - 1) * strides[0] + spans[0], (width - 1) * strides[1] + spans[1]]
        sides = tuple(
            size - window.padding[axis] - window.ends[axis] + self.output_padding[axis]
            for axis, size in enumerate(uncut)
        )
        if min(sides) < 1:
            four = [list(ends) for ends in zip(window.padding, window.ends, strict=True)]
            raise ShapeError(
                "padding_cuts_everything",
                f"{self.name}: padding {four} cuts off all of the {shape_text(uncut)} that its kernels cover; "
                "use less padding",
                layer=self.name,
                padding=four,
                covered=uncut,
            )
        return (self.filters, *sides)

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        channels, _, _ = expect_maps(self, shape)
        found: dict[str, Shape] = {"weight": (self.filters, channels // self.groups, *self.kernel)}
        return {**found, "bias": (self.filters,)} if self.bias else found

    def multiplications_of(self, shape: Shape) -> int:
        return math.prod(shape) * (self.filters // self.groups) * math.prod(self.kernel)

    def receptive_field_of(self, before: ReceptiveField) -> ReceptiveField:
        _, height, width = self.output_shape_of((self.groups, before.rows.positions, before.columns.positions))
        return before.spread(self.spread, (height, width))

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        shape = self.output_shape_of(x.shape)
        return conv_transpose2d(x, params["weight"], params.get("bias"), self.spread, shape, self.groups), x

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        dx, dw, db = conv_transpose2d_backward(cache, dy, params["weight"], self.spread, self.groups)
        return dx, {"weight": dw, "bias": db} if self.bias else {"weight": dw}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, self.output_shape_of(x.shape))
        unit, row, column = at
        count = x.shape[0] // self.groups
        first = unit // (self.filters // self.groups) * count
        reached = [
            (channel, i, j, u, v)
            for channel in range(count)
            for i, u in self.spread.reading(0, row, x.shape[1])
            for j, v in self.spread.reading(1, column, x.shape[2])
        ]
        cells = [(first + channel, i, j) for channel, i, j, _, _ in reached]
        weights = [params["weight"][unit, channel, u, v] for channel, _, _, u, v in reached]
        bias = float(params["bias"][unit]) if self.bias else None
        return Trace("weighted_sum", at, terms(x, cells, weights), bias=bias)
