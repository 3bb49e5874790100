"""Convolution: the same small kernel at every position of the maps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.fields import Flag, Whole
from cnn_loupe.engine.layers.base import (
    Gradients,
    Margins,
    Sides,
    UnaryLayer,
    expect_groups,
    expect_maps,
    slide,
)
from cnn_loupe.engine.layers.sliding import pad, padded_zeros, unpad, windows
from cnn_loupe.engine.trace import Trace, check_index, terms
from cnn_loupe.engine.windows import Window


def conv2d(x: Array, w: Array, b: Array | None, window: Window, groups: int = 1) -> tuple[Array, Array]:
    """Slide every kernel over every input map of its group and add up what it covers.

    y[o, i, j] = b[o] + Σ_{c,u,v} x[c, i·s + u·d − p, j·s + v·d − p] · w[o, c, u, v]

    x is (C, H, W), w is (O, C / groups, Kh, Kw), b is (O,) or None, and the result is (O, H', W') with
    H' = ⌊(H + 2p − d·(Kh − 1) − 1) / s⌋ + 1; stride s, padding p and dilation d each have a
    value for rows and one for columns. x is 0 in the padding. With groups the maps and the neurons are
    split into as many equal parts, and c runs over the part of o alone: groups = C is a depthwise
    convolution. The kernel is not flipped: strictly this is cross-correlation, as in every deep-learning
    library. Cache: the patches, the windows over the padded input (C, H', W', Kh, Kw), a view that copies nothing.
    """
    patches = windows(pad(x, window), window)  # (C, H', W', Kh, Kw)
    parts = zip(np.split(w, groups), np.split(patches, groups), strict=True)
    y = np.concatenate([np.tensordot(kernels, part, axes=([1, 2, 3], [0, 3, 4])) for kernels, part in parts])
    return y if b is None else y + b[:, None, None], patches


def conv2d_backward(
    patches: Array, dy: Array, w: Array, window: Window, input_shape: tuple[int, ...], groups: int = 1
) -> tuple[Array, Array, Array]:
    """The gradients (dx, dw, db) of `conv2d`.

    dw[o, c, u, v] = Σ_{i,j} dy[o, i, j] · (the x under cell (u, v) of window (i, j))
    db[o]          = Σ_{i,j} dy[o, i, j]
    dx[c, i·s + u·d − p, j·s + v·d − p] += Σ_o w[o, c, u, v] · dy[o, i, j]  for every i, j, u, v

    dy is (O, H', W'); dx, dw and db have the shapes of x (`input_shape`), w and b. An output
    hands something back to every input that it has covered; where windows overlap, an input
    gets something from each of them.
    """
    padded, back = padded_zeros(window, input_shape, dy)
    gradients = []
    parts = (np.split(array, groups) for array in (w, patches, dy, back))
    for kernels, part, above, below in zip(*parts, strict=True):
        gradients.append(np.tensordot(above, part, axes=([1, 2], [1, 2])))
        for u, v in np.ndindex(window.size):
            below[:, :, :, u, v] += np.tensordot(kernels[:, :, u, v], above, axes=(0, 0))
    return unpad(padded, window, input_shape), np.concatenate(gradients), dy.sum(axis=(1, 2))


@dataclass(frozen=True)
class Conv2D(UnaryLayer):
    """`filters` neurons; each slides one kernel per input map of its group and adds everything up.

    Parameters: weight (filters, C / groups, Kh, Kw) and, with `bias`, bias (filters,).
    """

    kind: ClassVar[str] = "conv2d"

    filters: Annotated[int, Whole(1, 4096)]
    kernel: Sides = (3, 3)
    stride: Sides = (1, 1)
    padding: Margins = (0, 0)
    dilation: Sides = (1, 1)
    groups: Annotated[int, Whole(1, 4096)] = 1
    bias: Annotated[bool, Flag()] = True

    @property
    def sliding(self) -> Window:
        return Window.around(self.kernel, self.stride, self.padding, self.dilation)

    def output_shape_of(self, shape: Shape) -> Shape:
        channels, height, width = expect_maps(self, shape)
        expect_groups(self, self.groups, channels, self.filters)
        return (self.filters, *slide(self, self.sliding, height, width))

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        channels, _, _ = expect_maps(self, shape)
        found: dict[str, Shape] = {"weight": (self.filters, channels // self.groups, *self.kernel)}
        return {**found, "bias": (self.filters,)} if self.bias else found

    def multiplications_of(self, shape: Shape) -> int:
        return math.prod(self.output_shape_of(shape)) * (shape[0] // self.groups) * math.prod(self.kernel)

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        y, patches = conv2d(x, params["weight"], params.get("bias"), self.sliding, self.groups)
        return y, (patches, x.shape)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        patches, shape = cache
        dx, dw, db = conv2d_backward(patches, dy, params["weight"], self.sliding, shape, self.groups)
        return dx, {"weight": dw, "bias": db} if self.bias else {"weight": dw}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, self.output_shape_of(x.shape))
        unit, row, column = at
        count = x.shape[0] // self.groups
        first = unit // (self.filters // self.groups) * count
        cells = [
            (channel, *cell) for channel in range(first, first + count) for cell in self.sliding.cells(row, column)
        ]
        bias = float(params["bias"][unit]) if self.bias else None
        return Trace("weighted_sum", at, terms(x, cells, params["weight"][unit].ravel()), bias=bias)
