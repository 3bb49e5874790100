"""Many pictures through one network: the fast path of training and evaluation.

A batch is worked through in blocks of a few pictures, small enough for the cache, by one or
more threads. A block goes through the whole network and back before its thread takes the next
one. Only batch normalisation makes the blocks wait for each other, since its statistics
belong to the whole batch: there the way through the network is cut into phases.

The result does not depend on the number of threads: every block has gradients of its own, and
they are added in the blocks' order.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import MappingProxyType

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array, Parameters, Shape, shape_text
from cnn_loupe.engine.errors import TensorError
from cnn_loupe.engine.fast.normalisation import BatchNormStep
from cnn_loupe.engine.fast.plan import chain, order, statistics
from cnn_loupe.engine.fast.step import Lent, Scratch, Step, block_shape, from_rows, to_rows
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

    def __init__(
        self, spec: ModelSpec, parameters: Parameters, *, threads: int = 1, block: int = BLOCK
    ) -> None:
        self.spec = spec
        checked = checked_parameters(spec, parameters)
        self.parameters: dict[str, Array] = {key: value.copy() for key, value in checked.items()}
        self.threads = threads
        self.block = block
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._scratch = [Scratch() for _ in range(threads)]
        self._inputs = Scratch()
        self._order = order(spec)
        self._statistics = statistics(self._order, spec.input_shape)
        self._weights = {layer.name: self._by_layer(layer.name, self.parameters) for layer in self._order}
        self._chains: dict[tuple[int, int], list[Step]] = {}
        # Phases are stretches of steps; all but the first begin with a batch normalisation.
        cuts = [i for i, layer in enumerate(self._order) if layer.name in self._statistics]
        self._phases = list(itertools.pairwise([0, *cuts, len(self._order)]))

    @property
    def output_shape(self) -> Shape:
        """The shape of the logits, or of the last layer's maps."""
        shape = self.spec.input_shape
        for layer in self._order:
            shape = layer.output_shape(shape)
        return shape

    def forward(self, x: Array) -> Array:
        """The logits (N, K), or the last layer's activations where it gives maps.

        A softmax at the end is left out. Batch normalisation uses its running statistics.
        """
        self._check(x)
        for name, shared in self._statistics.items():
            shared.use_running(self._weights[name])
        output = np.empty((len(x), *self.output_shape), dtype=FLOAT)

        def work(thread: int, number: int) -> None:
            part = self._part(number, len(x))
            y = self._input(x[part], thread)
            for step in self._chain(thread, part):
                y = step.forward(y, self._lent(step, thread))
            output[part] = from_rows(y) if y.ndim == 4 else y

        self._each_block(len(x), work)
        return output

    def loss_and_gradients(self, x: Array, targets: Array) -> tuple[float, Array, Mapping[str, Array]]:
        """The mean cross-entropy, the logits (N, K), and every learnt parameter's gradient.

        targets (N, K) holds a probability for each class, adding up to 1 in each row. Batch
        normalisation uses the batch's statistics and moves its running ones towards them.
        """
        self._check(x)
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

    def _chain(self, slot: int, part: slice) -> list[Step]:
        """The steps with the buffers of this slot for so many pictures."""
        count = part.stop - part.start
        found = self._chains.get((slot, count))
        if found is None:
            found = chain(self._order, self.spec.input_shape, count, self._statistics)
            self._chains[slot, count] = found
        return found

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

    def _lent(self, step: Step, thread: int) -> Lent:
        """What the step needs on its way forward."""
        return Lent(self._weights[step.name], {}, self._scratch[thread])

    @staticmethod
    def _by_layer(name: str, arrays: Mapping[str, Array]) -> Mapping[str, Array]:
        own = ((key.rpartition("."), value) for key, value in arrays.items())
        return {key: value for (layer, _, key), value in own if layer == name}


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
        # One row of gradients for each block; `gradients[number]` are views of its row.
        shapes = {name: network.parameters[name].shape for name in sorted(network.spec.learnt)}
        self.sizes = {name: int(np.prod(shape)) for name, shape in shapes.items()}
        self.rows = np.zeros((blocks, sum(self.sizes.values())), dtype=FLOAT)
        self.gradients = [self._views(row) for row in self.rows]

    def run(self) -> tuple[float, Array, Mapping[str, Array]]:
        """Forward phase by phase, back phase by phase, then everything is added up."""
        network, last = self.network, len(self.network._phases) - 1
        norms = [network._order[begin].name for begin, _ in network._phases[1:]]
        for phase in range(last + 1):
            if phase:
                weights = network._weights[norms[phase - 1]]
                shared = network._statistics[norms[phase - 1]]
                shared.settle_forward(np.stack(self.sums), self.count, weights)
            network._each_block(self.count, partial(self._ahead, phase))
        for phase in range(last - 1, -1, -1):
            name = norms[phase]
            network._statistics[name].settle_backward(
                np.stack(self.sums), self.count, network._weights[name], self.gradients[0][name]
            )
            network._each_block(self.count, partial(self._back, phase))
        for name in norms:
            network._statistics[name].move_running(network._weights[name], self.count, MOMENTUM)
        total = self._views(self.rows.sum(axis=0))
        found = {f"{layer}.{key}": g for layer, own in total.items() for key, g in own.items()}
        return float(self.losses.sum() / self.count), self.logits, MappingProxyType(found)

    def _ahead(self, phase: int, thread: int, number: int) -> None:
        """One block through one phase; after the last phase, straight on to the way back."""
        network = self.network
        begin, end = network._phases[phase]
        part, slot = network._part(number, self.count), self._slot(thread, number)
        steps = network._chain(slot, part)
        y = _norm(steps[begin]).x if phase else network._input(self.x[part], slot)
        for step in steps[begin:end]:
            y = step.forward(y, network._lent(step, thread))
        if end < len(steps):
            self.sums[number] = _norm(steps[end]).measure(y)
            return
        loss, log_p = cross_entropy(y, self.targets[part])
        self.losses[number] = loss * len(y)
        self.logits[part] = y
        dy = cross_entropy_backward(log_p, self.targets[part]) * (len(y) / self.count)
        self._back(phase, thread, number, dy.astype(FLOAT))

    def _back(self, phase: int, thread: int, number: int, dy: Array | None = None) -> None:
        """One block back through one phase.

        Without dy the phase ends at a batch normalisation, which finishes what it measured;
        the one at the phase's beginning only measures.
        """
        network = self.network
        begin, end = network._phases[phase]
        steps = network._chain(self._slot(thread, number), network._part(number, self.count))
        stretch = steps[begin + 1 if phase else 0 : end]
        if dy is None:
            stretch.append(steps[end])
            dy = _norm(steps[end]).dy
        for step in reversed(stretch):
            lent = network._lent(step, thread)._replace(
                gradients=self.gradients[number].get(step.name, {}), first=step is steps[0]
            )
            dy = step.backward(dy, lent)
        if phase:
            self.sums[number] = _norm(steps[begin]).measure_backward(dy)

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
