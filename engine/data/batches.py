"""Which pictures are learnt from, which are held out, and in which order they come."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cnn_loupe.engine.arrays import FLOAT, Array
from cnn_loupe.engine.errors import DataError


def stratified_folds(labels: Array, folds: int, seed: int) -> Array:
    """Deal the pictures of every class to the folds in turn, after shuffling them.

    Gives each picture's fold, (N,), 0 to folds − 1. Every class is spread evenly, so the held-out
    part of any fold has the classes in the same proportions as the whole. Raises DataError where a
    class has fewer pictures than there are folds.
    """
    rng = np.random.default_rng(seed)
    fold = np.empty(len(labels), np.int64)
    for category in np.unique(labels):
        rows = np.flatnonzero(labels == category)
        if len(rows) < folds:
            raise DataError(
                "class_too_small",
                f"class {int(category)} has {len(rows)} pictures, fewer than the {folds} parts; "
                "add pictures or hold out a larger part (fewer folds)",
                index=int(category),
                count=len(rows),
                folds=folds,
            )
        fold[rng.permutation(rows)] = np.arange(len(rows)) % folds
    return fold


def split(labels: Array, folds: int, fold: int, seed: int) -> tuple[Array, Array]:
    """The rows to learn from and the rows held out, when part `fold` of `folds` is held out."""
    part = stratified_folds(labels, folds, seed)
    return np.flatnonzero(part != fold), np.flatnonzero(part == fold)


def batches(rows: Array, size: int, rng: np.random.Generator) -> Iterator[Array]:
    """All rows once in random order, `size` at a time; a rest too small for a batch is left out.

    The rest differs from epoch to epoch, so no picture is lost; and every step averages over the
    same number of pictures. Fewer rows than `size` make one batch.
    """
    order = rng.permutation(rows)
    size = min(size, len(order))
    for start in range(0, len(order) - size + 1, size):
        yield order[start : start + size]


def one_hot(labels: Array, classes: int, smoothing: float = 0.0) -> Array:
    """Targets (N, K): 1 − smoothing on the true class, and smoothing spread over all K evenly."""
    targets = np.full((len(labels), classes), smoothing / classes, FLOAT)
    targets[np.arange(len(labels)), labels] += FLOAT(1 - smoothing)
    return targets
