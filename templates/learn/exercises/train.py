import numpy as np


def train(x, labels, weight, bias, rate, epochs):
    """Softmax regression: x (N, D), labels (N,), weight (K, D), bias (K,); each epoch is one step on all N.

    Returns weight, bias and the mean loss -ln p before each step.
    """
    # solution
    weight, bias, losses = weight.copy(), bias.copy(), []
    rows = np.arange(len(x))
    for _ in range(epochs):
        z = x @ weight.T + bias
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        losses.append(-np.log(p[rows, labels]).mean())
        dz = p.copy()
        dz[rows, labels] -= 1
        dz /= len(x)
        weight -= rate * dz.T @ x
        bias -= rate * dz.sum(axis=0)
    return weight, bias, np.array(losses)
