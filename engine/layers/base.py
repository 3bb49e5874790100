"""What every layer can do, whatever its kind."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from cnn_loupe.engine.arrays import Array, Parameters, Shape, shape_text
from cnn_loupe.engine.errors import ShapeError
from cnn_loupe.engine.trace import Trace
from cnn_loupe.engine.windows import ReceptiveField, Window


@dataclass(frozen=True)
class Layer(ABC):
    """One step of a network: a name, hyperparameters, and an operation. It holds no weights.

    Parameters are handed in with every call, as a mapping of this layer's own names
    (`{"weight": …, "bias": …}`). Shapes and arrays are those of one picture: maps (C, H, W)
    or a vector (N,).
    """

    kind: ClassVar[str]
    # Parameters that training measures and does not learn; the optimiser leaves them alone.
    statistics: ClassVar[frozenset[str]] = frozenset()
    # Whether finite values always give finite ones. Where they are added or multiplied they can overflow float32.
    keeps_finite: ClassVar[bool] = False

    name: str

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that comes out, from the shape that goes in.

        Raises ShapeError where the layer does not fit.
        """
        return input_shape

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        """The shape of each parameter; empty for a layer that learns nothing."""
        return {}

    def parameter_count(self, input_shape: Shape) -> int:
        """How many numbers the layer learns."""
        shapes = self.parameter_shapes(input_shape)
        return sum(math.prod(s) for key, s in shapes.items() if key not in self.statistics)

    @property
    def geometry(self) -> Window | None:
        """The window that slides over the layer's input; None where nothing slides."""
        return None

    def receptive_field(self, before: ReceptiveField) -> ReceptiveField:
        """What one value of this layer sees of the picture, given what its inputs see."""
        return before if self.geometry is None else before.through(self.geometry)

    @abstractmethod
    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        """The layer's output y, and whatever `backward` needs to know of it."""

    @abstractmethod
    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        """The gradients of the loss with respect to x and to each learnt parameter."""

    @abstractmethod
    def trace(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        """What made the output value at index `at`.

        Raises TensorError for an index that the output does not have.
        """

    def describe(self) -> dict[str, Any]:
        """The layer as data: name, kind and hyperparameters, as in a model's description."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}
        return {
            "name": self.name,
            "kind": self.kind,
            **{key: list(v) if isinstance(v, tuple) else v for key, v in values.items()},
        }


def expect_maps(layer: Layer, shape: Shape) -> tuple[int, int, int]:
    """The shape as channels, height, width; refused where it is not that of maps."""
    if len(shape) != 3:
        raise ShapeError(
            "layer_needs_maps",
            f"{layer.name}: {layer.kind} needs maps (channels, height, width) and gets a vector "
            f"of {shape_text(shape)}; move it before the flatten layer",
            layer=layer.name,
            kind=layer.kind,
            shape=list(shape),
        )
    return shape[0], shape[1], shape[2]


def expect_vector(layer: Layer, shape: Shape) -> int:
    """The length of the vector; refused where the shape is that of maps."""
    if len(shape) != 1:
        raise ShapeError(
            "layer_needs_vector",
            f"{layer.name}: {layer.kind} needs a vector and gets maps of {shape_text(shape)}; "
            f"put a flatten layer before it",
            layer=layer.name,
            kind=layer.kind,
            shape=list(shape),
        )
    return shape[0]


def slide(layer: Layer, window: Window, height: int, width: int) -> tuple[int, int]:
    """The output's height and width; refused where not one window fits."""
    rows, columns = window.output_size(height, width)
    if rows < 1 or columns < 1:
        largest = [
            (size + 2 * padding - 1) // dilation + 1
            for size, padding, dilation in zip((height, width), window.padding, window.dilation, strict=True)
        ]
        raise ShapeError(
            "window_does_not_fit",
            f"{layer.name}: a window of {shape_text(window.size)}"
            f"{_detail(' with dilation', window.dilation, 1)} does not fit the input of "
            f"{height}×{width}{_detail(' with padding', window.padding, 0)}; "
            f"use at most {shape_text(largest)}",
            layer=layer.name,
            kernel=list(window.size),
            input=[height, width],
            padding=list(window.padding),
            dilation=list(window.dilation),
            largest=largest,
        )
    return rows, columns


def _detail(words: str, pair: tuple[int, int], usual: int) -> str:
    return "" if pair == (usual, usual) else f"{words} {shape_text(pair)}"
