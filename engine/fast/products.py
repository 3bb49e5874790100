"""One picture's convolution as matrix products, in the form that suits its kernel.

A 1×1 kernel multiplies the maps as they lie: y (O, H·W) = w (O, C) · x (C, H·W). Any other kernel
multiplies its patches, which im2col lays out below each other, (C·Kh·Kw, rows·W'). They are made for
so many output rows at a time as fit the cache, in memory that all layers share, and NumPy copies
them in one call. The kernels of a group multiply the patches of that group's channels alone: a
depthwise convolution is one small product for each channel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters, Shape
from cnn_loupe.engine.fast.margins import Margins
from cnn_loupe.engine.fast.step import CACHED, Scratch
from cnn_loupe.engine.layers import Conv2D

# Columns that a product should have at least: with fewer, laying out the kernels for it costs more than it saves.
COLUMNS = 192


class Pointwise:
    """A convolution with a 1×1 kernel, without padding or groups: a product of matrices."""

    def __init__(self, layer: Conv2D, shape: Shape, params: Parameters) -> None:
        self.stride = layer.stride
        self.weight = params["weight"].reshape(layer.filters, shape[0])
        self.bias = _bias(layer, params)[:, None]

    def __call__(self, xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        x = xs[0]
        if self.stride != (1, 1):
            rows, columns = self.stride
            x = np.ascontiguousarray(x[:, ::rows, ::columns])
        flat = y.reshape(len(y), -1)
        np.matmul(self.weight, x.reshape(len(x), -1), out=flat)
        flat += self.bias


class Patches:
    """Any convolution: kernels times patches, a strip of output rows and some groups at a time."""

    def __init__(self, layer: Conv2D, shape: Shape, params: Parameters) -> None:
        window = layer.sliding
        # Weights tell how many groups there are: a kernel has as many channels as a group.
        self.groups = shape[0] // params["weight"].shape[1]
        _, self.height, self.width = layer.output_shape_of(shape)
        self.margins = Margins(window, shape, (self.height, self.width))
        (kh, kw), (sh, sw), (dh, dw) = window.size, window.stride, window.dilation
        size = shape[0] // self.groups
        # What the kernels' cells see, as a view of the maps: groups, channels of a group, Kh, Kw, H', W'.
        self.view = (self.groups, size, kh, kw, self.height, self.width)
        row = 4 * self.margins.size[1]
        channel = self.margins.size[0] * row
        self.strides = (size * channel, channel, dh * row, dw * 4, sh * row, sw * 4)
        weight = params["weight"].reshape(self.groups, layer.filters // self.groups, -1)
        # The bias is the weight of an input that is always 1: the products add it without another pass.
        bias = _bias(layer, params).reshape(self.groups, -1, 1)
        self.kernels = np.concatenate([weight, bias], axis=2).astype(FLOAT)
        self.lines = weight.shape[2]
        wanted = max(COLUMNS, CACHED // (self.lines + 1))
        strips = -(-self.height // max(1, wanted // self.width))
        self.rows = -(-self.height // strips)  # strips of equal height
        self.groups_at_once = max(1, CACHED // ((self.lines + 1) * self.rows * self.width))  # groups

    def __call__(self, xs: Sequence[Array], y: Array, scratch: Scratch) -> None:
        x = self.margins.around(xs[0], scratch, 0)
        windows = np.ndarray(self.view, FLOAT, x, 0, self.strides)
        flat = y.reshape(self.groups, len(y) // self.groups, -1)
        for first in range(0, self.groups, self.groups_at_once):
            groups = slice(first, first + self.groups_at_once)
            for top in range(0, self.height, self.rows):
                self._strip(windows[groups], self.kernels[groups], top, flat[groups], scratch)

    def _strip(self, windows: Array, kernels: Array, top: int, y: Array, scratch: Scratch) -> None:
        """The output rows from `top` on."""
        rows = min(self.rows, self.height - top)
        patches = scratch.part("patches", (len(windows), self.lines + 1, rows * self.width))
        patches[:, self.lines] = 1
        cells = patches[:, : self.lines].reshape(*windows.shape[:4], rows, self.width)
        np.copyto(cells, windows[..., top : top + rows, :])
        np.matmul(kernels, patches, out=y[..., top * self.width : (top + rows) * self.width])


def convolution(layer: Conv2D, shapes: Sequence[Shape], params: Parameters) -> Pointwise | Patches:
    """The form that suits the layer's kernel."""
    (shape,) = shapes
    whole = params["weight"].shape[1] == shape[0] and layer.kernel == (1, 1)
    margins = Margins(layer.sliding, shape, layer.sliding.output_size(*shape[1:]))
    return (Pointwise if whole and margins.plain else Patches)(layer, shape, params)


def _bias(layer: Conv2D, params: Parameters) -> Array:
    """The layer's biases, 0 where it has none."""
    return params.get("bias", np.zeros(layer.filters, FLOAT))
