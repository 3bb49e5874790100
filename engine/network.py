"""A model with its weights: run it, run a part of it again, and ask for gradients."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters, Shape
from cnn_loupe.engine.errors import TensorError
from cnn_loupe.engine.fast.rows import Layout
from cnn_loupe.engine.fast.single import fast_forward
from cnn_loupe.engine.fast.step import Scratch
from cnn_loupe.engine.layers import Layer, Softmax
from cnn_loupe.engine.loss import cross_entropy, cross_entropy_backward
from cnn_loupe.engine.parameters import checked_parameters, replaced_parameters
from cnn_loupe.engine.run import Gradients, Run, checked_input, frozen, named
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.trace import Trace


class Network:
    """A model description and parameters that fit it; immutable, so threads may share it.

    Raises WeightsError where a parameter is missing, unknown, of the wrong shape or not
    finite.
    """

    def __init__(self, spec: ModelSpec, parameters: Parameters) -> None:
        self.spec = spec
        self.parameters = checked_parameters(spec, parameters)
        self._local = threading.local()
        self._layouts: dict[int, Layout] = {}
        inputs = list(zip(spec.layers, spec.input_shapes, strict=True))
        self._by_layer = [_own(layer, shape, self.parameters) for layer, shape in inputs]
        self._forwards = [
            fast_forward(layer, shape, own)
            for (layer, shape), own in zip(inputs, self._by_layer, strict=True)
        ]

    def run(self, x: Array) -> Run:
        """Send one picture (C, H, W) through every layer and keep every activation.

        Raises TensorError where x has another shape or holds values that are not finite.
        """
        picture = checked_input(x, self.spec.input_shape)
        return Run(self.spec, picture, named(self.spec, self._forward(picture, 0)))

    def run_from(self, run: Run, name: str, parameters: Parameters | None = None) -> Run:
        """Run again from the layer with this name on; what lies before it is shared.

        parameters replace the network's own, by full name (`conv_1.weight`); the network
        itself stays as it is. This costs the layers from `name` on and no others. If a
        parameter belongs to an earlier layer, the run begins there: it always is the run
        that the edited network would make.
        """
        edited = self.with_parameters(parameters) if parameters else self
        first = min(map(self.spec.index, (name, *map(_layer_of, parameters or ()))))
        early = list(run.activations.values())[:first]
        late = edited._forward(run.before(self.spec.names[first]), first)
        return Run(self.spec, run.input, named(self.spec, early + late))

    def with_parameters(self, parameters: Parameters) -> Network:
        """A network with some parameters replaced, by full name; it shares all the others."""
        edited = object.__new__(type(self))
        edited.__dict__.update(self.__dict__)
        edited.parameters = replaced_parameters(self.spec, self.parameters, parameters)
        edited._by_layer, edited._forwards = self._by_layer.copy(), self._forwards.copy()
        for position in {self.spec.index(_layer_of(name)) for name in parameters}:
            layer, shape = self.spec.layers[position], self.spec.input_shapes[position]
            edited._by_layer[position] = own = _own(layer, shape, edited.parameters)
            edited._forwards[position] = fast_forward(layer, shape, own)
        return edited

    def _forward(self, x: Array, first: int) -> list[Array]:
        # The readable forms of `cnn_loupe.engine.layers` would give the same, and take ten times as long.
        layout = self._layouts.get(first)
        if layout is None:
            layout = self._layouts[first] = Layout(x.shape, self.spec.shapes[first:])
        scratch = self._scratch()
        x, (inside, outside) = layout.input(x, scratch), layout.outputs()
        for forward, y in zip(self._forwards[first:], inside, strict=True):
            forward(x, y, scratch)
            x = y
        return outside

    def _scratch(self) -> Scratch:
        """This thread's own buffers."""
        if not hasattr(self._local, "scratch"):
            self._local.scratch = Scratch()
        scratch: Scratch = self._local.scratch
        return scratch

    def trace(self, run: Run, name: str, at: tuple[int, ...]) -> Trace:
        """What made the value at index `at` of the layer with this name.

        Raises SpecError where there is no such layer, TensorError where it has no such value.
        """
        position = self.spec.index(name)
        layer = self.spec.layers[position]
        return layer.trace((run.before(name),), self._by_layer[position], at)

    def gradients(self, run: Run, target: int | Array) -> Gradients:
        """The derivatives of the cross-entropy loss with respect to everything in the run.

        target is the index of the right class, or a probability for each class. The way back
        starts at the logits, where softmax and loss together leave p − target; the gradient
        with respect to the probabilities themselves is not among `activations`.

        Raises TensorError where the model gives no scores, or the target is none of its classes.
        """
        logits = self._scores(run)
        wanted = _one_hot(target, logits.size)
        _, log_p = cross_entropy(logits, wanted)
        last = len(self.spec.layers) - 1
        if isinstance(self.spec.layers[last], Softmax):
            last -= 1
        return self._backward(run, last, cross_entropy_backward(log_p, wanted))

    def loss(self, run: Run, target: int | Array) -> float:
        """The cross-entropy, in nats, of the run's scores with respect to the target."""
        logits = self._scores(run)
        return cross_entropy(logits, _one_hot(target, logits.size))[0]

    def _scores(self, run: Run) -> Array:
        if run.logits is None:
            raise TensorError(
                "no_logits",
                f"{self.spec.id}: the last layer gives maps, and a loss needs a score for each "
                f"class; use `backward` from a layer of your choice",
                model=self.spec.id,
            )
        return run.logits

    def backward(self, run: Run, name: str, dy: Array) -> Gradients:
        """The derivatives of Σ dy · activation of the layer with this name.

        With dy = 1 at one index and 0 elsewhere they are the derivatives of that one value,
        from which saliency maps and attributions are made. dy has the shape of that layer's
        output; TensorError otherwise.
        """
        position = self.spec.index(name)
        dy = checked_input(dy, self.spec.shapes[position], f"gradient at {name}")
        return self._backward(run, position, dy)

    def _backward(self, run: Run, last: int, dy: Array) -> Gradients:
        """The way back from layer number `last`; what forward keeps is worked out anew."""
        activations: dict[str, Array] = {}
        parameters: dict[str, Array] = {}
        for position in range(last, -1, -1):
            layer, params = self.spec.layers[position], self._by_layer[position]
            activations[layer.name] = frozen(np.ascontiguousarray(dy))
            _, cache = layer.forward((run.before(layer.name),), params)
            (dy,), own = layer.backward(cache, dy, params)
            parameters.update({f"{layer.name}.{key}": frozen(g) for key, g in own.items()})
        return Gradients(
            input=frozen(np.ascontiguousarray(dy)),
            activations=_in_order(activations),
            parameters=_in_order(parameters),
        )


def _own(layer: Layer, input_shape: Shape, parameters: Parameters) -> Parameters:
    """One layer's parameters, by the layer's own names for them."""
    keys = layer.parameter_shapes(input_shape)
    return MappingProxyType({key: parameters[f"{layer.name}.{key}"] for key in keys})


def _layer_of(parameter: str) -> str:
    """`conv_1` of `conv_1.weight`."""
    return parameter.rpartition(".")[0]


def _in_order(found: dict[str, Array]) -> Mapping[str, Array]:
    """From the way back's order to the layers' order."""
    return MappingProxyType(dict(reversed(found.items())))


def _one_hot(target: int | Array, count: int) -> Array:
    if isinstance(target, int | np.integer):
        if not 0 <= target < count:
            raise TensorError(
                "unknown_class",
                f"there is no class {target}; use 0 to {count - 1}",
                target=int(target),
                count=count,
            )
        one_hot = np.zeros(count, dtype=FLOAT)
        one_hot[target] = 1
        return one_hot
    return checked_input(target, (count,), "target")
