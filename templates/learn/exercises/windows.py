import numpy as np


def conv2d(x, weight, bias):
    """The same without a loop: np.lib.stride_tricks.sliding_window_view shows all windows at once."""
    # solution
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(1, 2))  # (C, i, j, u, v)
    return np.einsum("cijuv,kcuv->kij", windows, weight) + bias[:, None, None]
