"""Layers that bring several values together: where the branches of a network meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape, shape_text
from cnn_loupe.engine.errors import ShapeError
from cnn_loupe.engine.layers.base import Gradients, Layer
from cnn_loupe.engine.trace import Term, Trace, check_index, operation, read
from cnn_loupe.engine.windows import ReceptiveField


@dataclass(frozen=True)
class Join(Layer):
    """What the joins share: they take two inputs or more, and see what these see together."""

    fewest_inputs: ClassVar[int] = 2
    most_inputs: ClassVar[int] = 64

    def receptive_field(self, *before: ReceptiveField) -> ReceptiveField:
        return reduce(ReceptiveField.hull, before)


def add(xs: Sequence[Array]) -> Array:
    """y = x_0 + x_1 + …, value by value; all have the same shape.

    The way back needs no cache: every input gets all of dy.
    """
    y: Array = xs[0] + xs[1]
    for x in xs[2:]:
        y += x
    return y


@operation("sum")
def _sum_value(trace: Trace) -> float:
    return math.fsum(term.value for term in trace.terms)


@dataclass(frozen=True)
class Add(Join):
    """The values of all inputs added up, position by position: a residual connection's end."""

    kind: ClassVar[str] = "add"

    def output_shape(self, *shapes: Shape) -> Shape:
        for shape in shapes[1:]:
            if shape != shapes[0]:
                raise ShapeError(
                    "inputs_differ",
                    f"{self.name}: {self.kind} needs inputs of one shape and gets {', '.join(map(shape_text, shapes))}",
                    layer=self.name,
                    kind=self.kind,
                    shapes=[list(shape) for shape in shapes],
                )
        return shapes[0]

    def forward(self, xs: Sequence[Array], params: Parameters) -> tuple[Array, Any]:
        return add(xs), len(xs)

    def backward(self, cache: Any, dy: Array, params: Parameters) -> tuple[tuple[Array, ...], Gradients]:
        return (dy,) * cache, {}

    def trace(self, xs: Sequence[Array], params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, xs[0].shape)
        found = (Term(at, read(x, at)[0], source=source) for source, x in enumerate(xs))
        return Trace("sum", at, tuple(found))


@operation("product")
def _product_value(trace: Trace) -> float:
    return math.prod(term.value for term in trace.terms)


@dataclass(frozen=True)
class Multiply(Join):
    """The values of all inputs multiplied, position by position.

    Beside maps (C, H, W) an input may be a vector (C,), or maps of one pixel (C, 1, 1): one factor for each
    map, as squeeze-and-excitation has it. The first input says the shape. dx_k = dy · the product of the others,
    added up over the places that a factor has served.
    """

    kind: ClassVar[str] = "multiply"

    def output_shape(self, *shapes: Shape) -> Shape:
        for shape in shapes[1:]:
            if shape != shapes[0] and not (len(shapes[0]) == 3 and _is_factor(shape, shapes[0][0])):
                raise ShapeError(
                    "inputs_differ",
                    f"{self.name}: {self.kind} needs inputs of one shape, or one factor for each map of the "
                    f"first, and gets {', '.join(map(shape_text, shapes))}",
                    layer=self.name,
                    kind=self.kind,
                    shapes=[list(shape) for shape in shapes],
                )
        return shapes[0]

    def forward(self, xs: Sequence[Array], params: Parameters) -> tuple[Array, Any]:
        factors = [_spread(x, xs[0].ndim) for x in xs]
        y: Array = reduce(np.multiply, factors)
        return y, (factors, [x.shape for x in xs])

    def backward(self, cache: Any, dy: Array, params: Parameters) -> tuple[tuple[Array, ...], Gradients]:
        factors, shapes = cache
        found = []
        for k, shape in enumerate(shapes):
            dx = reduce(np.multiply, factors[:k] + factors[k + 1 :], dy)
            found.append(dx if shape == dy.shape else dx.sum(axis=(1, 2)).reshape(shape))
        return tuple(found), {}

    def trace(self, xs: Sequence[Array], params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, xs[0].shape)
        cells = (at if x.shape == xs[0].shape else (at[0], 0, 0)[: x.ndim] for x in xs)
        found = (Term(cell, read(x, cell)[0], source=k) for k, (x, cell) in enumerate(zip(xs, cells, strict=True)))
        return Trace("product", at, tuple(found))


def _is_factor(shape: Shape, channels: int) -> bool:
    return shape in ((channels,), (channels, 1, 1))


def _spread(x: Array, dimensions: int) -> Array:
    """The array, a vector with as many dimensions more as it needs to meet maps."""
    return x.reshape(*x.shape, *[1] * (dimensions - x.ndim))


def concat_backward(counts: Sequence[int], dy: Array) -> tuple[Array, ...]:
    """Every input gets the part of dy that its channels (or units) have become; `counts` of them."""
    return tuple(np.split(dy, np.cumsum(counts)[:-1]))


@dataclass(frozen=True)
class Concat(Join):
    """The channels of all inputs behind each other (or the units, for vectors)."""

    kind: ClassVar[str] = "concat"
    keeps_finite: ClassVar[bool] = True

    def output_shape(self, *shapes: Shape) -> Shape:
        for shape in shapes[1:]:
            if shape[1:] != shapes[0][1:] or len(shape) != len(shapes[0]):
                raise ShapeError(
                    "inputs_differ",
                    f"{self.name}: {self.kind} needs inputs of one height and width and gets "
                    f"{', '.join(map(shape_text, shapes))}",
                    layer=self.name,
                    kind=self.kind,
                    shapes=[list(shape) for shape in shapes],
                )
        return (sum(shape[0] for shape in shapes), *shapes[0][1:])

    def forward(self, xs: Sequence[Array], params: Parameters) -> tuple[Array, Any]:
        return np.concatenate(xs), [len(x) for x in xs]

    def backward(self, cache: Any, dy: Array, params: Parameters) -> tuple[tuple[Array, ...], Gradients]:
        return concat_backward(cache, dy), {}

    def trace(self, xs: Sequence[Array], params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, self.output_shape(*(x.shape for x in xs)))
        first, source = at[0], 0
        while first >= len(xs[source]):
            first -= len(xs[source])
            source += 1
        cell = (first, *at[1:])
        return Trace("copy", at, (Term(cell, read(xs[source], cell)[0], source=source),))
