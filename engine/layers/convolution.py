"""Convolution: the same small kernel at every position of the maps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.fields import Whole
from cnn_loupe.engine.layers.base import Gradients, Margins, Sides, UnaryLayer, expect_maps, slide
from cnn_loupe.engine.layers.sliding import pad, unpad, windows
from cnn_loupe.engine.trace import Trace, check_index, terms
from cnn_loupe.engine.windows import Window


def conv2d(x: Array, w: Array, b: Array, window: Window) -> tuple[Array, Array]:
    """Slide every kernel over every input map and add up what it covers.

    y[o, i, j] = b[o] + Σ_{c,u,v} x[c, i·s + u·d − p, j·s + v·d − p] · w[o, c, u, v]

    x is (C, H, W), w is (O, C, Kh, Kw), b is (O,), and the result is (O, H', W') with
    H' = ⌊(H + 2p − d·(Kh − 1) − 1) / s⌋ + 1; stride s, padding p and dilation d each have a
    value for rows and one for columns. x is 0 in the padding. The kernel is not flipped:
    strictly this is cross-correlation, as in every deep-learning library. Cache: the patches,
    the windows over the padded input (C, H', W', Kh, Kw), a view that copies nothing.
    """
    patches = windows(pad(x, window.padding), window)  # (C, H', W', Kh, Kw)
    y = np.tensordot(w, patches, axes=([1, 2, 3], [0, 3, 4]))
    return y + b[:, None, None], patches


def conv2d_backward(
    patches: Array, dy: Array, w: Array, window: Window, input_shape: tuple[int, ...]
) -> tuple[Array, Array, Array]:
    """The gradients (dx, dw, db) of `conv2d`.

    dw[o, c, u, v] = Σ_{i,j} dy[o, i, j] · (the x under cell (u, v) of window (i, j))
    db[o]          = Σ_{i,j} dy[o, i, j]
    dx[c, i·s + u·d − p, j·s + v·d − p] += Σ_o w[o, c, u, v] · dy[o, i, j]  for every i, j, u, v

    dy is (O, H', W'); dx, dw and db have the shapes of x (`input_shape`), w and b. An output
    hands something back to every input that it has covered; where windows overlap, an input
    gets something from each of them.
    """
    dw = np.tensordot(dy, patches, axes=([1, 2], [1, 2]))
    db = dy.sum(axis=(1, 2))
    channels, height, width = input_shape
    (ph, pw) = window.padding
    padded = np.zeros((channels, height + 2 * ph, width + 2 * pw), dtype=dy.dtype)
    back = windows(padded, window, writeable=True)
    for u in range(window.size[0]):
        for v in range(window.size[1]):
            back[:, :, :, u, v] += np.tensordot(w[:, :, u, v], dy, axes=(0, 0))
    return unpad(padded, window.padding), dw, db


@dataclass(frozen=True)
class Conv2D(UnaryLayer):
    """`filters` neurons; each slides one kernel per input map and adds everything up.

    Parameters: weight (filters, C, Kh, Kw) and bias (filters,).
    """

    kind: ClassVar[str] = "conv2d"

    filters: Annotated[int, Whole(1, 4096)]
    kernel: Sides = (3, 3)
    stride: Sides = (1, 1)
    padding: Margins = (0, 0)
    dilation: Sides = (1, 1)

    @property
    def sliding(self) -> Window:
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    def output_shape_of(self, shape: Shape) -> Shape:
        _, height, width = expect_maps(self, shape)
        return (self.filters, *slide(self, self.sliding, height, width))

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        channels, _, _ = expect_maps(self, shape)
        return {"weight": (self.filters, channels, *self.kernel), "bias": (self.filters,)}

    def multiplications_of(self, shape: Shape) -> int:
        return math.prod(self.output_shape_of(shape)) * shape[0] * math.prod(self.kernel)

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        y, patches = conv2d(x, params["weight"], params["bias"], self.sliding)
        return y, (patches, x.shape)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        patches, shape = cache
        dx, dw, db = conv2d_backward(patches, dy, params["weight"], self.sliding, shape)
        return dx, {"weight": dw, "bias": db}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, self.output_shape_of(x.shape))
        unit, row, column = at
        cells = [
            (channel, *cell) for channel in range(x.shape[0]) for cell in self.sliding.cells(row, column)
        ]
        return Trace(
            "weighted_sum",
            at,
            terms(x, cells, params["weight"][unit].ravel()),
            bias=float(params["bias"][unit]),
        )
