"""From a model to a chain of fast steps: the registry of fast forms, and their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnn_loupe.engine import layers
from cnn_loupe.engine.arrays import Shape
from cnn_loupe.engine.fast.convolution import ConvStep
from cnn_loupe.engine.fast.linear import DenseStep, FlattenStep, SoftmaxStep
from cnn_loupe.engine.fast.normalisation import BatchNormStep, Statistics
from cnn_loupe.engine.fast.pointwise import LeakyReLUStep, PointwiseStep, ReLUStep, SigmoidStep, TanhStep
from cnn_loupe.engine.fast.pooling import AvgPoolStep, MaxPool2x2Step, MaxPoolStep
from cnn_loupe.engine.fast.step import Step
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.spec import ModelSpec


def _max_pool(layer: layers.MaxPool2D, input_shape: Shape, count: int) -> Step:
    pairs = layer.window == layer.stride == (2, 2) and layer.padding == (0, 0)
    return (MaxPool2x2Step if pairs else MaxPoolStep)(layer, input_shape, count)


# Batch normalisation is not among them: its steps share statistics (`chain`).
STEPS: Mapping[str, Callable[[Any, Shape, int], Step]] = {
    "conv2d": ConvStep,
    "relu": ReLUStep,
    "leaky_relu": LeakyReLUStep,
    "sigmoid": SigmoidStep,
    "tanh": TanhStep,
    "max_pool2d": _max_pool,
    "avg_pool2d": AvgPoolStep,
    "flatten": FlattenStep,
    "dense": DenseStep,
    "softmax": SoftmaxStep,
}


def order(spec: ModelSpec) -> list[Layer]:
    """The layers in the order in which the fast forms compute them.

    A softmax at the end is left to the loss. A ReLU before a max pooling trades places with
    it: max(0, ·) never changes which of two values is larger, so both orders give the same
    values, and a 2×2 pooling leaves the ReLU a quarter of the work. (Where a whole window is
    0 after the ReLU the two break the tie differently, and no gradient passes either way.)
    """
    found = list(spec.layers)
    if isinstance(found[-1], layers.Softmax):
        found.pop()
    for i in range(len(found) - 1):
        if isinstance(found[i], layers.ReLU) and isinstance(found[i + 1], layers.MaxPool2D):
            found[i], found[i + 1] = found[i + 1], found[i]
    return found


def chain(
    ordered: list[Layer], input_shape: Shape, count: int, shared: Mapping[str, Statistics]
) -> list[Step]:
    """The steps for blocks of `count` pictures, each with buffers of its own."""
    steps: list[Step] = []
    shape = input_shape
    for layer in ordered:
        step: Step
        if isinstance(layer, layers.BatchNorm2D):
            step = BatchNormStep(layer, shape, count, shared[layer.name])
        else:
            step = STEPS[layer.kind](layer, shape, count)
        if isinstance(step, PointwiseStep) and steps and steps[-1].needs_output:
            step.in_place = False
        steps.append(step)
        shape = layer.output_shape(shape)
    return steps


def statistics(ordered: list[Layer], input_shape: Shape) -> dict[str, Statistics]:
    """The shared statistics of every batch normalisation layer."""
    found = {}
    shape = input_shape
    for layer in ordered:
        if isinstance(layer, layers.BatchNorm2D):
            found[layer.name] = Statistics(layer, shape)
        shape = layer.output_shape(shape)
    return found
