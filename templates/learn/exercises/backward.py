import numpy as np


def conv2d_backward(x, weight, dy):
    """dy is dL/dy of y = conv2d(x, weight, bias) -> dL/dx, dL/dweight, dL/dbias"""
    # solution
    _, _, rows, columns = weight.shape
    dx, dw = np.zeros(x.shape), np.zeros(weight.shape)
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            window = x[:, i : i + rows, j : j + columns]
            dw += dy[:, i, j, None, None, None] * window
            dx[:, i : i + rows, j : j + columns] += np.einsum("k,kcuv->cuv", dy[:, i, j], weight)
    return dx, dw, dy.sum(axis=(1, 2))
