"""What the fast steps have in common: their place in a chain, and their buffers."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Shape
from cnn_loupe.engine.layers import Layer

T = TypeVar("T")

VECTOR = 16  # numbers in a vector register of AVX-512, and in a line of the cache: 64 bytes
CACHED = 100_000  # numbers that a cache keeps while they are worked on: 400 kB, a part of a usual L2


def aligned_empty(size: int) -> Array:
    """Memory for `size` numbers, of any content, that begins with a line of the cache.

    NumPy's own arrays begin anywhere (most large ones 16 bytes behind such a line). Then every
    vector that is read from them lies in two lines, and products take a tenth longer.
    """
    memory = np.empty(size + VECTOR, dtype=FLOAT)
    begin = -memory.ctypes.data % (VECTOR * memory.itemsize) // memory.itemsize
    return memory[begin : begin + size]


class Scratch:
    """What one thread uses again and again: buffers, each made on first use and zeroed once.

    A user that writes only to the same cells every time finds the others still zero: that is
    how padding costs nothing.
    """

    def __init__(self) -> None:
        self._buffers: dict[tuple[str, Shape], Array] = {}
        self._made: dict[Hashable, Any] = {}
        self.user: dict[str, object] = {}  # who has filled a buffer last, where that matters

    def zeros(self, key: str, shape: Shape) -> Array:
        """The buffer for this purpose and shape."""
        found = self._buffers.get((key, shape))
        if found is None:
            found = self._buffers[key, shape] = aligned_empty(math.prod(shape)).reshape(shape)
            found.fill(0)
        return found

    def part(self, key: str, shape: Shape) -> Array:
        """An array of this shape in memory that all who name this key share.

        It has room for CACHED numbers; only who needs more gets memory for himself.
        """
        size = math.prod(shape)
        return self.zeros(key, (max(CACHED, size),))[:size].reshape(shape)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gave when it was first asked for under this key."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found


class StepContext(NamedTuple):
    """What a step works with in one call.

    weights    the layer's arrays, by the layer's own names
    gradients  where theirs are written (not added to); nobody writes any on the way forward
    scratch    the thread's buffers
    first      nobody needs this step's dx: its way back may return anything
    """

    weights: Mapping[str, Array]
    gradients: Mapping[str, Array]
    scratch: Scratch
    first: bool = False


class Step(ABC):
    """One layer for one block of `count` pictures, with the buffers that its way back needs."""

    # Whether the way back reads y: then the step after it must not work in place.
    needs_output: ClassVar[bool] = False

    def __init__(self, name: str, count: int) -> None:
        self.name = name
        self.count = count

    @abstractmethod
    def forward(self, xs: Sequence[Array], context: StepContext) -> Array:
        """The layer's output, in a buffer of this step's own or in place of an input."""

    @abstractmethod
    def backward(self, dy: Array, context: StepContext) -> Sequence[Array]:
        """dx for each input, and the parameters' gradients in `context.gradients`; dy may be overwritten.

        No two of the arrays share memory: whoever gets one may overwrite it, too.
        """


class UnaryStep(Step):
    """A step of a layer with one input: `forward_of` and `backward_of` get and give just that."""

    @abstractmethod
    def forward_of(self, x: Array, context: StepContext) -> Array:
        """The layer's output."""

    @abstractmethod
    def backward_of(self, dy: Array, context: StepContext) -> Array:
        """dx, and the parameters' gradients."""

    def forward(self, xs: Sequence[Array], context: StepContext) -> Array:
        return self.forward_of(xs[0], context)

    def backward(self, dy: Array, context: StepContext) -> Sequence[Array]:
        return (self.backward_of(dy, context),)


class ReadableStep(Step):
    """Any layer by its readable form, one picture after the other: what a kind without a faster step gets."""

    needs_output = True  # what the readable form keeps may be its output

    def __init__(self, layer: Layer, shapes: Sequence[Shape], count: int) -> None:
        super().__init__(layer.name, count)
        self.layer = layer
        self.y = np.empty(block_shape(layer.output_shape(*shapes), count), dtype=FLOAT)
        self.dxs = [np.empty(block_shape(shape, count), dtype=FLOAT) for shape in shapes]
        self.caches: list[Any] = []

    def forward(self, xs: Sequence[Array], context: StepContext) -> Array:
        self.caches = []
        for y, *pictures in zip(pictures_of(self.y), *map(pictures_of, xs), strict=True):
            y[...], cache = self.layer.forward(pictures, context.weights)
            self.caches.append(cache)
        return self.y

    def backward(self, dy: Array, context: StepContext) -> Sequence[Array]:
        for gradient in context.gradients.values():
            gradient.fill(0)
        into = zip(*map(pictures_of, self.dxs), strict=True)
        for cache, one, targets in zip(self.caches, pictures_of(dy), into, strict=True):
            dxs, own = self.layer.backward(cache, one, context.weights)
            for target, dx in zip(targets, dxs, strict=True):
                target[...] = dx
            for key, gradient in own.items():
                context.gradients[key][...] += gradient
        return self.dxs


def to_rows(x: Array, out: Array) -> Array:
    """Pictures (n, C, H, W) written into a block's layout (H, C, n, W)."""
    out[...] = x.transpose(2, 1, 0, 3)
    return out


def from_rows(x: Array) -> Array:
    """A view (n, C, H, W) of a block (H, C, n, W)."""
    return x.transpose(2, 1, 0, 3)


def pictures_of(x: Array) -> Array:
    """A view of a block, maps or vectors, whose first axis counts the pictures."""
    return from_rows(x) if x.ndim == 4 else x


def block_shape(shape: Shape, count: int) -> Shape:
    """How a block lays out `count` outputs of this shape: (H, C, n, W), or (n, N)."""
    if len(shape) == 3:
        channels, height, width = shape
        return (height, channels, count, width)
    return (count, *shape)
