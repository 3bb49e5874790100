"""Pooling: a window of values becomes one, and every map gets smaller, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Padding, Parameters, Shape, shape_text
from cnn_loupe.engine.errors import ShapeError
from cnn_loupe.engine.fields import Flag
from cnn_loupe.engine.layers.base import Gradients, Margins, Sides, UnaryLayer, expect_maps, slide
from cnn_loupe.engine.layers.sliding import pad, padded_zeros, unpad, windows
from cnn_loupe.engine.trace import Trace, check_index, operation, terms
from cnn_loupe.engine.windows import ReceptiveField, Window


def max_pool2d(x: Array, window: Window) -> tuple[Array, Array]:
    """Keep the largest value under each window.

    y[c, i, j] = max_{u,v} x[c, i·s + u − p, j·s + v − p]

    x is (C, H, W), the result (C, H', W'). Padding never wins: it counts as −∞. Cache: which
    cell won, counted row by row; of equal values the first wins.
    Rows and columns at the border that fill no whole window are dropped.
    """
    patches = windows(pad(x, window, -np.inf), window)
    flat = patches.reshape(*patches.shape[:3], -1)  # (C, H', W', Kh·Kw)
    winners = flat.argmax(axis=3)
    return np.take_along_axis(flat, winners[..., None], axis=3)[..., 0], winners


def max_pool2d_backward(winners: Array, dy: Array, window: Window, input_shape: tuple[int, ...]) -> Array:
    """The gradient dx of `max_pool2d`: all of dy goes to the cell that won, none to the rest.

    winners and dy are (C, H', W'), dx is (C, H, W), the `input_shape`.
    """
    padded, back = padded_zeros(window, input_shape, dy)
    for cell, (u, v) in enumerate(np.ndindex(window.size)):
        back[:, :, :, u, v] += dy * (winners == cell)
    return unpad(padded, window, input_shape)


@operation("maximum")
def _maximum_value(trace: Trace) -> float:
    return max(term.value for term in trace.terms)


def avg_pool2d(x: Array, window: Window, *, count_include_pad: bool) -> tuple[Array, Array]:
    """Take the mean under each window.

    y[c, i, j] = Σ_{u,v} x[c, i·s + u − p, j·s + v − p] / count[i, j]

    x is (C, H, W), the result (C, H', W'). count is the number of cells of the window; with
    count_include_pad=False only of those that lie on the map, so that the zeros of the
    padding do not pull the mean of a border window towards 0. Cache: count, (H', W').
    """
    counts = window_counts(x.shape, window, count_include_pad=count_include_pad).astype(x.dtype)
    patches = windows(pad(x, window), window)
    return patches.sum(axis=(3, 4)) / counts, counts


def avg_pool2d_backward(counts: Array, dy: Array, window: Window, input_shape: tuple[int, ...]) -> Array:
    """The gradient dx of `avg_pool2d`: dy / count goes to every cell of the window.

    counts is (H', W'), dy is (C, H', W'), dx is (C, H, W), the `input_shape`.
    """
    padded, back = padded_zeros(window, input_shape, dy)
    share = dy / counts
    for u, v in np.ndindex(window.size):
        back[:, :, :, u, v] += share
    return unpad(padded, window, input_shape)


def window_counts(input_shape: tuple[int, ...], window: Window, *, count_include_pad: bool) -> Array:
    """How many cells each window divides by, (H', W')."""
    _, height, width = input_shape
    (top, bottom), (left, right) = window.margins(height, width)
    cells = np.zeros((1, top + height + bottom, left + width + right))
    if count_include_pad:  # what a window reaches over beyond the padding, with `ceil`, never counts
        end_rows, end_columns = window.ends
        cells[:, : top + height + end_rows, : left + width + end_columns] = 1
    cells[:, top : top + height, left : left + width] = 1
    counts: Array = windows(cells, window).sum(axis=(3, 4))[0]
    return counts


@dataclass(frozen=True)
class Pool2D(UnaryLayer):
    """What the pooling layers share: the window and how it slides."""

    window: Sides = (2, 2)
    stride: Sides = (2, 2)
    padding: Margins = (0, 0)
    ceil: Annotated[bool, Flag()] = False

    @property
    def sliding(self) -> Window:
        return Window.around(self.window, self.stride, self.padding, ceil=self.ceil)

    def output_shape_of(self, shape: Shape) -> Shape:
        channels, height, width = expect_maps(self, shape)
        largest = [side // 2 for side in self.window]
        window = self.sliding
        if any(p > most for sides in (window.padding, window.ends) for p, most in zip(sides, largest, strict=True)):
            # A window that lies in the padding alone would have no value to take.
            raise ShapeError(
                "pool_padding_too_large",
                f"{self.name}: padding {_text(self.padding)} is more than half of the "
                f"window {shape_text(self.window)}; use at most {shape_text(largest)}",
                layer=self.name,
                padding=list(self.padding),
                window=list(self.window),
                largest=largest,
            )
        return (channels, *slide(self, window, height, width))

    def cells(self, x: Array, at: tuple[int, ...]) -> list[tuple[int, int, int]]:
        """The cells of the window that makes output value `at`, padding among them."""
        check_index(self.name, at, self.output_shape_of(x.shape))
        return [(at[0], *cell) for cell in self.sliding.cells(at[1], at[2])]


def _text(padding: Padding) -> str:
    return "×".join(str(side) if isinstance(side, int) else f"({side[0]}, {side[1]})" for side in padding)


@dataclass(frozen=True)
class MaxPool2D(Pool2D):
    """The largest value under each window."""

    kind: ClassVar[str] = "max_pool2d"

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        y, winners = max_pool2d(x, self.sliding)
        return y, (winners, x.shape)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        winners, shape = cache
        return max_pool2d_backward(winners, dy, self.sliding, shape), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        real = [term for term in terms(x, self.cells(x, at)) if not term.padding]
        return Trace("maximum", at, tuple(real))


@dataclass(frozen=True)
class AvgPool2D(Pool2D):
    """The mean of the values under each window."""

    kind: ClassVar[str] = "avg_pool2d"

    count_include_pad: Annotated[bool, Flag()] = True

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        y, counts = avg_pool2d(x, self.sliding, count_include_pad=self.count_include_pad)
        return y, (counts, x.shape)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        counts, shape = cache
        return avg_pool2d_backward(counts, dy, self.sliding, shape), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        found = terms(x, self.cells(x, at))
        ends = [size + end for size, end in zip(x.shape[1:], self.sliding.ends, strict=True)]
        counted = [
            term
            for term in found
            if not term.padding or (self.count_include_pad and term.at[1] < ends[0] and term.at[2] < ends[1])
        ]
        share = 1 / len(counted)
        return Trace("mean", at, terms(x, [t.at for t in counted], [share] * len(counted)))


@dataclass(frozen=True)
class GlobalPool2D(UnaryLayer):
    """What the global pooling layers share: each map becomes one number, the maps a vector (C,)."""

    def output_shape_of(self, shape: Shape) -> Shape:
        return (expect_maps(self, shape)[0],)

    def receptive_field_of(self, before: ReceptiveField) -> ReceptiveField:
        return before.whole()

    def cells_of(self, x: Array, at: tuple[int, ...]) -> list[tuple[int, int, int]]:
        """Every cell of the map that makes output value `at`, row by row."""
        check_index(self.name, at, x.shape[:1])
        return [(at[0], row, column) for row, column in np.ndindex(x.shape[1:])]


@dataclass(frozen=True)
class GlobalAvgPool2D(GlobalPool2D):
    """y[c] = Σ_{i,j} x[c, i, j] / (H·W); dx[c, i, j] = dy[c] / (H·W).

    Source: Lin, Chen and Yan, 2014, https://arxiv.org/abs/1312.4400.
    """

    kind: ClassVar[str] = "global_avg_pool2d"

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return x.mean(axis=(1, 2)), x.shape

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        _, height, width = cache
        share: Array = dy / (height * width)
        return np.broadcast_to(share[:, None, None], cache).copy(), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        cells = self.cells_of(x, at)
        return Trace("mean", at, terms(x, cells, [1 / len(cells)] * len(cells)))


@dataclass(frozen=True)
class GlobalMaxPool2D(GlobalPool2D):
    """y[c] = max_{i,j} x[c, i, j]; all of dy[c] goes to the cell that won, the first of equals."""

    kind: ClassVar[str] = "global_max_pool2d"
    keeps_finite: ClassVar[bool] = True

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        flat = x.reshape(len(x), -1)
        winners = flat.argmax(axis=1)
        return flat[np.arange(len(x)), winners], (winners, x.shape)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        winners, shape = cache
        dx = np.zeros((shape[0], shape[1] * shape[2]), dy.dtype)
        dx[np.arange(len(dy)), winners] = dy
        return dx.reshape(shape), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        return Trace("maximum", at, terms(x, self.cells_of(x, at)))
