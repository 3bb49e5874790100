"""The batch normalisation layer, which training uses and folding removes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.layers.base import Layer, expect_maps
from cnn_loupe.engine.ops.normalisation import batch_norm2d, batch_norm2d_backward
from cnn_loupe.engine.trace import Trace, check_index, terms


@dataclass(frozen=True)
class BatchNorm2D(Layer):
    """Every map shifted and scaled to the spread that training has settled on.

    Parameters: weight and bias (C,), which are learnt, and mean and variance (C,), which
    training measures. `cnn_loupe.engine.fold` merges the layer into the convolution before it.
    """

    kind: ClassVar[str] = "batch_norm2d"
    statistics: ClassVar[frozenset[str]] = frozenset({"mean", "variance"})

    epsilon: float = 1e-5

    def output_shape(self, input_shape: Shape) -> Shape:
        return expect_maps(self, input_shape)

    def parameter_shapes(self, input_shape: Shape) -> dict[str, Shape]:
        channels, _, _ = expect_maps(self, input_shape)
        return dict.fromkeys(("weight", "bias", "mean", "variance"), (channels,))

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return batch_norm2d(
            x,
            params["weight"],
            params["bias"],
            params["mean"],
            params["variance"],
            self.epsilon,
        )

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        dx, dscale, dshift = batch_norm2d_backward(
            kept, dy, params["weight"], params["variance"], self.epsilon
        )
        return dx, {"weight": dscale, "bias": dshift}

    def trace(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        names = {"scale": "weight", "shift": "bias", "mean": "mean", "variance": "variance"}
        constants = {key: float(params[name][at[0]]) for key, name in names.items()}
        constants["epsilon"] = self.epsilon
        return Trace("normalise", at, terms(x, [at]), constants=constants)
