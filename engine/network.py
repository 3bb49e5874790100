"""A model with its weights: run it, run it again with edits, and ask for gradients."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters
from cnn_loupe.engine.edits import Edit, ParameterEdit, SwapKind, UnitEdit, differing, edited_spec
from cnn_loupe.engine.errors import TensorError
from cnn_loupe.engine.fast.forward import Forward, fast_forward
from cnn_loupe.engine.fast.step import VECTOR, Scratch, aligned_empty
from cnn_loupe.engine.graph import INPUT, Node, walk, walk_back
from cnn_loupe.engine.layers import Layer
from cnn_loupe.engine.loss import (
    binary_cross_entropy,
    binary_cross_entropy_backward,
    cross_entropy,
    cross_entropy_backward,
)
from cnn_loupe.engine.parameters import checked_parameters
from cnn_loupe.engine.run import Gradients, Run, checked_input, frozen
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.trace import Trace


@dataclass(frozen=True)
class Stage:
    """A layer that is ready to compute: with its parameters, and with what is done to its units."""

    layer: Layer
    params: Parameters
    fast: Forward
    units: tuple[UnitEdit, ...] = ()

    def forward(self, xs: Sequence[Array], y: Array, scratch: Scratch) -> Array:
        """Write the layer's output into y, then edit its units there."""
        self.fast(xs, y, scratch)
        for edit in self.units:
            y[edit.unit], _ = edit.forward(y[edit.unit])
        return frozen(y)

    def backward(self, xs: Sequence[Array], dy: Array) -> tuple[tuple[Array, ...], Mapping[str, Array]]:
        """The gradients for inputs and parameters; what forward hands to backward is worked out anew."""
        y, cache = self.layer.forward(xs, self.params)
        if self.units:
            caches, y, dy = [], np.array(y), dy.copy()
            for edit in self.units:
                y[edit.unit], found = edit.forward(y[edit.unit])
                caches.append(found)
            for edit, found in zip(reversed(self.units), reversed(caches), strict=True):
                dy[edit.unit] = edit.backward(found, dy[edit.unit])
        return self.layer.backward(cache, dy, self.params)


class Layout:
    """Where the values of some layers lie: all in one piece of memory.

    Asked for piece by piece, the system would take the larger ones back after every run and hand
    out empty pages again, which costs as much as a convolution.
    """

    def __init__(self, spec: ModelSpec, names: list[str]) -> None:
        self.names = names
        self.parts = []
        self.size = 0
        for name in names:
            shape = spec.shapes[name]
            self.parts.append((name, slice(self.size, self.size + math.prod(shape)), shape))
            # Each begins with a line of the cache, as the whole does.
            self.size += -(-math.prod(shape) // VECTOR) * VECTOR

    def allocate(self) -> dict[str, Array]:
        """Memory for every value."""
        memory = aligned_empty(self.size)
        return {name: memory[part].reshape(shape) for name, part, shape in self.parts}


class Network:
    """A model description and parameters that fit it; immutable, so threads may share it.

    Raises WeightsError where a parameter is missing, unknown, of the wrong shape or not
    finite.
    """

    def __init__(self, spec: ModelSpec, parameters: Parameters) -> None:
        self.spec = spec
        self.parameters = checked_parameters(spec, parameters)
        self._local = threading.local()
        self._stages = {layer.name: _stage(spec, layer, self.parameters) for layer in spec.layers}
        self._layout = Layout(spec, list(spec.names))

    def run(self, x: Array, edits: Iterable[Edit] = ()) -> Run:
        """Send one picture (C, H, W) through every layer and keep every activation.

        edits change the network for this run alone (`cnn_loupe.engine.edits`). Raises TensorError
        where x has another shape or holds values that are not finite, EditError or SpecError where
        an edit does not fit.
        """
        return self._run({INPUT: checked_input(x, self.spec.input_shape)}, tuple(edits))

    def rerun(self, run: Run, edits: Iterable[Edit] = ()) -> Run:
        """The run of the same picture with these edits, which replace those that `run` has.

        Only layers that depend on an edit in which the two differ are computed; the new run shares
        all other values with the old one, which must be a run of this network.
        """
        edits = tuple(edits)
        changed = self.spec.graph.dependent(differing(run.edits, edits))
        shared = {name: value for name, value in run.activations.items() if name not in changed}
        return self._run({INPUT: run.input, **shared}, edits)

    def _run(self, known: Mapping[str, Array], edits: tuple[Edit, ...]) -> Run:
        """Work out what is not known."""
        spec, stages = self._edited(edits)
        wanted = [name for name in spec.names if name not in known]
        outputs = self._layout.allocate() if wanted == self._layout.names else Layout(spec, wanted).allocate()
        scratch = self._scratch()

        def step(node: Node, xs: list[Array]) -> Array:
            return stages[node.name].forward(xs, outputs[node.name], scratch)

        found = walk(spec.graph.nodes, step, known)
        activations = MappingProxyType({name: found[name] for name in spec.names})
        return Run(spec, found[INPUT], activations, edits)

    def _edited(self, edits: tuple[Edit, ...]) -> tuple[ModelSpec, Mapping[str, Stage]]:
        """The model and its stages with these edits; what they do not touch is shared."""
        if not edits:
            return self.spec, self._stages
        spec = edited_spec(self.spec, edits)
        parameters = dict(self.parameters)
        changes = [edit for edit in edits if isinstance(edit, ParameterEdit)]
        copies = {edit.name: parameters[edit.name].copy() for edit in changes}
        for edit in changes:
            edit.apply(copies[edit.name])
        parameters |= {key: frozen(value) for key, value in copies.items()}
        stages = dict(self._stages)
        for name in dict.fromkeys(edit.target for edit in edits):
            own = [edit for edit in edits if edit.target == name]
            units = tuple(edit for edit in own if isinstance(edit, UnitEdit))
            old = stages[name]
            if any(isinstance(edit, ParameterEdit | SwapKind) for edit in own):
                old = _stage(spec, spec.node(name).layer, parameters)
            stages[name] = Stage(old.layer, old.params, old.fast, units)
        return spec, stages

    def _scratch(self) -> Scratch:
        """This thread's own buffers."""
        if not hasattr(self._local, "scratch"):
            self._local.scratch = Scratch()
        scratch: Scratch = self._local.scratch
        return scratch

    def trace(self, run: Run, name: str, at: tuple[int, ...]) -> Trace:
        """What made the value at index `at` of the layer with this name.

        Where an edit has changed a unit's values, the trace tells what the layer itself gave. Raises SpecError
        where there is no such layer, TensorError where it has no such value.
        """
        _, stages = self._edited(run.edits)
        xs = run.inputs_of(name)
        return stages[name].layer.trace(xs, stages[name].params, at)

    def gradients(self, run: Run, target: int | Array) -> Gradients:
        """The derivatives of the loss with respect to everything in the run.

        target is the index of the right class, or a probability for each class. The loss is the
        cross-entropy, or where every class has a probability of its own (`sigmoid`) the sum of
        theirs. The way back starts at the scores, where the loss leaves p − target; the gradient
        with respect to the probabilities themselves is not among `activations`.

        Raises TensorError where the model gives no scores, or the target is none of its classes.
        """
        logits = self._logits(run)
        wanted = _one_hot(target, logits.size)
        if run.spec.ending == "sigmoid":
            _, p = binary_cross_entropy(logits, wanted)
            return self._backward(run, run.spec.scores, binary_cross_entropy_backward(p, wanted))
        _, log_p = cross_entropy(logits, wanted)
        dz = cross_entropy_backward(log_p, wanted)
        # The scores (0, z) of a single sigmoid depend on z in their second place only.
        return self._backward(run, run.spec.scores, dz[1:] if run.spec.ending == "binary" else dz)

    def loss(self, run: Run, target: int | Array) -> float:
        """The loss, in nats, of the run's scores with respect to the target: see `gradients`."""
        logits = self._logits(run)
        function = binary_cross_entropy if run.spec.ending == "sigmoid" else cross_entropy
        return function(logits, _one_hot(target, logits.size))[0]

    def _logits(self, run: Run) -> Array:
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
        shape = run.spec.shapes[run.spec.node(name).name]
        return self._backward(run, name, checked_input(dy, shape, f"gradient at {name}"))

    def _backward(self, run: Run, name: str, dy: Array) -> Gradients:
        """The way back from the value with this name."""
        _, stages = self._edited(run.edits)
        parameters: dict[str, Array] = {}

        def step(node: Node, dy: Array) -> Sequence[Array]:
            dxs, own = stages[node.name].backward(run.inputs_of(node.name), dy)
            parameters.update({f"{node.name}.{key}": frozen(g) for key, g in own.items()})
            return dxs

        found = walk_back(run.spec.graph.nodes, step, {name: dy}, lambda _, one, other: one + other)
        found = {name: frozen(np.ascontiguousarray(g)) for name, g in found.items()}
        return Gradients(
            input=found.get(INPUT, frozen(np.zeros(self.spec.input_shape, FLOAT))),
            activations=_in_order(run.spec.names, found),
            parameters=_in_order(run.spec.parameter_shapes, parameters),
        )


def _stage(spec: ModelSpec, layer: Layer, parameters: Parameters) -> Stage:
    """The layer with its own parameters and the fast form for them."""
    keys = spec.layer_parameters[layer.name]
    own = MappingProxyType({key: parameters[f"{layer.name}.{key}"] for key in keys})
    return Stage(layer, own, fast_forward(layer, spec.input_shapes(layer.name), own))


def _in_order(names: Iterable[str], found: Mapping[str, Array]) -> Mapping[str, Array]:
    """From the way back's order to the layers' order."""
    return MappingProxyType({name: found[name] for name in names if name in found})


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
