"""Convolution as one small matrix product for each output row.

With maps as (H, C, n, W), three copies of the input, each shifted by one column, laid out as
`shifted[row, v, c, picture, column]`, hold everything that a 3×3 kernel needs: the rows
i, i+1, i+2 of it lie below each other in memory and are, without any further copy, the matrix
(3·3·C, n·W') that the kernels multiply for output row i. The view `rows` is the stack of those
overlapping matrices, and one `np.matmul` goes through all of them. Its matrices are small
enough to skip the packing that large products do, which is what makes 10 filters fast.

The same function is the way back: dx is the convolution of the shifted dy with the kernels
turned by 180° and input and output channels exchanged.

Each row of `shifted` ends with ones: the bias is the weight of an input that is always 1, so
that the products add it, and their way back finds its gradient, without another pass.

A stride or padding changes only which columns are copied; rows with stride are skipped by the
view; dilated rows are a kernel with rows of zeros in between. Groups are one more axis: each has
matrices and kernels of its own, and one call multiplies them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.fast.step import Scratch, StepContext, UnaryStep
from cnn_loupe.engine.layers import Conv2D
from cnn_loupe.engine.windows import Window

# OpenBLAS multiplies by a transposed matrix without packing up to this many numbers in the
# other one, and then more than twice as fast (AVX-512 kernels, measured).
SMALL = 64 * 64


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
    """For each group `count` overlapping matrices, each `depth` rows of `shifted` (G, H, lines, n·W): a view."""
    groups, _, lines, width = shifted.shape
    group, row, line, item = shifted.strides
    return as_strided(shifted, (groups, count, depth * lines, width), (group, row * stride, line, item))


def by_group(x: Array, groups: int) -> Array:
    """A block (H, C, …) as (G, H, C / G, …): a view."""
    height, channels, *rest = x.shape
    return x.reshape(height, groups, channels // groups, *rest).swapaxes(0, 1)


class RowProducts:
    """A convolution of `count` pictures as products of its kernels with `rows`."""

    def __init__(self, layer: Conv2D, input_shape: Shape, count: int) -> None:
        self.window = layer.sliding
        self.count = count
        self.groups = layer.groups
        self.channels, self.height, self.width = input_shape
        self.filters, self.out_height, self.out_width = layer.output_shape(input_shape)
        self.columns = columns(self.window, self.width, self.out_width)
        self.depth = self.window.span[0]
        self.lines = self.window.size[1] * self.channels // self.groups  # without the line of ones

    @property
    def shifted_shape(self) -> Shape:
        """The shape of the buffer that `rows` fills."""
        height = self.height + self.window.padding[0] + self.window.ends[0]
        return (self.groups, height, self.lines + 1, self.count * self.out_width)

    def rows(self, shifted: Array, x: Array | None) -> Array:
        """The matrices that the kernels multiply, for each group one for each output row: (G, H', …, n·W').

        x (H, C, n, W) is written into `shifted`, whose other cells must be 0; without x,
        `shifted` is taken as it stands.
        """
        if x is not None:
            shifted[:, :, self.lines] = 1
            padding, kernel = self.window.padding[0], self.window.size[1]
            inside = shifted[:, padding : padding + self.height, : self.lines].reshape(
                self.groups, self.height, kernel, self.channels // self.groups, self.count, self.out_width
            )
            x = by_group(x, self.groups)
            for v, (inputs, outputs) in enumerate(self.columns):
                inside[:, :, v, :, :, outputs] = x[..., inputs]
        return row_matrices(shifted, self.out_height, self.depth, self.window.stride[0])

    def kernels(self, weight: Array, bias: Array | None) -> Array:
        """(O, C / G, Kh, Kw) and (O,) as the matrices that multiply `rows`: (G, 1, O / G, span · (Kw·C / G + 1)).

        The bias goes with the ones of the window's first row, and is 0 where there is none; rows between
        dilated ones are 0.
        """
        o, c, kh, kw = weight.shape
        spread = np.zeros((o, self.depth, kw * c + 1), dtype=FLOAT)
        spread[:, :: self.window.dilation[0], :-1] = weight.transpose(0, 2, 3, 1).reshape(o, kh, -1)
        if bias is not None:
            spread[:, 0, -1] = bias
        return spread.reshape(self.groups, 1, o // self.groups, -1)


class ConvStep(UnaryStep):
    """`cnn_loupe.engine.layers.convolution` for a block of pictures."""

    def __init__(self, layer: Conv2D, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        (input_shape,) = shapes
        self.form = form = RowProducts(layer, input_shape, count)
        # Into how many products the pictures are split where the kernels' gradient is made.
        size = form.filters // form.groups * form.out_width * count
        self.parts = next(
            parts for parts in range(1, count + 1) if count % parts == 0 and (parts == count or size // parts <= SMALL)
        )
        self.y = np.empty((form.out_height, form.filters, count, form.out_width), dtype=FLOAT)
        self.x = self.y  # replaced by the input of each forward pass

    def forward_of(self, x: Array, context: StepContext) -> Array:
        self.x = x
        context.scratch.user[self.name] = self
        rows = self.form.rows(context.scratch.zeros(self.name + ".x", self.form.shifted_shape), x)
        kernels = self.form.kernels(context.weights["weight"], context.weights.get("bias"))
        y = self.y.reshape(self.form.out_height, self.form.filters, -1)
        np.matmul(kernels, rows, out=by_group(y, self.form.groups))
        return self.y

    def backward_of(self, dy: Array, context: StepContext) -> Array:
        # The shifted copies of the forward pass still stand there unless another block has
        # used the buffer since; making them again costs less than keeping them for every block.
        mine = context.scratch.user.get(self.name) is self
        context.scratch.user[self.name] = self
        shifted = context.scratch.zeros(self.name + ".x", self.form.shifted_shape)
        rows = self.form.rows(shifted, None if mine else self.x)
        self._parameter_gradients(dy, rows, context.gradients, context.scratch)
        return dy if context.first else self._input_gradient(dy, context.weights["weight"], context.scratch)

    def _parameter_gradients(self, dy: Array, rows: Array, gradients: Mapping[str, Array], scratch: Scratch) -> None:
        """Every output row's dy times what the kernels saw there, added up over the rows."""
        parts, (groups, height, lines, _) = self.parts, rows.shape
        filters = self.form.filters // groups
        products = scratch.zeros(self.name + ".dw", (groups, height, parts, filters, lines))
        np.matmul(
            by_group(dy.reshape(height, groups * filters, parts, -1), groups).swapaxes(2, 3),
            rows.reshape(groups, height, lines, parts, -1).transpose(0, 1, 3, 4, 2),
            out=products,
        )
        sums = products.sum(axis=(1, 2)).reshape(groups * filters, self.form.depth, -1)
        by_cell = sums[:, :: self.form.window.dilation[0], :-1]  # (O, Kh, Kw · C / G)
        o, c, kh, kw = gradients["weight"].shape
        gradients["weight"][...] = by_cell.reshape(o, kh, kw, c).transpose(0, 3, 1, 2)
        if "bias" in gradients:
            gradients["bias"][...] = sums[:, 0, -1]

    def _input_gradient(self, dy: Array, weight: Array, scratch: Scratch) -> Array:
        """Every input row collects from the `depth` rows of dy whose windows covered it."""
        form, groups, kernel = self.form, self.form.groups, self.form.window.size[1]
        _, stride, padding, dilation = form.window.axis(0)
        channels, filters = form.channels // groups, form.filters // groups
        height = form.height + form.depth - 1
        shifted = scratch.zeros(self.name + ".dy", (groups, height, kernel * filters, self.count * form.width))
        # The window of output row i ends `depth − 1 − padding` rows below i·stride; windows
        # that end above or begin below the map have seen nothing but padding.
        offset = form.depth - 1 - padding
        low = max(0, -(offset // stride))
        high = max(low, min(form.out_height, (height - 1 - offset) // stride + 1))
        inside = shifted[:, low * stride + offset :: stride][:, : high - low].reshape(
            groups, high - low, kernel, filters, self.count, form.width
        )
        seen = by_group(dy[low:high], groups)
        for v, (inputs, outputs) in enumerate(form.columns):
            inside[:, :, v, :, :, inputs] = seen[..., outputs]
        turned = np.zeros((groups, channels, form.depth, kernel, filters), dtype=FLOAT)
        turned[:, :, form.depth - 1 :: -dilation] = weight.reshape(groups, filters, channels, -1, kernel).transpose(
            0, 2, 3, 4, 1
        )
        dx = scratch.zeros(self.name + ".dx", (form.height, form.channels, self.count, form.width))
        np.matmul(
            turned.reshape(groups, 1, channels, -1),
            row_matrices(shifted, form.height, form.depth, 1),
            out=by_group(dx.reshape(form.height, form.channels, -1), groups),
        )
        return dx
