"""Progress on standard error: a bar, one line an epoch, or nothing, as in Keras."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from tqdm import tqdm

from cnn_loupe.engine.data.dataset import Progress as Counter
from cnn_loupe.engine.training.loop import Progress

SILENT, BAR, LINES = 0, 1, 2


def counter(what: str) -> Counter:
    """A bar that counts pictures while they are read."""
    bar: tqdm[None] = tqdm(desc=what, unit="", leave=False, file=sys.stderr)

    def show(done: int, of: int) -> None:
        bar.total = of
        bar.update(done - bar.n)
        if done == of:
            bar.close()

    return show


def show(steps: Iterable[Progress], verbose: int, name: str) -> None:
    """Let a training run to its end, and say how it goes.

    verbose 0 says nothing; 1 draws a bar an epoch with loss, accuracy and the time left (for the
    epoch by the bar, for all of them at the end of the line); 2 writes one line an epoch.
    """
    bar: tqdm[None] | None = None
    try:
        for progress in steps:
            if verbose == BAR:
                bar = _advance(bar, progress, name)
                if progress.step == progress.steps:
                    bar.set_postfix_str(f"{_figures(progress)} - left: {_time_left(progress)}")
                    bar.close()
                    bar = None
            elif verbose == LINES and progress.step == progress.steps:
                print(
                    f"{name} epoch {progress.epoch}/{progress.epochs} - {progress.seconds:.0f}s - {_figures(progress)}",
                    file=sys.stderr,
                    flush=True,
                )
    finally:
        if bar is not None:
            bar.close()


def _advance(bar: tqdm[None] | None, progress: Progress, name: str) -> tqdm[None]:
    if bar is None:
        bar = tqdm(
            total=progress.steps,
            desc=f"{name} epoch {progress.epoch}/{progress.epochs}",
            file=sys.stderr,
            unit="step",
        )
    bar.set_postfix_str(f"{_figures(progress)} - left: {_time_left(progress)}", refresh=False)
    bar.update(progress.step - bar.n)
    return bar


def _time_left(progress: Progress) -> str:
    """Hours, minutes and seconds until the last epoch ends, at the pace so far."""
    done = (progress.epoch - 1 + progress.step / progress.steps) / progress.epochs
    seconds = round(progress.seconds * (1 - done) / done)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _figures(progress: Progress) -> str:
    """`loss: 0.5 - accuracy: 0.8`, and after an epoch the held-out part's as well."""
    text = f"loss: {progress.loss:.4f} - accuracy: {progress.accuracy:.4f}"
    if progress.row is not None and "validation_loss" in progress.row:
        text += (
            f" - val_loss: {progress.row['validation_loss']:.4f}"
            f" - val_accuracy: {progress.row['validation_accuracy']:.4f}"
        )
    return text
