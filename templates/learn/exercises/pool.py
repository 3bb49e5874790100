import numpy as np


def max_pool(x, size):
    """x (C, H, W) -> the largest value of every size * size window, stride = size; what fills no window is dropped"""
    # solution
    channels, height, width = x.shape
    rows, cols = height // size, width // size
    blocks = x[:, : rows * size, : cols * size].reshape(channels, rows, size, cols, size)
    return np.max(blocks, axis=(2, 4))
