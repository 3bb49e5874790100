"""Normalisation by the picture's own numbers: values brought to mean 0 and spread 1 among those beside them.

Unlike batch normalisation nothing is left over from training but a scale and a shift: mean and variance are measured
in the values themselves, of some maps as wholes (`group_norm`) or of all maps at one place (`layer_norm`).
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

import numpy as np

from cnn_loupe.engine.arrays import Array, Parameters, Shape
from cnn_loupe.engine.fields import Real, Whole
from cnn_loupe.engine.layers.base import Gradients, UnaryLayer, expect_groups
from cnn_loupe.engine.layers.normalisation import over_channel, per_channel
from cnn_loupe.engine.layers.starts import Start, ones
from cnn_loupe.engine.trace import Trace, check_index, operation, terms
from cnn_loupe.engine.windows import ReceptiveField


def standardise(x: Array, axis: int, epsilon: float) -> tuple[Array, Array]:
    """n = (x − mean) / √(variance + ε), mean and variance along one axis; and the root, with 1 in that axis.

    The variance is the mean square of what lies between value and mean, not the unbiased estimate.
    """
    centred = x - x.mean(axis=axis, keepdims=True)
    root = np.sqrt((centred * centred).mean(axis=axis, keepdims=True) + x.dtype.type(epsilon))
    return centred / root, root


def standardise_backward(n: Array, root: Array, dn: Array, axis: int) -> Array:
    """dx = (dn − mean(dn) − n · mean(dn · n)) / √(variance + ε): every value moves mean and variance of all.

    The means are along the axis of `standardise`.
    """
    drift = dn.mean(axis=axis, keepdims=True)
    stretch = (dn * n).mean(axis=axis, keepdims=True)
    dx: Array = (dn - drift - n * stretch) / root
    return dx


@operation("standardise")
def _standardise_value(trace: Trace) -> float:
    c, count = trace.constants, len(trace.terms)
    (centre,) = (term.value for term in trace.terms if term.at == trace.at)
    mean = math.fsum(term.value for term in trace.terms) / count
    variance = math.fsum((term.value - mean) ** 2 for term in trace.terms) / count
    return (centre - mean) / math.sqrt(variance + c["epsilon"]) * c["scale"] + c["shift"]


@dataclass(frozen=True)
class Standardised(UnaryLayer):
    """y[c] = n[c] · weight[c] + bias[c], where n is `standardise` of the values that are measured together.

    Parameters: weight (scale) and bias (shift), (C,). dweight[c] = Σ dy · n, dbias[c] = Σ dy.
    """

    starts: ClassVar[Mapping[str, Start]] = MappingProxyType({"weight": ones})

    epsilon: Annotated[float, Real(1e-12, 1)] = 1e-5

    @abstractmethod
    def parts(self, x: Array) -> tuple[Array, int]:
        """x in the shape in which values that are measured together lie along one axis, and that axis."""

    @abstractmethod
    def together(self, shape: Shape, at: tuple[int, ...]) -> list[tuple[int, ...]]:
        """The places of an input of this shape that are measured together with the one at `at`."""

    def parameter_shapes_of(self, shape: Shape) -> dict[str, Shape]:
        return dict.fromkeys(("weight", "bias"), shape[:1])

    def forward_of(self, x: Array, params: Parameters) -> tuple[Array, Any]:
        parts, axis = self.parts(x)
        n, root = standardise(parts, axis, self.epsilon)
        n = n.reshape(x.shape)
        return n * per_channel(params["weight"], x) + per_channel(params["bias"], x), (n, root)

    def backward_of(self, cache: Any, dy: Array, params: Parameters) -> tuple[Array, Gradients]:
        n, root = cache
        dn, axis = self.parts(dy * per_channel(params["weight"], dy))
        dx = standardise_backward(self.parts(n)[0], root, dn, axis).reshape(dy.shape)
        return dx, {"weight": over_channel(dy * n), "bias": over_channel(dy)}

    def trace_of(self, x: Array, params: Parameters, at: tuple[int, ...]) -> Trace:
        check_index(self.name, at, x.shape)
        constants = {"scale": float(params["weight"][at[0]]), "shift": float(params["bias"][at[0]])}
        constants["epsilon"] = self.epsilon
        return Trace("standardise", at, terms(x, self.together(x.shape, at)), constants=constants)


@dataclass(frozen=True)
class GroupNorm(Standardised):
    """All values of a group of maps, or of units of a vector, measured together.

    With as many groups as maps it is instance normalisation, with one group layer normalisation of the whole input.
    Source: Wu and He, 2018, https://arxiv.org/abs/1803.08494.
    """

    kind: ClassVar[str] = "group_norm"

    groups: Annotated[int, Whole(1, 4096)] = 1

    def output_shape_of(self, shape: Shape) -> Shape:
        expect_groups(self, self.groups, shape[0], shape[0])
        return shape

    def receptive_field_of(self, before: ReceptiveField) -> ReceptiveField:
        return before.everywhere()

    def parts(self, x: Array) -> tuple[Array, int]:
        return x.reshape(self.groups, -1), 1

    def together(self, shape: Shape, at: tuple[int, ...]) -> list[tuple[int, ...]]:
        count = shape[0] // self.groups
        first = at[0] // count * count
        return [(first + c, *place) for c, *place in np.ndindex((count, *shape[1:]))]


@dataclass(frozen=True)
class LayerNorm(Standardised):
    """What all maps hold at one place, or all units of a vector, measured together.

    Source: Ba, Kiros and Hinton, 2016, https://arxiv.org/abs/1607.06450; over the channels of maps as ConvNeXt has it.
    """

    kind: ClassVar[str] = "layer_norm"

    def parts(self, x: Array) -> tuple[Array, int]:
        return x, 0

    def together(self, shape: Shape, at: tuple[int, ...]) -> list[tuple[int, ...]]:
        return [(c, *at[1:]) for c in range(shape[0])]
