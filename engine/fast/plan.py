"""From a model to its steps: the registry of fast forms, and the graph in which they compute."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnn_loupe.engine import layers
from cnn_loupe.engine.arrays import Shape
from cnn_loupe.engine.fast.convolution import ConvStep
from cnn_loupe.engine.fast.joins import ConcatStep
from cnn_loupe.engine.fast.linear import DenseStep, FlattenStep, SoftmaxStep
from cnn_loupe.engine.fast.normalisation import BatchNormStep, Statistics
from cnn_loupe.engine.fast.pointwise import LeakyReLUStep, PointwiseStep, ReLUStep, SigmoidStep, TanhStep
from cnn_loupe.engine.fast.pooling import AvgPoolStep, MaxPool2x2Step, MaxPoolStep
from cnn_loupe.engine.fast.step import ReadableStep, Step
from cnn_loupe.engine.graph import Graph, Node
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.spec import ModelSpec


def _max_pool(layer: layers.MaxPool2D, shapes: Sequence[Shape], count: int) -> Step:
    if not layer.sliding.plain:
        return ReadableStep(layer, shapes, count)
    pairs = layer.window == layer.stride == (2, 2) and layer.padding == (0, 0)
    return (MaxPool2x2Step if pairs else MaxPoolStep)(layer, shapes, count)


def _avg_pool(layer: layers.AvgPool2D, shapes: Sequence[Shape], count: int) -> Step:
    return (AvgPoolStep if layer.sliding.plain else ReadableStep)(layer, shapes, count)


# A kind that is not among them trains by its readable form. Batch normalisation has its own place,
# since its steps share statistics (`make_steps`).
STEPS: Mapping[str, Callable[[Any, Sequence[Shape], int], Step]] = {
    "conv2d": ConvStep,
    "relu": ReLUStep,
    "leaky_relu": LeakyReLUStep,
    "sigmoid": SigmoidStep,
    "tanh": TanhStep,
    "max_pool2d": _max_pool,
    "avg_pool2d": _avg_pool,
    "flatten": FlattenStep,
    "dense": DenseStep,
    "softmax": SoftmaxStep,
    "concat": ConcatStep,
}


def training_graph(spec: ModelSpec) -> Graph:
    """The graph up to the scores, in the order in which the fast forms compute it.

    A softmax or sigmoid at the end is left to the loss. A ReLU that only a max pooling reads trades
    places with it: max(0, ·) never changes which of two values is larger, so both orders give the
    same values, and a 2×2 pooling leaves the ReLU a quarter of the work. (Where a whole window is 0
    after the ReLU the two break the tie differently, and no gradient passes either way.)
    """
    graph = spec.graph
    if spec.scores != graph.output.name:
        graph = graph.without(graph.output.name)
    for node in graph.nodes:
        if isinstance(node.layer, layers.MaxPool2D):
            before = graph.by_name.get(node.inputs[0])
            if before and isinstance(before.layer, layers.ReLU) and graph.consumers[before.name] == (node,):
                graph = _traded(graph, before, node)
    return graph


def _traded(graph: Graph, first: Node, second: Node) -> Graph:
    """The graph with the second node before the first, which it alone reads."""
    nodes = []
    for node in graph.nodes:
        if node.name == second.name:
            nodes += [Node(second.layer, first.inputs), Node(first.layer, (second.name,))]
        elif node.name != first.name:
            inputs = (first.name if name == second.name else name for name in node.inputs)
            nodes.append(Node(node.layer, tuple(inputs)))
    return Graph(tuple(nodes))


def value_shapes(graph: Graph, input_shape: Shape) -> Mapping[str, Shape]:
    """The shape of every value of a graph, the input's among them."""
    return graph.walk(lambda node, shapes: node.layer.output_shape(*shapes), input_shape)


def make_steps(
    graph: Graph, shapes: Mapping[str, Shape], count: int, shared: Mapping[str, Statistics]
) -> dict[str, Step]:
    """A step for every node, for blocks of `count` pictures and with buffers of its own."""
    steps: dict[str, Step] = {}
    for node in graph.nodes:
        step = _step(node.layer, [shapes[name] for name in node.inputs], count, shared)
        if isinstance(step, PointwiseStep):
            (source,) = node.inputs
            before = steps.get(source)
            step.in_place = len(graph.consumers[source]) == 1 and not (before and before.needs_output)
        steps[node.name] = step
    return steps


def _step(layer: Layer, shapes: Sequence[Shape], count: int, shared: Mapping[str, Statistics]) -> Step:
    if isinstance(layer, layers.BatchNorm):
        return BatchNormStep(layer, shapes, count, shared[layer.name])
    return STEPS.get(layer.kind, ReadableStep)(layer, shapes, count)


def statistics(graph: Graph, shapes: Mapping[str, Shape]) -> dict[str, Statistics]:
    """The shared statistics of every batch normalisation layer."""
    return {
        node.name: Statistics(node.layer, shapes[node.name])
        for node in graph.nodes
        if isinstance(node.layer, layers.BatchNorm)
    }
