"""Every operation again as plain loops over single numbers, in float64.

Nothing here is shared with the engine but the layers' hyperparameters: no window arithmetic, no
NumPy beyond indexing. Slow, and easy to believe.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from cnn_loupe.engine import layers
from cnn_loupe.engine.arrays import Array, Parameters
from cnn_loupe.engine.spec import ModelSpec


def maps_at(x: Array, c: int, i: int, j: int, outside: float) -> float:
    """The value of a map, or what stands around it."""
    _, height, width = x.shape
    return float(x[c, i, j]) if 0 <= i < height and 0 <= j < width else outside


def positions(layer: Any, size: Any, x: Array) -> tuple[list[int], list[int]]:
    """The first row of every window and the first column, found by trying."""
    found = []
    dilation = getattr(layer, "dilation", (1, 1))
    for axis in (0, 1):
        before, after = sides(layer.padding[axis])
        border, starts, start, ended = x.shape[1 + axis], [], -before, False
        while True:
            last = start + (size[axis] - 1) * dilation[axis]
            over = last > border - 1 + after
            # Rounded up, one more window counts that sticks out, unless it begins behind the map.
            if over and (not getattr(layer, "ceil", False) or start >= border or (starts and ended)):
                break
            ended = last >= border - 1 + after
            starts.append(start)
            start += layer.stride[axis]
        found.append(starts)
    return found[0], found[1]


def sides(padding: Any) -> tuple[int, int]:
    """What lies before and after along one axis."""
    return (padding, padding) if isinstance(padding, int) else padding


def conv2d(layer: layers.Conv2D, x: Array, params: Parameters) -> Array:
    w, b = params["weight"], params.get("bias", np.zeros(layer.filters))
    count, neurons = x.shape[0] // layer.groups, layer.filters // layer.groups
    rows, columns = positions(layer, layer.kernel, x)
    y = np.zeros((layer.filters, len(rows), len(columns)))
    for o, (i, top), (j, left) in product(range(layer.filters), enumerate(rows), enumerate(columns)):
        total = float(b[o])
        for c, u, v in product(range(count), range(layer.kernel[0]), range(layer.kernel[1])):
            value = maps_at(x, o // neurons * count + c, top + u * layer.dilation[0], left + v * layer.dilation[1], 0.0)
            total += value * float(w[o, c, u, v])
        y[o, i, j] = total
    return y


def conv_transpose2d(layer: layers.ConvTranspose2D, x: Array, params: Parameters) -> Array:
    w, b = params["weight"], params.get("bias", np.zeros(layer.filters))
    count, neurons = x.shape[0] // layer.groups, layer.filters // layer.groups
    (top, bottom), (left, right) = map(sides, layer.padding)
    height, width = (
        (x.shape[1 + axis] - 1) * layer.stride[axis] + layer.dilation[axis] * (layer.kernel[axis] - 1) + 1
        for axis in (0, 1)
    )
    whole = np.zeros((layer.filters, height + layer.output_padding[0], width + layer.output_padding[1]))
    for o, c, i, j in product(range(layer.filters), range(count), range(x.shape[1]), range(x.shape[2])):
        for u, v in product(range(layer.kernel[0]), range(layer.kernel[1])):
            row, column = i * layer.stride[0] + u * layer.dilation[0], j * layer.stride[1] + v * layer.dilation[1]
            whole[o, row, column] += float(x[o // neurons * count + c, i, j]) * float(w[o, c, u, v])
    y = whole[:, top : whole.shape[1] - bottom, left : whole.shape[2] - right]
    return y + np.array([[[float(bias)]] for bias in b])


def max_pool2d(layer: layers.MaxPool2D, x: Array, params: Parameters) -> Array:
    rows, columns = positions(layer, layer.window, x)
    y = np.zeros((x.shape[0], len(rows), len(columns)))
    for c, (i, top), (j, left) in product(range(x.shape[0]), enumerate(rows), enumerate(columns)):
        best = -math.inf
        for u, v in product(range(layer.window[0]), range(layer.window[1])):
            best = max(best, maps_at(x, c, top + u, left + v, -math.inf))
        y[c, i, j] = best
    return y


def avg_pool2d(layer: layers.AvgPool2D, x: Array, params: Parameters) -> Array:
    rows, columns = positions(layer, layer.window, x)
    y = np.zeros((x.shape[0], len(rows), len(columns)))
    for c, (i, top), (j, left) in product(range(x.shape[0]), enumerate(rows), enumerate(columns)):
        total, count = 0.0, 0
        for u, v in product(range(layer.window[0]), range(layer.window[1])):
            inside = 0 <= top + u < x.shape[1] and 0 <= left + v < x.shape[2]
            total += maps_at(x, c, top + u, left + v, 0.0)
            padded = (
                top + u < x.shape[1] + sides(layer.padding[0])[1] and left + v < x.shape[2] + sides(layer.padding[1])[1]
            )
            count += inside or (layer.count_include_pad and padded)
        y[c, i, j] = total / count
    return y


def flatten(layer: layers.Flatten, x: Array, params: Parameters) -> Array:
    if layer.order == "hwc" and x.ndim == 3:
        channels, height, width = x.shape
        return np.array([float(x[c, i, j]) for i in range(height) for j in range(width) for c in range(channels)])
    return np.array([float(x[at]) for at in np.ndindex(x.shape)])


def scale_shift(layer: Any, x: Array, params: Parameters) -> Array:
    y = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        y[at] = float(x[at]) * float(params["weight"][at[0]]) + float(params["bias"][at[0]])
    return y


def lrn(layer: Any, x: Array, params: Parameters) -> Array:
    y = np.zeros(x.shape)
    for c, i, j in np.ndindex(x.shape):
        first, last = c - math.floor((layer.size - 1) / 2), c + math.ceil((layer.size - 1) / 2)
        squares = sum(maps_at(x, other, i, j, 0.0) ** 2 for other in range(first, last + 1) if 0 <= other < len(x))
        y[c, i, j] = float(x[c, i, j]) / (layer.bias + layer.alpha / layer.size * squares) ** layer.beta
    return y


def pad(layer: Any, x: Array, params: Parameters) -> Array:
    (top, bottom), (left, right) = map(sides, layer.padding)
    y = np.zeros((x.shape[0], top + x.shape[1] + bottom, left + x.shape[2] + right))
    for c, i, j in np.ndindex(y.shape):
        y[c, i, j] = maps_at(x, c, i - top, j - left, layer.value)
    return y


def cut(layer: Any, x: Array, params: Parameters) -> Array:
    taken = [
        i for i in range(x.shape[layer.axis]) if layer.start <= i < layer.stop and (i - layer.start) % layer.step == 0
    ]
    return np.stack([np.take(x, i, axis=layer.axis) for i in taken], axis=layer.axis)


def channel_shuffle(layer: Any, x: Array, params: Parameters) -> Array:
    size = len(x) // layer.groups
    return np.stack([x[group * size + place] for place in range(size) for group in range(layer.groups)])


def upsample(layer: Any, x: Array, params: Parameters) -> Array:
    (fh, fw), (channels, height, width) = layer.factor, x.shape
    y = np.zeros((channels, height * fh, width * fw))
    for c, i, j in np.ndindex(y.shape):
        y[c, i, j] = float(x[c, math.floor(i / fh), math.floor(j / fw)])
    return y


def multiply(layer: Any, *given: Any) -> Array:
    *xs, _ = given
    y = np.zeros(xs[0].shape)
    for at in np.ndindex(y.shape):
        y[at] = math.prod(float(x[at] if x.shape == y.shape else x.ravel()[at[0]]) for x in xs)
    return y


def dense(layer: layers.Dense, x: Array, params: Parameters) -> Array:
    w, b = params["weight"], params.get("bias", np.zeros(layer.units))
    return np.array(
        [float(b[o]) + sum(float(w[o, i]) * float(x[i]) for i in range(len(x))) for o in range(layer.units)]
    )


def softmax(layer: layers.Softmax, x: Array, params: Parameters) -> Array:
    largest = max(float(v) for v in x)
    powers = [math.exp(float(v) - largest) for v in x]
    return np.array([power / math.fsum(powers) for power in powers])


def batch_norm(layer: layers.BatchNorm, x: Array, params: Parameters) -> Array:
    y = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        c = at[0]
        scale, shift, mean, variance = (float(params[key][c]) for key in ("weight", "bias", "mean", "variance"))
        y[at] = (float(x[at]) - mean) / math.sqrt(variance + layer.epsilon) * scale + shift
    return y


def standardised(layer: Any, x: Array, params: Parameters, together: Callable[[Any, Any], bool]) -> Array:
    y = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        values = [float(x[other]) for other in np.ndindex(x.shape) if together(at, other)]
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        scale, shift = float(params["weight"][at[0]]), float(params["bias"][at[0]])
        y[at] = (float(x[at]) - mean) / math.sqrt(variance + layer.epsilon) * scale + shift
    return y


def group_norm(layer: layers.GroupNorm, x: Array, params: Parameters) -> Array:
    group = lambda at: math.floor(at[0] * layer.groups / len(x))  # noqa: E731
    return standardised(layer, x, params, lambda at, other: group(at) == group(other))


def layer_norm(layer: layers.LayerNorm, x: Array, params: Parameters) -> Array:
    return standardised(layer, x, params, lambda at, other: bool(at[1:] == other[1:]))


def add(layer: layers.Add, *given: Any) -> Array:
    *xs, _ = given
    return np.array([sum(float(x[at]) for x in xs) for at in np.ndindex(xs[0].shape)]).reshape(xs[0].shape)


def concat(layer: layers.Concat, *given: Any) -> Array:
    *xs, _ = given
    return np.array([[float(v) for v in np.ravel(part)] for x in xs for part in x]).reshape(-1, *xs[0].shape[1:])


def gelu(layer: Any, v: float) -> float:
    if layer.approximate:
        return 0.5 * v * (1 + math.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v * v * v)))
    return 0.5 * v * (1 + math.erf(v / math.sqrt(2)))


def prelu(layer: Any, x: Array, params: Parameters) -> Array:
    y = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        value = float(x[at])
        y[at] = value if value > 0 else float(params["slope"][at[0]]) * value
    return y


def _each(function: Callable[[Any, float], float]) -> Callable[[Any, Array, Parameters], Array]:
    def oracle(layer: Any, x: Array, params: Parameters) -> Array:
        return np.array([function(layer, float(x[at])) for at in np.ndindex(x.shape)]).reshape(x.shape)

    return oracle


ORACLES: Mapping[str, Callable[..., Array]] = {
    "conv2d": conv2d,
    "conv_transpose2d": conv_transpose2d,
    "relu": _each(lambda layer, v: v if v > 0 else 0.0),
    "leaky_relu": _each(lambda layer, v: v if v > 0 else layer.slope * v),
    "sigmoid": _each(lambda layer, v: 1 / (1 + math.exp(-v))),
    "tanh": _each(lambda layer, v: (math.exp(v) - math.exp(-v)) / (math.exp(v) + math.exp(-v))),
    "clip": _each(lambda layer, v: layer.low if v < layer.low else layer.high if v > layer.high else v),
    "elu": _each(lambda layer, v: v if v > 0 else layer.alpha * (math.exp(v) - 1)),
    "selu": _each(lambda layer, v: 1.0507009873554805 * (v if v > 0 else 1.6732632423543772 * (math.exp(v) - 1))),
    "hard_sigmoid": _each(lambda layer, v: min(1.0, max(0.0, layer.slope * v + layer.offset))),
    "swish": _each(lambda layer, v: v / (1 + math.exp(-v))),
    "hard_swish": _each(lambda layer, v: 0.0 if v < -3 else v if v > 3 else v * (v + 3) / 6),
    "gelu": _each(gelu),
    "softplus": _each(lambda layer, v: math.log(1 + math.exp(v))),
    "prelu": prelu,
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "flatten": flatten,
    "dense": dense,
    "softmax": softmax,
    "batch_norm2d": batch_norm,
    "batch_norm": batch_norm,
    "scale_shift": scale_shift,
    "lrn": lrn,
    "group_norm": group_norm,
    "layer_norm": layer_norm,
    "log_softmax": lambda layer, x, params: np.log(softmax(layer, x, params)),
    "global_avg_pool2d": lambda layer, x, params: np.array(
        [math.fsum(map(float, part.ravel())) / part.size for part in x]
    ),
    "global_max_pool2d": lambda layer, x, params: np.array([max(map(float, part.ravel())) for part in x]),
    "slice": cut,
    "pad": pad,
    "channel_shuffle": channel_shuffle,
    "upsample": upsample,
    "multiply": multiply,
    "add": add,
    "concat": concat,
}


def oracles(spec: ModelSpec, x: Array, parameters: Parameters) -> dict[str, Array]:
    """Every value of a model by loops, the picture's among them; the walk is spelt out."""
    found = {"input": x}
    for node in spec.graph.nodes:
        prefix = f"{node.layer.name}."
        own = {key.removeprefix(prefix): v for key, v in parameters.items() if key.startswith(prefix)}
        found[node.layer.name] = oracle(node.layer, [found[name] for name in node.inputs], own)
    return found


def oracle(layer: Any, xs: Sequence[Array], params: Parameters) -> Array:
    """The layer's output by loops."""
    return ORACLES[layer.kind](layer, *xs, params)
