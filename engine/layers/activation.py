"""The activation layers: one value in, one value out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from cnn_loupe.engine.arrays import Array, Parameters
from cnn_loupe.engine.layers.base import Layer
from cnn_loupe.engine.ops import activation as ops
from cnn_loupe.engine.trace import Trace, check_index, terms


@dataclass(frozen=True)
class Activation(Layer):
    """What the activation layers share: the trace, a function of the one value at `at`."""

    def constants(self) -> dict[str, float]:
        """The fixed numbers of the function."""
        return {}

    def trace(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        return Trace(self.kind, at, terms(x, [at]), constants=self.constants())


@dataclass(frozen=True)
class ReLU(Activation):
    """y = max(0, x)."""

    kind: ClassVar[str] = "relu"
    keeps_finite: ClassVar[bool] = True

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return ops.relu(x)

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        return ops.relu_backward(kept, dy), {}


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """y = x where x > 0, slope · x elsewhere."""

    kind: ClassVar[str] = "leaky_relu"

    slope: float = 0.01

    def constants(self) -> dict[str, float]:
        return {"slope": self.slope}

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return ops.leaky_relu(x, self.slope)

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        return ops.leaky_relu_backward(kept, dy), {}


@dataclass(frozen=True)
class Sigmoid(Activation):
    """y = 1 / (1 + e^−x)."""

    kind: ClassVar[str] = "sigmoid"
    keeps_finite: ClassVar[bool] = True

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return ops.sigmoid(x)

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        return ops.sigmoid_backward(kept, dy), {}


@dataclass(frozen=True)
class Tanh(Activation):
    """y = tanh(x)."""

    kind: ClassVar[str] = "tanh"
    keeps_finite: ClassVar[bool] = True

    def forward(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        return ops.tanh(x)

    def backward(self, kept: Any, dy: Array, params: Parameters) -> tuple[Array, dict[str, Array]]:
        return ops.tanh_backward(kept, dy), {}
