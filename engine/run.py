"""What one forward pass leaves behind: every activation, read-only, in layer order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnn_loupe.engine.arrays import REAL, Array, Shape, float_copy, shape_text
from cnn_loupe.engine.errors import TensorError
from cnn_loupe.engine.layers import Softmax
from cnn_loupe.engine.spec import INPUT, ModelSpec


@dataclass(frozen=True)
class Run:
    """One picture's way through one network.

    input        the picture, (C, H, W)
    activations  every layer's output by the layer's name, in layer order
    """

    spec: ModelSpec
    input: Array
    activations: Mapping[str, Array]

    @property
    def output(self) -> Array:
        """The last layer's activation."""
        return self.activations[self.spec.layers[-1].name]

    @property
    def probabilities(self) -> Array | None:
        """A probability for each class, (K,); None where the model does not end in softmax."""
        return self.output if isinstance(self.spec.layers[-1], Softmax) else None

    @property
    def logits(self) -> Array | None:
        """The scores (K,) that softmax turns into probabilities.

        Without a softmax at the end they are the last layer's vector; None where that layer
        gives maps.
        """
        scores = self.before(self.spec.layers[-1].name) if self.probabilities is not None else self.output
        return scores if scores.ndim == 1 else None

    def before(self, name: str) -> Array:
        """What went into the layer with this name."""
        position = self.spec.index(name)
        if position == 0:
            return self.input
        return self.activations[self.spec.layers[position - 1].name]


@dataclass(frozen=True)
class Gradients:
    """The derivatives of one number with respect to everything that it depends on.

    input        with respect to the picture, (C, H, W)
    activations  with respect to every layer's output up to where the derivatives started
    parameters   with respect to every learnt parameter on the way, by full name
    """

    input: Array
    activations: Mapping[str, Array]
    parameters: Mapping[str, Array]


def frozen(array: Array) -> Array:
    """The array, which from now on refuses to be written to."""
    array.setflags(write=False)
    return array


def named(spec: ModelSpec, arrays: list[Array]) -> Mapping[str, Array]:
    """The arrays by layer name, read-only."""
    for array in arrays:
        array.setflags(write=False)
    return MappingProxyType(dict(zip(spec.names, arrays, strict=True)))


def checked_input(x: Array, shape: Shape, place: str = INPUT) -> Array:
    """A read-only float32 copy of x. Raises TensorError unless x has this shape and is finite."""
    given = np.asarray(x)
    if given.dtype.kind not in REAL:
        raise TensorError(
            "tensor_not_numbers",
            f"{place}: the tensor holds {given.dtype}; it must hold numbers",
            place=place,
            dtype=str(given.dtype),
        )
    if given.shape != shape:
        raise TensorError(
            "tensor_wrong_shape",
            f"{place}: the tensor is {shape_text(given.shape) or 'a single number'}; "
            f"this model needs {shape_text(shape)}",
            place=place,
            shape=list(given.shape),
            expected=list(shape),
        )
    # A copy, so that nobody who holds the caller's array can change a finished run.
    copy = float_copy(given)
    if not np.isfinite(copy).all():
        bad = tuple(int(i) for i in np.argwhere(~np.isfinite(copy))[0])
        raise TensorError(
            "tensor_not_finite",
            f"{place}: the value at {list(bad)} is {float(given[bad])}; "
            f"every value must be a finite float32 number",
            place=place,
            at=list(bad),
            value=str(float(given[bad])),
        )
    return frozen(copy)
