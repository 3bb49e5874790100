import numpy as np


def columns(x, size):
    """x (C, H, W), size (h, w) -> a row for each place, a column for each of the C * h * w cells under the kernel"""
    # solution
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))  # (C, i, j, u, v)
    places = windows.shape[1] * windows.shape[2]
    return windows.transpose(1, 2, 0, 3, 4).reshape(places, -1)


def conv2d(x, weight, bias):
    """The same as one product of two matrices."""
    # solution
    filters, _, rows, cols = weight.shape
    y = columns(x, (rows, cols)) @ weight.reshape(filters, -1).T + bias
    return y.T.reshape(filters, x.shape[1] - rows + 1, x.shape[2] - cols + 1)
