"""Layers that move values and change none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.layers.base import Gradients, UnaryLayer
from cnn_loupe.engine.trace import Trace, check_index, terms


@dataclass(frozen=True)
class Flatten(UnaryLayer):
    """Write the maps one after the other into one vector: map by map, row by row."""

    kind: ClassVar[str] = "flatten"
    keeps_finite: ClassVar[bool] = True

    def output_shape_of(self, shape: Shape) -> Shape:
        return (math.prod(shape),)

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return x.reshape(-1), x.shape

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return dy.reshape(cache), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, (x.size,))
        cell = tuple(int(i) for i in np.unravel_index(at[0], x.shape))
        return Trace("copy", at, terms(x, [cell]))
