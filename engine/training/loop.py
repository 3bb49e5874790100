"""Training as a generator: show pictures, compare, step downhill, and say how it goes.

    for progress in train(task):
        print(progress.epoch, progress.loss)

Whoever asks for the next value lets the next step happen, so a bar, a log, a web page that
streams, or a test can all watch, and can stop at any moment.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from cnn_loupe.engine import metrics
from cnn_loupe.engine.arrays import FLOAT, Array
from cnn_loupe.engine.batch import BatchNetwork
from cnn_loupe.engine.data.augment import Augmentation
from cnn_loupe.engine.data.batches import batches, one_hot
from cnn_loupe.engine.data.dataset import Dataset
from cnn_loupe.engine.errors import TrainingError
from cnn_loupe.engine.spec import ModelSpec
from cnn_loupe.engine.training.checkpoint import State, load_checkpoint, save_checkpoint
from cnn_loupe.engine.training.initialise import initial_parameters
from cnn_loupe.engine.training.optimisers import SCHEDULES, average
from cnn_loupe.engine.training.recipe import Recipe
from cnn_loupe.engine.training.standardise import Standard, channel_statistics, check_foldable

CHUNK = 128  # pictures measured at once


@dataclass(frozen=True)
class Task:
    """What to train on what.

    learn and held_out are rows of `data`; held_out may be empty. checkpoint is written after every
    epoch, and read first where `resume` is set. threads share the pictures of a batch. Every
    `measure_every` epochs, and after the last, the curves get a point.
    """

    recipe: Recipe
    spec: ModelSpec
    data: Dataset
    learn: Array
    held_out: Array
    checkpoint: Path | None = None
    resume: bool = False
    threads: int = 1
    measure_every: int = 1

    @cached_property
    def standard(self) -> Standard | None:
        """How the pictures that are learnt from are standardised; None where the recipe does not."""
        return channel_statistics(self.data.pictures[self.learn]) if self.recipe.standardise else None

    def identity(self) -> dict[str, Any]:
        """What makes this training this one and no other."""
        rows = hashlib.sha256(self.data.pictures[self.learn].tobytes())
        rows.update(self.data.labels[self.learn].tobytes())
        return {"recipe": self.recipe.digest(), "pictures": rows.hexdigest()}


@dataclass(frozen=True)
class Progress:
    """Where the training stands after a step.

    epoch and step count from 1 and are those just done; loss and accuracy are means over this
    epoch's batches so far, as the network was when each was shown, changed pictures included.
    `row` is set after the last step of an epoch that is measured: the new point of every curve.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    accuracy: float
    seconds: float
    row: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Trained:
    """What a training leaves: parameters that fit `spec`, its curves, its time."""

    spec: ModelSpec
    parameters: dict[str, Array]
    history: dict[str, list[float]]
    seconds: float


def start(task: Task) -> State:
    """The state to train from: the checkpoint's, or a fresh one from the recipe's seed.

    Raises TrainingError where there is nothing to learn from, or the checkpoint does not fit.
    """
    if len(task.learn) == 0:
        raise TrainingError("nothing_to_learn", "there are no pictures to learn from; hold out fewer")
    if task.recipe.standardise:
        check_foldable(task.spec)
    if task.resume and task.checkpoint is not None:
        return load_checkpoint(task.checkpoint, task.identity())
    parameters = initial_parameters(task.spec, task.recipe.seed)
    return State(parameters, {name: value.copy() for name, value in parameters.items()})


def train(task: Task, state: State) -> Iterator[Progress]:
    """Train until the recipe's last epoch, changing `state`; one Progress after every step.

    Raises TrainingError where the loss is no longer a finite number.
    """
    recipe, identity = task.recipe, task.identity()
    network = BatchNetwork(task.spec, state.parameters, threads=task.threads)
    state.parameters = network.parameters
    size = min(recipe.batch, len(task.learn))
    steps = len(task.learn) // size
    while state.epoch < recipe.epochs:
        began, epoch = time.perf_counter(), state.epoch + 1
        rng = np.random.default_rng([recipe.seed, epoch])
        change = _augmentation(recipe, epoch)
        total_loss = total_right = 0.0
        for step, rows in enumerate(batches(task.learn, size, rng), start=1):
            x, targets = _shown(task, change, rows, rng)
            loss, logits, gradients = network.loss_and_gradients(x, targets)
            if not np.isfinite(loss):
                raise _diverged(epoch, loss)
            _step(recipe, state, gradients, steps)
            total_loss += loss
            total_right += float((logits.argmax(axis=1) == task.data.labels[rows]).mean())
            values = (epoch, recipe.epochs, step, steps, total_loss / step, total_right / step)
            if step < steps:
                yield Progress(*values, state.seconds + time.perf_counter() - began)
        row = None
        if epoch % task.measure_every == 0 or epoch == recipe.epochs:
            row = {"epoch": epoch, "train_loss": values[4], "train_accuracy": values[5]}
            row |= _held_out_row(task, state)
            for name, value in row.items():
                state.history.setdefault(name, []).append(value)
        state.epoch = epoch
        state.seconds += time.perf_counter() - began
        if task.checkpoint is not None:
            save_checkpoint(task.checkpoint, state, identity)
        yield Progress(*values, state.seconds, row)


def finished(task: Task, state: State) -> Trained:
    """The network to keep: averaged weights, with standardising folded into the first layer."""
    parameters = dict(state.mean if task.recipe.ema_decay else state.parameters)
    if task.standard is not None:
        parameters = task.standard.fold(task.spec, parameters)
    return Trained(task.spec, parameters, state.history, state.seconds)


def scores(spec: ModelSpec, parameters: Mapping[str, Array], data: Dataset, rows: Array) -> Array:
    """The logits of the chosen pictures, unchanged but for the model's own preparation: (N, K)."""
    network = BatchNetwork(spec, parameters)
    parts = [rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK)]
    ready = spec.preparation.apply_all if spec.preparation else np.asarray
    found = [np.array(network.forward(ready(data.inputs(part)))) for part in parts]
    return np.concatenate(found) if found else np.empty((0, *spec.shapes[spec.scores]), FLOAT)


def _augmentation(recipe: Recipe, epoch: int) -> Augmentation:
    plain = epoch > recipe.epochs * (1 - recipe.final_epochs_plain)
    return Augmentation(flip=recipe.augmentation.flip) if plain else recipe.augmentation


def _shown(task: Task, change: Augmentation, rows: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """One batch as the network sees it: changed pictures, and targets to match."""
    x = change(task.data.pictures[rows], rng)
    targets = one_hot(task.data.labels[rows], len(task.spec.classes), task.recipe.label_smoothing)
    alpha = task.recipe.mixup_alpha
    if alpha:
        part = FLOAT(rng.beta(alpha, alpha))
        x = part * x + (1 - part) * x[::-1]
        targets = part * targets + (1 - part) * targets[::-1]
    return (task.standard.apply(x) if task.standard else x), targets


def _step(recipe: Recipe, state: State, gradients: Mapping[str, Array], steps: int) -> None:
    schedule = SCHEDULES[recipe.schedule](state.step, steps * recipe.epochs, recipe.warm_up)
    for name, gradient in gradients.items():
        recipe.optimiser.update(name, state.parameters[name], gradient, state.optimiser, schedule)
    average(state.mean, state.parameters, state.step, recipe.ema_decay)
    state.step += 1


def _held_out_row(task: Task, state: State) -> dict[str, float]:
    if len(task.held_out) == 0:
        return {}
    logits = scores(task.spec, finished(task, state).parameters, task.data, task.held_out)
    labels = task.data.labels[task.held_out]
    return {
        "validation_loss": metrics.loss(logits, labels),
        "validation_accuracy": metrics.accuracy(logits, labels),
    }


def _diverged(epoch: int, loss: float) -> TrainingError:
    return TrainingError(
        "diverged",
        f"the loss became {loss} in epoch {epoch}; use a smaller learning_rate or a longer warm_up",
        epoch=epoch,
    )
