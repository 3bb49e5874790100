"""Activation functions: one value in, one value out, the shape unchanged.

A kind is one class with its function and the derivative; trace, constants and the operation that
gives the value again follow from them.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.fields import SINGLE, Flag, Real, bad
from cnn_loupe.engine.layers.base import Gradients, UnaryLayer
from cnn_loupe.engine.layers.starts import Start, constant
from cnn_loupe.engine.trace import Trace, check_index, operation, terms


@dataclass(frozen=True)
class Activation(UnaryLayer):
    """y = f(x), value by value, with the hyperparameters as the function's constants."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "kind" in vars(cls):
            operation(cls.kind)(lambda trace: _value_of(cls("", **trace.constants), trace))

    @abstractmethod
    def function(self, x: Array) -> Array:
        """y, of the type of x: float32 in a run, float64 where a trace works a value out."""

    @abstractmethod
    def derivative(self, x: Array, y: Array) -> Array:
        """dy/dx, from x and y = f(x)."""

    @property
    def operation(self) -> str:
        """What a trace calls the function."""
        return self.kind

    def constants(self) -> dict[str, float]:
        """The numbers of the function that a description can choose."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}
        return {key: value for key, value in values.items() if not isinstance(value, bool)}

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        y = self.function(x)
        return y, (x, y)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        return dy * np.asarray(self.derivative(*cache), dtype=dy.dtype), {}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        return Trace(self.operation, at, terms(x, [at]), constants=self.constants())


def _value_of(layer: Activation, trace: Trace) -> float:
    return float(layer.function(np.asarray(trace.terms[0].value)))


@dataclass(frozen=True)
class ReLU(Activation):
    """y = max(0, x); dy/dx = 1 where x > 0, else 0 (at x = 0 too)."""

    kind: ClassVar[str] = "relu"
    keeps_finite: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def derivative(self, x: Array, y: Array) -> Array:
        return x > 0


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """y = x where x > 0, slope · x elsewhere; dy/dx = 1 or slope."""

    kind: ClassVar[str] = "leaky_relu"

    slope: Annotated[float, Real(0, 1)] = 0.01

    def function(self, x: Array) -> Array:
        return x * self.derivative(x, x)

    def derivative(self, x: Array, y: Array) -> Array:
        return np.where(x > 0, 1, self.slope).astype(x.dtype)


@dataclass(frozen=True)
class Clip(Activation):
    """y = min(max(x, low), high); dy/dx = 1 between the two, else 0. With 0 and 6 it is ReLU6."""

    kind: ClassVar[str] = "clip"
    keeps_finite: ClassVar[bool] = True

    low: Annotated[float, SINGLE] = 0.0
    high: Annotated[float, SINGLE] = 6.0

    def output_shape_of(self, shape: Shape) -> Shape:
        if self.low >= self.high:
            raise bad(self.name, "low", self.low, f"less than high, which is {self.high:g}")
        return shape

    def function(self, x: Array) -> Array:
        return np.minimum(np.maximum(x, self.low), self.high).astype(x.dtype)

    def derivative(self, x: Array, y: Array) -> Array:
        return (self.low < x) & (x < self.high)


@dataclass(frozen=True)
class ELU(Activation):
    """y = x where x > 0, α · (eˣ − 1) elsewhere; dy/dx = 1 or α · eˣ = y + α.

    Source: Clevert, Unterthiner and Hochreiter, 2016, https://arxiv.org/abs/1511.07289.
    """

    kind: ClassVar[str] = "elu"
    keeps_finite: ClassVar[bool] = True

    alpha: Annotated[float, Real(0, 100)] = 1.0

    def function(self, x: Array) -> Array:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))

    def derivative(self, x: Array, y: Array) -> Array:
        return np.where(x > 0, 1, y + self.alpha)


@dataclass(frozen=True)
class SELU(Activation):
    """y = λ · x where x > 0, λ · α · (eˣ − 1) elsewhere; dy/dx = λ or λ · α · eˣ = y + λ · α.

    λ and α are chosen so that values keep mean 0 and variance 1 from layer to layer.
    Source: Klambauer et al., 2017, https://arxiv.org/abs/1706.02515.
    """

    kind: ClassVar[str] = "selu"

    ALPHA: ClassVar[float] = 1.6732632423543772
    SCALE: ClassVar[float] = 1.0507009873554805

    def function(self, x: Array) -> Array:
        below = self.SCALE * self.ALPHA * np.expm1(np.minimum(x, 0))
        return np.where(x > 0, self.SCALE * x, below)

    def derivative(self, x: Array, y: Array) -> Array:
        return np.where(x > 0, self.SCALE, y + self.SCALE * self.ALPHA)


@dataclass(frozen=True)
class Sigmoid(Activation):
    """y = 1 / (1 + e^−x), between 0 and 1; dy/dx = y · (1 − y)."""

    kind: ClassVar[str] = "sigmoid"
    endings: ClassVar[tuple[str, ...]] = ("logits", "sigmoid", "binary")
    keeps_finite: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        return logistic(x)

    def derivative(self, x: Array, y: Array) -> Array:
        slope: Array = y * (1 - y)
        return slope


def logistic(x: Array) -> Array:
    """1 / (1 + e^−x), written as (1 + tanh(x / 2)) / 2, which is the same and does not overflow."""
    y: Array = 0.5 * (1 + np.tanh(0.5 * x))
    return y


@dataclass(frozen=True)
class HardSigmoid(Activation):
    """y = max(0, min(1, slope · x + offset)): a sigmoid of three straight pieces.

    dy/dx = slope on the middle piece, else 0. Slopes differ: 1/6 in PyTorch, Keras 3 and MobileNetV3
    (the default here), 1/5 in ONNX and Keras 2.
    Source: Howard et al., 2019, https://arxiv.org/abs/1905.02244.
    """

    kind: ClassVar[str] = "hard_sigmoid"
    keeps_finite: ClassVar[bool] = True

    slope: Annotated[float, Real(0, 1)] = 1 / 6
    offset: Annotated[float, Real(-100, 100)] = 0.5

    def function(self, x: Array) -> Array:
        return np.maximum(0, np.minimum(1, self.slope * x + self.offset))

    def derivative(self, x: Array, y: Array) -> Array:
        return self.slope * ((y > 0) & (y < 1))


@dataclass(frozen=True)
class Swish(Activation):
    """y = x · σ(x) with σ(x) = 1 / (1 + e^−x), also called SiLU; dy/dx = σ(x) · (1 + x − y).

    Source: Ramachandran, Zoph and Le, 2017, https://arxiv.org/abs/1710.05941.
    """

    kind: ClassVar[str] = "swish"
    keeps_finite: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        return x * logistic(x)

    def derivative(self, x: Array, y: Array) -> Array:
        slope: Array = logistic(x) * (1 + x - y)
        return slope


@dataclass(frozen=True)
class HardSwish(Activation):
    """y = x · max(0, min(1, x / 6 + 1/2)): swish with a sigmoid of three straight pieces.

    dy/dx = 0 up to −3, x / 3 + 1/2 between −3 and 3, 1 above.
    Source: Howard et al., 2019, https://arxiv.org/abs/1905.02244.
    """

    kind: ClassVar[str] = "hard_swish"
    keeps_finite: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        return x * np.maximum(0, np.minimum(1, x / 6 + 0.5))

    def derivative(self, x: Array, y: Array) -> Array:
        return np.where(x >= 3, 1, np.where(x <= -3, 0, x / 3 + 0.5))


@dataclass(frozen=True)
class GELU(Activation):
    """y = x · Φ(x) with Φ(x) = ½ · (1 + erf(x / √2)) = ½ · erfc(−x / √2), the share of normal numbers below x.

    With `approximate` Φ(x) is ½ · (1 + tanh(√(2/π) · (x + 0.044715 · x³))), as many networks were
    trained with; the two differ by less than 5·10⁻⁴. dy/dx = Φ(x) + x · Φ'(x).
    Source: Hendrycks and Gimpel, 2016, https://arxiv.org/abs/1606.08415.
    """

    kind: ClassVar[str] = "gelu"
    keeps_finite: ClassVar[bool] = True

    CUBIC: ClassVar[float] = 0.044715
    REACH: ClassVar[float] = 40.0  # Φ(−40) is 0 in float64: beyond, powers of x would overflow for nothing

    approximate: Annotated[bool, Flag()] = False

    @property
    def operation(self) -> str:
        return "gelu_tanh" if self.approximate else self.kind

    def function(self, x: Array) -> Array:
        return x * self._share(np.clip(x, -self.REACH, self.REACH))

    def _share(self, x: Array) -> Array:
        """Φ(x)."""
        if self.approximate:
            return logistic(math.sqrt(8 / math.pi) * (x + self.CUBIC * x**3))  # ½ · (1 + tanh(u)) is σ(2u)
        return 0.5 * _erfc(-x / math.sqrt(2))

    def derivative(self, x: Array, y: Array) -> Array:
        near = np.clip(x, -self.REACH, self.REACH)
        share = self._share(near)
        if self.approximate:
            density = share * (1 - share) * math.sqrt(8 / math.pi) * (1 + 3 * self.CUBIC * near**2)
        else:
            density = np.exp(-0.5 * near**2) / math.sqrt(2 * math.pi)
        slope: Array = share + x * density
        return slope


@operation("gelu_tanh")
def _gelu_tanh_value(trace: Trace) -> float:
    return _value_of(GELU("", approximate=True), trace)


# NumPy has no error function; the standard library's is exact, and fast enough for the few layers that ask for it.
_erfc_of_each = np.frompyfunc(math.erfc, 1, 1)


def _erfc(x: Array) -> Array:
    """1 − erf(x), without cancellation where erf(x) is near 1."""
    return np.asarray(_erfc_of_each(x), dtype=x.dtype)


@dataclass(frozen=True)
class Softplus(Activation):
    """y = ln(1 + eˣ), a smooth ReLU; dy/dx = 1 / (1 + e^−x)."""

    kind: ClassVar[str] = "softplus"
    keeps_finite: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        slope: Array = np.logaddexp(x, x.dtype.type(0))
        return slope

    def derivative(self, x: Array, y: Array) -> Array:
        return logistic(x)


@dataclass(frozen=True)
class Tanh(Activation):
    """y = tanh(x), between −1 and 1; dy/dx = 1 − y²."""

    kind: ClassVar[str] = "tanh"
    keeps_finite: ClassVar[bool] = True

    def function(self, x: Array) -> Array:
        return np.tanh(x)

    def derivative(self, x: Array, y: Array) -> Array:
        return 1 - y * y


@dataclass(frozen=True)
class PReLU(UnaryLayer):
    """A leaky ReLU whose slope below 0 is learnt: one slope for each map (or unit of a vector).

    Parameters: slope (C,). dslope[c] = Σ dy · x over the values below 0 of map c.
    Source: He et al., 2015, https://arxiv.org/abs/1502.01852.
    """

    kind: ClassVar[str] = "prelu"
    starts: ClassVar[Mapping[str, Start]] = MappingProxyType({"slope": constant(0.25)})

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        return {"slope": shape[:1]}

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        slopes = params["slope"].reshape(-1, *[1] * (x.ndim - 1))
        return np.where(x > 0, x, slopes * x), x

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        slopes = params["slope"].reshape(-1, *[1] * (cache.ndim - 1))
        below = np.where(cache > 0, 0, dy * cache)
        return np.where(cache > 0, dy, slopes * dy), {"slope": below.sum(axis=tuple(range(1, cache.ndim)))}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        slope = float(params["slope"][at[0]])
        return Trace("leaky_relu", at, terms(x, [at]), constants={"slope": slope})
