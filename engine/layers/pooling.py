"""The pooling layers: every map gets smaller, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cnn_loupe.engine.arrays import Array, Pair, Parameters, Shape, shape_text
from cnn_loupe.engine.errors import ShapeError
from cnn_loupe.engine.layers.base import Layer, expect_maps, slide
from cnn_loupe.engine.ops.pooling import avg_pool2d, avg_pool2d_backward, max_pool2d, max_pool2d_backward
from cnn_loupe.engine.trace import Trace, check_index, terms
from cnn_loupe.engine.windows import Window


@dataclass(frozen=True)
class Pool2D(Layer):
    """What the pooling layers share: the window and how it slides."""

    window: Pair = (2, 2)
    stride: Pair = (2, 2)
    padding: Pair = (0, 0)

    @property
    def geometry(self) -> Window:
        return Window(self.window, self.stride, self.padding)

    def output_shape(self, input_shape: Shape) -> Shape:
        channels, height, width = expect_maps(self, input_shape)
        largest = [side // 2 for side in self.window]
        if any(p > most for p, most in zip(self.padding, largest, strict=True)):
            # A window that lies in the padding alone would have no value to take.
            raise ShapeError(
                "pool_padding_too_large",
                f"{self.name}: padding {shape_text(self.padding)} is more than half of the "
                f"window {shape_text(self.window)}; use at most {shape_text(largest)}",
                layer=self.name,
                padding=list(self.padding),
                window=list(self.window),
                largest=largest,
            )
        return (channels, *slide(self, self.geometry, height, width))

    def cells(self, x: Array, at: tuple[int, ...]) -> list[tuple[int, int, int]]:
        """The cells of the window that makes output value `at`, padding among them."""
        check_index(self.name, at, self.output_shape(x.shape))
        return [(at[0], *cell) for cell in self.geometry.cells(at[1], at[2])]


@dataclass(frozen=True)
class MaxPool2D(Pool2D):
    """The largest value under each window."""

    kind: ClassVar[str] = "max_pool2d"

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        y, winners = max_pool2d(x, self.geometry)
        return y, (winners, x.shape)

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        winners, input_shape = kept
        return max_pool2d_backward(winners, dy, self.geometry, input_shape), {}

    def trace(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        real = [term for term in terms(x, self.cells(x, at)) if not term.padding]
        return Trace("maximum", at, tuple(real))


@dataclass(frozen=True)
class AvgPool2D(Pool2D):
    """The mean of the values under each window."""

    kind: ClassVar[str] = "avg_pool2d"

    count_include_pad: bool = True

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        y, counts = avg_pool2d(x, self.geometry, count_include_pad=self.count_include_pad)
        return y, (counts, x.shape)

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        counts, input_shape = kept
        return avg_pool2d_backward(counts, dy, self.geometry, input_shape), {}

    def trace(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        found = terms(x, self.cells(x, at))
        counted = [term for term in found if self.count_include_pad or not term.padding]
        share = 1 / len(counted)
        return Trace("mean", at, terms(x, [t.at for t in counted], [share] * len(counted)))
