"""What one forward pass leaves behind: every activation, read-only, in layer order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, REAL, Array, Shape, float_copy, shape_text
from cnn_loupe.engine.edits import Edit
from cnn_loupe.engine.errors import TensorError
from cnn_loupe.engine.graph import INPUT
from cnn_loupe.engine.spec import ModelSpec


@dataclass(frozen=True)
class Run:
    """One picture's way through one network.

    spec         the model as it was run: where an edit has swapped a layer, with the other one
    input        the picture, (C, H, W)
    activations  every layer's output by the layer's name, in layer order
    edits        what was changed in the network for this run
    """

    spec: ModelSpec
    input: Array
    activations: Mapping[str, Array]
    edits: tuple[Edit, ...] = ()

    def value(self, name: str) -> Array:
        """The value with this name: a layer's output, or the picture."""
        return self.input if name == INPUT else self.activations[self.spec.node(name).name]

    def inputs_of(self, name: str) -> tuple[Array, ...]:
        """What the layer with this name has read, in its order."""
        return tuple(map(self.value, self.spec.node(name).inputs))

    @property
    def output(self) -> Array:
        """The last layer's activation."""
        return self.activations[self.spec.graph.output.name]

    @property
    def probabilities(self) -> Array | None:
        """A probability for each class, (K,); None where the model gives scores or maps.

        With the ending `sigmoid` they do not add up to 1, with `binary` class 0 has what the single
        output leaves (`cnn_loupe.engine.surroundings.Output`).
        """
        match self.spec.ending:
            case "softmax" | "sigmoid":
                return self.output
            case "log_softmax":
                return frozen(np.exp(self.output))
            case "binary":
                return frozen(np.array([1 - self.output[0], self.output[0]], FLOAT))
        return None

    @property
    def logits(self) -> Array | None:
        """The scores (K,) behind the probabilities, or the last layer's vector without any.

        For a single sigmoid with the score z they are (0, z): softmax makes the same two
        probabilities of them. None where the last layer gives maps.
        """
        scores = self.value(self.spec.scores)
        if scores.ndim != 1:
            return None
        return frozen(np.array([0, scores[0]], FLOAT)) if self.spec.ending == "binary" else scores


@dataclass(frozen=True)
class Gradients:
    """The derivatives of one number with respect to everything that it depends on.

    input        with respect to the picture, (C, H, W); 0 everywhere if nothing depends on it
    activations  with respect to every layer's output that the number depends on, in layer order
    parameters   with respect to every learnt parameter on the way, by full name
    """

    input: Array
    activations: Mapping[str, Array]
    parameters: Mapping[str, Array]


def frozen(array: Array) -> Array:
    """The array, which from now on refuses to be written to."""
    array.setflags(write=False)
    return array


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
            f"{place}: the value at {list(bad)} is {float(given[bad])}; every value must be a finite float32 number",
            place=place,
            at=list(bad),
            value=str(float(given[bad])),
        )
    return frozen(copy)
