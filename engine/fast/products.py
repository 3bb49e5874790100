"""One picture's convolution as matrix products, in the form that suits its kernel.

A 1×1 kernel multiplies the maps as they lie: y (O, H·W) = w (O, C) · x (C, H·W). Any other kernel
multiplies its patches, which im2col lays out below each other, (C·Kh·Kw, rows·W'); they are made for
so many output rows at a time as fit the cache, in memory that all layers share.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters, Shape
from cnn_loupe.engine.fast.step import CACHED, Scratch
from cnn_loupe.engine.layers import Conv2D


class Pointwise:
    """A convolution with a 1×1 kernel and no padding: a product of matrices."""

    def __init__(self, layer: Conv2D, shape: Shape, params: Parameters) -> None:
        self.stride = layer.stride
        self.weight = params["weight"].reshape(layer.filters, shape[0])
        self.bias = params["bias"][:, None]

    def __call__(self, xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        x = xs[0]
        if self.stride != (1, 1):
            rows, columns = self.stride
            x = np.ascontiguousarray(x[:, ::rows, ::columns])
        flat = y.reshape(len(y), -1)
        np.matmul(self.weight, x.reshape(len(x), -1), out=flat)
        flat += self.bias


class Patches:
    """Any convolution: kernels times patches, a strip of output rows at a time."""

    def __init__(self, layer: Conv2D, shape: Shape, params: Parameters) -> None:
        self.window = layer.sliding
        self.shape = shape
        _, self.height, self.width = layer.output_shape_of(shape)
        weight = params["weight"].reshape(layer.filters, -1)
        # The bias is the weight of an input that is always 1: the products add it without another pass.
        self.kernels = np.concatenate([weight, params["bias"][:, None]], axis=1).astype(FLOAT)
        self.lines = weight.shape[1]
        most = max(1, CACHED // ((self.lines + 1) * self.width))
        self.rows = -(-self.height // -(-self.height // most))  # strips of equal height

    def __call__(self, xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        x = self._padded(xs[0], scratch)
        flat = y.reshape(len(y), -1)
        (kh, kw), (sh, sw), (dh, dw) = self.window.size, self.window.stride, self.window.dilation
        channels, across = self.shape[0], (self.width - 1) * sw + 1
        for first in range(0, self.height, self.rows):
            rows = min(self.rows, self.height - first)
            patches = scratch.part("patches", (self.lines + 1, rows * self.width))
            patches[self.lines] = 1
            cells = patches[: self.lines].reshape(channels, kh, kw, rows, self.width)
            down = (rows - 1) * sh + 1
            for u in range(kh):
                top = first * sh + u * dh
                for v in range(kw):
                    cells[:, u, v] = x[:, top : top + down : sh, v * dw : v * dw + across : sw]
            np.matmul(self.kernels, patches, out=flat[:, first * self.width : (first + rows) * self.width])

    def _padded(self, x: Array, scratch: Scratch) -> Array:
        top, left = self.window.padding
        if not top and not left:
            return x
        channels, height, width = self.shape
        # Nobody writes to the margins, so that they stay 0.
        padded = scratch.zeros(f"padded {top} {left}", (channels, height + 2 * top, width + 2 * left))
        padded[:, top : top + height, left : left + width] = x
        return padded


def convolution(layer: Conv2D, shapes: Sequence[Shape], params: Parameters) -> Pointwise | Patches:
    """The form that suits the layer's kernel."""
    plain = layer.kernel == (1, 1) and layer.padding == (0, 0)
    return (Pointwise if plain else Patches)(layer, shapes[0], params)
