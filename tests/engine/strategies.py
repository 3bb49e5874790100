"""Random layers that fit random shapes, and random models, for hypothesis.

The ranges reach the degenerate ends: 1×1 maps, one channel, kernels as large as the input,
strides beyond the kernel, windows that see nothing but padding.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnn_loupe.engine import layers
from cnn_loupe.engine.arrays import Array, Shape
from cnn_loupe.engine.fields import Flag, Real, rules
from cnn_loupe.engine.graph import INPUT, Graph, Node
from cnn_loupe.engine.kinds import KINDS as REGISTRY
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.spec import ModelSpec

MAPS_ONLY = (
    "conv2d",
    "conv_transpose2d",
    "max_pool2d",
    "avg_pool2d",
    "global_avg_pool2d",
    "global_max_pool2d",
    "batch_norm2d",
    "lrn",
    "channel_shuffle",
    "upsample",
    "pad",
)
VECTORS_ONLY = ("dense", "softmax", "log_softmax")
FUNCTIONS = tuple(kind for kind, layer in REGISTRY.items() if issubclass(layer, layers.Activation))
BOTH = (*FUNCTIONS, "prelu", "batch_norm", "scale_shift", "group_norm", "layer_norm", "slice", "flatten")
KINDS = (*MAPS_ONLY, *VECTORS_ONLY, *BOTH)  # those with one input
JOINS = ("add", "concat", "multiply")

maps_shapes = st.tuples(st.integers(1, 3), st.integers(1, 7), st.integers(1, 7))
vector_shapes = st.tuples(st.integers(1, 9))


@st.composite
def axis(draw: st.DrawFn, size: int, *, pool: bool) -> tuple[int, int, int, int]:
    """kernel, stride, padding, dilation that fit `size` along one axis."""
    kernel = draw(st.integers(1, min(4, size + (0 if pool else 2))))
    # A pool's padding is at most half its window; a convolution's is what makes it fit, or more.
    dilation = 1 if pool else draw(st.integers(1, 3))
    span = dilation * (kernel - 1) + 1
    least = max(0, math.ceil((span - size) / 2))
    padding = draw(st.integers(0, kernel // 2)) if pool else draw(st.integers(least, least + 2))
    stride = draw(st.integers(1, 5))
    return kernel, stride, padding, dilation


@st.composite
def transposed(draw: st.DrawFn, shape: Shape, name: str) -> Layer:
    """A transposed convolution that leaves something of what its kernels cover."""
    kernel, stride, dilation, padding = [], [], [], []
    for size in shape[1:]:
        kernel.append(draw(st.integers(1, 4)))
        stride.append(draw(st.integers(1, 4)))
        dilation.append(draw(st.integers(1, 3)))
        most = (size - 1) * stride[-1] + dilation[-1] * (kernel[-1] - 1)
        before = draw(st.integers(0, min(3, most)))
        padding.append((before, draw(st.integers(0, min(3, most - before)))))
    alike = all(before == after for before, after in padding)
    groups = draw(st.sampled_from([n for n in (1, 1, 2, 3) if shape[0] % n == 0]))
    return layers.ConvTranspose2D(
        name,
        groups * draw(st.integers(1, 3)),
        kernel=tuple(kernel),
        stride=tuple(stride),
        padding=tuple(before for before, _ in padding) if alike else tuple(padding),
        output_padding=draw(st.tuples(st.integers(0, 3), st.integers(0, 3))),
        dilation=tuple(dilation),
        groups=groups,
        bias=draw(st.booleans()),
    )


@st.composite
def layers_for(draw: st.DrawFn, kind: str, shape: Shape, name: str = "layer") -> Layer:
    """A layer of this kind that takes inputs of this shape."""
    hyperparameters: dict[str, Any] = {}
    if kind in ("conv2d", "max_pool2d", "avg_pool2d"):
        pool = kind != "conv2d"
        rows = draw(axis(shape[1], pool=pool))
        columns = draw(axis(shape[2], pool=pool))
        pairs = list(zip(rows, columns, strict=True))
        keys = ("window" if pool else "kernel", "stride", "padding", "dilation")
        hyperparameters = dict(zip(keys, pairs, strict=True))
        # Somewhat more at the far ends, as frameworks pad that keep a map's size; a pool's at most half its window.
        before = hyperparameters["padding"]
        most = [size // 2 - p if pool else 2 for size, p in zip(hyperparameters[keys[0]], before, strict=True)]
        if draw(st.booleans()):
            four = tuple((p, p + draw(st.integers(0, m))) for p, m in zip(before, most, strict=True))
            # Sides that are alike are said by two numbers, as a description reads them.
            hyperparameters["padding"] = four if any(a != b for a, b in four) else before
        if pool:
            hyperparameters["ceil"] = draw(st.booleans())
    if kind == "conv2d":
        groups = draw(st.sampled_from([n for n in (1, 1, 2, 3) if shape[0] % n == 0]))
        filters = groups * draw(st.integers(1, 3))
        return layers.Conv2D(name, filters, **hyperparameters, groups=groups, bias=draw(st.booleans()))
    if kind == "conv_transpose2d":
        return draw(transposed(shape, name))
    if kind == "max_pool2d":
        del hyperparameters["dilation"]
        return layers.MaxPool2D(name, **hyperparameters)
    if kind == "avg_pool2d":
        del hyperparameters["dilation"]
        return layers.AvgPool2D(name, **hyperparameters, count_include_pad=draw(st.booleans()))
    if kind == "dense":
        return layers.Dense(name, draw(st.integers(1, 5)), bias=draw(st.booleans()))
    if kind in FUNCTIONS:
        return draw(functions_of(kind, name))
    if kind == "group_norm":
        groups = draw(st.sampled_from([n for n in range(1, shape[0] + 1) if shape[0] % n == 0]))
        return layers.GroupNorm(name, groups=groups, epsilon=draw(EPSILONS))
    if kind in VALUES:
        return REGISTRY[kind](name, **draw(VALUES[kind]))
    if kind == "channel_shuffle":
        return REGISTRY[kind](name, groups=draw(st.sampled_from([n for n in (1, 2, 3) if shape[0] % n == 0])))
    if kind == "slice":
        along = draw(st.integers(0, len(shape) - 1))
        start = draw(st.integers(0, shape[along] - 1))
        stop, step = draw(st.integers(start + 1, shape[along])), draw(st.integers(1, 3))
        return REGISTRY[kind](name, axis=along, start=start, stop=stop, step=step)
    return REGISTRY[kind](name)


EPSILONS = st.floats(1e-3, 1)

# What hyperparameters may be that need not fit the input.
VALUES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "flatten": st.fixed_dictionaries({"order": st.sampled_from(["chw", "hwc"])}),
    "pad": st.fixed_dictionaries(
        {
            "padding": st.one_of(
                st.tuples(st.integers(0, 2), st.integers(0, 2)),
                st.tuples(st.tuples(st.integers(0, 2), st.integers(0, 2)), st.tuples(st.just(0), st.integers(1, 2))),
            )
        }
    ),
    "layer_norm": st.fixed_dictionaries({"epsilon": EPSILONS}),
    "upsample": st.fixed_dictionaries({"factor": st.tuples(st.integers(1, 3), st.integers(1, 3))}),
    "lrn": st.fixed_dictionaries(
        {
            "size": st.integers(1, 6),
            "alpha": st.floats(0, 2),
            "beta": st.floats(0, 2),
            "bias": st.floats(0.5, 2),
        }
    ),
}


@st.composite
def functions_of(draw: st.DrawFn, kind: str, name: str) -> Layer:
    """An activation of this kind with any constants that its rules allow."""
    values: dict[str, Any] = {}
    for key, rule in rules(REGISTRY[kind]).items():
        if isinstance(rule, Real):
            low, high = max(rule.low, -3), min(rule.high, 3)
            values[key] = draw(st.one_of(st.sampled_from([float(low), float(high)]), st.floats(low, high)))
        elif isinstance(rule, Flag):
            values[key] = draw(st.booleans())
    if kind == "clip":
        values["high"] = values["low"] + abs(values["high"]) + 0.1
    return REGISTRY[kind](name, **values)


@st.composite
def layers_and_shapes(draw: st.DrawFn, kinds: tuple[str, ...] = (*KINDS, *JOINS)) -> tuple[Layer, tuple[Shape, ...]]:
    """A random layer of one of these kinds with the shapes of inputs that it takes."""
    kind = draw(st.sampled_from(kinds))
    if kind in JOINS:
        return draw(joins_and_shapes(kind))
    shapes = {**dict.fromkeys(MAPS_ONLY, maps_shapes), **dict.fromkeys(VECTORS_ONLY, vector_shapes)}
    shape: Shape = draw(shapes.get(kind, st.one_of(maps_shapes, vector_shapes)))
    return draw(layers_for(kind, shape)), (shape,)


@st.composite
def model_specs(
    draw: st.DrawFn,
    kinds: tuple[str, ...] = KINDS,
    *,
    scores: bool = True,
    inputs: st.SearchStrategy[tuple[int, int, int]] = maps_shapes,
) -> ModelSpec:
    """A random model of up to nine layers; with `scores` it ends in a vector."""
    input_shape: Shape = draw(inputs)
    shape, stack = input_shape, list[Layer]()
    for i in range(draw(st.integers(1, 6))):
        fitting = [k for k in kinds if k in BOTH or (k in MAPS_ONLY) == (len(shape) == 3)]
        stack.append(draw(layers_for(draw(st.sampled_from(fitting)), shape, f"layer_{i}")))
        shape = stack[-1].output_shape(shape)
    if scores:
        if len(shape) == 3:
            stack.append(layers.Flatten("flat"))
        stack.append(layers.Dense("scores", draw(st.integers(1, 4))))
        if draw(st.booleans()):
            stack.append(layers.Softmax("probabilities"))
    return ModelSpec("random", input_shape, Graph.chain(*stack))


@st.composite
def joins_and_shapes(draw: st.DrawFn, kind: str) -> tuple[Layer, tuple[Shape, ...]]:
    """A random join with the shapes of two to four inputs."""
    shape: Shape = draw(st.one_of(maps_shapes, vector_shapes))
    count = draw(st.integers(2, 4))
    if kind == "add":
        return layers.Add("layer"), (shape,) * count
    if kind == "multiply":
        others = [shape, shape[:1], (shape[0], 1, 1)] if len(shape) == 3 else [shape]
        return layers.Multiply("layer"), (
            shape,
            *draw(st.lists(st.sampled_from(others), min_size=1, max_size=3)),
        )
    channels = draw(st.lists(st.integers(1, 3), min_size=count, max_size=count))
    return layers.Concat("layer"), tuple((c, *shape[1:]) for c in channels)


@st.composite
def graph_specs(
    draw: st.DrawFn,
    kinds: tuple[str, ...] = KINDS,
    *,
    scores: bool = True,
    inputs: st.SearchStrategy[tuple[int, int, int]] = maps_shapes,
) -> ModelSpec:
    """A random model with branches, joins, and values that several layers read, or a plain chain."""
    input_shape: Shape = draw(inputs)
    nodes: list[Node] = []
    shapes: dict[str, Shape] = {INPUT: input_shape}

    def put(layer: Layer, *sources: str) -> None:
        nodes.append(Node(layer, sources))
        shapes[layer.name] = layer.output_shape(*(shapes[source] for source in sources))

    for i in range(draw(st.integers(1, 7))):
        # Often the newest value, so that graphs grow long as well as wide.
        source = draw(st.sampled_from([*shapes, *[list(shapes)[-1]] * len(shapes)]))
        like = [name for name in shapes if shapes[name][1:] == shapes[source][1:]]
        join = draw(st.sampled_from(["", *JOINS]))
        if join in ("add", "multiply"):
            like = [name for name in like if shapes[name] == shapes[source]]
        name = f"layer_{i}"
        if join:
            others = draw(st.lists(st.sampled_from(like), min_size=1, max_size=2))
            put(REGISTRY[join](name), source, *others)
        else:
            fitting = [k for k in kinds if k in BOTH or (k in MAPS_ONLY) == (len(shapes[source]) == 3)]
            put(draw(layers_for(draw(st.sampled_from(fitting)), shapes[source], name)), source)
    read = {name for node in nodes for name in node.inputs}
    ends = [node.name for node in nodes if node.name not in read]
    for name in list(ends) if scores or len(ends) > 1 else ():
        if len(shapes[name]) == 3:
            put(layers.Flatten(f"{name}_flat"), name)
            ends[ends.index(name)] = f"{name}_flat"
    if len(ends) > 1:
        put(layers.Concat("together"), *ends)
        ends = ["together"]
    if scores:
        put(layers.Dense("scores", draw(st.integers(1, 4))), *ends)
        if draw(st.booleans()):
            put(layers.Softmax("probabilities"), "scores")
    return ModelSpec("random", input_shape, Graph(tuple(nodes)))


def random_arrays(layer: Layer, shapes: tuple[Shape, ...], seed: int) -> tuple[tuple[Array, ...], dict[str, Array]]:
    """Float64 inputs and parameters for a layer; no two values of an input are equal, none is 0."""
    rng = np.random.default_rng(seed)
    xs = tuple(distinct(rng, shape) for shape in shapes)
    params = {key: rng.uniform(-1, 1, s) for key, s in layer.parameter_shapes(*shapes).items()}
    if "variance" in params:
        params["variance"] = np.abs(params["variance"]) + 0.1
    return xs, params


def distinct(rng: np.random.Generator, shape: Shape) -> Array:
    """Values that keep a distance from each other and from 0, where ReLU and maxima bend."""
    size = math.prod(shape)
    steps = rng.permutation(size) - size / 2 + 0.25
    spread: Array = (steps / max(1, size / 4)).reshape(shape)
    return spread


seeds = st.integers(0, 2**32 - 1)

# What JSON and TOML can hold where something else is expected.
odd_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 70),
        st.sampled_from([2**63, 10**400, -(10**400)]),
        st.floats(),
        st.text(max_size=5),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["name", "en", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def spoilt(draw: st.DrawFn, whole: Any) -> Any:
    """A copy of a tree of dictionaries and lists in which one branch is odd, or gone."""
    found = copy.deepcopy(whole)
    place = found
    while True:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not (isinstance(inner, dict | list) and inner) or draw(st.integers(0, 3)) == 0:
            break
        place = inner
    if draw(st.integers(0, 4)) == 0:
        del place[key]
    else:
        place[key] = draw(odd_values)
    return found
