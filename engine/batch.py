"""Many pictures through one network: the fast path of training and evaluation.

A batch is worked through in blocks of a few pictures, small enough for the cache, by one or
more threads. A block goes through the whole network and back before its thread takes the next
one. Only batch normalisation makes the blocks wait for each other, since its statistics
belong to the whole batch: there the way through the network, in the order of its nodes, is cut
into phases.

The result does not depend on the number of threads: every block has gradients of its own, and
they are added in the blocks' order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import MappingProxyType

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters, Shape, shape_text
from cnn_loupe.engine.errors import TensorError
from cnn_loupe.engine.fast.normalisation import BatchNormStep
from cnn_loupe.engine.fast.plan import make_steps, statistics, training_graph, value_shapes
from cnn_loupe.engine.fast.step import Scratch, Step, StepContext, block_shape, pictures_of, to_rows
from cnn_loupe.engine.graph import INPUT, Node, walk, walk_back
from cnn_loupe.engine.loss import cross_entropy, cross_entropy_backward
from cnn_loupe.engine.parameters import checked_parameters
from cnn_loupe.engine.spec import ModelSpec

BLOCK = 8  # pictures; docs/engine.md has the measurement
MOMENTUM = 0.1  # how far one batch moves the running statistics of batch normalisation


class BatchNetwork:
    """A network for batches (N, C, H, W).

    parameters  by full name, float32, owned by this object; an optimiser changes them in
                place (`network.parameters["conv_1.weight"] -= …`)
    threads     how many blocks are worked on at the same time. BLAS itself should have one
                thread (`OPENBLAS_NUM_THREADS=1` before NumPy is imported): its products are
                too small here to be shared out.

    Its buffers are used again by every call, so two threads must not call it at once.
    """

    def __init__(self, spec: ModelSpec, parameters: Parameters, *, threads: int = 1, block: int = BLOCK) -> None:
        self.spec = spec
        checked = checked_parameters(spec, parameters)
        self.parameters: dict[str, Array] = {key: value.copy() for key, value in checked.items()}
        self.threads = threads
        self.block = block
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._scratch = [Scratch() for _ in range(threads)]
        self._inputs = Scratch()
        self._graph = training_graph(spec)
        self._nodes = self._graph.nodes
        self._shapes = value_shapes(self._graph, spec.input_shape)
        self._statistics = statistics(self._graph, self._shapes)
        self._weights = {
            node.name: {key: self.parameters[f"{node.name}.{key}"] for key in spec.layer_parameters[node.name]}
            for node in self._nodes
        }
        self._steps: dict[tuple[int, int], dict[str, Step]] = {}
        # Phases are stretches of nodes; all but the first begin with a batch normalisation.
        cuts = [i for i, node in enumerate(self._nodes) if node.name in self._statistics]
        self._phases = list(itertools.pairwise([0, *cuts, len(self._nodes)]))

    @property
    def output_shape(self) -> Shape:
        """The shape of the logits, or of the last layer's maps."""
        return self._shapes[self._graph.output.name]

    def forward(self, x: Array) -> Array:
        """The logits (N, K), or the last layer's activations where it gives maps.

        A softmax or sigmoid at the end is left out. Batch normalisation uses its running statistics.
        """
        self._check(x)
        for name, shared in self._statistics.items():
            shared.use_running(self._weights[name])
        output = np.empty((len(x), *self.output_shape), dtype=FLOAT)

        def work(thread: int, number: int) -> None:
            part = self._part(number, len(x))
            steps = self._steps_for(thread, part)
            values = self._ahead(self._nodes, steps, thread, {INPUT: self._input(x[part], thread)})
            output[part] = pictures_of(values[self._graph.output.name])

        self._each_block(len(x), work)
        return output

    def loss_and_gradients(self, x: Array, targets: Array) -> tuple[float, Array, Mapping[str, Array]]:
        """The mean cross-entropy, the logits (N, K), and every learnt parameter's gradient.

        targets (N, K) holds a probability for each class, adding up to 1 in each row. Batch
        normalisation uses the batch's statistics and moves its running ones towards them. Raises TensorError
        where the model ends in sigmoids, whose loss is another one.
        """
        self._check(x)
        if self.spec.ending in ("sigmoid", "binary"):
            raise TensorError(
                "loss_not_defined",
                f"{self.spec.id} ends in {self.spec.ending} probabilities; training needs scores of which one "
                f"class wins (end the model in dense or softmax)",
                model=self.spec.id,
                ending=self.spec.ending,
            )
        shape = self.output_shape
        if len(shape) != 1 or targets.shape != (len(x), *shape):
            raise TensorError(
                "targets_wrong_shape",
                f"targets are {shape_text(targets.shape)}; {len(x)} pictures and an output of "
                f"{shape_text(shape)} need one row a picture and one number a class",
                shape=list(targets.shape),
                expected=[len(x), *shape],
            )
        return _Batch(self, x, targets).run()

    def _check(self, x: Array) -> None:
        if x.ndim != 4 or x.shape[1:] != self.spec.input_shape or not len(x):
            raise TensorError(
                "batch_wrong_shape",
                f"the batch is {shape_text(x.shape)}; this model needs one or more pictures of "
                f"{shape_text(self.spec.input_shape)}",
                shape=list(x.shape),
                expected=list(self.spec.input_shape),
            )

    def _part(self, number: int, count: int) -> slice:
        """The pictures of block `number`; the last block may be a smaller one."""
        return slice(number * self.block, min(count, (number + 1) * self.block))

    def _input(self, pictures: Array, slot: int) -> Array:
        """The pictures in a block's layout, in the input buffer of this slot."""
        shape = block_shape(self.spec.input_shape, len(pictures))
        return to_rows(pictures, self._inputs.zeros(str(slot), shape))

    def _steps_for(self, slot: int, part: slice) -> dict[str, Step]:
        """The steps with the buffers of this slot for so many pictures."""
        count = part.stop - part.start
        found = self._steps.get((slot, count))
        if found is None:
            found = make_steps(self._graph, self._shapes, count, self._statistics)
            self._steps[slot, count] = found
        return found

    def _ahead(
        self, nodes: Sequence[Node], steps: Mapping[str, Step], thread: int, known: Mapping[str, Array]
    ) -> dict[str, Array]:
        """The values of these nodes for one block, beside those that are known."""

        def step(node: Node, xs: list[Array]) -> Array:
            return steps[node.name].forward(xs, StepContext(self._weights[node.name], {}, self._scratch[thread]))

        return walk(nodes, step, known)

    def _each_block(self, count: int, work: Callable[[int, int], None]) -> None:
        """Call work(thread, number) for every block; a thread that is free takes the next."""
        numbers = iter(range(-(-count // self.block)))

        def worker(thread: int) -> None:
            for number in numbers:  # one shared iterator: `next` is atomic
                work(thread, number)

        if self._pool is None:
            worker(0)
        else:
            list(self._pool.map(worker, range(self.threads)))


class _Batch:
    """One training batch on its way through a BatchNetwork and back."""

    def __init__(self, network: BatchNetwork, x: Array, targets: Array) -> None:
        self.network = network
        self.x, self.targets = x, targets
        self.count = len(x)
        blocks = -(-self.count // network.block)
        self.logits = np.empty(targets.shape, dtype=FLOAT)
        self.losses = np.zeros(blocks)
        self.sums: list[Array] = [self.losses] * blocks  # measured for batch normalisation
        # What later phases need of each block: values on the way forward, gradients on the way back.
        self.values: list[dict[str, Array]] = [{}] * blocks
        self.known: list[dict[str, Array]] = [{}] * blocks
        # One row of gradients for each block; `gradients[number]` are views of its row.
        shapes = {name: network.parameters[name].shape for name in sorted(network.spec.learnt)}
        self.sizes = {name: int(np.prod(shape)) for name, shape in shapes.items()}
        self.rows = np.zeros((blocks, sum(self.sizes.values())), dtype=FLOAT)
        self.gradients = [self._views(row) for row in self.rows]

    def run(self) -> tuple[float, Array, Mapping[str, Array]]:
        """Forward phase by phase, back phase by phase, then everything is added up."""
        network, last = self.network, len(self.network._phases) - 1
        norms = [network._nodes[begin].name for begin, _ in network._phases[1:]]
        for phase in range(last + 1):
            if phase:
                weights = network._weights[norms[phase - 1]]
                shared = network._statistics[norms[phase - 1]]
                shared.settle_forward(np.stack(self.sums), self.count, weights)
            network._each_block(self.count, partial(self._forward, phase))
        for phase in range(last - 1, -1, -1):
            name = norms[phase]
            network._statistics[name].settle_backward(
                np.stack(self.sums), self.count, network._weights[name], self.gradients[0][name]
            )
            network._each_block(self.count, partial(self._backward, phase))
        for name in norms:
            network._statistics[name].move_running(network._weights[name], self.count, MOMENTUM)
        total = self._views(self.rows.sum(axis=0))
        found = {f"{layer}.{key}": g for layer, own in total.items() for key, g in own.items()}
        return float(self.losses.sum() / self.count), self.logits, MappingProxyType(found)

    def _forward(self, phase: int, thread: int, number: int) -> None:
        """One block through one phase; after the last phase, straight on to the way back."""
        network, (begin, end) = self.network, self.network._phases[phase]
        part, slot = network._part(number, self.count), self._slot(thread, number)
        steps = network._steps_for(slot, part)
        known = self.values[number] if phase else {INPUT: network._input(self.x[part], slot)}
        values = network._ahead(network._nodes[begin:end], steps, thread, known)
        if end < len(network._nodes):
            (source,) = network._nodes[end].inputs
            self.sums[number] = _norm(steps[network._nodes[end].name]).measure(values[source])
            self.values[number] = values
            return
        name = network._graph.output.name
        loss, log_p = cross_entropy(values[name], self.targets[part])
        self.losses[number] = loss * len(log_p)
        self.logits[part] = values[name]
        dy = cross_entropy_backward(log_p, self.targets[part]) * (len(log_p) / self.count)
        self.values[number], self.known[number] = {}, {name: dy.astype(FLOAT)}
        self._backward(phase, thread, number)

    def _backward(self, phase: int, thread: int, number: int) -> None:
        """One block back through one phase.

        A batch normalisation at the phase's end finishes what it has measured; the one at its
        beginning only measures.
        """
        network, (begin, end) = self.network, self.network._phases[phase]
        steps = network._steps_for(self._slot(thread, number), network._part(number, self.count))
        scratch = network._scratch[thread]

        def step(node: Node, dy: Array) -> Sequence[Array | None]:
            first = node.inputs == (INPUT,)
            own = self.gradients[number].get(node.name, {})
            dxs = steps[node.name].backward(dy, StepContext(network._weights[node.name], own, scratch, first))
            return (None,) if first else dxs

        def add(name: str, one: Array, other: Array) -> Array:
            return np.add(one, other, out=scratch.zeros(name + ".sum", one.shape))

        nodes = network._nodes[begin + 1 if phase else 0 : end + 1]
        found = walk_back(nodes, step, self.known[number], add)
        if not phase:
            return
        norm = network._nodes[begin].name
        self.sums[number] = _norm(steps[norm]).measure_backward(found[norm])
        # Other blocks use this thread's buffers before this one goes on: what it needs is copied.
        early = {INPUT, *(node.name for node in network._nodes[:begin])}
        self.known[number] = {name: dy.copy() for name, dy in found.items() if name in early}
        self.known[number][norm] = found[norm]  # not read any more: the step has its own copy

    def _slot(self, thread: int, number: int) -> int:
        """Whose buffers a block uses.

        With phases it keeps buffers of its own until it comes back; without, the blocks of a
        thread share them, which keeps them in the cache.
        """
        return number if len(self.network._phases) > 1 else thread

    def _views(self, row: Array) -> dict[str, dict[str, Array]]:
        """A row of gradients as arrays by layer and by the layer's own names."""
        found: dict[str, dict[str, Array]] = {}
        begin = 0
        for name, size in self.sizes.items():
            layer, _, key = name.rpartition(".")
            shape = self.network.parameters[name].shape
            found.setdefault(layer, {})[key] = row[begin : begin + size].reshape(shape)
            begin += size
        return found


def _norm(step: Step) -> BatchNormStep:
    assert isinstance(step, BatchNormStep)
    return step
