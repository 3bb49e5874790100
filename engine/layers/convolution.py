"""The convolution layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cnn_loupe.engine.arrays import Array, Pair, Parameters, Shape
from cnn_loupe.engine.layers.base import Layer, expect_maps, slide
from cnn_loupe.engine.ops.convolution import conv2d, conv2d_backward
from cnn_loupe.engine.trace import Trace, check_index, terms
from cnn_loupe.engine.windows import Window


@dataclass(frozen=True)
class Conv2D(Layer):
    """`filters` neurons; each slides one kernel per input map and adds everything up.

    Parameters: weight (filters, C, Kh, Kw) and bias (filters,).
    """

    kind: ClassVar[str] = "conv2d"

    filters: int
    kernel: Pair = (3, 3)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)

    @property
    def geometry(self) -> Window:
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    def output_shape(self, input_shape: Shape) -> Shape:
        _, height, width = expect_maps(self, input_shape)
        return (self.filters, *slide(self, self.geometry, height, width))

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        channels, _, _ = expect_maps(self, input_shape)
        return {"weight": (self.filters, channels, *self.kernel), "bias": (self.filters,)}

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        y, seen = conv2d(x, params["weight"], params["bias"], self.geometry)
        return y, (seen, x.shape)

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        seen, input_shape = kept
        dx, dw, db = conv2d_backward(seen, dy, params["weight"], self.geometry, input_shape)
        return dx, {"weight": dw, "bias": db}

    def trace(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, self.output_shape(x.shape))
        unit, row, column = at
        cells = [
            (channel, *cell) for channel in range(x.shape[0]) for cell in self.geometry.cells(row, column)
        ]
        return Trace(
            "weighted_sum",
            at,
            terms(x, cells, params["weight"][unit].ravel()),
            bias=float(params["bias"][unit]),
        )
