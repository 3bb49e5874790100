import numpy as np


def conv2d(x, weight, bias):
    """x (C, H, W), weight (K, C, h, w), bias (K,) -> y (K, H - h + 1, W - w + 1)"""
    # solution
    channels, height, width = x.shape
    filters, _, rows, columns = weight.shape
    y = np.zeros((filters, height - rows + 1, width - columns + 1))
    for k in range(filters):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                total = bias[k]
                for c in range(channels):
                    for u in range(rows):
                        for v in range(columns):
                            total += x[c, i + u, j + v] * weight[k, c, u, v]
                y[k, i, j] = total
    return y
