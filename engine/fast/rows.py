"""How the maps of one run lie in memory: rows first, each row in whole vector registers.

A run's maps are (C, H, W) to everything outside; in memory they are (H, C, wide), a row of every
channel, then the next row, and of every line `wide` numbers long the first W count. Then

- a convolution writes its products where they stay, and a shift of all channels by one column is
  a shift of whole rows (`cnn_loupe.engine.fast.strips`);
- what goes through all numbers alike (ReLU, pooling) goes through memory in one stretch.

What stands in the surplus columns is made like the rest, from numbers of the same run, and
nobody outside sees it: `outside` leaves it out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from cnn_loupe.engine.arrays import Array, Shape
from cnn_loupe.engine.fast.step import VECTOR, Scratch, room


def wide(width: int) -> int:
    """How many numbers a line of this many columns takes: whole registers, or as many as it has.

    Products whose columns fill registers take a fifth less time; past a third of surplus they
    would take longer.
    """
    full = -(-width // VECTOR) * VECTOR
    return full if 3 * full <= 4 * width else width


def inside_shape(shape: Shape) -> Shape:
    """The shape in memory of an output: (H, C, wide) for maps (C, H, W); (N,) as it is."""
    if len(shape) != 3:
        return shape
    channels, height, width = shape
    return (height, channels, wide(width))


def outside(y: Array, shape: Shape) -> Array:
    """A view of an output as everything outside expects it: (C, H, W), or (N,)."""
    return y[..., : shape[-1]].transpose(1, 0, 2) if len(shape) == 3 else y


class Layout:
    """Where the input and the outputs of a row of layers lie.

    All outputs are in one piece of memory: asked for piece by piece, the system would take the
    larger ones back after every run and hand out empty pages again, which costs as much as a
    convolution.
    """

    def __init__(self, input_shape: Shape, shapes: Sequence[Shape]) -> None:
        self.input_shape = input_shape
        inside = [inside_shape(shape) for shape in shapes]
        sizes = [math.prod(shape) for shape in inside]
        # Each begins with a line of the cache, as the whole does.
        *begins, self.size = accumulate((-(-size // VECTOR) * VECTOR for size in sizes), initial=0)
        self.parts = [
            (slice(begin, begin + size), there, shape)
            for begin, size, there, shape in zip(begins, sizes, inside, shapes, strict=True)
        ]

    def input(self, x: Array, scratch: Scratch) -> Array:
        """The layers' input as it lies in memory, in a buffer that every run uses again."""
        if x.ndim != 3:
            return x
        laid = scratch.zeros("input", inside_shape(self.input_shape))
        outside(laid, self.input_shape)[...] = x
        return laid

    def outputs(self) -> tuple[list[Array], list[Array]]:
        """Room for every output: as it lies in memory, and as everything outside sees it."""
        memory = room(self.size)
        laid = [memory[part].reshape(there) for part, there, _ in self.parts]
        return laid, [outside(y, shape) for y, (_, _, shape) in zip(laid, self.parts, strict=True)]
