"""Convolution as one small matrix product for each output row.

With maps as (H, C, n, W), three copies of the input, each shifted by one column, laid out as
`shifted[row, v, c, picture, column]`, hold everything that a 3×3 kernel needs: the rows
i, i+1, i+2 of it lie below each other in memory and are, without any further copy, the matrix
(3·3·C, n·W') that the kernels multiply for output row i. The view `rows` is the stack of those
overlapping matrices, and one `np.matmul` goes through all of them. Its matrices are small
enough to skip the packing that large products do, which is what makes 10 filters fast.

The same function is the way back: dx is the convolution of the shifted dy with the kernels
turned by 180° and input and output channels exchanged.

A stride or padding changes only which columns are copied; rows with stride are skipped by the
view; dilated rows are a kernel with rows of zeros in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from engine.arrays import FLOAT, Array, Shape
from engine.fast.step import Scratch, Step
from engine.layers import Conv2D
from engine.windows import Window


class Columns(NamedTuple):
    """For one column v of the kernel: output columns `outputs` see input columns `inputs`."""

    inputs: slice
    outputs: slice


def columns(window: Window, width: int, outputs: int) -> list[Columns]:
    """Which output columns meet the map (and not the padding) under each kernel column.

    Output column j sees input column j·s + v·d − p.
    """
    kernel, stride, padding, dilation = window.axis(1)
    found = []
    for v in range(kernel):
        offset = v * dilation - padding
        low = max(0, -(offset // stride))  # the first j with j·s + offset ≥ 0
        high = max(low, min(outputs, (width - 1 - offset) // stride + 1))
        begin = low * stride + offset
        end = begin + (high - low - 1) * stride + 1 if high > low else begin
        found.append(Columns(slice(begin, end, stride), slice(low, high)))
    return found


def row_matrices(shifted: Array, count: int, depth: int, stride: int) -> Array:
    """`count` overlapping matrices, each `depth` rows of `shifted` (H, …, n, W): a view."""
    width = shifted.shape[-1] * shifted.shape[-2]
    height = depth * (shifted[0].size // width)
    row = shifted.strides[0]
    item = shifted.itemsize
    return as_strided(shifted, (count, height, width), (row * stride, width * item, item))


class ConvStep(Step):
    """`engine.ops.convolution` for a block of pictures."""

    def __init__(self, layer: Conv2D, input_shape: Shape, count: int) -> None:
        super().__init__(layer.name, count)
        self.window = layer.geometry
        self.channels, self.height, self.width = input_shape
        self.filters, self.out_height, self.out_width = layer.output_shape(input_shape)
        self.columns = columns(self.window, self.width, self.out_width)
        self.depth = self.window.span[0]
        self.y = np.empty((self.out_height, self.filters, count, self.out_width), dtype=FLOAT)
        self.ones = np.ones(count * self.out_width, dtype=FLOAT)
        self.x = self.y  # replaced by the input of each forward pass

    def forward(self, x: Array, weights: Mapping[str, Array], scratch: Scratch) -> Array:
        self.x = x
        rows = self._rows(x, scratch)
        flat = self.y.reshape(self.out_height, self.filters, -1)
        np.matmul(self._kernels(weights["weight"]), rows, out=flat)
        flat += weights["bias"][:, None]
        return self.y

    def backward(
        self,
        dy: Array,
        weights: Mapping[str, Array],
        gradients: Mapping[str, Array],
        scratch: Scratch,
        *,
        first: bool,
    ) -> Array:
        flat = dy.reshape(self.out_height, self.filters, -1)
        # The shifted copies are made again, which costs less than keeping them all this time.
        rows = self._rows(self.x, scratch)
        products = scratch.zeros(self.name + ".dw", (self.out_height, self.filters, rows.shape[1]))
        np.matmul(flat, rows.transpose(0, 2, 1), out=products)
        sums = products.sum(axis=0).reshape(self.filters, self.depth, -1, self.channels)
        dilation = self.window.dilation[0]
        gradients["weight"][...] = sums[:, ::dilation].transpose(0, 3, 1, 2)
        gradients["bias"][...] = (flat @ self.ones).sum(axis=0)
        return dy if first else self._input_gradient(dy, weights["weight"], scratch)

    def _rows(self, x: Array, scratch: Scratch) -> Array:
        """The matrices that the kernels multiply, one for each output row."""
        padding = self.window.padding[0]
        kernel = self.window.size[1]
        height = self.height + 2 * padding
        shape = (height, kernel, self.channels, self.count, self.out_width)
        shifted = scratch.zeros(self.name + ".x", shape)
        inside = shifted[padding : padding + self.height]
        for v, (inputs, outputs) in enumerate(self.columns):
            inside[:, v, :, :, outputs] = x[..., inputs]
        return row_matrices(shifted, self.out_height, self.depth, self.window.stride[0])

    def _kernels(self, weight: Array) -> Array:
        """(O, C, Kh, Kw) as the matrix (O, span · Kw · C), rows of zeros where dilated."""
        spread = np.zeros((self.filters, self.depth, self.window.size[1], self.channels), dtype=FLOAT)
        spread[:, :: self.window.dilation[0]] = weight.transpose(0, 2, 3, 1)
        return spread.reshape(self.filters, -1)

    def _input_gradient(self, dy: Array, weight: Array, scratch: Scratch) -> Array:
        """Every input row collects from the `depth` rows of dy whose windows covered it."""
        _, stride, padding, dilation = self.window.axis(0)
        kernel = self.window.size[1]
        height = self.height + self.depth - 1
        shape = (height, kernel, self.filters, self.count, self.width)
        shifted = scratch.zeros(self.name + ".dy", shape)
        # Output row i was made from the window that ends `depth − 1 − padding` rows further
        # down; rows beyond either end have seen nothing but padding.
        offset = self.depth - 1 - padding
        low = max(0, -(offset // stride))
        high = max(low, min(self.out_height, (height - 1 - offset) // stride + 1))
        begin = low * stride + offset
        inside = (
            shifted[begin : begin + (high - low - 1) * stride + 1 : stride] if high > low else shifted[:0]
        )
        for v, (inputs, outputs) in enumerate(self.columns):
            inside[:, v, :, :, inputs] = dy[low:high, :, :, outputs]
        turned = np.zeros((self.channels, self.depth, kernel, self.filters), dtype=FLOAT)
        turned[:, self.depth - 1 :: -dilation] = weight.transpose(1, 2, 3, 0)
        dx = scratch.zeros(self.name + ".dx", (self.height, self.channels, self.count, self.width))
        rows = row_matrices(shifted, self.height, self.depth, 1)
        flat = dx.reshape(self.height, self.channels, -1)
        np.matmul(turned.reshape(self.channels, -1), rows, out=flat)
        return dx
