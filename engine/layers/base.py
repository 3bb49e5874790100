"""What every layer can do, whatever its kind.

A kind is one class in the file of its family, beside its operation and the derivative of that:
micrograd's order, so that a forward function and its way back are read together.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from cnn_loupe.engine.arrays import Array, Padding, Pair, Parameters, Shape, shape_text
from cnn_loupe.engine.errors import ShapeError
from cnn_loupe.engine.fields import FourSides, WholePair, bad
from cnn_loupe.engine.layers.starts import Start, he_normal, zeros
from cnn_loupe.engine.trace import Trace
from cnn_loupe.engine.windows import ReceptiveField, Window

Gradients = dict[str, Array]  # of a layer's own parameters, by its own names for them

# The type of a hyperparameter says what a description may give for it.
Sides = Annotated[Pair, WholePair(1, 64)]
Margins = Annotated[Padding, FourSides(0, 64)]


@dataclass(frozen=True)
class Layer(ABC):
    """One step of a network: a name, hyperparameters, and an operation. It holds no weights.

    The dataclass's fields are the hyperparameters and the keys of a description; the type of each
    is `Annotated` with the rule for its values. Parameters are handed in with every call, as a
    mapping of this layer's own names (`{"weight": …, "bias": …}`). Shapes and arrays are those of
    one picture: maps (C, H, W) or a vector (N,). A layer takes one input or several; kinds with one
    derive from `UnaryLayer`, which is shorter to write.
    """

    kind: ClassVar[str]
    # How many inputs the layer takes.
    fewest_inputs: ClassVar[int] = 1
    most_inputs: ClassVar[int] = 1
    # How a model that ends in this kind gives its answer (`cnn_loupe.engine.surroundings.ENDINGS`), the usual way
    # first.
    endings: ClassVar[tuple[str, ...]] = ("logits",)
    # Parameters that training measures and does not learn; the optimiser leaves them alone.
    buffers: ClassVar[frozenset[str]] = frozenset()
    # How parameters start, where it is not He-normal for matrices and kernels and 0 for vectors.
    starts: ClassVar[Mapping[str, Start]] = MappingProxyType({})
    # Whether finite values always give finite ones. Where they are added or multiplied they can overflow float32.
    keeps_finite: ClassVar[bool] = False

    name: str

    @abstractmethod
    def output_shape(self, *shapes: Shape) -> Shape:
        """The shape that comes out, from the shapes that go in.

        Raises ShapeError where the layer does not fit.
        """

    def parameter_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        """The shape of each parameter; empty for a layer that learns nothing."""
        return {}

    def parameter_count(self, *shapes: Shape) -> int:
        """How many numbers the layer learns."""
        found = self.parameter_shapes(*shapes)
        return sum(math.prod(shape) for key, shape in found.items() if key not in self.buffers)

    def multiplications(self, *shapes: Shape) -> int:
        """How many multiply-adds one pass takes; only weighted sums count, as is usual."""
        return 0

    def initial(self, key: str) -> Start:
        """How the parameter of this name begins."""
        if key in self.starts:
            return self.starts[key]
        return lambda shape, rng: (he_normal if len(shape) > 1 else zeros)(shape, rng)

    @property
    def sliding(self) -> Window | None:
        """The window that slides over the layer's input; None where nothing slides."""
        return None

    @abstractmethod
    def receptive_field(self, *before: ReceptiveField) -> ReceptiveField:
        """What one value of this layer sees of the picture, given what its inputs see."""

    @abstractmethod
    def forward(self, xs: Sequence[Array], params: Parameters) -> tuple[Array, Any]:
        """The layer's output y from its inputs, and the cache: what `backward` needs to know."""

    @abstractmethod
    def backward(self, cache: Any, dy: Array, params: Parameters) -> tuple[tuple[Array, ...], Gradients]:
        """The gradients of the loss with respect to each input and to each learnt parameter."""

    @abstractmethod
    def trace(self, xs: Sequence[Array], params: Parameters, at: tuple[int, ...]) -> Trace:
        """What made the output value at index `at`.

        Raises TensorError for an index that the output does not have.
        """

    def describe(self) -> dict[str, Any]:
        """The layer as data: name, kind and hyperparameters, as in a model's description."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}
        return {
            "name": self.name,
            "kind": self.kind,
            **{key: _as_lists(value) for key, value in values.items()},
        }


@dataclass(frozen=True)
class UnaryLayer(Layer):
    """A layer with one input. Its kinds define the methods `…_of`, which get that input itself.

    `forward_of(x, params)` stands for `forward((x,), params)`, and so on for each method.
    """

    def output_shape_of(self, shape: Shape) -> Shape:
        """The shape that comes out; the same as goes in, where a kind does not say otherwise."""
        return shape

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        """The shape of each parameter."""
        return {}

    def multiplications_of(self, shape: Shape) -> int:
        """How many multiply-adds one pass takes."""
        return 0

    def receptive_field_of(self, before: ReceptiveField) -> ReceptiveField:
        """What one value sees: what the window sees where one slides, else what its input sees."""
        return before if self.sliding is None else before.through(self.sliding)

    @abstractmethod
    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        """The output y, and the cache for the way back."""

    @abstractmethod
    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        """The gradients with respect to x and to each learnt parameter."""

    @abstractmethod
    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        """What made the output value at index `at`."""

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        return self.output_shape_of(shape)

    def parameter_shapes(self, *shapes: Shape) -> dict[str, Shape]:
        (shape,) = shapes
        return self.parameter_shapes_of(shape)

    def multiplications(self, *shapes: Shape) -> int:
        (shape,) = shapes
        return self.multiplications_of(shape)

    def receptive_field(self, *before: ReceptiveField) -> ReceptiveField:
        (field,) = before
        return self.receptive_field_of(field)

    def forward(self, xs: Sequence[Array], params: Parameters) -> tuple[Array, Any]:
        (x,) = xs
        return self.forward_of(x, params)

    def backward(self, cache: Any, dy: Array, params: Parameters) -> tuple[tuple[Array, ...], Gradients]:
        dx, gradients = self.backward_of(cache, dy, params)
        return (dx,), gradients

    def trace(self, xs: Sequence[Array], params: Parameters, at: tuple[int, ...]) -> Trace:
        (x,) = xs
        return self.trace_of(x, params, at)


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


def expect_groups(layer: Layer, groups: int, channels: int, filters: int) -> None:
    """Refuse maps that come in, or filters, that do not split into as many equal groups."""
    for count, what in ((channels, "maps that come in"), (filters, "filters")):
        if count % groups:
            raise bad(layer.name, "groups", groups, f"a divisor of the {count} {what}")


def slide(layer: Layer, window: Window, height: int, width: int) -> tuple[int, int]:
    """The output's height and width; refused where not one window fits."""
    rows, columns = window.output_size(height, width)
    if rows < 1 or columns < 1:
        largest = [
            (size + before + after - 1) // dilation + 1
            for size, before, after, dilation in zip(
                (height, width), window.padding, window.ends, window.dilation, strict=True
            )
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


def _as_lists(value: Any) -> Any:
    return [_as_lists(part) for part in value] if isinstance(value, tuple) else value


def _detail(words: str, pair: tuple[int, int], usual: int) -> str:
    return "" if pair == (usual, usual) else f"{words} {shape_text(pair)}"
