"""Pooling: a window of values becomes one."""

from __future__ import annotations

import numpy as np

from cnn_loupe.engine.arrays import Array
from cnn_loupe.engine.ops.sliding import pad, unpad, windows
from cnn_loupe.engine.windows import Window


def max_pool2d(x: Array, window: Window) -> tuple[Array, Array]:
    """Keep the largest value under each window.

    y[c, i, j] = max_{u,v} x[c, i·s + u − p, j·s + v − p]

    x is (C, H, W), the result (C, H', W'). Padding never wins: it counts as −∞. What is kept
    for the way back is which cell won, counted row by row; of equal values the first wins.
    Rows and columns at the border that fill no whole window are dropped.
    """
    seen = windows(pad(x, window.padding, -np.inf), window)
    flat = seen.reshape(*seen.shape[:3], -1)  # (C, H', W', Kh·Kw)
    winners = flat.argmax(axis=3)
    return np.take_along_axis(flat, winners[..., None], axis=3)[..., 0], winners


def max_pool2d_backward(winners: Array, dy: Array, window: Window, input_shape: tuple[int, ...]) -> Array:
    """The gradient dx of `max_pool2d`: all of dy goes to the cell that won, none to the rest.

    winners and dy are (C, H', W'), dx is (C, H, W), the `input_shape`.
    """
    padded, back = _room(dy, window, input_shape)
    for cell, (u, v) in enumerate(np.ndindex(window.size)):
        back[:, :, :, u, v] += dy * (winners == cell)
    return unpad(padded, window.padding)


def avg_pool2d(x: Array, window: Window, *, count_include_pad: bool) -> tuple[Array, Array]:
    """Take the mean under each window.

    y[c, i, j] = Σ_{u,v} x[c, i·s + u − p, j·s + v − p] / count[i, j]

    x is (C, H, W), the result (C, H', W'). count is the number of cells of the window; with
    count_include_pad=False only of those that lie on the map, so that the zeros of the
    padding do not pull the mean of a border window towards 0. Kept: count, (H', W').
    """
    counts = window_counts(x.shape, window, count_include_pad=count_include_pad).astype(x.dtype)
    seen = windows(pad(x, window.padding), window)
    return seen.sum(axis=(3, 4)) / counts, counts


def avg_pool2d_backward(counts: Array, dy: Array, window: Window, input_shape: tuple[int, ...]) -> Array:
    """The gradient dx of `avg_pool2d`: dy / count goes to every cell of the window.

    counts is (H', W'), dy is (C, H', W'), dx is (C, H, W), the `input_shape`.
    """
    padded, back = _room(dy, window, input_shape)
    share = dy / counts
    for u, v in np.ndindex(window.size):
        back[:, :, :, u, v] += share
    return unpad(padded, window.padding)


def window_counts(input_shape: tuple[int, ...], window: Window, *, count_include_pad: bool) -> Array:
    """How many cells each window divides by, (H', W')."""
    ones = np.ones((1, *input_shape[1:]))
    outside = 1.0 if count_include_pad else 0.0
    counts: Array = windows(pad(ones, window.padding, outside), window).sum(axis=(3, 4))[0]
    return counts


def _room(dy: Array, window: Window, input_shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Zeros as large as the padded input, and the windows over them."""
    channels, height, width = input_shape
    (ph, pw) = window.padding
    padded = np.zeros((channels, height + 2 * ph, width + 2 * pw), dtype=dy.dtype)
    return padded, windows(padded, window, writeable=True)
